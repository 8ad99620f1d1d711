// Levels of effort and budgets of thinking tokens, into each other.
// The figures follow the ranges that vendors document for their own levels (Anthropic "Extended thinking", Google
// "Thinking", OpenAI "Reasoning"); they are a convention, not a law.

import type { Effort } from './conversation.ts'

const ORDER: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

const BUDGETS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 0,
  low: 2_048,
  medium: 8_192,
  high: 24_576,
  xhigh: 32_768,
  max: 63_999,
}

/** Smallest budget that Anthropic takes. */
export const MIN_BUDGET_TOKENS = 1_024

export function isEffort(value: unknown): value is Effort {
  return ORDER.some((effort) => effort === value)
}

/** 0 = do not think. */
export function budgetForEffort(effort: Effort): number {
  return BUDGETS[effort]
}

export function effortForBudget(budgetTokens: number): Effort {
  if (budgetTokens === 0) return 'none'
  if (budgetTokens < 0) return 'medium'
  if (budgetTokens <= 2_048) return 'low'
  return budgetTokens <= 8_192 ? 'medium' : 'high'
}

/** The nearest level that is accepted, a lower one where two are as near; null when none is. */
export function nearestEffort(effort: Effort, accepted: readonly Effort[]): Effort | null {
  const wanted = ORDER.indexOf(effort)
  let best: Effort | null = null
  for (const candidate of accepted) {
    if (best === null || distance(candidate, wanted) < distance(best, wanted)) best = candidate
  }
  return best
}

function distance(effort: Effort, wanted: number): number {
  const difference = ORDER.indexOf(effort) - wanted
  // Off is not "a little less": somebody who asked to think gets to think.
  if (effort === 'none' && wanted > 1) return 100
  return difference > 0 ? difference + 0.5 : -difference
}
