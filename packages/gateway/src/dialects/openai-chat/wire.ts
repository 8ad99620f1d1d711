// What the other files of this dialect share: its name, its constants, and building objects without empty members.
// Source of the fields: OpenAI's OpenAPI document 2.3.0; what other servers add is named where it is read.

import type { DialectName } from '../../core/conversation.ts'
import type { FieldNames } from '../../core/field-notes.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { ModelTraits } from '../../core/model-traits.ts'
import type { NameRule } from '../../core/tool-names.ts'

export const CHAT: DialectName = 'openai-chat'

export const FIELD_NAMES: FieldNames = Object.freeze({
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  seed: 'seed',
  stop: 'stop',
  n: 'n',
  logprobs: 'logprobs',
  topLogprobs: 'top_logprobs',
  logitBias: 'logit_bias',
  maxOutputTokens: 'max_tokens',
  verbosity: 'verbosity',
  serviceTier: 'service_tier',
  endUser: 'user',
  cacheKey: 'prompt_cache_key',
  cache: 'cache_control',
  parallelTools: 'parallel_tool_calls',
  tools: 'tools',
  toolChoice: 'tool_choice',
  output: 'response_format',
  effort: 'reasoning_effort',
  budgetTokens: 'reasoning.max_tokens',
  reasoning: 'reasoning',
  messages: 'messages',
})

export const TOOL_NAME_RULE: NameRule = { legal: /^[a-zA-Z0-9_-]+$/, maxLength: 64 }

/** `ServiceTier` of the OpenAPI document. */
export const SERVICE_TIERS: ReadonlySet<string> = new Set(['auto', 'default', 'flex', 'scale', 'priority', 'fast'])

/**
 * OpenAI itself, rather than one of the many servers that speak its dialect: nobody else instructs by a developer role.
 * Decides about fields that others refuse or have never heard of: custom tools, `allowed_tools`, `verbosity`…
 */
export function isOpenAi(traits: ModelTraits): boolean {
  return traits.systemRole === 'developer'
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** The same without the members that are undefined. */
export function defined<T extends object>(fields: T): Defined<T> {
  const kept: Defined<T> = {}
  for (const key in fields) {
    const value = fields[key]
    if (value !== undefined) kept[key] = value as Exclude<T[typeof key], undefined>
  }
  return kept
}

/** What is in the object beside the known members. */
export function otherMembers(object: JsonObject, known: ReadonlySet<string>): JsonObject {
  // `fromEntries` defines members where an assignment would call the setter of `__proto__`.
  return Object.fromEntries(Object.entries(object).filter(([key, value]) => !known.has(key) && value !== null))
}

export function sourceText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
