import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costNanos } from '../../../billing/prices/cost.ts'
import { makePrice } from '../../../billing/prices/price.ts'
import { NO_USAGE, tokenUsage } from '../../../core/token-usage.ts'
import { baselineCost, formatSavings, savings, type Baseline } from './savings.ts'
import { isControl } from './control-group.ts'

const tokens = fc.nat(200_000)
const usages = fc
  .record({
    input: tokens,
    cacheRead: tokens,
    cacheWrite5m: tokens,
    output: fc.integer({ min: 1, max: 50_000 }),
    reasoning: tokens,
  })
  .map(tokenUsage)
const prices = fc
  .record({ input: fc.nat(100_000), cachedShare: fc.nat(100), output: fc.nat(500_000) })
  .map(({ input, cachedShare, output }) =>
    makePrice({
      inputNanosPerMillion: input * 1_000_000,
      cachedInputNanosPerMillion: input * cachedShare * 10_000,
      outputNanosPerMillion: output * 1_000_000,
    }),
  )
const multipliers = fc.constantFrom(1_000_000, 900_000, 1_250_001)
const baselines = fc
  .record({
    price: prices,
    multiplierPpm: multipliers,
    warmTokens: tokens,
    outputPpm: fc.integer({ min: 500_000, max: 2_000_000 }),
  })
  .map((parts): Baseline => ({ model: 'baseline', ...parts }))

describe('savings', () => {
  it('are whole nano-dollars: what the baseline would have cost, less what was paid', () => {
    fc.assert(
      fc.property(baselines, prices, usages, (baseline, price, usage) => {
        const paid = costNanos(price, usage, baseline.multiplierPpm)
        const saved = savings(baseline, 'other', usage, paid)
        expect(Number.isSafeInteger(saved)).toBe(true)
        expect(saved + paid).toBe(baselineCost(baseline, 'other', usage, paid))
      }),
    )
  })

  it('are none where the baseline itself answered, whatever its cache did', () => {
    fc.assert(
      fc.property(baselines, usages, fc.nat(), (baseline, usage, paid) => {
        expect(savings(baseline, 'baseline', usage, paid)).toBe(0)
      }),
    )
  })

  it('are none where nothing was used and nothing paid', () => {
    fc.assert(
      fc.property(baselines, (baseline) => {
        expect(savings(baseline, 'other', NO_USAGE, 0)).toBe(0)
      }),
    )
  })

  it('never grow because the baseline had more in its cache, or cost less', () => {
    fc.assert(
      fc.property(baselines, usages, tokens, (baseline, usage, more) => {
        const warmer = { ...baseline, warmTokens: baseline.warmTokens + more }
        expect(savings(warmer, 'other', usage, 0)).toBeLessThanOrEqual(savings(baseline, 'other', usage, 0))
        const cheaper = { ...baseline, multiplierPpm: Math.floor(baseline.multiplierPpm / 2) }
        expect(savings(cheaper, 'other', usage, 0)).toBeLessThanOrEqual(savings(baseline, 'other', usage, 0))
      }),
    )
  })

  it('are negative where the chosen model cost more', () => {
    const price = makePrice({ inputNanosPerMillion: 1_000_000_000, outputNanosPerMillion: 2_000_000_000 })
    const baseline: Baseline = { model: 'b', price, multiplierPpm: 1_000_000, warmTokens: 0, outputPpm: 1_000_000 }
    const usage = tokenUsage({ input: 1_000, output: 500 })
    expect(savings(baseline, 'other', usage, 5_000_000)).toBe(2_000_000 - 5_000_000)
    expect(formatSavings(-3_000_000)).toBe('-0.003000000')
    expect(formatSavings(12_000_000_001)).toBe('12.000000001')
    expect(formatSavings(0)).toBe('0.000000000')
  })
})

describe('the control group', () => {
  it('has about its share of conversations, and the same ones each time', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `conversation-${index}`)
    const share = keys.filter((key) => isControl(key, 20_000)).length / keys.length
    expect(share).toBeGreaterThan(0.015)
    expect(share).toBeLessThan(0.025)
    expect(keys.some((key) => isControl(key, 0))).toBe(false)
  })
})
