import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PLAIN_BOUNDS, type PriceBounds } from '../../core/price-bounds.ts'
import { tokenUsage, type TokenUsage } from '../../core/token-usage.ts'
import { costNanos } from '../prices/cost.ts'
import { makePrice, type GivenPrice } from '../prices/price.ts'
import { TokenRatio } from './token-ratio.ts'
import { STEP_TOKENS, worstCase, type CallAsked, type ModelFacts } from './worst-case.ts'

const MILLION = 1_000_000
const PRICE = makePrice({ inputNanosPerMillion: 1_000 * MILLION, outputNanosPerMillion: 4_000 * MILLION })
const MODEL: ModelFacts = { contextLength: 128_000, maxOutputTokens: 16_384, hiddenReasoning: false }

function asked(bounds: Partial<PriceBounds> = {}, more: Partial<CallAsked> = {}): CallAsked {
  return {
    bodyBytes: 1_000,
    bounds: { ...PLAIN_BOUNDS, ...bounds },
    answer: 'tokens',
    model: MODEL,
    ratio: new TokenRatio(),
    ...more,
  }
}

/** Rates of 1,000 and 4,000 nanos a token: tokens can be read off the sum. */
function whole(bounds: Partial<PriceBounds> = {}, more: Partial<CallAsked> = {}, price = PRICE): number {
  return worstCase(price, MILLION, asked(bounds, more)).wholeNanos
}

const INPUT_NANOS = 664 * 1_000
const dearer = (given: Partial<GivenPrice>): ReturnType<typeof makePrice> =>
  makePrice({ inputNanosPerMillion: 1_000 * MILLION, outputNanosPerMillion: 4_000 * MILLION, ...given })

describe('the most that a call may cost', () => {
  it('is its input and all of its answer', () => {
    expect(whole({ maxOutputTokens: 100 })).toBe(INPUT_NANOS + 100 * 4_000)
  })

  it.each<[string, number]>([
    ['the limit of the model where the request sets none', whole() - 16_384 * 4_000],
    ['the limit of the model where the request asks for more', whole({ maxOutputTokens: 1e9 }) - 16_384 * 4_000],
    [
      'what is asked for where the model has no limit',
      whole({ maxOutputTokens: 50_000 }, { model: { ...MODEL, maxOutputTokens: 0 } }) - 50_000 * 4_000,
    ],
    [
      'a figure of ours where nobody sets a limit',
      whole({}, { model: { ...MODEL, maxOutputTokens: 0 } }) - 32_768 * 4_000,
    ],
    ['all answers together', whole({ maxOutputTokens: 100, answers: 3 }) - 300 * 4_000],
    ['all prompts together', whole({ maxOutputTokens: 100, answers: 3, prompts: 2 }) - 600 * 4_000],
    ['nothing where nothing is generated', whole({ maxOutputTokens: 100 }, { answer: 'none' })],
  ])('counts as output: %s', (_name, inputNanos) => {
    expect(inputNanos).toBe(INPUT_NANOS)
  })

  it('counts a prediction that is not met as output', () => {
    expect(whole({ maxOutputTokens: 100, predictionBytes: 1_000 })).toBeGreaterThan(whole({ maxOutputTokens: 100 }))
  })

  it('takes the dearest kind of input and of output that the request leaves possible', () => {
    const price = dearer({
      cacheWrite5mNanosPerMillion: 1_250 * MILLION,
      cacheWrite1hNanosPerMillion: 2_000 * MILLION,
      audioInputNanosPerMillion: 40_000 * MILLION,
      reasoningNanosPerMillion: 5_000 * MILLION,
      audioOutputNanosPerMillion: 80_000 * MILLION,
    })
    const limit = { maxOutputTokens: 100 }
    expect(whole(limit, {}, price)).toBe(664 * 1_250 + 100 * 5_000)
    expect(whole({ ...limit, cacheWrite1h: true }, {}, price)).toBe(664 * 2_000 + 100 * 5_000)
    expect(whole({ ...limit, audioInput: true }, {}, price)).toBe(664 * 40_000 + 100 * 5_000)
    expect(whole({ ...limit, audioOutput: true }, {}, price)).toBe(664 * 1_250 + 100 * 80_000)
  })

  it('takes the tier of a long context when the input may be long', () => {
    const price = dearer({
      tiers: [{ aboveInputTokens: 500, inputNanosPerMillion: 3_000 * MILLION, outputNanosPerMillion: 9_000 * MILLION }],
    })
    expect(whole({ maxOutputTokens: 10 }, {}, price)).toBe(664 * 3_000 + 10 * 9_000)
  })

  it('takes the dearest service tier that may be served, never a cheaper one than the usual', () => {
    const price = dearer({ serviceTiers: { flex: 500_000, priority: 2_000_000, fast: 6_000_000 } })
    const usual = whole({ maxOutputTokens: 10 }, {}, price)
    const inTier = (serviceTier: string): number => whole({ maxOutputTokens: 10, serviceTier }, {}, price) / usual
    expect([
      inTier('flex'),
      inTier('priority'),
      inTier('fast'),
      inTier('of-tomorrow'),
      inTier('priority+fast'),
    ]).toEqual([1, 2, 6, 6, 12])
  })

  it('counts fees: a call, pictures, searches', () => {
    const price = dearer({ perCallNanos: 7, perImageNanos: 1_000_000_000, perWebSearchNanos: 10_000_000 })
    const usual = whole({ maxOutputTokens: 10 }, {}, PRICE)
    expect(whole({ maxOutputTokens: 10 }, {}, price)).toBe(usual + 7)
    expect(whole({ answers: 3 }, { answer: 'pictures' }, price) % 1_000_000_000_000).toBeGreaterThan(3_000_000_000)
    const searching =
      whole({ maxOutputTokens: 10, hostedCalls: 4 }, {}, price) - whole({ maxOutputTokens: 10, hostedCalls: 4 })
    expect(searching).toBe(7 + 4 * 10_000_000)
    expect(whole({ hostedCalls: -1 }, {}, price)).toBe(whole({ hostedCalls: 10 }, {}, price))
    expect(whole({ hostedCalls: 500 }, {}, price)).toBe(whole({ hostedCalls: 10 }, {}, price))
  })

  it('counts pictures in the input beside their bytes, and no more than the context holds', () => {
    const limit = { maxOutputTokens: 1 }
    const bodyBytes = 1_000_000
    const shown = whole({ ...limit, pictures: 2, mediaBytes: 999_000 }, { bodyBytes })
    expect(shown).toBe(INPUT_NANOS + (2 * 5_000 + 62_438) * 1_000 + 4_000)
    expect(whole(limit, { bodyBytes })).toBe(128_000 * 1_000 + 4_000)
    expect(whole({ ...limit, inputElsewhere: true })).toBe(128_000 * 1_000 + 4_000)
    expect(whole({ ...limit, prompts: 2 }, { bodyBytes })).toBeGreaterThan(256_000 * 1_000)
  })

  it('tells about what the input is, of which pictures are more than their bytes say, or less', () => {
    const likely = (bounds: Partial<PriceBounds>, bodyBytes: number): number =>
      worstCase(PRICE, MILLION, asked(bounds, { bodyBytes })).likelyInputTokens
    expect(likely({}, 4_000)).toBe(1_000)
    expect(likely({ pictures: 1, mediaBytes: 5_000_000 }, 5_004_000)).toBe(2_000)
    expect(likely({ pictures: 2 }, 4_000)).toBe(3_000)
  })

  it('multiplies by what the group pays', () => {
    const { wholeNanos } = worstCase(PRICE, 1_500_000, asked({ maxOutputTokens: 100 }))
    expect(wholeNanos).toBe((INPUT_NANOS + 400_000) * 1.5)
  })
})

