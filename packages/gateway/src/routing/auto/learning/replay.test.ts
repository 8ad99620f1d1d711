import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LearnedSkills, LearnedTable } from '../../../core/learned.ts'
import { decision, PICKER, prior, type Told } from './__fixtures__/decisions.ts'
import { LearnedSet } from './learned-set.ts'
import { outcomesOf } from './outcomes.ts'
import { replay, type ReplayResult } from './replay.ts'

/** Thinks one model bad at a task, so that the other is chosen there. */
function against(model: string, type: keyof LearnedSkills = 'code-generation'): LearnedSet {
  const table: LearnedTable = {
    versionId: 'av_a',
    skills: { [model]: { [type]: [0, 40] } },
    lengths: {},
    exemplars: null,
  }
  return new LearnedSet(table)
}

function judge(told: readonly Told[], candidate: LearnedSet, maxCostRise = 0.25): ReplayResult {
  const decisions = told.map(decision)
  const outcomes = outcomesOf(decisions, () => null)
  return replay(decisions, outcomes, { picker: PICKER, priorOf: () => prior(), serving: null, candidate, maxCostRise })
}

const many = (times: number, told: Told): Told[] => Array.from({ length: times }, () => told)

describe('a candidate wins on replay', () => {
  it('when the answers that it would not have given were bad, and those that it would have given good', () => {
    const seen = [
      ...many(30, { score: 0.1, propensity: 0.75 }),
      ...many(10, { model: 'b', score: 0.9, propensity: 0.25 }),
    ]
    const result = judge(seen, against('a'))
    expect(result).toMatchObject({ verdict: 'better', won: true, judged: 40, changed: 40, observed: 10 })
    expect(result.quality.mean).toBeCloseTo(0.8, 1)
  })

  it('when it is cheaper and no worse', () => {
    const costs = { a: 100, b: 50 }
    const dear = { score: 0.85, model: 'a', costs, propensity: 0.5 }
    const cheap = { score: 0.85, model: 'b', costs, propensity: 0.5 }
    const decisions = [...many(150, dear), ...many(150, cheap)].map(decision)
    const serving = against('b')
    const options = { picker: PICKER, priorOf: () => prior(), serving, candidate: against('c'), maxCostRise: 0 }
    // The serving version thinks little of the cheap one.
    const result = replay(
      decisions,
      outcomesOf(decisions, () => null),
      options,
    )
    expect(result.cost.mean).toBeCloseTo(-0.5, 1)
    expect(result).toMatchObject({ verdict: 'cheaper', won: true })
  })
})

describe('a candidate loses', () => {
  it('where too little is known', () => {
    expect(judge(many(10, { score: 0.1 }), against('a')).verdict).toBe('too-few')
    expect(judge(many(30, { score: 0.9 }), against('c')).verdict).toBe('too-few')
  })

  it('where nobody has seen its choices: the others may be as bad', () => {
    expect(judge(many(60, { score: 0.1 }), against('a'))).toMatchObject({ won: false, observed: 0 })
  })

  it('where its own choices were seen, and were worse', () => {
    const seen = [
      ...many(30, { score: 0.85, propensity: 0.75 }),
      ...many(10, { model: 'b', score: 0.1, propensity: 0.25 }),
    ]
    expect(judge(seen, against('a'))).toMatchObject({ won: false, observed: 10 })
  })

  it('where it gains much in one task and loses in another', () => {
    const told = [
      ...many(40, { score: 0.1, type: 'code-generation', propensity: 0.75 }),
      ...many(13, { score: 0.9, model: 'b', type: 'code-generation', propensity: 0.25 }),
      ...many(9, { score: 0.99, type: 'creative', propensity: 0.75 }),
      ...many(3, { score: 0.1, model: 'b', type: 'creative', propensity: 0.25 }),
    ]
    const table: LearnedTable = {
      versionId: 'av_a',
      skills: { a: { 'code-generation': [0, 40], creative: [0, 40] } },
      lengths: {},
      exemplars: null,
    }
    const result = judge(told, new LearnedSet(table))
    expect(result.quality.low).toBeGreaterThan(0)
    expect(result).toMatchObject({ verdict: 'worse-at-a-task', won: false })
  })

  it('where it costs more than it may', () => {
    const costs = { a: 100, b: 300 }
    const seen = [
      ...many(30, { score: 0.1, costs, propensity: 0.75 }),
      ...many(10, { model: 'b', score: 0.9, costs, propensity: 0.25 }),
    ]
    expect(judge(seen, against('a')).verdict).toBe('too-dear')
    expect(judge(seen, against('a'), 3).verdict).toBe('better')
  })
})

describe('what a version is worth', () => {
  it('is found whatever the chances were, because they are known', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (share, ofA, ofB) => {
          const count = 400
          const toB = Math.round(count * share)
          const told = [
            ...many(toB, { model: 'b', score: ofB, propensity: toB / count }),
            ...many(count - toB, { model: 'a', score: ofA, propensity: 1 - toB / count }),
          ]
          expect(judge(told, against('a')).quality.mean).toBeCloseTo(ofB - ofA, 2)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('does not count conversations that kept their model, nor models that stood in', () => {
    const kept = many(30, { score: 0.1 }).map((told) => {
      const made = decision(told)
      return { ...made, body: { ...made.body, reason: 'kept' } }
    })
    const options = { picker: PICKER, priorOf: () => prior(), serving: null, candidate: against('a'), maxCostRise: 1 }
    expect(
      replay(
        kept,
        outcomesOf(kept, () => null),
        options,
      ),
    ).toMatchObject({ decisions: 0, won: false })
  })
})
