import type { OfferedTool, Question } from '../../answer.ts'
import { isObject, type Json, listOf, numberIn, objectOf, textIn } from '../json.ts'

/** What the fake model needs to know of a well-formed generateContent request. */
export function questionOf(request: Json, model: string): Question {
  const contents = listOf(request['contents']).map(objectOf)
  const last = contents.at(-1)
  const results = listOf(last?.['parts']).flatMap((part) => {
    const response = isObject(part) ? part['functionResponse'] : undefined
    return isObject(response) ? [resultText(response['response'])] : []
  })
  const config = objectOf(request['generationConfig'])
  const json = config['responseMimeType'] === 'application/json'
  const thinking = objectOf(config['thinkingConfig'])
  return {
    model,
    prompt: [partsText(request['systemInstruction']), ...contents.map(partsText)].filter(Boolean).join('\n'),
    maxTokens: numberIn(config, 'maxOutputTokens'),
    ...toolsOf(request),
    lastUserText: last?.['role'] !== 'model' && results.length === 0 ? partsText(last) : undefined,
    toolResults: results,
    schema: json ? (config['responseSchema'] ?? config['responseJsonSchema'] ?? true) : undefined,
    stopSequences: listOf(config['stopSequences']).filter((stop) => typeof stop === 'string'),
    reasoning: thinking['includeThoughts'] === true,
  }
}

/** The words of a content, its calls and results too. */
export function partsText(content: unknown): string {
  return listOf(objectOf(content)['parts'])
    .map((part) => {
      const { text, functionCall, functionResponse } = objectOf(part)
      if (typeof text === 'string') return text
      if (isObject(functionCall)) return JSON.stringify(functionCall['args'] ?? {})
      return isObject(functionResponse) ? resultText(functionResponse['response']) : ''
    })
    .join('')
}

function resultText(response: unknown): string {
  const members = isObject(response) ? Object.values(response) : []
  return members.length === 1 && typeof members[0] === 'string' ? members[0] : JSON.stringify(response)
}

function toolsOf(request: Json): Pick<Question, 'tools' | 'choice'> {
  const tools = listOf(request['tools']).flatMap((tool) =>
    listOf(objectOf(tool)['functionDeclarations']).map((declaration): OfferedTool => {
      const { name, parameters, parametersJsonSchema } = objectOf(declaration)
      return { name: String(name), parameters: parameters ?? parametersJsonSchema ?? {} }
    }),
  )
  const config = objectOf(objectOf(request['toolConfig'])['functionCallingConfig'])
  const mode = (textIn(config, 'mode') ?? 'AUTO').toUpperCase()
  const allowed = listOf(config['allowedFunctionNames'])
  if (mode === 'NONE') return { tools, choice: 'none' }
  if (mode !== 'ANY') return { tools, choice: 'auto' }
  if (allowed.length === 1) return { tools, choice: { name: String(allowed[0]) } }
  return {
    tools: allowed.length === 0 ? tools : tools.filter((tool) => allowed.includes(tool.name)),
    choice: 'required',
  }
}
