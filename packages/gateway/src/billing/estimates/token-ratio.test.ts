import { describe, expect, it } from 'vitest'
import { TokenRatio, TokenRatios } from './token-ratio.ts'

describe('what a body may be in tokens', () => {
  it('is more than any usual text is, before anything was seen', () => {
    expect(new TokenRatio().bound(10_000)).toBeGreaterThanOrEqual(6_000)
  })

  it('comes down to what the calls of a model are, with some room', () => {
    const ratio = new TokenRatio()
    for (let call = 0; call < 5_000; call += 1) ratio.observe(4_000, 1_000)
    expect(ratio.bound(100_000)).toBeGreaterThan(30_000)
    expect(ratio.bound(100_000)).toBeLessThan(35_000)
  })

  it('goes up at once with one denser call, and is never above a token a byte', () => {
    const ratio = new TokenRatio()
    for (let call = 0; call < 5_000; call += 1) ratio.observe(4_000, 1_000)
    ratio.observe(4_000, 2_800)
    expect(ratio.bound(10_000)).toBeGreaterThan(8_000)
    ratio.observe(4_000, 400_000)
    expect(ratio.bound(10_000)).toBeLessThan(10_100)
  })

  it('learns nothing from bodies that are hardly text, or from answers that say nothing', () => {
    const ratio = new TokenRatio()
    const before = ratio.bound(1_000)
    ratio.observe(100, 100)
    ratio.observe(5_000, 0)
    expect(ratio.bound(1_000)).toBe(before)
  })

  it('is about the average of the calls, for an estimate', () => {
    const ratio = new TokenRatio()
    expect(ratio.likely(4_000)).toBe(1_000)
    for (let call = 0; call < 1_000; call += 1) ratio.observe(4_000, call % 2 === 0 ? 1_600 : 2_000)
    expect(ratio.likely(4_000)).toBeGreaterThan(1_700)
    expect(ratio.likely(4_000)).toBeLessThan(1_900)
  })

  it('is learned for each model apart', () => {
    const ratios = new TokenRatios()
    for (let call = 0; call < 5_000; call += 1) ratios.of('a').observe(4_000, 1_000)
    expect(ratios.of('a').bound(10_000)).toBeLessThan(ratios.of('b').bound(10_000))
  })
})
