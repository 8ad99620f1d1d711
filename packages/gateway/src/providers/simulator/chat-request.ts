import { readConversation } from './conversation.ts'
import type { Conversation } from './conversation.ts'
import { badField } from './errors.ts'
import {
  isObject,
  missing,
  oneOf,
  optionalBoolean,
  optionalNumber,
  optionalObject,
  optionalString,
  requiredString,
  wrongType,
  wrongValue,
} from './fields.ts'
import type { JsonObject } from './fields.ts'
import { readTool, readToolChoice, readTools } from './tools.ts'
import type { Tool, ToolChoice } from './tools.ts'

export interface ChatRequest {
  readonly model: string
  readonly conversation: Conversation
  readonly tools: readonly Tool[]
  readonly toolChoice: ToolChoice
  readonly parallelCalls: boolean
  /** The deprecated `functions` instead of `tools`: the reply then has `function_call`. */
  readonly legacyFunctions: boolean
  readonly format:
    | { readonly type: 'text' | 'json_object' }
    | { readonly type: 'json_schema'; readonly schema: unknown }
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly n: number
  readonly maxTokens: number
  readonly stop: readonly string[]
}

/** Checks a chat request as OpenAI does. Throws a 400 that names the field; fields that it does not know are let be. */
export function readChatRequest(body: JsonObject): ChatRequest {
  const model = readModel(body)
  const conversation = readConversation(body['messages'])
  checkSampling(body)
  const legacy = (body['functions'] ?? undefined) !== undefined
  const tools = legacy ? readFunctions(body['functions']) : readTools(body['tools'])
  const toolChoice = legacy
    ? readFunctionCall(body['function_call'], tools)
    : readToolChoice(body['tool_choice'], tools)
  return {
    model,
    conversation,
    tools,
    toolChoice,
    parallelCalls: (optionalBoolean(body, 'parallel_tool_calls') ?? true) && !legacy,
    legacyFunctions: legacy,
    format: readFormat(body),
    ...readStreaming(body),
    n: optionalNumber(body, 'n', { min: 1, max: 128, integer: true }) ?? 1,
    maxTokens: readMaxTokens(body),
    stop: readStop(body),
  }
}

export function readModel(body: JsonObject): string {
  const model = requiredString(body, 'model')
  if (model === '') throw badField('you must provide a model parameter', 'model', 'missing_required_parameter')
  return model
}

/** The fields of chat and of the legacy completions whose value the simulator checks and does not use. */
export function checkSampling(body: JsonObject): void {
  optionalNumber(body, 'temperature', { min: 0, max: 2 })
  optionalNumber(body, 'top_p', { min: 0, max: 1 })
  optionalNumber(body, 'presence_penalty', { min: -2, max: 2 })
  optionalNumber(body, 'frequency_penalty', { min: -2, max: 2 })
  optionalNumber(body, 'seed', { integer: true })
  optionalObject(body, 'logit_bias')
  optionalString(body, 'user')
}

export function readStreaming(body: JsonObject): { stream: boolean; includeUsage: boolean } {
  const stream = optionalBoolean(body, 'stream') ?? false
  const options = optionalObject(body, 'stream_options')
  if (options !== undefined && !stream) {
    const text = `The 'stream_options' parameter is only allowed when 'stream' is enabled.`
    throw badField(text, 'stream_options', 'invalid_value')
  }
  const includeUsage = optionalBoolean(options ?? {}, 'include_usage', 'stream_options.include_usage') ?? false
  return { stream, includeUsage }
}

/** The sequences at which an answer ends; empty ones are ignored. */
export function readStop(body: JsonObject): readonly string[] {
  const value = body['stop'] ?? undefined
  if (value === undefined) return []
  if (typeof value === 'string') return value === '' ? [] : [value]
  if (!Array.isArray(value)) throw wrongType('stop', 'a string or an array of strings', value)
  const list: readonly unknown[] = value
  if (list.length > 4) {
    const text = `Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length ${list.length} instead.`
    throw badField(text, 'stop', 'array_above_max_length')
  }
  return list
    .map((item, index) => {
      if (typeof item !== 'string') throw wrongType(`stop[${index}]`, 'a string', item)
      return item
    })
    .filter((item) => item !== '')
}

function readMaxTokens(body: JsonObject): number {
  const old = optionalNumber(body, 'max_tokens', { min: 1, integer: true })
  const current = optionalNumber(body, 'max_completion_tokens', { min: 1, integer: true })
  if (old !== undefined && current !== undefined) {
    const text = `Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.`
    throw badField(text, 'max_tokens', 'invalid_parameter_combination')
  }
  return current ?? old ?? Infinity
}

function readFormat(body: JsonObject): ChatRequest['format'] {
  const value = optionalObject(body, 'response_format')
  if (value === undefined) return { type: 'text' }
  const type = oneOf({ 'response_format.type': value['type'] }, 'response_format.type', [
    'text',
    'json_object',
    'json_schema',
  ])
  if (type === undefined) throw missing('response_format.type')
  if (type !== 'json_schema') return { type }
  const inner = value['json_schema']
  if (!isObject(inner)) throw missing('response_format.json_schema')
  requiredString(inner, 'name', 'response_format.json_schema.name')
  return { type, schema: optionalObject(inner, 'schema', 'response_format.json_schema.schema') ?? { type: 'object' } }
}

function readFunctions(value: unknown): readonly Tool[] {
  if (!Array.isArray(value)) throw wrongType('functions', 'an array of objects', value)
  const list: readonly unknown[] = value
  return list.map((item, index) => {
    if (!isObject(item)) throw wrongType(`functions[${index}]`, 'an object', item)
    return readTool(item, 'function', `functions[${index}]`)
  })
}

function readFunctionCall(value: unknown, tools: readonly Tool[]): ToolChoice {
  if (value === undefined || value === null || value === 'auto') return { mode: 'auto' }
  if (value === 'none') return { mode: 'none' }
  if (!isObject(value)) throw wrongValue('function_call', value, ['none', 'auto'])
  return readToolChoice(value, tools)
}
