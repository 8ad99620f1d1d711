/**
 * Token counts by class, all >= 0 and whole. `input` includes `cacheRead` and both cache writes; `output` includes
 * `reasoning`. Each dialect brings its own way of counting into this one at its edge, once (H55).
 */
export interface TokenUsage {
  readonly input: number
  readonly cacheRead: number
  /** Written to a cache that lives five minutes, or as long as the provider likes. */
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
  readonly output: number
  readonly reasoning: number
}

export const NO_USAGE: TokenUsage = Object.freeze({
  input: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
})

/** Above any context window; a larger figure is a provider's mistake. */
export const MAX_TOKENS = 100_000_000

/** A provider may lie: every figure becomes a whole number from 0 to MAX_TOKENS. */
export function tokenCount(value: unknown): number {
  if (typeof value !== 'number' || !(value > 0)) return 0
  return Math.min(Math.floor(value), MAX_TOKENS)
}
