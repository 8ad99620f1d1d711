// A request in the form of generateContent.

import { at, type Json, listOf, objectOf, textOf, wordsIn } from './json.ts'
import type { Received, ReceivedPart } from './received.ts'

export function readGemini(body: Json, modelInPath: string): Received {
  const calling = objectOf(at(body, 'toolConfig', 'functionCallingConfig'))
  const allowed = calling['allowedFunctionNames']
  const named = Array.isArray(allowed) ? String(allowed[0]) : '*'
  const stops = at(body, 'generationConfig', 'stopSequences')
  return {
    model: modelInPath,
    system: wordsIn(at(body, 'systemInstruction', 'parts'), '\n'),
    parts: listOf(body['contents']).flatMap(({ role, parts }) =>
      listOf(parts).flatMap((part) => partOf(part, role === 'model' ? 'assistant' : 'user')),
    ),
    tools: listOf(body['tools'])
      .flatMap((tool) => listOf(tool['functionDeclarations']))
      .map((tool) => ({ name: textOf(tool['name']), schema: tool['parametersJsonSchema'] ?? tool['parameters'] })),
    forced: textOf(calling['mode']).toUpperCase() === 'ANY' ? named : undefined,
    schema: at(body, 'generationConfig', 'responseJsonSchema') ?? at(body, 'generationConfig', 'responseSchema'),
    stops: Array.isArray(stops) ? stops.map(String) : [],
  }
}

function partOf(part: Json, role: 'user' | 'assistant'): ReceivedPart[] {
  const seal = textOf(part['thoughtSignature'])
  const call = part['functionCall']
  if (call !== undefined) {
    const input = at(call, 'args') ?? {}
    return [{ kind: 'call', id: textOf(at(call, 'id')), name: textOf(at(call, 'name')), input, seal }]
  }
  const result = part['functionResponse']
  if (result !== undefined) {
    const response = objectOf(at(result, 'response'))
    const text = textOf(response['output'] ?? response['result']) || JSON.stringify(response)
    return [{ kind: 'result', id: textOf(at(result, 'id')), text }]
  }
  if (part['inlineData'] !== undefined) {
    const type = textOf(at(part, 'inlineData', 'mimeType'))
    return [{ kind: 'media', type, data: textOf(at(part, 'inlineData', 'data')) }]
  }
  if (part['fileData'] !== undefined) {
    return [{ kind: 'media', type: '', data: textOf(at(part, 'fileData', 'fileUri')) }]
  }
  if (part['thought'] === true) return [{ kind: 'reasoning', text: textOf(part['text']), seal }]
  const words: ReceivedPart = { kind: 'text', role, text: textOf(part['text']) }
  return seal === '' ? [words] : [words, { kind: 'reasoning', text: '', seal }]
}
