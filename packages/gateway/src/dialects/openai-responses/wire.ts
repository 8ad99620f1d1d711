// Names that both directions of this dialect use.

import type { DialectName } from '../../core/conversation.ts'
import type { FieldNames } from '../../core/field-notes.ts'

export const OWN: DialectName = 'openai-responses'

/** Values of `include` that a conversation has a place for. */
export const INCLUDE_ENCRYPTED = 'reasoning.encrypted_content'
export const INCLUDE_LOGPROBS = 'message.output_text.logprobs'

/** Bounds of OpenAI's API, in characters and tokens. */
export const MAX_ID_CHARACTERS = 64
export const MIN_OUTPUT_TOKENS = 16

export const fieldNames: FieldNames = Object.freeze({
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  seed: 'seed',
  stop: 'stop',
  n: 'n',
  logprobs: 'include',
  topLogprobs: 'top_logprobs',
  logitBias: 'logit_bias',
  maxOutputTokens: 'max_output_tokens',
  verbosity: 'text.verbosity',
  serviceTier: 'service_tier',
  endUser: 'safety_identifier',
  cacheKey: 'prompt_cache_key',
  cache: 'prompt_cache_breakpoint',
  parallelTools: 'parallel_tool_calls',
  tools: 'tools',
  toolChoice: 'tool_choice',
  output: 'text.format',
  effort: 'reasoning.effort',
  budgetTokens: 'reasoning',
  reasoning: 'reasoning',
  messages: 'input',
})

// What an envelope's item id says when the reasoning in it is another dialect's. Clients of this dialect carry nothing
// back unread but `encrypted_content`, so what the canonical part says besides has to travel in there.

/** The reasoning was encrypted as a whole (`redacted_thinking`). */
export const MARK_REDACTED = 'redacted'
/** The seal is not of reasoning, but of the call or text right before the item. */
export const MARK_PREVIOUS = 'previous'

/** Item ids that this gateway made: what carries one never was at a provider. */
export const OUR_REASONING_ID = 'rs_fl'
