// A request in the form of Anthropic's Messages.

import { at, type Json, listOf, textOf, wordsIn } from './json.ts'
import type { Received, ReceivedPart } from './received.ts'

export function readMessages(body: Json, modelInPath: string): Received {
  const choice = at(body, 'tool_choice', 'type')
  return {
    model: textOf(body['model']) || modelInPath,
    system: wordsIn(body['system'], '\n'),
    parts: listOf(body['messages']).flatMap(({ role, content }) => {
      const side = role === 'assistant' ? 'assistant' : 'user'
      const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : listOf(content)
      return blocks.flatMap((block) => partOf(block, side))
    }),
    tools: listOf(body['tools']).map((tool) => ({ name: textOf(tool['name']), schema: tool['input_schema'] })),
    forced: choice === 'any' ? '*' : (at(body, 'tool_choice', 'name') as string | undefined),
    schema: at(body, 'output_config', 'format', 'schema'),
    stops: Array.isArray(body['stop_sequences']) ? body['stop_sequences'].map(String) : [],
  }
}

function partOf(block: Json, role: 'user' | 'assistant'): ReceivedPart[] {
  switch (block['type']) {
    case 'text':
      return [{ kind: 'text', role, text: textOf(block['text']) }]
    case 'image':
    case 'document': {
      const type = textOf(at(block, 'source', 'media_type'))
      return [{ kind: 'media', type, data: textOf(at(block, 'source', 'data') ?? at(block, 'source', 'url')) }]
    }
    case 'tool_use':
      return [{ kind: 'call', id: textOf(block['id']), name: textOf(block['name']), input: block['input'], seal: '' }]
    case 'tool_result':
      return [{ kind: 'result', id: textOf(block['tool_use_id']), text: wordsIn(block['content']) }]
    case 'thinking':
      return [{ kind: 'reasoning', text: textOf(block['thinking']), seal: textOf(block['signature']) }]
    case 'redacted_thinking':
      return [{ kind: 'reasoning', text: '', seal: textOf(block['data']) }]
    default:
      return []
  }
}
