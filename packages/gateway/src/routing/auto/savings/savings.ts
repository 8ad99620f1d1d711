// What a request has saved: what it would have cost with the pool's baseline, less what it did cost. Whole nano-dollars.
//
// The baseline is fixed for its pool, so nobody can make a saving look larger by comparing with something dearer. Its
// cost is counted as if the conversation had always been its own: what came before would lie in its cache. What was
// written to a cache is counted as plain input there, the lesser of the two. A saving may be negative, and says so.
import { costNanos } from '../../../billing/prices/cost.ts'
import type { Price } from '../../../billing/prices/price.ts'
import { tokenUsage, type TokenUsage } from '../../../core/token-usage.ts'

export interface Baseline {
  readonly model: string
  /** What the caller would pay. */
  readonly price: Price
  readonly multiplierPpm: number
  /** Of the input, what would lie in the baseline's cache. */
  readonly warmTokens: number
  /** Its answers as a share of the chosen model's, parts per million. */
  readonly outputPpm: number
}

const PPM = 1_000_000

/** What the baseline would have cost. @param costOfServed what was paid */
export function baselineCost(baseline: Baseline, served: string, usage: TokenUsage, costOfServed: number): number {
  // The same call is no saving, however it was counted; nor is one that was free because nothing came of it.
  if (served === baseline.model || (costOfServed === 0 && usage.output === 0)) return costOfServed
  return costNanos(baseline.price, asBaseline(baseline, usage), baseline.multiplierPpm)
}

export function savings(baseline: Baseline, served: string, usage: TokenUsage, costOfServed: number): number {
  return baselineCost(baseline, served, usage, costOfServed) - costOfServed
}

function asBaseline({ warmTokens, outputPpm }: Baseline, usage: TokenUsage): TokenUsage {
  const text = usage.input - usage.audioInput - usage.imageInput
  const longer = (tokens: number): number => Math.floor((tokens * outputPpm) / PPM)
  return tokenUsage({
    ...usage,
    cacheRead: Math.min(Math.max(0, text), Math.max(warmTokens, 0)),
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: longer(usage.output),
    reasoning: longer(usage.reasoning),
  })
}

/** `-1234567` becomes `-0.001234567`: US$, nine places. */
export function formatSavings(nanos: number): string {
  const digits = String(Math.abs(nanos)).padStart(10, '0')
  return `${nanos < 0 ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`
}
