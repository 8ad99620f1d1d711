// A request in the form of Bedrock's Converse.

import { at, type Json, listOf, objectOf, parsedInput, textOf, wordsIn } from './json.ts'
import type { Received, ReceivedPart } from './received.ts'

export function readConverse(body: Json, modelInPath: string): Received {
  const choice = objectOf(at(body, 'toolConfig', 'toolChoice'))
  const schema = at(body, 'outputConfig', 'textFormat', 'structure', 'jsonSchema', 'schema')
  const stops = at(body, 'inferenceConfig', 'stopSequences')
  return {
    model: modelInPath,
    system: wordsIn(body['system'], '\n'),
    parts: listOf(body['messages']).flatMap(({ role, content }) =>
      listOf(content).flatMap((block) => partOf(block, role === 'assistant' ? 'assistant' : 'user')),
    ),
    tools: listOf(at(body, 'toolConfig', 'tools')).map((tool) => ({
      name: textOf(at(tool, 'toolSpec', 'name')),
      schema: at(tool, 'toolSpec', 'inputSchema', 'json'),
    })),
    forced: choice['any'] === undefined ? (at(choice, 'tool', 'name') as string | undefined) : '*',
    schema: schema === undefined ? undefined : parsedInput(schema),
    stops: Array.isArray(stops) ? stops.map(String) : [],
  }
}

function partOf(block: Json, role: 'user' | 'assistant'): ReceivedPart[] {
  if (block['text'] !== undefined) return [{ kind: 'text', role, text: textOf(block['text']) }]
  for (const name of ['image', 'document']) {
    const media = block[name]
    if (media === undefined) continue
    const type = `${name === 'image' ? 'image' : 'application'}/${textOf(at(media, 'format'))}`
    return [{ kind: 'media', type, data: textOf(at(media, 'source', 'bytes')) }]
  }
  const call = block['toolUse']
  if (call !== undefined) {
    const id = textOf(at(call, 'toolUseId'))
    return [{ kind: 'call', id, name: textOf(at(call, 'name')), input: at(call, 'input'), seal: '' }]
  }
  const result = block['toolResult']
  if (result !== undefined) {
    return [{ kind: 'result', id: textOf(at(result, 'toolUseId')), text: wordsIn(at(result, 'content')) }]
  }
  const reasoning = block['reasoningContent']
  if (reasoning === undefined) return []
  const redacted = Buffer.from(textOf(at(reasoning, 'redactedContent')), 'base64').toString('latin1')
  const seal = textOf(at(reasoning, 'reasoningText', 'signature')) || redacted
  return [{ kind: 'reasoning', text: textOf(at(reasoning, 'reasoningText', 'text')), seal }]
}
