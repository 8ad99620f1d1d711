// The messages of a chat request: checked as OpenAI checks them, and reduced to what an answer can hang on.

import { badField } from './errors.ts'
import { isObject, missing, requiredString, wrongType, wrongValue } from './fields.ts'
import type { JsonObject } from './fields.ts'

export interface Conversation {
  /** The text of the last user message; empty when there is none. */
  readonly prompt: string
  /** Images, audio and files in the last user message. */
  readonly attachments: number
  /** What the last messages brought back from tools, when the conversation ends with that. */
  readonly toolResults: readonly { readonly name: string; readonly text: string }[]
  /** Every text of every message, for counting tokens. */
  readonly texts: readonly string[]
  readonly messageCount: number
}

const ROLES = ['system', 'assistant', 'user', 'function', 'tool', 'developer'] as const
const PART_TYPES = ['text', 'image_url', 'input_audio', 'file', 'refusal'] as const

export function readConversation(value: unknown): Conversation {
  if (value === undefined || value === null) throw missing('messages')
  if (!Array.isArray(value)) throw wrongType('messages', 'an array of objects', value)
  const list: readonly unknown[] = value
  if (list.length === 0) {
    const text = `Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.`
    throw badField(text, 'messages', 'empty_array')
  }
  const texts: string[] = []
  let prompt = ''
  let attachments = 0
  let toolResults: { name: string; text: string }[] = []
  /** Calls of the assistant that wait for their results: id -> tool. */
  let open = new Map<string, string>()
  for (const [index, message] of list.entries()) {
    const param = `messages[${index}]`
    if (!isObject(message)) throw wrongType(param, 'an object', message)
    const role = readRole(message, param)
    const isResult = role === 'tool' || role === 'function'
    if (!isResult && open.size > 0) throw unanswered(open, param)
    const content = readContent(message, role, param)
    texts.push(content.text)
    if (!isResult) toolResults = []
    if (role === 'user') {
      prompt = content.text
      attachments = content.attachments
    } else if (role === 'assistant') {
      open = readToolCalls(message, param, texts)
    } else if (role === 'tool') {
      toolResults.push({ name: takeCall(open, message, param), text: content.text })
    } else if (role === 'function') {
      toolResults.push({ name: requiredString(message, 'name', `${param}.name`), text: content.text })
    }
  }
  if (open.size > 0) throw unanswered(open, `messages[${list.length - 1}]`)
  return { prompt, attachments, toolResults, texts, messageCount: list.length }
}

function readRole(message: JsonObject, param: string): (typeof ROLES)[number] {
  const role = requiredString(message, 'role', `${param}.role`)
  const known = ROLES.find((item) => item === role)
  if (known === undefined) throw wrongValue(`${param}.role`, role, ROLES)
  return known
}

function readContent(message: JsonObject, role: string, param: string): { text: string; attachments: number } {
  const content = message['content'] ?? undefined
  if (typeof content === 'string') return { text: content, attachments: 0 }
  if (content === undefined) {
    // Only an assistant may say nothing: it may have called a tool instead.
    if (role === 'assistant' || role === 'function') return { text: '', attachments: 0 }
    const text = `Invalid value for 'content': expected a string, got null.`
    throw badField(text, `${param}.content`, 'invalid_value')
  }
  if (!Array.isArray(content)) throw wrongType(`${param}.content`, 'a string or an array of objects', content)
  const parts: readonly unknown[] = content
  const texts: string[] = []
  let attachments = 0
  for (const [index, part] of parts.entries()) {
    const partParam = `${param}.content[${index}]`
    if (!isObject(part)) throw wrongType(partParam, 'an object', part)
    const type = requiredString(part, 'type', `${partParam}.type`)
    if (!PART_TYPES.some((known) => known === type)) throw wrongValue(`${partParam}.type`, type, PART_TYPES)
    if (type === 'text' || type === 'refusal') texts.push(requiredString(part, type, `${partParam}.${type}`))
    else if (part[type] === undefined) throw missing(`${partParam}.${type}`)
    else attachments += 1
  }
  return { text: texts.join('\n'), attachments }
}

/** The calls of an assistant message that results must follow; the deprecated `function_call` needs none. */
function readToolCalls(message: JsonObject, param: string, texts: string[]): Map<string, string> {
  const open = new Map<string, string>()
  const calls = message['tool_calls'] ?? undefined
  if (calls === undefined) return open
  if (!Array.isArray(calls)) throw wrongType(`${param}.tool_calls`, 'an array of objects', calls)
  const list: readonly unknown[] = calls
  for (const [index, call] of list.entries()) {
    const callParam = `${param}.tool_calls[${index}]`
    if (!isObject(call)) throw wrongType(callParam, 'an object', call)
    const id = requiredString(call, 'id', `${callParam}.id`)
    const kind = call['type'] === 'custom' ? 'custom' : 'function'
    const inner = call[kind]
    if (!isObject(inner)) throw missing(`${callParam}.${kind}`)
    const name = requiredString(inner, 'name', `${callParam}.${kind}.name`)
    const field = kind === 'custom' ? 'input' : 'arguments'
    texts.push(name, requiredString(inner, field, `${callParam}.${kind}.${field}`))
    open.set(id, name)
  }
  return open
}

function takeCall(open: Map<string, string>, message: JsonObject, param: string): string {
  const id = requiredString(message, 'tool_call_id', `${param}.tool_call_id`)
  const name = open.get(id)
  if (name === undefined) {
    const text = `Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.`
    throw badField(text, `${param}.role`, 'invalid_value')
  }
  open.delete(id)
  return name
}

function unanswered(open: ReadonlyMap<string, string>, param: string): Error {
  const ids = [...open.keys()].join(', ')
  const text = `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. These did not have response messages: ${ids}`
  return badField(text, `${param}.role`, 'invalid_value')
}
