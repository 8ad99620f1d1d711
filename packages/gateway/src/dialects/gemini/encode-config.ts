// `generationConfig`: sampling, limits, output format and thinking, as far as the model takes them.

import type { Conversation } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { encodeThinking } from './thinking.ts'

/** More of them are a 400. Source: `stopSequences` in the API's reference. */
const MAX_STOPS = 5
const MAX_TOP_LOGPROBS = 20
/** Below 2, and 2 itself is an error. */
const MAX_PENALTY = 1.99
const MAX_SEED = 2 ** 31 - 1

type Config = { [name: string]: JsonValue }

interface ConfigContext {
  readonly target: TargetModel
  readonly notes: Notes
  /** The members that ask for the output's format. */
  readonly format: JsonObject
}

export function encodeConfig(conversation: Conversation, { target, notes, format }: ConfigContext): Config {
  const config: Config = {}
  writeSampling(config, conversation, { target, notes })
  writeLimits(config, conversation, { target, notes })
  for (const [name, value] of Object.entries(format)) if (value !== undefined) config[name] = value
  const thinking = encodeThinking(conversation.reasoning, target, notes)
  if (thinking !== null) config['thinkingConfig'] = thinking
  return config
}

type Context = Omit<ConfigContext, 'format'>

function writeSampling(config: Config, { sampling }: Conversation, { target: { traits }, notes }: Context): void {
  const { temperature, topP, topK } = sampling
  if (traits.sampling === 'none') {
    if (temperature !== undefined) notes.drop('temperature')
    if (topP !== undefined) notes.drop('topP')
    if (topK !== undefined) notes.drop('topK')
  } else {
    if (temperature !== undefined) {
      config['temperature'] = Math.min(temperature, traits.maxTemperature)
      if (temperature > traits.maxTemperature) notes.change('temperature', traits.maxTemperature)
    }
    if (topP !== undefined && (traits.sampling === 'all' || temperature === undefined)) config['topP'] = topP
    else if (topP !== undefined) notes.drop('topP')
    if (topK !== undefined) config['topK'] = topK
  }
  for (const name of ['frequencyPenalty', 'presencePenalty'] as const) {
    const penalty = sampling[name]
    if (penalty === undefined) continue
    config[name] = Math.min(penalty, MAX_PENALTY)
    if (penalty > MAX_PENALTY) notes.change(name, MAX_PENALTY)
  }
  const { seed } = sampling
  if (seed === undefined) return
  const small = Math.trunc(seed) % (MAX_SEED + 1)
  config['seed'] = small
  if (small !== seed) notes.change('seed', small)
}

function writeLimits(
  config: Config,
  { sampling, maxOutputTokens }: Conversation,
  { target: { traits }, notes }: Context,
): void {
  const { stop, n = 1, logprobs, topLogprobs } = sampling
  if (stop.length > MAX_STOPS) notes.refuse('stop', `This model takes at most ${MAX_STOPS} stop sequences.`)
  if (stop.length > 0 && !traits.stop) notes.refuse('stop', 'This model takes no stop sequences. Leave them out.')
  if (stop.length > 0) config['stopSequences'] = stop
  if (n > 1 && !traits.manyAnswers) notes.refuse('n', 'This model gives one answer at a time. Ask for one.')
  if (n > 1) config['candidateCount'] = n
  if (maxOutputTokens !== undefined) {
    const limit = traits.maxOutputTokens
    const tooMany = limit > 0 && maxOutputTokens > limit
    config['maxOutputTokens'] = tooMany ? limit : maxOutputTokens
    if (tooMany) notes.change('maxOutputTokens', limit)
  }
  if (logprobs !== true) return
  config['responseLogprobs'] = true
  if (topLogprobs === undefined || topLogprobs <= 0) return
  config['logprobs'] = Math.min(topLogprobs, MAX_TOP_LOGPROBS)
  if (topLogprobs > MAX_TOP_LOGPROBS) notes.change('topLogprobs', MAX_TOP_LOGPROBS)
}
