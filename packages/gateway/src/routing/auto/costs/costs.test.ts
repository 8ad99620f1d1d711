import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makePrice } from '../../../billing/prices/price.ts'
import { cacheableTokens, expectedCost, likelyTurns } from './expected-cost.ts'
import { OutputLengths } from './output-lengths.ts'

const price = makePrice({
  inputNanosPerMillion: 2_000_000_000,
  cachedInputNanosPerMillion: 200_000_000,
  outputNanosPerMillion: 8_000_000_000,
})

describe('the length of answers', () => {
  it('is what is usual until answers are seen, and then more and more what they were', () => {
    const lengths = new OutputLengths()
    const usual = lengths.expected('m', 'chat', false, 0)
    expect(lengths.expected('m', 'chat', true, 0)).toBeGreaterThan(usual)
    expect(lengths.expected('m', 'chat', false, 10)).toBe(10)
    for (let count = 0; count < 400; count += 1) lengths.add('m', 'chat', 1_000, false)
    expect(lengths.expected('m', 'chat', false, 0)).toBeGreaterThan(900)
    // Others are likely to be asked the same things.
    expect(lengths.expected('other', 'chat', false, 0)).toBeGreaterThan(900)
    expect(lengths.expected('m', 'maths', false, 0)).toBeLessThan(900)
  })

  it('is known after a restart, and what has been seen since wins', () => {
    const before = new OutputLengths()
    for (let count = 0; count < 30; count += 1) before.add('m', 'chat', 1_000, false)
    const after = new OutputLengths()
    after.add('other', 'chat', 50, false)
    const others = after.expected('other', 'chat', false, 0)
    after.restore(before.snapshot())
    expect(after.expected('m', 'chat', false, 0)).toBeGreaterThan(700)
    expect(after.expected('other', 'chat', false, 0)).toBe(others)
  })

  it('is compared with another model only when both are known', () => {
    const lengths = new OutputLengths()
    for (let count = 0; count < 30; count += 1) lengths.add('short', 'chat', 100, false)
    expect(lengths.ratioPpm('short', 'long', 'chat')).toBe(1_000_000)
    for (let count = 0; count < 30; count += 1) lengths.add('long', 'chat', 150, false)
    expect(lengths.ratioPpm('short', 'long', 'chat')).toBe(1_500_000)
    expect(lengths.ratioPpm('long', 'short', 'chat')).toBe(666_667)
  })
})

describe('an expected cost', () => {
  it('is exact for one request, and spreads a cold cache over the turns that are likely to come', () => {
    const use = { inputTokens: 10_000, warmTokens: 0, warmLaterTokens: 10_000, outputTokens: 100 }
    expect(expectedCost(price, 1_000_000, use, 1)).toEqual({ costNanos: 20_800_000, turnNanos: 20_800_000 })
    const later = 2_000_000 + 800_000
    expect(expectedCost(price, 1_000_000, use, 4)).toEqual({
      costNanos: 20_800_000,
      turnNanos: Math.round((20_800_000 + 3 * later) / 4),
    })
  })

  it('is never more with a warmer cache', () => {
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.nat(100_000),
        fc.nat(100_000),
        fc.integer({ min: 1, max: 9 }),
        (input, warm, more, turns) => {
          const use = { inputTokens: input, warmTokens: warm, warmLaterTokens: input, outputTokens: 10 }
          const cold = expectedCost(price, 1_000_000, use, turns)
          const warmer = expectedCost(price, 1_000_000, { ...use, warmTokens: warm + more }, turns)
          expect(warmer.turnNanos).toBeLessThanOrEqual(cold.turnNanos)
        },
      ),
    )
  })

  it('believes in caches where there is a price for them, a length worth keeping, and a mark where one is wanted', () => {
    const uncached = makePrice({ inputNanosPerMillion: 1_000, outputNanosPerMillion: 1_000 })
    expect(cacheableTokens(price, 'openai', 2_000, false)).toBe(2_000)
    expect(cacheableTokens(price, 'openai', 1_000, false)).toBe(0)
    expect(cacheableTokens(uncached, 'openai', 2_000, true)).toBe(0)
    expect(cacheableTokens(price, 'anthropic', 2_000, false)).toBe(0)
    expect(cacheableTokens(price, 'anthropic', 2_000, true)).toBe(2_000)
  })

  it('expects agents to go on, and questions not to', () => {
    expect([likelyTurns({ toolCount: 3, turnCount: 1 }), likelyTurns({ toolCount: 0, turnCount: 2 })]).toEqual([8, 3])
    expect(likelyTurns({ toolCount: 0, turnCount: 1 })).toBe(1)
  })
})