describe('what a stream holds at first', () => {
  it('is its input and one step, and what it holds later is enough for each further step', () => {
    const worst = worstCase(PRICE, MILLION, asked())
    expect(worst).toMatchObject({ firstStepTokens: STEP_TOKENS, firstStepNanos: INPUT_NANOS + STEP_TOKENS * 4_000 })
    expect(worst.perOutputStepNanos).toBeGreaterThanOrEqual(STEP_TOKENS * 4_000)
    const steps = Math.ceil((16_384 - STEP_TOKENS) / STEP_TOKENS)
    expect(worst.firstStepNanos + steps * worst.perOutputStepNanos).toBeGreaterThanOrEqual(worst.wholeNanos)
  })

  it('is all of a short answer', () => {
    expect(worstCase(PRICE, MILLION, asked({ maxOutputTokens: 10 }))).toMatchObject({
      firstStepTokens: 10,
      firstStepNanos: INPUT_NANOS + 40_000,
      perOutputStepNanos: 0,
    })
  })

  it('holds what a model thinks unseen: its budget, or all of the answer, but nothing where thinking is off', () => {
    const model = { ...MODEL, hiddenReasoning: true }
    const first = (maxThinkingTokens: number): number =>
      worstCase(PRICE, MILLION, asked({ maxThinkingTokens }, { model })).firstStepTokens
    expect([first(-1), first(2_000), first(0)]).toEqual([16_384, 3_024, 1_024])
  })

  it('is all of it where pictures are made', () => {
    const { firstStepNanos, wholeNanos } = worstCase(PRICE, MILLION, asked({ images: -1 }))
    expect(firstStepNanos).toBe(wholeNanos)
  })
})

describe('a property', () => {
  const count = fc.integer({ min: 0, max: 5_000 })
  const used = fc.record({
    fresh: count,
    cacheRead: count,
    cacheWrite5m: count,
    cacheWrite1h: count,
    text: count,
    reasoning: count,
  })
  const rate = fc.integer({ min: 0, max: 100_000 * MILLION })
  const given = fc.record({
    inputNanosPerMillion: rate,
    outputNanosPerMillion: rate,
    cacheWrite5mNanosPerMillion: rate,
    cacheWrite1hNanosPerMillion: rate,
    reasoningNanosPerMillion: rate,
    perCallNanos: count,
    perWebSearchNanos: count,
  })

  it('no call within its bounds costs more than the worst case says', () => {
    fc.assert(
      fc.property(
        used,
        given,
        fc.integer({ min: 0, max: 3_000_000 }),
        fc.nat(10),
        (parts, price, multiplierPpm, searches) => {
          const input = parts.fresh + parts.cacheRead + parts.cacheWrite5m + parts.cacheWrite1h
          const usage: TokenUsage = tokenUsage({
            ...parts,
            input,
            output: parts.text + parts.reasoning,
            webSearches: searches,
          })
          const made = makePrice({ cachedInputNanosPerMillion: 0, ...price })
          const bounds = {
            ...PLAIN_BOUNDS,
            maxOutputTokens: Math.max(1, usage.output),
            cacheWrite1h: true,
            hostedCalls: searches,
          }
          const model = { ...MODEL, maxOutputTokens: 0 }
          const worst = worstCase(made, multiplierPpm, asked(bounds, { bodyBytes: usage.input * 2, model }))
          expect(costNanos(made, usage, multiplierPpm)).toBeLessThanOrEqual(worst.wholeNanos)
        },
      ),
    )
  })
})
