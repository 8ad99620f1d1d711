// The messages of a chat request: their types, and that every call has its result and every result its call.
import { isObject, type Json, listOf, textIn } from '../json.ts'
import { checkLength, checkName } from './names.ts'
import { BadRequest } from './wire.ts'

const ROLES = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function'])

const PARTS: Readonly<Record<string, readonly string[]>> = {
  system: ['text'],
  developer: ['text'],
  user: ['text', 'image_url', 'input_audio', 'file'],
  assistant: ['text', 'refusal'],
  tool: ['text'],
  function: ['text'],
}

/** Returns the messages. Throws BadRequest. */
export function checkMessages(value: unknown, maxIdLength: number): readonly Json[] {
  if (value === undefined) {
    throw new BadRequest("Missing required parameter: 'messages'.", 'messages', 'missing_required_parameter')
  }
  if (!Array.isArray(value)) {
    throw new BadRequest("Invalid type for 'messages': expected an array of objects.", 'messages', 'invalid_type')
  }
  if (value.length === 0) {
    const message =
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead."
    throw new BadRequest(message, 'messages', 'empty_array')
  }
  const messages = value.map((message: unknown, index) => checkMessage(message, index, maxIdLength))
  checkOrder(messages)
  return messages
}

export function contentText(message: Json): string {
  const { content } = message
  if (typeof content === 'string') return content
  return listOf(content)
    .map((part) => textIn(part, 'text') ?? '')
    .join('')
}

function checkMessage(message: unknown, index: number, maxIdLength: number): Json {
  const param = `messages[${index}]`
  if (!isObject(message))
    throw new BadRequest(`Invalid type for '${param}': expected an object.`, param, 'invalid_type')
  const role = message['role']
  if (typeof role !== 'string') {
    throw new BadRequest(`Missing required parameter: '${param}.role'.`, `${param}.role`, 'missing_required_parameter')
  }
  if (!ROLES.has(role)) {
    const known = "'system', 'assistant', 'user', 'function', 'tool', and 'developer'"
    throw new BadRequest(`Invalid value: '${role}'. Supported values are: ${known}.`, `${param}.role`, 'invalid_value')
  }
  checkContent(message, role, param)
  const calls = message['tool_calls']
  if (calls !== undefined && calls !== null) checkCalls(calls, `${param}.tool_calls`, maxIdLength)
  if (role !== 'tool') return message
  const id = message['tool_call_id']
  if (typeof id !== 'string') {
    throw new BadRequest(
      `Missing required parameter: '${param}.tool_call_id'.`,
      `${param}.tool_call_id`,
      'missing_required_parameter',
    )
  }
  checkLength(id, maxIdLength, `${param}.tool_call_id`)
  return message
}

function checkContent(message: Json, role: string, param: string): void {
  const { content } = message
  if (typeof content === 'string') return
  if (content === undefined || content === null) {
    // An assistant turn may have calls, a refusal or sound instead of words.
    if (role === 'assistant' && ['tool_calls', 'function_call', 'refusal', 'audio'].some((name) => message[name]))
      return
    throw new BadRequest("Invalid value for 'content': expected a string, got null.", `${param}.content`)
  }
  if (!Array.isArray(content)) {
    const message = `Invalid type for '${param}.content': expected one of a string or array of objects, but got ${typeof content} instead.`
    throw new BadRequest(message, `${param}.content`, 'invalid_type')
  }
  for (const [index, part] of content.entries()) checkPart(part, role, `${param}.content[${index}]`)
}

function checkPart(part: unknown, role: string, param: string): void {
  const type = textIn(part, 'type')
  if (type === 'image_url' && role !== 'user') {
    const message = `Image URLs are only allowed for messages with role 'user', but this message with role '${role}' contains an image URL.`
    throw new BadRequest(message, param.replace(/\.content.*$/, ''), 'invalid_value')
  }
  const known = PARTS[role] ?? []
  if (type === undefined || !known.includes(type)) {
    const supported = known.map((name) => `'${name}'`).join(', ')
    throw new BadRequest(
      `Invalid value: '${type}'. Supported values are: ${supported}.`,
      `${param}.type`,
      'invalid_value',
    )
  }
  const needed = { text: 'text', image_url: 'image_url', input_audio: 'input_audio', file: 'file', refusal: 'refusal' }[
    type
  ]
  if (needed !== undefined && isObject(part) && part[needed] === undefined) {
    throw new BadRequest(
      `Missing required parameter: '${param}.${needed}'.`,
      `${param}.${needed}`,
      'missing_required_parameter',
    )
  }
  if (type !== 'image_url' || !isObject(part)) return
  const url = textIn(part['image_url'], 'url')
  if (url === undefined) {
    throw new BadRequest(
      `Missing required parameter: '${param}.image_url.url'.`,
      `${param}.image_url.url`,
      'missing_required_parameter',
    )
  }
  const media = /^data:([^;,]*)/.exec(url)?.[1]
  if (media !== undefined && !/^image\/(?:png|jpeg|gif|webp)$/.test(media)) {
    const message = `You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp'].`
    throw new BadRequest(message, null, 'invalid_image_format')
  }
}

function checkCalls(calls: unknown, param: string, maxIdLength: number): void {
  if (!Array.isArray(calls))
    throw new BadRequest(`Invalid type for '${param}': expected an array.`, param, 'invalid_type')
  if (calls.length === 0) {
    const message = `Invalid '${param}': empty array. Expected an array with minimum length 1, but got an empty array instead.`
    throw new BadRequest(message, param, 'empty_array')
  }
  for (const [index, call] of calls.entries()) {
    const at = `${param}[${index}]`
    const id = textIn(call, 'id')
    if (id === undefined)
      throw new BadRequest(`Missing required parameter: '${at}.id'.`, `${at}.id`, 'missing_required_parameter')
    checkLength(id, maxIdLength, `${at}.id`)
    const type = textIn(call, 'type') ?? 'function'
    const called = isObject(call) ? call[type] : undefined
    checkName(isObject(called) ? called['name'] : undefined, `${at}.${type}.name`)
    const input = type === 'custom' ? 'input' : 'arguments'
    if (textIn(called, input) === undefined) {
      throw new BadRequest(
        `Invalid type for '${at}.${type}.${input}': expected a string.`,
        `${at}.${type}.${input}`,
        'invalid_type',
      )
    }
  }
}

/** Calls are answered at once and all of them; a result follows its call. */
function checkOrder(messages: readonly Json[]): void {
  let open = new Set<string>()
  let callingIndex = -1
  const settle = (): void => {
    if (open.size === 0) return
    const message =
      "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. " +
      `The following tool_call_ids did not have response messages: ${[...open].join(', ')}`
    throw new BadRequest(message, `messages.[${callingIndex}].role`)
  }
  let answerable = new Set<string>()
  for (const [index, message] of messages.entries()) {
    if (message['role'] === 'tool') {
      const id = textIn(message, 'tool_call_id') ?? ''
      if (!answerable.has(id)) {
        throw new BadRequest(
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          `messages.[${index}].role`,
        )
      }
      open.delete(id)
      continue
    }
    settle()
    const ids = listOf(message['tool_calls']).map((call) => textIn(call, 'id') ?? '')
    open = new Set(ids)
    answerable = new Set(ids)
    callingIndex = index
  }
  settle()
}
