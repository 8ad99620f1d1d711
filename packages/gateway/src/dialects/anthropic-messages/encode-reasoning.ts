// How hard to think, in the three ways that Claude models have known: a budget of tokens (up to 4.5), adaptive with a
// level of effort (4.6 and later), and not at all.
// Source: "Extended thinking", "Adaptive thinking" and "Effort" of Anthropic's documentation.

import type { Effort, ReasoningRequest } from '../../core/conversation.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ModelTraits } from '../../core/model-traits.ts'
import { budgetForEffort, effortForBudget, MIN_BUDGET_TOKENS, nearestEffort } from '../../core/reasoning-effort.ts'

export interface ThinkingPlan {
  /** Null = leave it to the model's default. */
  readonly thinking: JsonObject | null
  readonly effort: Effort | null
  readonly maxTokens: number
}

export interface ThinkingLimits {
  readonly maxTokens: number
  /** Whether the client named that limit. */
  readonly maxTokensGiven: boolean
  /** Why thinking cannot be switched on in this request: a forced tool (H67), or a history that lost it (H49). */
  readonly blockedBy: 'forced-tool' | 'lost-thinking' | 'prefill' | null
  /** A client of this dialect says apart whether to think and how hard to work. */
  readonly own: boolean
}

export function planThinking(
  request: ReasoningRequest,
  traits: ModelTraits,
  limits: ThinkingLimits,
  notes: Notes,
): ThinkingPlan {
  const unchanged = { thinking: null, effort: null, maxTokens: limits.maxTokens }
  const asked = asksToThink(request)
  if (asked === null) return unchanged
  if (traits.thinking === 'none') {
    if (asked) noteDropped(request, notes)
    return unchanged
  }
  if (limits.own && request.adaptive !== true && request.budgetTokens === undefined && asked)
    return { ...unchanged, effort: acceptedLevel(request, traits, notes) }
  const byBudget = traits.thinking === 'budget' || (traits.thinking !== 'adaptive' && (request.budgetTokens ?? 0) > 0)
  // Without a block of thinking at their beginning, only turns of the older kind are refused.
  const blocked = limits.blockedBy !== null && (byBudget || limits.blockedBy !== 'lost-thinking')
  if (asked && blocked) noteDropped(request, notes)
  if (!asked || blocked) return switchedOff(request, traits, limits, notes)
  return byBudget ? withBudget(request, traits, limits, notes) : adaptive(request, traits, limits, notes)
}

/** Null = the client did not say. */
function asksToThink({ effort, budgetTokens, adaptive: free }: ReasoningRequest): boolean | null {
  if (effort === 'none' || effort === 'minimal' || budgetTokens === 0) return false
  return effort !== undefined || budgetTokens !== undefined || free === true ? true : null
}

function noteDropped(request: ReasoningRequest, notes: Notes): void {
  if (request.effort !== undefined) notes.drop('effort')
  if (request.budgetTokens !== undefined) notes.drop('budgetTokens')
  if (request.effort === undefined && request.budgetTokens === undefined) notes.drop('reasoning')
}

function switchedOff(
  request: ReasoningRequest,
  traits: ModelTraits,
  { maxTokens }: ThinkingLimits,
  notes: Notes,
): ThinkingPlan {
  if (traits.canSkipThinking) {
    // Models with a budget do not think unless they are asked to, and some servers of that age know no `disabled`.
    const thinking = traits.thinking === 'budget' ? null : { type: 'disabled' }
    return { thinking, effort: null, maxTokens }
  }
  const lowest = traits.efforts.find((effort) => effort !== 'none' && effort !== 'minimal') ?? null
  if (lowest !== null && request.effort !== lowest) notes.change('effort', lowest)
  return { thinking: null, effort: lowest, maxTokens }
}

function withBudget(
  request: ReasoningRequest,
  traits: ModelTraits,
  { maxTokens: limit, maxTokensGiven }: ThinkingLimits,
  notes: Notes,
): ThinkingPlan {
  const exact = request.budgetTokens !== undefined && request.budgetTokens > 0
  const wanted = exact ? (request.budgetTokens ?? 0) : budgetForEffort(request.effort ?? 'medium')
  // A limit that is our own may grow, so that thinking leaves room for the answer.
  const roof = traits.maxOutputTokens === 0 ? Number.MAX_SAFE_INTEGER : traits.maxOutputTokens
  const maxTokens = maxTokensGiven ? limit : Math.min(roof, Math.max(limit, wanted + limit))
  const most = exact ? maxTokens - 1 : Math.floor((maxTokens * 3) / 4)
  const budget = Math.min(Math.max(wanted, MIN_BUDGET_TOKENS), most)
  if (budget < MIN_BUDGET_TOKENS) {
    noteDropped(request, notes)
    return { thinking: null, effort: null, maxTokens: limit }
  }
  if (exact && budget !== wanted) notes.change('budgetTokens', budget)
  const level = exact && request.effort !== undefined ? nearestEffort(request.effort, traits.efforts) : null
  return { thinking: { type: 'enabled', budget_tokens: budget, ...display(request) }, effort: level, maxTokens }
}

function adaptive(
  request: ReasoningRequest,
  traits: ModelTraits,
  { maxTokens }: ThinkingLimits,
  notes: Notes,
): ThinkingPlan {
  return {
    thinking: { type: 'adaptive', ...display(request) },
    effort: acceptedLevel(request, traits, notes),
    maxTokens,
  }
}

/** The level asked for, or what stands for a budget, as the model takes it. */
function acceptedLevel({ effort, budgetTokens }: ReasoningRequest, traits: ModelTraits, notes: Notes): Effort | null {
  const counted = budgetTokens !== undefined && budgetTokens > 0 ? effortForBudget(budgetTokens) : undefined
  const wanted = effort ?? counted
  if (wanted === undefined) return null
  const accepted = traits.efforts.filter((level) => level !== 'none' && level !== 'minimal')
  const level = nearestEffort(wanted, accepted)
  if (effort !== undefined && level === null) notes.drop('effort')
  else if (effort !== undefined && level !== null && level !== effort) notes.change('effort', level)
  else if (effort === undefined && level !== null) notes.change('budgetTokens', level)
  return level
}

function display({ visible }: ReasoningRequest): JsonObject {
  return visible === undefined ? {} : { display: visible ? 'summarized' : 'omitted' }
}
