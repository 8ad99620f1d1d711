// What a request is expected to cost with a model: the real price, what a provider's cache holds of it already, and how
// long its answers are.
import { costNanos } from '../../../billing/prices/cost.ts'
import type { Price } from '../../../billing/prices/price.ts'
import { tokenUsage } from '../../../core/token-usage.ts'

export interface ExpectedUse {
  readonly inputTokens: number
  /** Of the input, what is read from a cache now. */
  readonly warmTokens: number
  /** What would be, once this model has seen the conversation; 0 = its provider keeps nothing. */
  readonly warmLaterTokens: number
  readonly outputTokens: number
}

export interface ExpectedCost {
  /** Of this request. */
  readonly costNanos: number
  /** Of a turn, over those that are likely to follow: a cold cache is paid for once. */
  readonly turnNanos: number
}

/** @param turns that are likely to come, this one included */
export function expectedCost(price: Price, multiplierPpm: number, use: ExpectedUse, turns: number): ExpectedCost {
  const cost = (warm: number): number =>
    costNanos(
      price,
      tokenUsage({ input: use.inputTokens, cacheRead: Math.min(warm, use.inputTokens), output: use.outputTokens }),
      multiplierPpm,
    )
  const now = cost(use.warmTokens)
  if (turns <= 1) return { costNanos: now, turnNanos: now }
  const later = cost(use.warmLaterTokens)
  return { costNanos: now, turnNanos: Math.round((now + (turns - 1) * later) / turns) }
}

/** Shorter prompts are cached nowhere. Source: OpenAI and Anthropic, "Prompt caching". */
const LEAST_CACHED_TOKENS = 1_024

/** Of a conversation so long, what a provider keeps. @param marked the client says what to keep, as Anthropic wants it */
export function cacheableTokens(price: Price, vendor: string, tokens: number, marked: boolean): number {
  if (price.cachedInputNanosPerMillion >= price.inputNanosPerMillion || tokens < LEAST_CACHED_TOKENS) return 0
  return vendor === 'anthropic' && !marked ? 0 : tokens
}

/** How many turns are likely to come: agents go on, questions seldom do. */
export function likelyTurns({
  toolCount,
  turnCount,
}: {
  readonly toolCount: number
  readonly turnCount: number
}): number {
  if (toolCount > 0) return 8
  return turnCount > 1 ? 3 : 1
}
