import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PickModel, Prompt } from './pick.ts'
import { expectedQuality, lambdaOf, rankModels } from './rank.ts'
import { skillsOf } from './skill-table.ts'
import { TASK_TYPES } from './task-types.ts'

const shares = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: TASK_TYPES.length, maxLength: TASK_TYPES.length })
  .map((raw) => {
    const sum = raw.reduce((a, b) => a + b, 1e-9)
    return Float64Array.from(raw, (share) => share / sum)
  })
const prompts: fc.Arbitrary<Prompt> = fc.record({
  taskShares: shares,
  difficulty: fc.double({ min: 0, max: 1, noNaN: true }),
  novelty: fc.double({ min: 0, max: 1, noNaN: true }),
  vector: fc.constant(new Float32Array()),
})
const IDS = [
  'gpt-5',
  'gpt-4o-mini',
  'claude-sonnet-4-5',
  'deepseek-chat',
  'gemini-2.5-flash',
  'mistral-7b',
  'unheard-of',
]
const pools: fc.Arbitrary<PickModel[]> = fc
  .uniqueArray(fc.record({ id: fc.constantFrom(...IDS), costNanos: fc.integer({ min: 0, max: 5_000_000 }) }), {
    selector: ({ id }) => id,
    minLength: 1,
  })
  .map((models) => models.map(({ id, costNanos }) => ({ id, costNanos, skills: skillsOf({ id }) })))
const tradeoffs = fc.double({ min: 0, max: 10, noNaN: true })
const shareOfBest = fc.double({ min: 0.5, max: 1, noNaN: true })

function costOf(prompt: Prompt, models: readonly PickModel[], tradeoff: number, minQuality: number): number {
  return rankModels(prompt, models, { tradeoff, minQuality })[0]?.costNanos ?? 0
}

describe('the choice', () => {
  it('never costs more with more trade-off', () => {
    fc.assert(
      fc.property(prompts, pools, tradeoffs, tradeoffs, shareOfBest, (prompt, models, a, b, floor) => {
        expect(costOf(prompt, models, Math.max(a, b), floor)).toBeLessThanOrEqual(
          costOf(prompt, models, Math.min(a, b), floor),
        )
      }),
    )
  })

  it('never costs more with a lower floor', () => {
    fc.assert(
      fc.property(prompts, pools, tradeoffs, shareOfBest, shareOfBest, (prompt, models, tradeoff, a, b) => {
        expect(costOf(prompt, models, tradeoff, Math.min(a, b))).toBeLessThanOrEqual(
          costOf(prompt, models, tradeoff, Math.max(a, b)),
        )
      }),
    )
  })

  it('is never below the floor, and lists every model once', () => {
    fc.assert(
      fc.property(prompts, pools, tradeoffs, shareOfBest, (prompt, models, tradeoff, minQuality) => {
        const ranked = rankModels(prompt, models, { tradeoff, minQuality })
        const best = Math.max(...ranked.map(({ quality }) => quality))
        expect(ranked[0]!.quality).toBeGreaterThanOrEqual(minQuality * best - 1e-6)
        expect(ranked.map(({ id }) => id).sort()).toEqual(models.map(({ id }) => id).sort())
      }),
    )
  })

  it('does not depend on the order of the models', () => {
    fc.assert(
      fc.property(prompts, pools, tradeoffs, (prompt, models, tradeoff) => {
        const knobs = { tradeoff, minQuality: 0.9 }
        expect(rankModels(prompt, models.toReversed(), knobs)).toEqual(rankModels(prompt, models, knobs))
      }),
    )
  })

  it('is the best at 0 and the cheapest above the floor at 10', () => {
    fc.assert(
      fc.property(prompts, pools, (prompt, models) => {
        const best = rankModels(prompt, models, { tradeoff: 0, minQuality: 0 })
        expect(best[0]!.quality).toBe(Math.max(...best.map(({ quality }) => quality)))
        const cheap = rankModels(prompt, models, { tradeoff: 10, minQuality: 0.9 })
        expect(cheap[0]!.costNanos).toBe(
          Math.min(...cheap.filter(({ aboveFloor }) => aboveFloor).map(({ costNanos }) => costNanos)),
        )
      }),
    )
  })

  it('has a trade-off that rises strictly', () => {
    const lambdas = Array.from({ length: 101 }, (_, index) => lambdaOf(index / 10))
    expect(lambdas.every((lambda, index) => index === 0 || lambda > lambdas[index - 1]!)).toBe(true)
  })
})

describe('expected quality', () => {
  const prompt: Prompt = {
    taskShares: Float64Array.from(TASK_TYPES, (type) => (type === 'debugging' ? 1 : 0)),
    difficulty: 0.5,
    novelty: 0,
    vector: new Float32Array(),
  }
  const skills = skillsOf({ id: 'claude-sonnet-4' })

  it('is the table at home and the overall figure on foreign ground', () => {
    expect(expectedQuality(prompt, { id: 'a', skills, costNanos: 1 })).toBeCloseTo(skills.byType.debugging)
    expect(expectedQuality({ ...prompt, novelty: 1 }, { id: 'a', skills, costNanos: 1 })).toBeCloseTo(skills.overall)
  })

  it('falls with difficulty', () => {
    const at = (difficulty: number) => expectedQuality({ ...prompt, difficulty }, { id: 'a', skills, costNanos: 1 })
    expect(at(0.9)).toBeLessThan(at(0.5))
    expect(at(0.5)).toBeLessThan(at(0.1))
  })

  it('differs little between models at easy orders of an agent, and much at hard ones', () => {
    const taskShares = Float64Array.from(TASK_TYPES, (type) => (type === 'agent-step' ? 1 : 0))
    const [strong, weak] = ['gpt-4.1', 'gpt-4o-mini'].map((id) => ({ id, skills: skillsOf({ id }), costNanos: 1 }))
    const shareOfBest = (difficulty: number) => {
      const at = { ...prompt, taskShares, difficulty }
      return expectedQuality(at, weak!) / expectedQuality(at, strong!)
    }
    expect(shareOfBest(0.1)).toBeGreaterThan(0.97)
    expect(shareOfBest(0.5)).toBeCloseTo(weak!.skills.byType['agent-step'] / strong!.skills.byType['agent-step'])
    expect(shareOfBest(0.9)).toBeLessThan(0.6)
  })

  it('moves to what was learned as far as that weighs', () => {
    const learned = { quality: 0.2, weight: 0.5 }
    const plain = expectedQuality(prompt, { id: 'a', skills, costNanos: 1 })
    expect(expectedQuality(prompt, { id: 'a', skills, costNanos: 1, learned })).toBeCloseTo((plain + 0.2) / 2)
  })
})
