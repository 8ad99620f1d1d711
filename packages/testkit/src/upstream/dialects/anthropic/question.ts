import type { OfferedTool, Question } from '../../answer.ts'
import { isObject, type Json, listOf, numberIn, objectOf, textIn } from '../json.ts'

/** What the fake model needs to know of a Messages request that is well-formed. */
export function questionOf(request: Json, model: string): Question {
  const messages = listOf(request['messages']).map(objectOf)
  const last = messages.at(-1)
  const results = listOf(last?.['content']).filter((block) => textIn(block, 'type') === 'tool_result')
  const format = objectOf(objectOf(request['output_config'])['format'] ?? request['output_format'])
  return {
    model,
    prompt: [contentText(request['system']), ...messages.map((message) => contentText(message['content']))]
      .filter(Boolean)
      .join('\n'),
    maxTokens: numberIn(request, 'max_tokens'),
    tools: toolsOf(request),
    choice: choiceOf(request['tool_choice']),
    lastUserText: last?.['role'] === 'user' && results.length === 0 ? contentText(last['content']) : undefined,
    toolResults: results.map((result) => contentText(objectOf(result)['content'])),
    schema: format['schema'],
    stopSequences: listOf(request['stop_sequences']).filter((stop) => typeof stop === 'string'),
    reasoning: ['enabled', 'adaptive', 'between_tools'].includes(textIn(request['thinking'], 'type') ?? ''),
  }
}

function toolsOf(request: Json): OfferedTool[] {
  return listOf(request['tools']).flatMap((tool) => {
    const name = textIn(tool, 'name')
    const custom = isObject(tool) && isObject(tool['input_schema'])
    return name === undefined || !custom ? [] : [{ name, parameters: tool['input_schema'] }]
  })
}

function choiceOf(choice: unknown): Question['choice'] {
  switch (textIn(choice, 'type')) {
    case 'any':
      return 'required'
    case 'none':
      return 'none'
    case 'tool':
      return { name: textIn(choice, 'name') ?? '' }
    default:
      return 'auto'
  }
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  return listOf(content)
    .map((block) => textIn(block, 'text') ?? contentText(objectOf(block)['content']))
    .join('')
}
