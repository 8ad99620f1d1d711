import type { OfferedTool, Question } from '../../answer.ts'
import { isObject, type Json, listOf, numberIn, objectOf, parsedText, textIn } from '../json.ts'

/** What the fake model needs to know of a well-formed Converse request. */
export function questionOf(request: Json, model: string): Question {
  const messages = listOf(request['messages']).map(objectOf)
  const last = messages.at(-1)
  const results = listOf(last?.['content']).flatMap((block) => {
    const result = objectOf(block)['toolResult']
    return isObject(result) ? [blocksText(result['content'])] : []
  })
  const tools = listOf(objectOf(request['toolConfig'])['tools']).flatMap((tool): OfferedTool[] => {
    const { name, inputSchema } = objectOf(objectOf(tool)['toolSpec'])
    return typeof name === 'string' ? [{ name, parameters: objectOf(inputSchema)['json'] }] : []
  })
  const format = objectOf(objectOf(request['outputConfig'])['textFormat'])
  const schema = textIn(objectOf(objectOf(format['structure'])['jsonSchema']), 'schema')
  const thinking = objectOf(objectOf(request['additionalModelRequestFields'])['thinking'])
  return {
    model,
    prompt: [blocksText(request['system']), ...messages.map((message) => blocksText(message['content']))]
      .filter(Boolean)
      .join('\n'),
    maxTokens: numberIn(request['inferenceConfig'], 'maxTokens'),
    tools,
    choice: choiceOf(objectOf(objectOf(request['toolConfig'])['toolChoice'])),
    lastUserText: last?.['role'] === 'user' && results.length === 0 ? blocksText(last['content']) : undefined,
    toolResults: results,
    schema: schema === undefined ? undefined : (parsedText(schema) ?? true),
    stopSequences: listOf(objectOf(request['inferenceConfig'])['stopSequences']).filter(
      (stop) => typeof stop === 'string',
    ),
    reasoning: thinking['type'] === 'enabled' || thinking['type'] === 'adaptive',
  }
}

function choiceOf(choice: Json): Question['choice'] {
  if (choice['any'] !== undefined) return 'required'
  const name = textIn(choice['tool'], 'name')
  return name === undefined ? 'auto' : { name }
}

function blocksText(blocks: unknown): string {
  return listOf(blocks)
    .map((block) => {
      const { text, json, toolUse, toolResult } = objectOf(block)
      if (typeof text === 'string') return text
      if (json !== undefined) return JSON.stringify(json)
      if (isObject(toolUse)) return JSON.stringify(toolUse['input'] ?? {})
      return isObject(toolResult) ? blocksText(toolResult['content']) : ''
    })
    .join('')
}
