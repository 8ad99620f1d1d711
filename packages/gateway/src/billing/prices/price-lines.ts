// The cost of one call, class by class: what a person sees who asks why it cost what it cost. The lines are exact to the
// last digit; their sum, rounded up once, is what `costNanos` charged.

import type { TokenUsage } from '../../core/token-usage.ts'
import { EXACT_ONE, freshInput, plainOutput } from './cost.ts'
import { FULL_PPM, ratesAt, serviceTierPpm, type Price } from './price.ts'

export type PriceClass =
  | 'input'
  | 'cached_input'
  | 'cache_write_5m'
  | 'cache_write_1h'
  | 'audio_input'
  | 'image_input'
  | 'output'
  | 'reasoning'
  | 'audio_output'
  | 'image_output'
  | 'call'
  | 'image'
  | 'web_search'

export interface PriceLine {
  readonly class: PriceClass
  readonly unit: 'token' | 'call' | 'image' | 'search'
  /** Tokens, or the number of calls, pictures, searches; above 0. */
  readonly quantity: number
  /** As in the price list, nano-US$: of a million tokens, or of one call, picture, search. */
  readonly rateNanos: number
  /** What the rate was multiplied by, parts per million: the group's multiplier, and for tokens the service tier's. */
  readonly servicePpm: number
  readonly multiplierPpm: number
  /** quantity x rate x multiples, exact: nano-US$ as plain decimal text, at most 18 places. */
  readonly exactNanos: string
}

export interface PricedCall {
  readonly lines: readonly PriceLine[]
  /** The sum of the lines, exact. */
  readonly exactNanos: string
  /** The sum rounded up: the same as `costNanos`. */
  readonly totalNanos: number
  /** Lower bound of the price tier that held; 0 = the price without tiers. */
  readonly aboveInputTokens: number
}

export function priceLines(price: Price, usage: TokenUsage, multiplierPpm = FULL_PPM): PricedCall {
  const rates = ratesAt(price, usage.input)
  const servicePpm = serviceTierPpm(price, usage.serviceTier)
  const lines: PriceLine[] = []
  let sum = 0n
  const add = (name: PriceClass, unit: PriceLine['unit'], quantity: number, rateNanos: number): void => {
    if (quantity <= 0 || (unit === 'call' && rateNanos === 0)) return
    const ofToken = unit === 'token'
    const multiple = BigInt(ofToken ? servicePpm : FULL_PPM) * BigInt(multiplierPpm)
    const exact = BigInt(quantity) * BigInt(rateNanos) * multiple * (ofToken ? 1n : BigInt(FULL_PPM))
    sum += exact
    lines.push({
      class: name,
      unit,
      quantity,
      rateNanos,
      servicePpm: ofToken ? servicePpm : FULL_PPM,
      multiplierPpm,
      exactNanos: exactText(exact),
    })
  }
  add('input', 'token', freshInput(usage), rates.inputNanosPerMillion)
  add('cached_input', 'token', usage.cacheRead, rates.cachedInputNanosPerMillion)
  add('cache_write_5m', 'token', usage.cacheWrite5m, rates.cacheWrite5mNanosPerMillion)
  add('cache_write_1h', 'token', usage.cacheWrite1h, rates.cacheWrite1hNanosPerMillion)
  add('audio_input', 'token', usage.audioInput, rates.audioInputNanosPerMillion)
  add('image_input', 'token', usage.imageInput, rates.imageInputNanosPerMillion)
  add('output', 'token', plainOutput(usage), rates.outputNanosPerMillion)
  add('reasoning', 'token', usage.reasoning, rates.reasoningNanosPerMillion)
  add('audio_output', 'token', usage.audioOutput, rates.audioOutputNanosPerMillion)
  add('image_output', 'token', usage.imageOutput, rates.imageOutputNanosPerMillion)
  add('call', 'call', 1, price.perCallNanos)
  add('image', 'image', usage.images, price.perImageNanos)
  add('web_search', 'search', usage.webSearches, price.perWebSearchNanos)
  const tier = price.tiers.findLast(({ aboveInputTokens }) => usage.input > aboveInputTokens)
  return {
    lines,
    exactNanos: exactText(sum),
    totalNanos: Math.min(Number((sum + EXACT_ONE - 1n) / EXACT_ONE), Number.MAX_SAFE_INTEGER),
    aboveInputTokens: tier?.aboveInputTokens ?? 0,
  }
}

/** Units of 1 / EXACT_ONE nano-US$ -> `150.75`. */
function exactText(exact: bigint): string {
  const digits = String(exact).padStart(19, '0')
  const fraction = digits.slice(-18).replace(/0+$/, '')
  const whole = digits.slice(0, -18)
  return fraction === '' ? whole : `${whole}.${fraction}`
}
