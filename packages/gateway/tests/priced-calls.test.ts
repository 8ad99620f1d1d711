// Every provider's way of reporting usage, at prices that tell every class apart: what the gateway charges is what
// hand-written arithmetic says. The arithmetic is in whole units of 10^-18 nano-dollars, with no division before the end.
import { describe, expect, it } from 'vitest'
import { costNanos } from '../src/billing/prices/cost.ts'
import { isPrice, priceFromDollars, type PriceDollars } from '../src/billing/prices/price-dollars.ts'
import { priceLines } from '../src/billing/prices/price-lines.ts'
import { encodePrice, recomputeCost } from '../src/billing/prices/price-text.ts'
import type { Price } from '../src/billing/prices/price.ts'
import { USAGE_ROWS, type Paid } from './support/priced-usage.ts'

/** Nano-US$ per million tokens, written down apart from the prices that the code reads. */
interface HandPrice {
  readonly rates: Readonly<Record<keyof typeof NO_RATES, bigint>>
  readonly above200k: Readonly<Record<keyof typeof NO_RATES, bigint>>
  readonly perCall: bigint
  readonly perPicture: bigint
  readonly perSearch: bigint
  /** Parts per million. */
  readonly tiers: Readonly<Record<string, bigint>>
}

const NO_RATES = {
  input: 0n,
  cached: 0n,
  write5m: 0n,
  write1h: 0n,
  audioIn: 0n,
  imageIn: 0n,
  output: 0n,
  reasoning: 0n,
  audioOut: 0n,
  imageOut: 0n,
}

/** Each class at a price of its own, as no vendor has it: whatever is counted as something else shows. */
const ALL_APART: PriceDollars = {
  input: 3,
  cached_input: 0.3,
  cache_write_5m: 3.75,
  cache_write_1h: 6,
  audio_input: 40,
  image_input: 5,
  output: 15,
  reasoning: 17,
  audio_output: 80,
  image_output: 60,
  per_call: 0.0001,
  per_image: 0.02,
  per_web_search: 0.01,
  tiers: [
    {
      above_input_tokens: 200_000,
      input: 6,
      cached_input: 0.6,
      cache_write_5m: 7.5,
      cache_write_1h: 12,
      audio_input: 41,
      image_input: 10,
      output: 22.5,
      reasoning: 23,
      audio_output: 81,
      image_output: 61,
    },
  ],
  service_tiers: { flex: 0.5, priority: 1.75, batch: 0.5, fast: 6, us: 1.1, optimized: 1.25 },
}
const ALL_APART_BY_HAND: HandPrice = {
  rates: {
    input: 3_000_000_000n,
    cached: 300_000_000n,
    write5m: 3_750_000_000n,
    write1h: 6_000_000_000n,
    audioIn: 40_000_000_000n,
    imageIn: 5_000_000_000n,
    output: 15_000_000_000n,
    reasoning: 17_000_000_000n,
    audioOut: 80_000_000_000n,
    imageOut: 60_000_000_000n,
  },
  above200k: {
    input: 6_000_000_000n,
    cached: 600_000_000n,
    write5m: 7_500_000_000n,
    write1h: 12_000_000_000n,
    audioIn: 41_000_000_000n,
    imageIn: 10_000_000_000n,
    output: 22_500_000_000n,
    reasoning: 23_000_000_000n,
    audioOut: 81_000_000_000n,
    imageOut: 61_000_000_000n,
  },
  perCall: 100_000n,
  perPicture: 20_000_000n,
  perSearch: 10_000_000n,
  tiers: {
    flex: 500_000n,
    priority: 1_750_000n,
    batch: 500_000n,
    fast: 6_000_000n,
    'fast+us': 6_600_000n,
    'priority+optimized': 2_187_500n,
  },
}

/** A price list as most are: two figures and a cached one. */
const PLAIN: PriceDollars = { input: 0.15, cached_input: 0.075, output: 0.6 }
const PLAIN_RATES = {
  ...NO_RATES,
  input: 150_000_000n,
  cached: 75_000_000n,
  write5m: 150_000_000n,
  write1h: 150_000_000n,
  audioIn: 150_000_000n,
  imageIn: 150_000_000n,
  output: 600_000_000n,
  reasoning: 600_000_000n,
  audioOut: 600_000_000n,
  imageOut: 600_000_000n,
}
const PLAIN_BY_HAND: HandPrice = {
  rates: PLAIN_RATES,
  above200k: PLAIN_RATES,
  perCall: 0n,
  perPicture: 0n,
  perSearch: 0n,
  tiers: {},
}

