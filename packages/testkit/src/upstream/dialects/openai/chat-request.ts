import type { Question } from '../../answer.ts'
import { BadRequest, isObject, type Json, optionalCount, requiredModel } from './wire.ts'

const ROLES = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function'])

export interface ChatRequest {
  readonly model: string
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly choices: number
  readonly question: Question
}

/** Reads what the fake needs and refuses what OpenAI refuses; unknown fields are none of its business. Throws BadRequest. */
export function readChatRequest(request: Json, tools: number | undefined): ChatRequest {
  const model = requiredModel(request)
  const messages = request['messages']
  if (messages === undefined)
    throw new BadRequest("Missing required parameter: 'messages'.", 'messages', 'missing_required_parameter')
  if (!Array.isArray(messages))
    throw new BadRequest("Invalid type for 'messages': expected an array of objects.", 'messages', 'invalid_type')
  if (messages.length === 0) {
    throw new BadRequest(
      "Invalid 'messages': empty array. Expected an array with minimum length 1.",
      'messages',
      'empty_array',
    )
  }
  const texts = messages.map((message, index) => messageText(message, index))
  temperature(request)
  return {
    model,
    stream: request['stream'] === true,
    ...streamOptions(request),
    choices: optionalCount(request, 'n') ?? 1,
    question: {
      prompt: texts.join('\n'),
      maxTokens: optionalCount(request, 'max_completion_tokens') ?? optionalCount(request, 'max_tokens'),
      calls: callsOf(request, messages, texts.at(-1) ?? '', tools),
    },
  }
}

function temperature(request: Json): void {
  const value = request['temperature']
  if (value === undefined || value === null) return
  if (typeof value !== 'number')
    throw new BadRequest("Invalid type for 'temperature': expected a decimal.", 'temperature', 'invalid_type')
  if (value < 0 || value > 2) {
    throw new BadRequest(
      "Invalid 'temperature': expected a value between 0 and 2.",
      'temperature',
      'decimal_out_of_range',
    )
  }
}

function streamOptions(request: Json): { includeUsage: boolean } {
  const options = request['stream_options']
  if (options === undefined || options === null) return { includeUsage: false }
  if (request['stream'] !== true) {
    throw new BadRequest("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options')
  }
  return { includeUsage: isObject(options) && options['include_usage'] === true }
}

function messageText(message: unknown, index: number): string {
  const param = `messages[${index}]`
  if (!isObject(message))
    throw new BadRequest(`Invalid type for '${param}': expected an object.`, param, 'invalid_type')
  const role = message['role']
  if (typeof role !== 'string') {
    throw new BadRequest(`Missing required parameter: '${param}.role'.`, `${param}.role`, 'missing_required_parameter')
  }
  if (!ROLES.has(role)) throw new BadRequest(`Invalid value for '${param}.role'.`, `${param}.role`, 'invalid_value')
  const content = message['content']
  if (typeof content === 'string') return content
  if (Array.isArray(content)) {
    return content.map((part) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : '')).join('')
  }
  if (content !== undefined && content !== null) {
    throw new BadRequest(`Invalid type for '${param}.content'.`, `${param}.content`, 'invalid_type')
  }
  return ''
}

/**
 * Tools are called when `tool_choice` forces it, when the script says how many, or when the last message is the user's and
 * names a tool or speaks of one.
 */
function callsOf(
  request: Json,
  messages: readonly unknown[],
  lastText: string,
  tools: number | undefined,
): Question['calls'] {
  const offered = (Array.isArray(request['tools']) ? request['tools'] : []).flatMap((tool: unknown) => {
    const definition = isObject(tool) ? tool['function'] : undefined
    if (!isObject(definition) || typeof definition['name'] !== 'string') return []
    return [{ name: definition['name'], parameters: definition['parameters'] }]
  })
  const first = offered[0]
  const choice = request['tool_choice']
  if (first === undefined || choice === 'none') return []
  if (tools !== undefined) return Array.from({ length: tools }, (_, index) => offered[index % offered.length] ?? first)
  if (isObject(choice) && isObject(choice['function'])) {
    const name = choice['function']['name']
    return [offered.find((tool) => tool.name === name) ?? first]
  }
  const last = messages.at(-1)
  if (!isObject(last) || last['role'] !== 'user') return []
  const named = offered.filter((tool) => lastText.includes(tool.name))
  if (named.length > 0) return named
  return choice === 'required' || /\b(tool|function|weather)\b/i.test(lastText) ? [first] : []
}
