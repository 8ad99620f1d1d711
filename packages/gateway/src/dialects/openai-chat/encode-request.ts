// A conversation as a request body for an upstream of this dialect: OpenAI, Azure and the many servers that follow it.
// Sources: OpenAI's OpenAPI document 2.3.0, `CreateChatCompletionRequest`; what others refuse is known from `traits`.

import type { Conversation, ReasoningRequest } from '../../core/conversation.ts'
import type { EncodedRequest, TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { effortForBudget, nearestEffort } from '../../core/reasoning-effort.ts'
import { ToolNames } from '../../core/tool-names.ts'
import { cacheControl, type Encoding } from './encode-content.ts'
import { encodeMessages } from './encode-messages.ts'
import { encodeOutput } from './encode-output.ts'
import { encodeTools } from './encode-tools.ts'
import { shortId } from './short-id.ts'
import { CHAT, defined, isOpenAi, SERVICE_TIERS, TOOL_NAME_RULE } from './wire.ts'

/** OpenAI refuses more. */
const MAX_STOP_SEQUENCES = 4

/** @throws {GatewayError} `invalid_request` for what would change its meaning */
export function encodeRequest(conversation: Conversation, target: TargetModel, notes: Notes): EncodedRequest {
  const openAi = isOpenAi(target.traits)
  const own = conversation.dialect === CHAT
  const encoding: Encoding = {
    conversation,
    target,
    notes,
    names: ToolNames.of(conversation, TOOL_NAME_RULE),
    own,
    openAi,
    // Claude's cache marks work wherever Claude is served in this dialect; others may refuse a field that they do not know.
    marksCache: !openAi && (own || /claude/i.test(target.id)),
  }
  const messages = encodeMessages(encoding)
  const { members: output, outputTool, tool: extraTool } = encodeOutput(encoding)
  const body: JsonObject = {
    ...(own ? conversation.extensions : {}),
    model: target.id,
    messages,
    ...encodeTools(encoding, extraTool),
    ...output,
    ...encodeSampling(encoding),
    ...encodeLimits(encoding),
    ...encodeReasoning(conversation.reasoning, encoding),
    ...encodeHints(encoding),
    // Usage is always asked for; the client gets it when it did ask too (H08).
    ...(conversation.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  }
  return { body, toolNames: encoding.names, outputTool, headers: {} }
}

function encodeSampling({ conversation: { sampling }, target: { traits }, notes, own, openAi }: Encoding): JsonObject {
  const { stop, n, topK } = sampling
  const out: Record<string, JsonValue> = {}
  const set = (key: string, value: JsonValue | undefined): void => {
    if (value !== undefined) out[key] = value
  }
  const settle = (feature: 'temperature' | 'topP', key: string): void => {
    const value = sampling[feature]
    if (value === undefined) return
    if (traits.sampling === 'none' || (traits.sampling === 'one' && feature === 'topP' && 'temperature' in out))
      notes.drop(feature)
    else if (feature === 'temperature' && value > traits.maxTemperature) {
      notes.change(feature, traits.maxTemperature)
      out[key] = traits.maxTemperature
    } else out[key] = value
  }
  settle('temperature', 'temperature')
  settle('topP', 'top_p')
  if (topK !== undefined && own && !openAi && traits.sampling !== 'none') out['top_k'] = topK
  else if (topK !== undefined) notes.drop('topK')
  // Models without sampling refuse what shapes or shows the distribution as well ("Reasoning models", OpenAI).
  for (const [feature, key] of DISTRIBUTION_FIELDS) {
    if (sampling[feature] === undefined) continue
    if (traits.sampling === 'none') notes.drop(feature)
    else set(key, sampling[feature])
  }
  set('seed', sampling.seed)
  if (n !== undefined && n > 1) {
    if (!traits.manyAnswers)
      notes.refuse('n', 'This model gives one answer at a time. Send the request once per answer.')
    out['n'] = n
  }
  if (stop.length > 0) {
    if (!traits.stop)
      notes.refuse('stop', 'This model takes no stop sequences. Leave them out, or cut the text yourself.')
    if (openAi && stop.length > MAX_STOP_SEQUENCES)
      notes.refuse('stop', `This model takes at most ${MAX_STOP_SEQUENCES} stop sequences.`)
    out['stop'] = stop
  }
  return out
}

const DISTRIBUTION_FIELDS = [
  ['frequencyPenalty', 'frequency_penalty'],
  ['presencePenalty', 'presence_penalty'],
  ['logitBias', 'logit_bias'],
  ['logprobs', 'logprobs'],
  ['topLogprobs', 'top_logprobs'],
] as const

function encodeLimits({ conversation, target: { traits }, notes }: Encoding): JsonObject {
  const wanted = conversation.maxOutputTokens
  if (wanted === undefined) return {}
  const isTooMuch = traits.maxOutputTokens > 0 && wanted > traits.maxOutputTokens
  if (isTooMuch) notes.change('maxOutputTokens', traits.maxOutputTokens)
  return { [traits.maxTokensField]: isTooMuch ? traits.maxOutputTokens : wanted }
}

/** One level is all that this dialect has; a budget becomes the level that it is usually called. */
function encodeReasoning(reasoning: ReasoningRequest, { target: { traits }, notes }: Encoding): JsonObject {
  const { effort, budgetTokens } = reasoning
  if (effort === undefined && budgetTokens === undefined) return {}
  const feature = effort === undefined ? 'budgetTokens' : 'effort'
  const wanted = effort ?? effortForBudget(budgetTokens ?? 0)
  const nearest = traits.thinking === 'none' ? null : nearestEffort(wanted, traits.efforts)
  if (nearest === null) {
    // A model that cannot think need not be told not to.
    if (wanted !== 'none') notes.drop(feature)
    return {}
  }
  if (feature === 'budgetTokens' || nearest !== wanted) notes.change(feature, nearest)
  return { reasoning_effort: nearest }
}

/** What costs no more than quality, price or telemetry where it is missing. */
function encodeHints({ conversation, notes, own, openAi, marksCache }: Encoding): JsonObject {
  const { verbosity, serviceTier, endUser, cacheKey, cache } = conversation
  const takesHints = own || openAi
  const tier = serviceTier === undefined || own ? serviceTier : tierOf(serviceTier)
  // A chat client knows what its upstream takes.
  const bounded = (id: string | undefined): string | undefined => (id === undefined || own ? id : shortId(id))
  if (verbosity !== undefined && !takesHints) notes.drop('verbosity')
  if (cacheKey !== undefined && !takesHints) notes.drop('cacheKey')
  if (serviceTier !== undefined && (tier === undefined || !takesHints)) notes.drop('serviceTier')
  if (cache !== undefined && !marksCache) notes.drop('cache')
  return defined({
    verbosity: takesHints ? verbosity : undefined,
    service_tier: takesHints ? tier : undefined,
    prompt_cache_key: takesHints ? bounded(cacheKey) : undefined,
    user: bounded(endUser),
    cache_control: cache !== undefined && marksCache ? cacheControl(cache) : undefined,
  })
}

/** Anthropic and Gemini have words of their own for the ordinary tier. */
function tierOf(tier: string): string | undefined {
  if (tier === 'standard' || tier === 'standard_only') return 'default'
  return SERVICE_TIERS.has(tier) ? tier : undefined
}
