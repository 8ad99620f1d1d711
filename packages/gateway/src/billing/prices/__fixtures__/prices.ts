// Prices and usage at random, for properties.
import * as fc from 'fast-check'
import { tokenUsage, type TokenUsage } from '../../../core/token-usage.ts'
import { makePrice, type GivenRates, type Price, type PriceTier, type Rates } from '../price.ts'

/** Up to US$ 1,000,000 per million tokens, the dearest that the file takes; mostly those of real price lists. */
const rate = fc.oneof(
  fc.constantFrom(0, 1, 150_000_000, 3_750_000_000, 22_500_000_000),
  fc.nat(100_000_000_000),
  fc.integer({ min: 0, max: 1e15 }),
)
const fee = fc.oneof(fc.constant(0), fc.nat(1_000_000_000), fc.integer({ min: 0, max: 1e15 }))
const ppm = fc.oneof(fc.constantFrom(0, 1, 500_000, 1_750_000, 2_000_000), fc.nat(1_000_000_000))

const rates: fc.Arbitrary<GivenRates> = fc.record(
  {
    inputNanosPerMillion: rate,
    outputNanosPerMillion: rate,
    cachedInputNanosPerMillion: rate,
    cacheWrite5mNanosPerMillion: rate,
    cacheWrite1hNanosPerMillion: rate,
    audioInputNanosPerMillion: rate,
    imageInputNanosPerMillion: rate,
    reasoningNanosPerMillion: rate,
    audioOutputNanosPerMillion: rate,
    imageOutputNanosPerMillion: rate,
  },
  { requiredKeys: ['inputNanosPerMillion', 'outputNanosPerMillion'] },
)

const TIER_NAMES = ['flex', 'priority', 'batch', 'scale'] as const

export const anyPrice: fc.Arbitrary<Price> = fc
  .record({
    rates,
    perCallNanos: fee,
    perImageNanos: fee,
    perWebSearchNanos: fee,
    tiers: fc.uniqueArray(
      fc.tuple(fc.constantFrom(1, 100, 128_000, 200_000, 1_000_000), rates).map(([aboveInputTokens, ofTier]) => ({
        aboveInputTokens,
        ...ofTier,
      })),
      { maxLength: 3, selector: ({ aboveInputTokens }) => aboveInputTokens },
    ),
    serviceTiers: fc.dictionary(fc.constantFrom(...TIER_NAMES), ppm, { maxKeys: 3 }),
  })
  .map(({ rates: given, ...rest }) => risingTiers(makePrice({ ...given, ...rest })))

/** A tier is never cheaper than the one before. */
function risingTiers(price: Price): Price {
  let before: Rates = price
  const tiers = price.tiers.map((tier) => {
    const risen = Object.entries(tier).map(([name, nanos]) => [name, Math.max(nanos, lookUp(before, name))])
    const made: PriceTier = { ...tier, ...Object.fromEntries(risen), aboveInputTokens: tier.aboveInputTokens }
    before = made
    return made
  })
  return makePrice({ ...price, tiers })
}

function lookUp(rates: Rates, name: string): number {
  return Object.entries(rates).find(([other]) => other === name)?.[1] ?? 0
}

export const anyMultiplierPpm = fc.oneof(fc.constant(1_000_000), fc.nat(3_000_000), fc.nat(1_000_000_000))

const share = fc.nat(100)

/** Whatever a reader of usage can make: parts fit into their whole. */
export const anyUsage: fc.Arbitrary<TokenUsage> = fc
  .record({
    input: fc.oneof(fc.nat(2000), fc.nat(2_000_000), fc.nat(100_000_000)),
    output: fc.oneof(fc.nat(2000), fc.nat(100_000_000)),
    shares: fc.array(share, { minLength: 8, maxLength: 8 }),
    images: fc.oneof(fc.constant(0), fc.nat(10)),
    webSearches: fc.oneof(fc.constant(0), fc.nat(30)),
    serviceTier: fc.constantFrom('', '', ...TIER_NAMES, 'unheard-of'),
  })
  .map(({ input, output, shares, ...rest }) => {
    const part = (whole: number, index: number): number => Math.floor((whole * (shares[index] ?? 0)) / 150)
    return tokenUsage({
      input,
      cacheRead: part(input, 0),
      cacheWrite5m: part(input, 1),
      cacheWrite1h: part(input, 2),
      audioInput: part(input, 3),
      imageInput: part(input, 4),
      output,
      reasoning: part(output, 5),
      audioOutput: part(output, 6),
      imageOutput: part(output, 7),
      ...rest,
    })
  })
