// Why an answer ended, in Anthropic's words and in ours.

import type { Finish, StopReason } from '../../core/answer.ts'
import { objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'

const REASONS: Readonly<Record<string, StopReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop-sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'context-window',
  tool_use: 'tool-calls',
  refusal: 'refusal',
  pause_turn: 'pause',
  // Paused behind a compaction, to go on from it.
  compaction: 'pause',
}

/**
 * @param message an answer, or the `delta` of a `message_delta`
 * @param hasCalls whether the answer calls tools; servers that only resemble Anthropic end such answers with `end_turn`
 */
export function readFinish(message: JsonObject, hasCalls: boolean): Finish {
  const word = stringOf(message['stop_reason'])
  const known = word === undefined ? undefined : REASONS[word]
  const reason = known === undefined || known === 'stop' ? (hasCalls ? 'tool-calls' : 'stop') : known
  const stopSequence = stringOf(message['stop_sequence'])
  const detail = explanationOf(message['stop_details'])
  return {
    reason,
    ...(stopSequence === undefined ? {} : { stopSequence }),
    ...(detail === undefined ? {} : { detail }),
  }
}

function explanationOf(value: JsonValue | undefined): string | undefined {
  const details = objectOf(value)
  return stringOf(details?.['explanation']) ?? stringOf(details?.['category'])
}

const WORDS: Readonly<Record<StopReason, string>> = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  'context-window': 'model_context_window_exceeded',
  'tool-calls': 'tool_use',
  refusal: 'refusal',
  'content-filter': 'refusal',
  pause: 'pause_turn',
  // The relay makes an error of it; this is said only where it is too late for that.
  malformed: 'end_turn',
}

/** @param refusal what the model said when it declined, where that came as a part of its own */
export function writeFinish(finish: Finish, refusal: string): JsonObject {
  const declined = refusal !== '' && finish.reason === 'stop'
  const stop_reason = declined ? 'refusal' : WORDS[finish.reason]
  const explanation = finish.detail ?? (refusal === '' ? null : refusal)
  return {
    stop_reason,
    stop_sequence: finish.stopSequence ?? null,
    stop_details: stop_reason === 'refusal' ? { type: 'refusal', category: null, explanation } : null,
  }
}
