import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokenUsage, type TokenUsage } from '../../core/token-usage.ts'
import { anyMultiplierPpm, anyPrice, anyUsage } from './__fixtures__/prices.ts'
import { costNanos, formatNanos } from './cost.ts'
import { priceLines } from './price-lines.ts'
import { makePrice, type Price } from './price.ts'

const GPT_4O_MINI = makePrice({
  inputNanosPerMillion: 150_000_000,
  cachedInputNanosPerMillion: 75_000_000,
  outputNanosPerMillion: 600_000_000,
})

/** The same arithmetic in fractions of BigInt, written down without looking at the other one. */
function byHand(price: Price, usage: TokenUsage, multiplierPpm: number): bigint {
  const tier = price.tiers.filter(({ aboveInputTokens }) => usage.input > aboveInputTokens).at(-1) ?? price
  const input = usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h + usage.audioInput + usage.imageInput
  const output = usage.reasoning + usage.audioOutput + usage.imageOutput
  const classes: [number, number][] = [
    [usage.input - input, tier.inputNanosPerMillion],
    [usage.cacheRead, tier.cachedInputNanosPerMillion],
    [usage.cacheWrite5m, tier.cacheWrite5mNanosPerMillion],
    [usage.cacheWrite1h, tier.cacheWrite1hNanosPerMillion],
    [usage.audioInput, tier.audioInputNanosPerMillion],
    [usage.imageInput, tier.imageInputNanosPerMillion],
    [usage.output - output, tier.outputNanosPerMillion],
    [usage.reasoning, tier.reasoningNanosPerMillion],
    [usage.audioOutput, tier.audioOutputNanosPerMillion],
    [usage.imageOutput, tier.imageOutputNanosPerMillion],
  ]
  const tokens = classes.reduce((sum, [count, nanos]) => sum + BigInt(count) * BigInt(nanos), 0n)
  const fees =
    BigInt(price.perCallNanos) +
    BigInt(usage.images) * BigInt(price.perImageNanos) +
    BigInt(usage.webSearches) * BigInt(price.perWebSearchNanos)
  const tierPpm = BigInt(price.serviceTiers[usage.serviceTier] ?? 1_000_000)
  const exact = (tokens * tierPpm + fees * 10n ** 12n) * BigInt(multiplierPpm)
  const unit = 10n ** 18n
  return exact % unit === 0n ? exact / unit : exact / unit + 1n
}

