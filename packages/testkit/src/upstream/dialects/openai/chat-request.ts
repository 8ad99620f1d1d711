// What OpenAI reads in a chat request, and what it refuses: types, ranges, and the order of calls and results.
// Unknown fields are none of its business unless the fake is told to be strict about them.
import type { OfferedTool, Question } from '../../answer.ts'
import { isObject, type Json, listOf, textIn, written } from '../json.ts'
import { checkMessages, contentText } from './chat-messages.ts'
import { checkModelLimits, checkSampling } from './chat-limits.ts'
import { checkName, checkStrictSchema } from './names.ts'
import { BadRequest, optionalCount, requiredModel } from './wire.ts'

export interface ChatRules {
  /** Longest id of a tool call. OpenAI: 64 in our fake; some servers take 40. */
  readonly maxToolCallIdLength: number
  /** Refuse members that OpenAI does not know. */
  readonly strictFields: boolean
  /** The model may think aloud (compatible providers). */
  readonly reasons: boolean
}

export interface ChatRequest {
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly choices: number
  readonly question: Question
}

/** More than any model gives. Also bounds what one request can make this process write. */
export const MAX_CHOICES = 128

/** Throws BadRequest. */
export function readChatRequest(request: Json, rules: ChatRules): ChatRequest {
  const model = requiredModel(request)
  if (rules.strictFields) checkFields(request)
  const messages = checkMessages(request['messages'], rules.maxToolCallIdLength)
  checkSampling(request)
  checkModelLimits(model, request)
  const tools = readTools(request)
  const format = readFormat(request, messages)
  const last = messages.at(-1)
  return {
    stream: request['stream'] === true,
    ...streamOptions(request),
    choices: optionalCount(request, 'n', MAX_CHOICES) ?? 1,
    question: {
      model,
      prompt: messages.map(contentText).join('\n'),
      maxTokens: optionalCount(request, 'max_completion_tokens') ?? optionalCount(request, 'max_tokens'),
      tools,
      choice: readChoice(request, tools),
      lastUserText: last?.['role'] === 'user' ? contentText(last) : undefined,
      toolResults: trailingResults(messages),
      schema: format,
      stopSequences: listOf(request['stop']).filter((stop) => typeof stop === 'string'),
      reasoning: rules.reasons,
    },
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

function trailingResults(messages: readonly Json[]): string[] {
  const firstOther = messages.findLastIndex((message) => message['role'] !== 'tool')
  return messages.slice(firstOther + 1).map(contentText)
}

function readTools(request: Json): OfferedTool[] {
  const tools = request['tools']
  if (tools === undefined || tools === null) return []
  if (!Array.isArray(tools))
    throw new BadRequest("Invalid type for 'tools': expected an array of objects.", 'tools', 'invalid_type')
  if (tools.length === 0) {
    const message =
      "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead."
    throw new BadRequest(message, 'tools', 'empty_array')
  }
  return tools.flatMap((tool: unknown, index) => {
    const param = `tools[${index}]`
    const type = textIn(tool, 'type')
    const definition = isObject(tool) && type !== undefined ? tool[type] : undefined
    // `openrouter:web_search`: a provider's own tools are its own business.
    if (type?.includes(':') === true) return []
    if (type !== 'function' && type !== 'custom') {
      const got = type === undefined ? '' : `: '${type}'`
      throw new BadRequest(
        `Invalid value${got}. Supported values are: 'function' and 'custom'.`,
        `${param}.type`,
        'invalid_value',
      )
    }
    if (!isObject(definition)) {
      throw new BadRequest(
        `Missing required parameter: '${param}.${type}'.`,
        `${param}.${type}`,
        'missing_required_parameter',
      )
    }
    const name = checkName(definition['name'], `${param}.${type}.name`)
    const { parameters } = definition
    if (definition['strict'] === true)
      checkStrictSchema(parameters, `function '${name}'`, `${param}.function.parameters`)
    return [{ name, parameters: type === 'custom' ? { type: 'string' } : parameters }]
  })
}

function readChoice(request: Json, tools: readonly OfferedTool[]): Question['choice'] {
  const choice = request['tool_choice']
  const absent = choice === undefined || choice === null
  if (tools.length === 0) {
    if (request['parallel_tool_calls'] !== undefined && request['parallel_tool_calls'] !== null) {
      const message =
        "Invalid value for 'parallel_tool_calls': 'parallel_tool_calls' is only allowed when 'tools' are specified."
      throw new BadRequest(message, 'parallel_tool_calls')
    }
    if (!absent && choice !== 'none') {
      throw new BadRequest(
        "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
        'tool_choice',
      )
    }
    return 'none'
  }
  if (absent) return 'auto'
  if (choice === 'auto' || choice === 'none' || choice === 'required') return choice
  const type = textIn(choice, 'type')
  const named = isObject(choice) && type !== undefined ? choice[type] : undefined
  if (type === 'allowed_tools') return textIn(named, 'mode') === 'required' ? 'required' : 'auto'
  const name = textIn(named, 'name')
  if (name === undefined)
    throw new BadRequest(
      `Invalid value: '${written(choice)}'. Supported values are: 'none', 'auto', and 'required'.`,
      'tool_choice',
      'invalid_value',
    )
  if (!tools.some((tool) => tool.name === name)) {
    throw new BadRequest(`Tool choice '${name}' not found in 'tools' parameter.`, 'tool_choice')
  }
  return { name }
}

function readFormat(request: Json, messages: readonly Json[]): unknown {
  const format = request['response_format']
  if (format === undefined || format === null) return undefined
  const type = textIn(format, 'type')
  if (type === 'text') return undefined
  if (type === 'json_object') {
    if (!messages.some((message) => /json/i.test(contentText(message)))) {
      const message =
        "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
      throw new BadRequest(message, 'messages')
    }
    return true
  }
  const definition = isObject(format) ? format['json_schema'] : undefined
  if (type !== 'json_schema') {
    throw new BadRequest(
      `Invalid value: '${type}'. Supported values are: 'json_object', 'json_schema', and 'text'.`,
      'response_format.type',
      'invalid_value',
    )
  }
  if (!isObject(definition)) {
    throw new BadRequest(
      "Missing required parameter: 'response_format.json_schema'.",
      'response_format.json_schema',
      'missing_required_parameter',
    )
  }
  const name = checkName(definition['name'], 'response_format.json_schema.name')
  if (definition['strict'] === true)
    checkStrictSchema(definition['schema'], `response_format '${name}'`, 'response_format')
  return definition['schema'] ?? true
}

/** Members of OpenAI's own OpenAPI description of the request. */
const FIELDS = new Set(
  (
    'messages model modalities verbosity reasoning_effort max_completion_tokens frequency_penalty presence_penalty web_search_options ' +
    'top_logprobs response_format audio store stream stop logit_bias logprobs max_tokens n prediction seed stream_options tools ' +
    'tool_choice parallel_tool_calls function_call functions metadata temperature top_p user safety_identifier prompt_cache_key ' +
    'prompt_cache_retention prompt_cache_options service_tier moderation'
  ).split(' '),
)

function checkFields(request: Json): void {
  const unknown = Object.keys(request).filter((name) => !FIELDS.has(name))
  if (unknown.length > 0) throw new BadRequest(`Unrecognized request argument supplied: ${unknown.join(', ')}`)
}
