import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokenUsage } from '../../core/token-usage.ts'
import { anyMultiplierPpm, anyPrice, anyUsage } from './__fixtures__/prices.ts'
import { costNanos } from './cost.ts'
import { dollarsFromPrice, isPrice, priceFromDollars } from './price-dollars.ts'
import { decodePrice, encodeLimitedPrice, encodePrice, recomputeCost } from './price-text.ts'
import { makePrice } from './price.ts'

describe('the text of a price', () => {
  it('says only what does not follow', () => {
    const plain = { inputNanosPerMillion: 150_000_000, outputNanosPerMillion: 600_000_000 }
    expect(encodePrice(makePrice(plain))).toBe('i150000000o600000000')
    expect(encodePrice(makePrice({ ...plain, cachedInputNanosPerMillion: 75_000_000 }))).toBe(
      'i150000000c75000000o600000000',
    )
    const rich = makePrice({
      ...plain,
      cacheWrite5mNanosPerMillion: 187_500_000,
      perWebSearchNanos: 10_000_000,
      tiers: [{ aboveInputTokens: 200_000, inputNanosPerMillion: 3, outputNanosPerMillion: 5 }],
      serviceTiers: { priority: 2_000_000, flex: 500_000 },
    })
    expect(encodePrice(rich, 900_000)).toBe(
      'i150000000w187500000o600000000s10000000;t200000i3o5;sflex=500000;spriority=2000000;m900000',
    )
    expect(encodePrice(null)).toBe('')
    expect(encodePrice(makePrice({ inputNanosPerMillion: 0, outputNanosPerMillion: 0 }))).toBe('i0o0')
  })

  it('reads back as the same price, and costs the same', () => {
    fc.assert(
      fc.property(anyPrice, anyMultiplierPpm, anyUsage, (price, multiplierPpm, usage) => {
        const text = encodePrice(price, multiplierPpm)
        expect(text).toMatch(/^[\w.;=-]+$/)
        expect(decodePrice(text)).toEqual({ price, multiplierPpm, limitNanos: Infinity })
        expect(recomputeCost(text, usage)).toBe(costNanos(price, usage, multiplierPpm))
      }),
    )
  })

  it('is the same text for the same price, however it was made', () => {
    fc.assert(
      fc.property(anyPrice, anyMultiplierPpm, (price, multiplierPpm) => {
        const twin = decodePrice(encodePrice(price, multiplierPpm))
        expect(twin && encodePrice(twin.price, multiplierPpm)).toBe(encodePrice(price, multiplierPpm))
      }),
    )
  })

  it('carries what a call was limited to, and nothing more is reckoned', () => {
    const price = makePrice({ inputNanosPerMillion: 1_000_000, outputNanosPerMillion: 2_000_000 })
    const text = encodeLimitedPrice(price, 900_000, 77)
    expect(text).toBe('i1000000o2000000;m900000;l77')
    expect(recomputeCost(text, tokenUsage({ input: 10 ** 9 }))).toBe(77)
    expect(recomputeCost(text, tokenUsage({ input: 10 }))).toBe(9)
    expect(encodeLimitedPrice(null, 1_000_000, 77)).toBe('')
  })

  it('takes nothing else for a price', () => {
    for (const text of [
      'x',
      'i1',
      'o1',
      'i1o',
      'i1o2;',
      'i1o2;t5i1',
      'i1o2;q',
      'i-1o2',
      'i1.5o2',
      '0',
      'i1o2;sflex=',
    ]) {
      expect(decodePrice(text)).toBeNull()
      expect(recomputeCost(text, tokenUsage({ input: 1 }))).toBeNull()
    }
    expect(decodePrice('')).toBeNull()
    expect(recomputeCost('', tokenUsage({ input: 1 }))).toBe(0)
  })
})

describe('a price in US$', () => {
  it('reads back as it was written, as text and from a file', () => {
    fc.assert(
      fc.property(anyPrice, (price) => {
        const read = priceFromDollars(JSON.parse(JSON.stringify(dollarsFromPrice(price))))
        expect(read).toEqual(price)
      }),
    )
  })

  it('is read from its digits', () => {
    const read = priceFromDollars({ input: 0.1, cached_input: '0.000000001', output: 1e-3, per_call: 0.3 })
    expect(isPrice(read) && encodePrice(read)).toBe('i100000000c1o1000000p300000000')
  })

  it('names every figure that is none', () => {
    const read = priceFromDollars({
      input: -1,
      output: 'free',
      per_image: 1e-10,
      tiers: [
        { above_input_tokens: 10, input: 1, output: 1 },
        { above_input_tokens: 10, input: 1, reasoning: NaN, output: 1 },
      ],
      service_tiers: { default: 1, flex: -0.5, 'a b': 1, priority: 0.0000001 },
    })
    expect(isPrice(read) ? [] : read.map(({ path }) => path.join('.'))).toEqual([
      'input',
      'output',
      'per_image',
      'tiers.1.above_input_tokens',
      'tiers.1.reasoning',
      'service_tiers.default',
      'service_tiers.flex',
      'service_tiers.a b',
      'service_tiers.priority',
    ])
  })
})