describe('costNanos', () => {
  it('rounds up once, to the whole nano-dollar', () => {
    // 1 token of 150,000,000 per million is 150 nano-dollars; 3 of 75,000,000 and 2 of 600,000,000 are 225 and 1,200.
    expect(costNanos(GPT_4O_MINI, tokenUsage({ input: 4, cacheRead: 3, output: 2 }))).toBe(150 + 225 + 1200)
    const odd = makePrice({ inputNanosPerMillion: 1, outputNanosPerMillion: 1 })
    expect(costNanos(odd, tokenUsage({ input: 1 }))).toBe(1)
    expect(costNanos(odd, tokenUsage({ input: 500_000, output: 500_000 }))).toBe(1)
    expect(costNanos(odd, tokenUsage({ input: 500_000, output: 500_001 }))).toBe(2)
    expect(costNanos(odd, tokenUsage({}))).toBe(0)
  })

  it('costs nothing without a price', () => {
    expect(costNanos(null, tokenUsage({ input: 1e6, output: 1e6 }))).toBe(0)
  })

  it('prices the whole call at the tier that its whole input reaches, cached tokens included', () => {
    const price = makePrice({
      inputNanosPerMillion: 1_250_000_000,
      outputNanosPerMillion: 10_000_000_000,
      tiers: [
        { aboveInputTokens: 200_000, inputNanosPerMillion: 2_500_000_000, outputNanosPerMillion: 15_000_000_000 },
      ],
    })
    expect(costNanos(price, tokenUsage({ input: 200_000, output: 10 }))).toBe(200_000 * 1250 + 10 * 10_000)
    expect(costNanos(price, tokenUsage({ input: 200_001, output: 10 }))).toBe(200_001 * 2500 + 10 * 15_000)
    expect(costNanos(price, tokenUsage({ input: 200_001, cacheRead: 200_000, output: 0 }))).toBe(200_001 * 2500)
  })

  it('takes the tiers in rising order, however they were given', () => {
    const tier = (aboveInputTokens: number, nanos: number) => ({
      aboveInputTokens,
      inputNanosPerMillion: nanos,
      outputNanosPerMillion: nanos,
    })
    const price = makePrice({ ...tier(0, 1e6), tiers: [tier(100, 9e6), tier(10, 5e6)] })
    expect([10, 11, 100, 101].map((input) => costNanos(price, tokenUsage({ input })))).toEqual([10, 55, 500, 909])
  })

  it('multiplies token rates by the service tier, fees and all by the group', () => {
    const price = makePrice({
      inputNanosPerMillion: 1_000_000,
      outputNanosPerMillion: 4_000_000,
      perCallNanos: 1000,
      perWebSearchNanos: 10_000_000,
      serviceTiers: { flex: 500_000, priority: 2_000_000 },
    })
    const usage = { input: 100, output: 50, webSearches: 2 }
    const fees = 1000 + 20_000_000
    expect(costNanos(price, tokenUsage(usage))).toBe(300 + fees)
    expect(costNanos(price, tokenUsage({ ...usage, serviceTier: 'flex' }))).toBe(150 + fees)
    expect(costNanos(price, tokenUsage({ ...usage, serviceTier: 'priority' }))).toBe(600 + fees)
    expect(costNanos(price, tokenUsage({ ...usage, serviceTier: 'constructor' }))).toBe(300 + fees)
    expect(costNanos(price, tokenUsage({ ...usage, serviceTier: 'flex' }), 1_500_000)).toBe((150 + fees) * 1.5)
    expect(costNanos(price, tokenUsage(usage), 0)).toBe(0)
    // Words that hold together multiply, unless they have a multiple of their own.
    const both = makePrice({ ...price, serviceTiers: { fast: 6_000_000, us: 1_100_000, 'fast+eu': 7_000_000 } })
    const tiers = ['fast+us', 'us+fast', 'fast+eu', 'fast+mars', 'mars+us', 'fast+fast']
    const multiples = tiers.map((serviceTier) => (costNanos(both, tokenUsage({ ...usage, serviceTier })) - fees) / 300)
    expect(multiples).toEqual([6.6, 6.6, 7, 6, 1.1, 36])
  })

  it('never becomes negative where a provider counts parts that are larger than their whole', () => {
    const usage: TokenUsage = { ...tokenUsage({ input: 1, output: 1 }), cacheRead: 10, reasoning: 10 }
    expect(costNanos(GPT_4O_MINI, usage)).toBe(10 * 75 + 10 * 600)
  })

  it('is the same as the fractions say, at any size', () => {
    fc.assert(
      fc.property(anyPrice, anyUsage, anyMultiplierPpm, (price, usage, multiplierPpm) => {
        const expected = byHand(price, usage, multiplierPpm)
        const most = BigInt(Number.MAX_SAFE_INTEGER)
        expect(BigInt(costNanos(price, usage, multiplierPpm))).toBe(expected > most ? most : expected)
      }),
      { numRuns: 3000 },
    )
  })

  it('is the same as the fractions say on both sides of every border of the quick way', () => {
    const near = (nanos: number) => makePrice({ inputNanosPerMillion: nanos, outputNanosPerMillion: 0 })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90_000_000 }),
        fc.integer({ min: -3, max: 3 }),
        anyMultiplierPpm,
        (input, off, ppm) => {
          const price = near(Math.max(0, Math.floor(Number.MAX_SAFE_INTEGER / input) + off))
          const usage = tokenUsage({ input })
          for (const multiplier of [1_000_000, ppm]) {
            const expected = byHand(price, usage, multiplier)
            if (expected <= BigInt(Number.MAX_SAFE_INTEGER))
              expect(BigInt(costNanos(price, usage, multiplier))).toBe(expected)
          }
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('never costs less for more', () => {
    fc.assert(
      fc.property(anyPrice, anyUsage, anyMultiplierPpm, fc.nat(1000), (price, usage, multiplierPpm, more) => {
        // A tier may be cheaper than the one before, and then more input costs less: that is what the price list says.
        const flat: Price = { ...price, tiers: [] }
        const larger = { ...usage, input: usage.input + more, output: usage.output + more }
        expect(costNanos(flat, larger, multiplierPpm)).toBeGreaterThanOrEqual(costNanos(flat, usage, multiplierPpm))
      }),
    )
  })
})

describe('splitting and joining usage', () => {
  it('never changes the sum by more than the one rounding of each part', () => {
    fc.assert(
      fc.property(
        anyPrice,
        fc.array(anyUsage, { minLength: 2, maxLength: 6 }),
        anyMultiplierPpm,
        fc.constantFrom('', 'flex', 'priority'),
        (price, parts, multiplierPpm, serviceTier) => {
          // Fees per call and tiers by length are properties of a call, not of its tokens: they do not split.
          const ofTokens: Price = { ...price, perCallNanos: 0, tiers: [] }
          const split: TokenUsage[] = parts.map((part) => ({ ...part, serviceTier }))
          const joined = split.reduce(plus)
          const whole = byHand(ofTokens, joined, multiplierPpm)
          const sum = split.reduce((total, part) => total + byHand(ofTokens, part, multiplierPpm), 0n)
          expect(sum >= whole && sum - whole < BigInt(parts.length)).toBe(true)
          if (sum > BigInt(Number.MAX_SAFE_INTEGER)) return
          const costs = split.map((part) => costNanos(ofTokens, part, multiplierPpm))
          expect(costs.reduce((total, cost) => total + BigInt(cost), 0n)).toBe(sum)
          expect(BigInt(costNanos(ofTokens, joined, multiplierPpm))).toBe(whole)
        },
      ),
      { numRuns: 1000 },
    )
  })
})

/** Without the caps of `addUsage`: sums of usage are exact. */
function plus(left: TokenUsage, right: TokenUsage): TokenUsage {
  return {
    input: left.input + right.input,
    cacheRead: left.cacheRead + right.cacheRead,
    cacheWrite5m: left.cacheWrite5m + right.cacheWrite5m,
    cacheWrite1h: left.cacheWrite1h + right.cacheWrite1h,
    audioInput: left.audioInput + right.audioInput,
    imageInput: left.imageInput + right.imageInput,
    output: left.output + right.output,
    reasoning: left.reasoning + right.reasoning,
    audioOutput: left.audioOutput + right.audioOutput,
    imageOutput: left.imageOutput + right.imageOutput,
    images: left.images + right.images,
    webSearches: left.webSearches + right.webSearches,
    serviceTier: left.serviceTier,
  }
}

describe('priceLines', () => {
  it('shows each class with its quantity, rate and exact share', () => {
    const price = makePrice({
      inputNanosPerMillion: 3_000_000_000,
      cachedInputNanosPerMillion: 300_000_001,
      cacheWrite1hNanosPerMillion: 6_000_000_000,
      outputNanosPerMillion: 15_000_000_000,
      perCallNanos: 5,
      perWebSearchNanos: 10_000_000,
    })
    const usage = tokenUsage({ input: 100, cacheRead: 60, cacheWrite1h: 10, output: 7, reasoning: 4, webSearches: 1 })
    const { lines, exactNanos, totalNanos, aboveInputTokens } = priceLines(price, usage)
    expect(lines.map((line) => [line.class, line.quantity, line.rateNanos, line.exactNanos])).toEqual([
      ['input', 30, 3_000_000_000, '90000'],
      ['cached_input', 60, 300_000_001, '18000.00006'],
      ['cache_write_1h', 10, 6_000_000_000, '60000'],
      ['output', 3, 15_000_000_000, '45000'],
      ['reasoning', 4, 15_000_000_000, '60000'],
      ['call', 1, 5, '5'],
      ['web_search', 1, 10_000_000, '10000000'],
    ])
    expect([exactNanos, totalNanos, aboveInputTokens]).toEqual(['10273005.00006', 10_273_006, 0])
    expect(costNanos(price, usage)).toBe(totalNanos)
  })

  it('adds up to the last digit, and rounds to what was charged', () => {
    fc.assert(
      fc.property(anyPrice, anyUsage, anyMultiplierPpm, (price, usage, multiplierPpm) => {
        const { lines, exactNanos, totalNanos } = priceLines(price, usage, multiplierPpm)
        const sum = lines.reduce((total, line) => total + units(line.exactNanos), 0n)
        expect(sum).toBe(units(exactNanos))
        if (totalNanos < Number.MAX_SAFE_INTEGER) expect(totalNanos).toBe(costNanos(price, usage, multiplierPpm))
      }),
    )
  })
})

/** Decimal text -> 10^-18. */
function units(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(18, '0'))
}

describe('formatNanos', () => {
  it('writes nine places, never an exponent', () => {
    expect([0, 1, 1_234_567, 12_345_678_901].map(formatNanos)).toEqual([
      '0.000000000',
      '0.000000001',
      '0.001234567',
      '12.345678901',
    ])
    expect(formatNanos(Number.MAX_SAFE_INTEGER)).toBe('9007199.254740991')
  })
})
