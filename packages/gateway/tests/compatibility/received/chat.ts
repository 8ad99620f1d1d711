// A request in the form of Chat Completions.

import { at, dataUrl, type Json, listOf, parsedInput, textOf, wordsIn } from './json.ts'
import type { Received, ReceivedPart } from './received.ts'

export function readChat(body: Json): Received {
  const messages = listOf(body['messages'])
  const isSystem = ({ role }: Json): boolean => role === 'system' || role === 'developer'
  const choice = body['tool_choice']
  const stop = body['stop']
  return {
    model: textOf(body['model']),
    system: messages
      .filter(isSystem)
      .map(({ content }) => wordsIn(content, '\n'))
      .join('\n'),
    parts: messages.filter((message) => !isSystem(message)).flatMap(partsOfMessage),
    tools: listOf(body['tools']).map((tool) => ({
      name: textOf(at(tool, 'function', 'name')),
      schema: at(tool, 'function', 'parameters'),
    })),
    forced: choice === 'required' ? '*' : (at(choice, 'function', 'name') as string | undefined),
    schema: at(body, 'response_format', 'json_schema', 'schema'),
    stops: Array.isArray(stop) ? stop.map(String) : typeof stop === 'string' ? [stop] : [],
  }
}

function partsOfMessage(message: Json): ReceivedPart[] {
  const { role, content } = message
  if (role === 'tool') return [{ kind: 'result', id: textOf(message['tool_call_id']), text: wordsIn(content) }]
  const side = role === 'assistant' ? 'assistant' : 'user'
  const parts: ReceivedPart[] = []
  const reasoning = textOf(message['reasoning_content'])
  if (reasoning !== '') parts.push({ kind: 'reasoning', text: reasoning, seal: '' })
  if (typeof content === 'string' && content !== '') parts.push({ kind: 'text', role: side, text: content })
  for (const block of listOf(content)) {
    if (block['type'] === 'text') parts.push({ kind: 'text', role: side, text: textOf(block['text']) })
    if (block['type'] === 'image_url') parts.push({ kind: 'media', ...dataUrl(at(block, 'image_url', 'url')) })
    if (block['type'] === 'file') parts.push({ kind: 'media', ...dataUrl(at(block, 'file', 'file_data')) })
  }
  for (const call of listOf(message['tool_calls'])) {
    const name = textOf(at(call, 'function', 'name'))
    const input = parsedInput(at(call, 'function', 'arguments'))
    parts.push({ kind: 'call', id: textOf(call['id']), name, input, seal: '' })
  }
  return parts
}
