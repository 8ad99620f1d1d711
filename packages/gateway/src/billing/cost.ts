// What a call costs. Integers only: nano-US$, prices per million tokens, one rounding (up) for the whole request.

import type { Price } from '../config/config.ts'
import type { TokenUsage } from '../core/token-usage.ts'

const MILLION = 1_000_000
const MILLION_N = 1_000_000n

/** @returns whole nano-US$; 0 for a model without a price */
export function costNanos(price: Price | null, usage: TokenUsage): number {
  if (price === null) return 0
  const fresh = usage.input - usage.cacheRead
  const sum =
    fresh * price.inputNanosPerMillion +
    usage.cacheRead * price.cachedInputNanosPerMillion +
    usage.output * price.outputNanosPerMillion
  // Products of whole numbers below 2^53 are exact, and so is their sum if it stays below.
  if (sum <= Number.MAX_SAFE_INTEGER) return Math.ceil(sum / MILLION)
  const exact =
    BigInt(fresh) * BigInt(price.inputNanosPerMillion) +
    BigInt(usage.cacheRead) * BigInt(price.cachedInputNanosPerMillion) +
    BigInt(usage.output) * BigInt(price.outputNanosPerMillion)
  return Number((exact + MILLION_N - 1n) / MILLION_N)
}

/** `1234567` becomes `0.001234567`: US$ as a plain decimal with nine places. */
export function formatNanos(nanos: number): string {
  const digits = String(nanos)
  if (digits.length <= 9) return `0.${digits.padStart(9, '0')}`
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`
}
