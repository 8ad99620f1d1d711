// Sampling and the other knobs of a request: what Claude models take of them, and notes about the rest.

import type { Conversation } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import { requestTier } from './service-tier.ts'
import { DIALECT, type Draft } from './wire.ts'

/** Anthropic's own bound, whatever else a model takes. */
const MAX_TEMPERATURE = 1
/** With thinking, `top_p` may only be close to 1 ("Extended thinking", feature compatibility). */
const MIN_THINKING_TOP_P = 0.95
const MAX_USER_ID = 256

/** @param thinking the request switches thinking on */
export function encodeSampling(
  { sampling }: Conversation,
  { traits }: TargetModel,
  thinking: boolean,
  notes: Notes,
): Draft {
  const draft: Draft = {}
  const { temperature, topP, topK } = sampling
  const none = traits.sampling === 'none'
  const one = traits.sampling === 'one' && temperature !== undefined && !thinking
  if (temperature !== undefined) {
    const most = Math.min(traits.maxTemperature, MAX_TEMPERATURE)
    if (none || (thinking && temperature !== 1)) notes.drop('temperature')
    else if (!thinking) {
      draft['temperature'] = Math.min(temperature, most)
      if (temperature > most) notes.change('temperature', most)
    }
  }
  if (topP !== undefined) {
    if (none || one || (thinking && topP < MIN_THINKING_TOP_P)) notes.drop('topP')
    else draft['top_p'] = topP
  }
  if (topK !== undefined) {
    if (none || thinking) notes.drop('topK')
    else draft['top_k'] = topK
  }
  return draft
}

export function encodeStop({ sampling }: Conversation, { traits }: TargetModel, notes: Notes): Draft {
  const stop = sampling.stop.filter((sequence) => sequence.trim() !== '')
  if (stop.length < sampling.stop.length) notes.drop('stop')
  if (stop.length === 0) return {}
  if (!traits.stop) notes.refuse('stop', 'This model takes no stop sequences.')
  return { stop_sequences: stop }
}

/** Who asks, and at which tier. */
export function encodeService({ dialect, endUser, serviceTier, extensions }: Conversation, notes: Notes): Draft {
  const draft: Draft = {}
  const metadata = dialect === DIALECT ? extensions['metadata'] : undefined
  const kept = typeof metadata === 'object' && metadata !== null ? metadata : {}
  if (endUser !== undefined && dialect !== DIALECT && endUser.length > MAX_USER_ID) notes.drop('endUser')
  else if (endUser !== undefined) draft['metadata'] = { ...kept, user_id: endUser }
  if (serviceTier !== undefined) {
    const tier = dialect === DIALECT ? (requestTier(serviceTier) ?? serviceTier) : requestTier(serviceTier)
    if (tier === undefined) notes.drop('serviceTier')
    else draft['service_tier'] = tier
  }
  return draft
}

/** What no Claude model takes: noted when it asked for anything, refused when the answer would be another. */
export function noteForeignKnobs({ sampling, verbosity, cacheKey }: Conversation, notes: Notes): void {
  if ((sampling.n ?? 1) > 1) notes.refuse('n', 'This model gives one answer at a time: send n = 1.')
  if ((sampling.frequencyPenalty ?? 0) !== 0) notes.drop('frequencyPenalty')
  if ((sampling.presencePenalty ?? 0) !== 0) notes.drop('presencePenalty')
  if (sampling.seed !== undefined) notes.drop('seed')
  if (sampling.logprobs === true) notes.drop('logprobs')
  if ((sampling.topLogprobs ?? 0) !== 0) notes.drop('topLogprobs')
  if (Object.keys(sampling.logitBias ?? {}).length > 0) notes.drop('logitBias')
  if (verbosity !== undefined) notes.drop('verbosity')
  if (cacheKey !== undefined) notes.drop('cacheKey')
}
