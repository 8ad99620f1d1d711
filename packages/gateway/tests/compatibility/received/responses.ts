// A request in the form of the Responses API.

import { at, dataUrl, type Json, listOf, parsedInput, textOf, wordsIn } from './json.ts'
import type { Received, ReceivedPart } from './received.ts'

export function readResponses(body: Json): Received {
  const { input } = body
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : listOf(input)
  const isSystem = ({ role }: Json): boolean => role === 'system' || role === 'developer'
  const choice = body['tool_choice']
  const texts = items.filter(isSystem).map(({ content }) => wordsIn(content, '\n'))
  return {
    model: textOf(body['model']),
    system: [textOf(body['instructions']), ...texts].filter((text) => text !== '').join('\n'),
    parts: items.filter((item) => !isSystem(item)).flatMap(partsOfItem),
    tools: listOf(body['tools']).map((tool) => ({ name: textOf(tool['name']), schema: tool['parameters'] })),
    forced: choice === 'required' ? '*' : (at(choice, 'name') as string | undefined),
    schema: at(body, 'text', 'format', 'schema'),
    stops: [],
  }
}

function partsOfItem(item: Json): ReceivedPart[] {
  switch (item['type'] ?? 'message') {
    case 'function_call':
      return [
        {
          kind: 'call',
          id: textOf(item['call_id']),
          name: textOf(item['name']),
          input: parsedInput(item['arguments']),
          seal: '',
        },
      ]
    case 'function_call_output':
      return [{ kind: 'result', id: textOf(item['call_id']), text: wordsIn(item['output']) }]
    case 'reasoning':
      return [{ kind: 'reasoning', text: wordsIn(item['summary']), seal: textOf(item['encrypted_content']) }]
    case 'message':
      return partsOfMessage(item)
    default:
      return []
  }
}

function partsOfMessage({ role, content }: Json): ReceivedPart[] {
  const side = role === 'assistant' ? 'assistant' : 'user'
  if (typeof content === 'string') return [{ kind: 'text', role: side, text: content }]
  return listOf(content).flatMap((block): ReceivedPart[] => {
    if (block['type'] === 'input_image') return [{ kind: 'media', ...dataUrl(block['image_url']) }]
    if (block['type'] === 'input_file') return [{ kind: 'media', ...dataUrl(block['file_data']) }]
    return [{ kind: 'text', role: side, text: textOf(block['text']) }]
  })
}
