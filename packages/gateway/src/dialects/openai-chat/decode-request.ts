// A request body of `POST /v1/chat/completions` as a conversation.
// Source: OpenAI's OpenAPI document 2.3.0, `CreateChatCompletionRequest`; OpenRouter's "API Parameters" and "Reasoning
// Tokens" for `reasoning`, `top_k` and `cache_control`, which clients of other servers send here too.

import type { Conversation, OutputFormat, ReasoningRequest, Sampling } from '../../core/conversation.ts'
import type { DecodeContext } from '../../core/dialect.ts'
import type { JsonObject } from '../../core/json.ts'
import { isEffort } from '../../core/reasoning-effort.ts'
import { cacheMarkOf } from './decode-content.ts'
import { decodeMessages } from './decode-messages.ts'
import { decodeToolChoice, decodeTools } from './decode-tools.ts'
import {
  invalid,
  readArray,
  readBoolean,
  readCount,
  readNumber,
  readObject,
  readString,
  requireString,
} from './read-fields.ts'
import { CHAT, defined, otherMembers } from './wire.ts'

const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'tools',
  'tool_choice',
  'functions',
  'function_call',
  'parallel_tool_calls',
  'response_format',
  'temperature',
  'top_p',
  'top_k',
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'stop',
  'n',
  'logprobs',
  'top_logprobs',
  'logit_bias',
  'reasoning_effort',
  'reasoning',
  'max_tokens',
  'max_completion_tokens',
  'verbosity',
  'service_tier',
  'user',
  'prompt_cache_key',
  'cache_control',
])

/** @throws {GatewayError} `invalid_request` naming the field */
export function decodeRequest(body: JsonObject, context: DecodeContext): Conversation {
  const tools = decodeTools(body)
  const user = readString(body, 'user')
  const safetyIdentifier = readString(body, 'safety_identifier')
  return {
    dialect: CHAT,
    model: context.model ?? requireString(body, 'model', ''),
    stream: context.stream ?? readBoolean(body, 'stream') ?? false,
    turns: decodeMessages(body, context.envelope),
    tools,
    toolChoice: decodeToolChoice(body, tools),
    output: decodeOutput(body),
    sampling: decodeSampling(body),
    reasoning: decodeReasoning(body),
    usageAsked: readBoolean(readObject(body, 'stream_options') ?? {}, 'include_usage', 'stream_options') ?? false,
    extensions: decodeExtensions(body, user !== undefined),
    ...defined({
      parallelTools: readBoolean(body, 'parallel_tool_calls'),
      // Both may be there; the older one is deprecated (H64).
      maxOutputTokens: readCount(body, 'max_completion_tokens') ?? readCount(body, 'max_tokens'),
      verbosity: readString(body, 'verbosity'),
      serviceTier: readString(body, 'service_tier'),
      endUser: user ?? safetyIdentifier,
      cacheKey: readString(body, 'prompt_cache_key'),
      cache: cacheMarkOf(body),
    }),
  }
}

/** The rest, among it `modalities`, `audio`, `prediction`, `web_search_options`, `store` and `metadata`. */
function decodeExtensions(body: JsonObject, userIsTaken: boolean): JsonObject {
  const { safety_identifier: safetyIdentifier, ...others } = otherMembers(body, KNOWN)
  return safetyIdentifier !== undefined && userIsTaken ? { ...others, safety_identifier: safetyIdentifier } : others
}

function decodeSampling(body: JsonObject): Sampling {
  const n = readCount(body, 'n')
  if (n === 0) invalid('n', 'The field "n" must be at least 1.')
  return {
    stop: decodeStop(body),
    ...defined({
      temperature: readNumber(body, 'temperature'),
      topP: readNumber(body, 'top_p'),
      topK: readNumber(body, 'top_k'),
      frequencyPenalty: readNumber(body, 'frequency_penalty'),
      presencePenalty: readNumber(body, 'presence_penalty'),
      seed: readNumber(body, 'seed'),
      n: n === 1 ? undefined : n,
      logprobs: readBoolean(body, 'logprobs'),
      topLogprobs: readCount(body, 'top_logprobs'),
      logitBias: readObject(body, 'logit_bias'),
    }),
  }
}

/** A string or an array of strings; an empty one stops nothing. */
function decodeStop(body: JsonObject): readonly string[] {
  if (typeof body['stop'] === 'string') return body['stop'] === '' ? [] : [body['stop']]
  const sequences: string[] = []
  for (const [index, sequence] of (readArray(body, 'stop') ?? []).entries()) {
    if (typeof sequence !== 'string') invalid(`stop[${index}]`, `The field "stop[${index}]" must be a string.`)
    else if (sequence !== '') sequences.push(sequence)
  }
  return sequences
}

function decodeReasoning(body: JsonObject): ReasoningRequest {
  // OpenRouter's form.
  const reasoning = readObject(body, 'reasoning') ?? {}
  const enabled = readBoolean(reasoning, 'enabled', 'reasoning')
  const exclude = readBoolean(reasoning, 'exclude', 'reasoning')
  const budgetTokens = readCount(reasoning, 'max_tokens', 'reasoning')
  const given = readEffort(body, 'reasoning_effort', '') ?? readEffort(reasoning, 'effort', 'reasoning')
  const switched = enabled === false ? 'none' : enabled === true && budgetTokens === undefined ? 'medium' : undefined
  return defined({
    effort: given ?? switched,
    budgetTokens,
    visible: exclude === undefined ? undefined : !exclude,
    summary: readString(reasoning, 'summary', 'reasoning'),
  })
}

function readEffort(object: JsonObject, key: string, at: string): ReasoningRequest['effort'] {
  const value = readString(object, key, at)
  // Groq's `default` and the `auto` of some clients: as the model likes.
  if (value === undefined || value === 'default' || value === 'auto') return undefined
  if (isEffort(value)) return value
  const path = at === '' ? key : `${at}.${key}`
  return invalid(path, `The field "${path}" must be one of none, minimal, low, medium, high, xhigh, max.`)
}

function decodeOutput(body: JsonObject): OutputFormat {
  const format = readObject(body, 'response_format')
  if (format === undefined) return { type: 'text' }
  const type = readString(format, 'type', 'response_format')
  if (type === undefined || type === 'text') return { type: 'text' }
  if (type === 'json_object') {
    // With a schema beside it: Together's and Fireworks' form.
    const schema = readObject(format, 'schema', 'response_format')
    return schema === undefined ? { type: 'json' } : { type: 'json-schema', name: 'response', schema }
  }
  if (type !== 'json_schema') {
    const message = `The field "response_format.type" is "${type.slice(0, 40)}". It can be text, json_object or json_schema.`
    return invalid('response_format.type', message)
  }
  const at = 'response_format.json_schema'
  const given = readObject(format, 'json_schema', 'response_format')
  if (given === undefined) return invalid(at, `The field "${at}" is missing. It holds the name and the schema.`)
  const schema = readObject(given, 'schema', at)
  if (schema === undefined) return { type: 'json' }
  return {
    type: 'json-schema',
    name: readString(given, 'name', at) ?? 'response',
    schema,
    ...defined({ description: readString(given, 'description', at), strict: readBoolean(given, 'strict', at) }),
  }
}
