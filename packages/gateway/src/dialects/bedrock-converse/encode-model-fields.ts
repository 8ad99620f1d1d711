// Limits, sampling and thinking: Converse's own `inferenceConfig`, and what each family of models takes beside it in
// `additionalModelRequestFields`. The fields depend on each other: thinking takes its tokens out of the limit, and most
// models that think want to be left alone with temperatures.

import type { Conversation } from '../../core/conversation.ts'
import type { TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import { arrayOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import { encodeThinking, type Thinking } from './encode-thinking.ts'
import { familyOf, type ModelFamily } from './model-family.ts'

export interface ModelFields {
  readonly inferenceConfig: JsonObject
  readonly additional: JsonObject
  /** For `outputConfig.effort`; '' = none. */
  readonly effort: string
  /** For `additionalModelResponseFieldPaths`: the sequence that matched is to be told (H66). */
  readonly responsePaths: readonly string[]
}

export interface Circumstances {
  readonly hasTools: boolean
  /** The model must call a tool. */
  readonly forced: boolean
  readonly thoughtLost: boolean
  /** The assistant's answer was begun by the client. */
  readonly prefilled: boolean
}

/** Room for the answer behind a budget of thought, where nobody set a limit. */
const ANSWER_TOKENS = 8_192
const MIN_THINKING_TOP_P = 0.95

export function encodeModelFields(
  conversation: Conversation,
  target: TargetModel,
  notes: Notes,
  { hasTools, forced, thoughtLost, prefilled }: Circumstances,
): ModelFields {
  const family = familyOf(target.id)
  const asked = encodeMaxTokens(conversation, target, notes)
  const limits = { maxTokens: asked ?? target.traits.maxOutputTokens, barred: forced || prefilled, thoughtLost }
  const thinking = encodeThinking(conversation.reasoning, target, limits, notes)
  const maxTokens = asked ?? impliedMaxTokens(thinking, target)
  const stop = encodeStop(conversation, target, family, notes)
  const sampling = encodeSampling(conversation, target, family, thinking, notes)
  // Nova at its hardest sets its own limit.
  const limited = maxTokens !== undefined && !(family === 'nova' && thinking.fixedSampling)
  if (asked !== undefined && !limited) notes.drop('maxOutputTokens')
  const inferenceConfig: JsonObject = {
    ...(limited ? { maxTokens } : {}),
    ...sampling.inferenceConfig,
    ...(stop.length === 0 ? {} : { stopSequences: stop }),
  }
  const additional: JsonObject = {
    ...sampling.additional,
    ...thinking.fields,
    ...encodeParallel(conversation, family, hasTools, forced, notes),
    ...(family === 'claude' ? encodeBetas(conversation, thinking) : {}),
  }
  const responsePaths = family === 'claude' && stop.length > 0 ? stopSequencePaths(conversation.stream) : []
  return { inferenceConfig, additional, effort: thinking.effort, responsePaths }
}

/** Where Claude's own answer, and its own stream, has it. A path that leads nowhere is no error. */
function stopSequencePaths(stream: boolean): readonly string[] {
  return stream ? ['/delta/stop_sequence', '/stop_sequence'] : ['/stop_sequence']
}

function encodeMaxTokens({ maxOutputTokens }: Conversation, { traits }: TargetModel, notes: Notes): number | undefined {
  if (maxOutputTokens === undefined) return undefined
  const most = traits.maxOutputTokens > 0 ? traits.maxOutputTokens : maxOutputTokens
  const sent = Math.max(1, Math.min(maxOutputTokens, most))
  if (sent !== maxOutputTokens) notes.change('maxOutputTokens', sent)
  return sent
}

/** A budget must be smaller than the limit, so there must be a limit; a high one is taken off the account's quota. */
function impliedMaxTokens({ budgetTokens }: Thinking, { traits }: TargetModel): number | undefined {
  if (budgetTokens === 0) return undefined
  const wanted = budgetTokens + ANSWER_TOKENS
  return traits.maxOutputTokens > 0 ? Math.min(wanted, traits.maxOutputTokens) : wanted
}

function encodeStop(
  { sampling }: Conversation,
  { traits, id }: TargetModel,
  family: ModelFamily,
  notes: Notes,
): readonly string[] {
  if (sampling.stop.length === 0) return []
  if (!traits.stop)
    notes.refuse('stop', `${id} does not stop at given words. Leave them out, and cut the answer yourself.`)
  const kept = sampling.stop.filter((text) => (family === 'claude' ? text.trim() : text) !== '')
  if (kept.length < sampling.stop.length) notes.drop('stop')
  return kept
}

interface EncodedSampling {
  readonly inferenceConfig: JsonObject
  readonly additional: JsonObject
}

function encodeSampling(
  { sampling }: Conversation,
  { traits }: TargetModel,
  family: ModelFamily,
  thinking: Thinking,
  notes: Notes,
): EncodedSampling {
  const { temperature, topP, topK } = sampling
  const free = traits.sampling !== 'none' && !thinking.fixedSampling
  const most = Math.min(1, traits.maxTemperature)
  const inferenceConfig: Record<string, JsonValue> = {}
  // Claude thinks at 1 only, so that much may be said.
  if (temperature !== undefined && (free || (traits.sampling !== 'none' && temperature === 1 && family === 'claude'))) {
    inferenceConfig['temperature'] = Math.min(temperature, most)
    if (temperature > most) notes.change('temperature', most)
  } else if (temperature !== undefined) notes.drop('temperature')
  // While it thinks, Claude takes a `top_p` that changes next to nothing.
  const spread = free || (traits.sampling !== 'none' && family === 'claude' && (topP ?? 0) >= MIN_THINKING_TOP_P)
  if (topP !== undefined && spread && !(traits.sampling === 'one' && temperature !== undefined)) {
    inferenceConfig['topP'] = Math.min(topP, 1)
  } else if (topP !== undefined) notes.drop('topP')
  const additional = topK !== undefined && free ? topKField(family, topK) : null
  if (topK !== undefined && additional === null) notes.drop('topK')
  return { inferenceConfig, additional: additional ?? {} }
}

function topKField(family: ModelFamily, topK: number): JsonObject | null {
  if (family === 'claude' || family === 'mistral') return { top_k: topK }
  return family === 'nova' ? { inferenceConfig: { topK } } : null
}

/** Beside a forced tool a second choice in the model's own words is refused as a contradiction. */
function encodeParallel(
  { parallelTools }: Conversation,
  family: ModelFamily,
  hasTools: boolean,
  forced: boolean,
  notes: Notes,
): JsonObject {
  if (parallelTools !== false || !hasTools) return {}
  if (family === 'claude' && !forced) return { tool_choice: { type: 'auto', disable_parallel_tool_use: true } }
  notes.drop('parallelTools')
  return {}
}

/**
 * Betas of Anthropic's that Converse passes on and that need no body field which is left out here; any other is
 * "invalid beta flag" (H59). The client's stand in the extension `anthropic_beta`.
 */
const BETAS: ReadonlySet<string> = new Set(['context-1m-2025-08-07', 'fine-grained-tool-streaming-2025-05-14'])
const INTERLEAVED = 'interleaved-thinking-2025-05-14'

function encodeBetas({ dialect, extensions }: Conversation, thinking: Thinking): JsonObject {
  const asked = dialect === 'anthropic-messages' ? arrayOf(extensions['anthropic_beta']) : undefined
  if (asked === undefined) return {}
  // Between tool calls only models with a budget have to be told; the later ones do it anyway.
  const kept = asked.filter(
    (beta) => typeof beta === 'string' && (BETAS.has(beta) || (beta === INTERLEAVED && thinking.budgetTokens > 0)),
  )
  return kept.length === 0 ? {} : { anthropic_beta: [...new Set(kept)] }
}