/** Prime numbers of nano-dollars: nothing comes out even, and the one rounding shows. */
const ODD: PriceDollars = {
  input: '0.000000007',
  cached_input: '0.000000003',
  cache_write_5m: '0.000000011',
  cache_write_1h: '0.000000013',
  audio_input: '0.000000017',
  image_input: '0.000000019',
  output: '0.000000023',
  reasoning: '0.000000029',
  audio_output: '0.000000031',
  image_output: '0.000000037',
  per_web_search: '0.000000041',
}
const ODD_RATES = {
  input: 7n,
  cached: 3n,
  write5m: 11n,
  write1h: 13n,
  audioIn: 17n,
  imageIn: 19n,
  output: 23n,
  reasoning: 29n,
  audioOut: 31n,
  imageOut: 37n,
}
const ODD_BY_HAND: HandPrice = {
  rates: ODD_RATES,
  above200k: ODD_RATES,
  perCall: 0n,
  perPicture: 0n,
  perSearch: 41n,
  tiers: {},
}

const MILLION = 1_000_000n

function byHand(paid: Paid, price: HandPrice, multiplierPpm: bigint): bigint {
  const { input = 0, cached = 0, write5m = 0, write1h = 0, audioIn = 0, imageIn = 0 } = paid
  const { output = 0, reasoning = 0, audioOut = 0, imageOut = 0, pictures = 0, searches = 0 } = paid
  const read = input + cached + write5m + write1h + audioIn + imageIn
  const rate = read > 200_000 ? price.above200k : price.rates
  const tokens =
    BigInt(input) * rate.input +
    BigInt(cached) * rate.cached +
    BigInt(write5m) * rate.write5m +
    BigInt(write1h) * rate.write1h +
    BigInt(audioIn) * rate.audioIn +
    BigInt(imageIn) * rate.imageIn +
    BigInt(output) * rate.output +
    BigInt(reasoning) * rate.reasoning +
    BigInt(audioOut) * rate.audioOut +
    BigInt(imageOut) * rate.imageOut
  const fees = price.perCall + BigInt(pictures) * price.perPicture + BigInt(searches) * price.perSearch
  const tier = price.tiers[paid.tier ?? ''] ?? MILLION
  const exact = (tokens * tier + fees * MILLION * MILLION) * multiplierPpm
  const one = MILLION * MILLION * MILLION
  return exact / one + (exact % one === 0n ? 0n : 1n)
}

const PRICES: readonly [string, PriceDollars, HandPrice, number][] = [
  ['at a price that tells all classes apart', ALL_APART, ALL_APART_BY_HAND, 1_000_000],
  ['at that price, 20 % dearer', ALL_APART, ALL_APART_BY_HAND, 1_200_000],
  ['at two figures and a cached one', PLAIN, PLAIN_BY_HAND, 1_000_000],
  ['at odd nano-dollars, times 0.333333', ODD, ODD_BY_HAND, 333_333],
]

function priceOf(dollars: PriceDollars): Price {
  const read = priceFromDollars(dollars)
  if (isPrice(read)) return read
  throw new Error(JSON.stringify(read))
}

describe('calls of every provider', () => {
  it('are at least two hundred with their prices, each named once', () => {
    expect(USAGE_ROWS.length * PRICES.length).toBeGreaterThanOrEqual(200)
    expect(new Set(USAGE_ROWS.map(({ name }) => name)).size).toBe(USAGE_ROWS.length)
  })

  for (const [title, dollars, hand, multiplierPpm] of PRICES) {
    it.each(USAGE_ROWS)(`cost, ${title}, what the sum by hand says: $name`, ({ usage, paid }) => {
      const price = priceOf(dollars)
      const expected = Number(byHand(paid, hand, BigInt(multiplierPpm)))
      expect(costNanos(price, usage, multiplierPpm)).toBe(expected)
      expect(priceLines(price, usage, multiplierPpm).totalNanos).toBe(expected)
      expect(recomputeCost(encodePrice(price, multiplierPpm), usage)).toBe(expected)
    })
  }
})
