// Why an answer ended, in this dialect's words and in ours (H13, H69, H70).
// Sources: `finish_reason` of the OpenAPI document; the words that other servers use there, as recorded or documented:
// Mistral `model_length`, DeepSeek `insufficient_system_resource`, Z.ai `sensitive` and `network_error`, OpenRouter
// `error`, vLLM and SGLang `abort`, Hugging Face `eos_token`.

import type { Finish, StopReason } from '../../core/answer.ts'
import { stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'

const REASONS: Readonly<Record<string, StopReason>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  content_filter: 'content-filter',
  function_call: 'tool-calls',
  // Others' words.
  stop_sequence: 'stop-sequence',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  max_output_tokens: 'length',
  model_length: 'context-window',
  model_context_window_exceeded: 'context-window',
  refusal: 'refusal',
  safety: 'content-filter',
  sensitive: 'content-filter',
  content_filtered: 'content-filter',
  error: 'malformed',
  abort: 'malformed',
  malformed_function_call: 'malformed',
  insufficient_system_resource: 'malformed',
  network_error: 'malformed',
}

/** What the choice says; null = nothing yet. `''` is nothing (H13). */
export function givenReason(choice: JsonObject): string | null {
  return stringOf(choice['finish_reason']) || null
}

/**
 * @param word null where it was never said
 * @param said what the answer holds: some servers say `stop` behind a tool call, OpenAI itself for a forced one
 */
export function finishOf(
  word: string | null,
  said: { readonly calls: boolean; readonly refusal: boolean },
  stopReason: JsonValue | undefined,
): Finish {
  // A word that nobody knows (`eos`, `end_turn`) ended an answer all the same.
  const known =
    word === null ? 'stop' : (Object.hasOwn(REASONS, word.toLowerCase()) && REASONS[word.toLowerCase()]) || 'stop'
  if (known === 'stop' && said.calls) return { reason: 'tool-calls' }
  if (known === 'content-filter' && said.refusal) return { reason: 'refusal' }
  // vLLM names the sequence that matched; a number there is a token.
  if ((known === 'stop' || known === 'stop-sequence') && typeof stopReason === 'string' && stopReason !== '')
    return { reason: 'stop-sequence', stopSequence: stopReason }
  return { reason: known }
}

const WORDS: Readonly<Record<StopReason, string>> = {
  stop: 'stop',
  'stop-sequence': 'stop',
  length: 'length',
  'context-window': 'length',
  'tool-calls': 'tool_calls',
  refusal: 'content_filter',
  'content-filter': 'content_filter',
  // Not finished, and this dialect has one word for that.
  pause: 'length',
  // Never written: it is reported as an error.
  malformed: 'stop',
}

export function wordFor(reason: StopReason): string {
  return WORDS[reason]
}

export const MALFORMED_MESSAGE = 'The model produced an answer that cannot be read. Send the request again.'
