// What a call costs. Integers only: nano-US$, prices per million tokens, one rounding (up) for the whole request, exact
// at any size. `price-lines.ts` shows the same sum class by class.

import type { TokenUsage } from '../../core/token-usage.ts'
import { FULL_PPM, ratesAt, serviceTierPpm, type Price, type Rates } from './price.ts'

const MILLION = 1_000_000
const MILLION_N = 1_000_000n
const SAFE = Number.MAX_SAFE_INTEGER

/**
 * /!\ Hot path: allocates nothing unless the products pass 2^53, or a service tier's price meets a group's multiplier.
 *
 * @param multiplierPpm of the group: parts per million of the price
 * @returns whole nano-US$, at most Number.MAX_SAFE_INTEGER (about $9 million); 0 for a model without a price
 */
export function costNanos(price: Price | null, usage: TokenUsage, multiplierPpm = FULL_PPM): number {
  if (price === null) return 0
  const rates = ratesAt(price, usage.input)
  const tierPpm = serviceTierPpm(price, usage.serviceTier)
  const fees = feesOf(price, usage)
  const tokens = tokensCost(rates, usage)
  if (tierPpm === FULL_PPM) {
    const sum = tokens + fees * MILLION
    if (sum <= SAFE) {
      // Up to 2^53 a millionth part is further from a whole number than half a step of the quotient: `ceil` is exact.
      if (multiplierPpm === FULL_PPM) return Math.ceil(sum / MILLION)
      const scaled = scaledUp(sum, multiplierPpm)
      if (scaled >= 0) return scaled
    }
  } else if (multiplierPpm === FULL_PPM && tokens <= SAFE) {
    const scaled = scaledUp(tokens, tierPpm)
    if (scaled >= 0 && scaled + fees <= SAFE) return scaled + fees
  }
  const exact = exactCost(price, usage, multiplierPpm)
  const nanos = (exact + EXACT_ONE - 1n) / EXACT_ONE
  return nanos > BigInt(SAFE) ? SAFE : Number(nanos)
}

/** `exactCost` counts in 10^-18 nano-US$: the millionths of price, service tier and multiplier. */
export const EXACT_ONE = MILLION_N * MILLION_N * MILLION_N

/** The cost before its one rounding, in units of 1 / EXACT_ONE nano-US$. */
function exactCost(price: Price, usage: TokenUsage, multiplierPpm: number): bigint {
  const rates = ratesAt(price, usage.input)
  const tierPpm = BigInt(serviceTierPpm(price, usage.serviceTier))
  const tokens =
    BigInt(freshInput(usage)) * BigInt(rates.inputNanosPerMillion) +
    BigInt(usage.cacheRead) * BigInt(rates.cachedInputNanosPerMillion) +
    BigInt(usage.cacheWrite5m) * BigInt(rates.cacheWrite5mNanosPerMillion) +
    BigInt(usage.cacheWrite1h) * BigInt(rates.cacheWrite1hNanosPerMillion) +
    BigInt(usage.audioInput) * BigInt(rates.audioInputNanosPerMillion) +
    BigInt(usage.imageInput) * BigInt(rates.imageInputNanosPerMillion) +
    BigInt(plainOutput(usage)) * BigInt(rates.outputNanosPerMillion) +
    BigInt(usage.reasoning) * BigInt(rates.reasoningNanosPerMillion) +
    BigInt(usage.audioOutput) * BigInt(rates.audioOutputNanosPerMillion) +
    BigInt(usage.imageOutput) * BigInt(rates.imageOutputNanosPerMillion)
  const fees =
    BigInt(price.perCallNanos) +
    BigInt(usage.images) * BigInt(price.perImageNanos) +
    BigInt(usage.webSearches) * BigInt(price.perWebSearchNanos)
  return (tokens * tierPpm + fees * MILLION_N * MILLION_N) * BigInt(multiplierPpm)
}

/** Input tokens that no other class counts; never negative, whatever a provider says. */
export function freshInput(usage: TokenUsage): number {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, audioInput, imageInput } = usage
  return Math.max(0, input - cacheRead - cacheWrite5m - cacheWrite1h - audioInput - imageInput)
}

/** Output tokens that no other class counts. */
export function plainOutput({ output, reasoning, audioOutput, imageOutput }: TokenUsage): number {
  return Math.max(0, output - reasoning - audioOutput - imageOutput)
}

/** In millionths of nano-US$. Products and sums of whole numbers are exact while they stay below 2^53. */
function tokensCost(rates: Rates, usage: TokenUsage): number {
  return (
    freshInput(usage) * rates.inputNanosPerMillion +
    usage.cacheRead * rates.cachedInputNanosPerMillion +
    usage.cacheWrite5m * rates.cacheWrite5mNanosPerMillion +
    usage.cacheWrite1h * rates.cacheWrite1hNanosPerMillion +
    usage.audioInput * rates.audioInputNanosPerMillion +
    usage.imageInput * rates.imageInputNanosPerMillion +
    plainOutput(usage) * rates.outputNanosPerMillion +
    usage.reasoning * rates.reasoningNanosPerMillion +
    usage.audioOutput * rates.audioOutputNanosPerMillion +
    usage.imageOutput * rates.imageOutputNanosPerMillion
  )
}

function feesOf(price: Price, usage: TokenUsage): number {
  return price.perCallNanos + usage.images * price.perImageNanos + usage.webSearches * price.perWebSearchNanos
}

/**
 * `sum` millionths times `ppm` millionths, rounded up, in two limbs below 2^53.
 * @returns -1 when the upper limb does not fit
 */
function scaledUp(sum: number, ppm: number): number {
  const low = sum % MILLION
  const upper = ((sum - low) / MILLION) * ppm
  const lower = low * ppm
  if (upper > SAFE - MILLION || lower > SAFE) return -1
  const lowerRest = lower % MILLION
  const millionths = upper + (lower - lowerRest) / MILLION
  if (millionths > SAFE) return -1
  const rest = millionths % MILLION
  return (millionths - rest) / MILLION + (rest > 0 || lowerRest > 0 ? 1 : 0)
}

/** `1234567` becomes `0.001234567`: US$ as a plain decimal with nine places. */
export function formatNanos(nanos: number): string {
  const digits = String(nanos)
  if (digits.length <= 9) return `0.${digits.padStart(9, '0')}`
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`
}
