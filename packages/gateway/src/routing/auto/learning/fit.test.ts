import { describe, expect, it } from 'vitest'
import { decision, prior, type Told } from './__fixtures__/decisions.ts'
import { fit } from './fit.ts'
import { LearnedSet } from './learned-set.ts'
import { outcomesOf } from './outcomes.ts'

const OPTIONS = { versionId: 'av_a', nowMs: 0, exemplars: 8 }

function learn(told: readonly Told[], options = OPTIONS) {
  const decisions = told.map(decision)
  return fit(
    decisions,
    outcomesOf(decisions, () => null),
    options,
  )
}

const many = (times: number, told: Told): Told[] => Array.from({ length: times }, () => told)

describe('a table that is learned', () => {
  it('counts outcomes by model and task, and moves what is expected there', () => {
    const table = learn([...many(20, { score: 0 }), ...many(20, { model: 'b', score: 1 })])
    expect(table.skills['a']?.['code-generation']?.[1]).toBeCloseTo(20, 3)
    const set = new LearnedSet({ ...table, exemplars: null })
    expect(set.skills('a', prior()).byType['code-generation']).toBeLessThan(0.6)
    expect(set.skills('b', prior()).byType['code-generation']).toBeGreaterThan(0.88)
    expect(set.skills('c', prior())).toEqual(prior())
  })

  it('believes a model that somebody names instead half, and only where it could have been picked', () => {
    const table = learn([
      { score: 0, corrected: 'b' },
      { score: 0, corrected: 'nobody' },
    ])
    expect(table.skills['b']?.['code-generation']).toEqual([0.5, 0.5])
    expect(table.skills['nobody']).toBeUndefined()
  })

  it('is bounded: a flood counts as much as the newest can overrule, and one question takes one place', () => {
    const table = learn([...many(1_000, { score: 0, point: [1, 0, 0, 0] }), { score: 1, point: [0, 1, 0, 0] }])
    expect(table.skills['a']?.['code-generation']?.[1]).toBeLessThanOrEqual(200)
    expect(table.exemplars?.outcomes.map(([weight]) => weight)).toEqual([3, 1])
    const points = Array.from({ length: 40 }, (_, index) => ({
      score: 1,
      point: [Math.cos(index), Math.sin(index), 0, 0],
    }))
    expect(learn(points).exemplars?.outcomes.length).toBeLessThanOrEqual(8)
    expect(learn(points, { ...OPTIONS, exemplars: 0 }).exemplars).toBeNull()
  })

  it('lets what was long ago fade', () => {
    const nowMs = 60 * 24 * 3_600_000
    const table = learn([{ score: 0, at: 0 }], { ...OPTIONS, nowMs })
    expect(table.skills['a']?.['code-generation']?.[1]).toBeCloseTo(0.25, 3)
  })

  it('knows how long answers are, once there are enough', () => {
    const lengths = (times: number) =>
      new LearnedSet(learn(many(times, { outputTokens: 80 }))).outputTokens('a', 'code-generation')
    expect(lengths(4)).toBeNull()
    expect(lengths(5)).toBe(80)
  })

  it('votes by exemplars near a question, and is silent on foreign ground', () => {
    const table = learn(many(3, { score: 0, point: [1, 0, 0, 0] }))
    const set = new LearnedSet({ ...table, skills: {} })
    const shiftAt = (vector: readonly number[]): number => {
      const [first] = decision().prompt.taskShares
      const prompt = {
        taskShares: Float64Array.from(decision().prompt.taskShares),
        difficulty: 0.5,
        novelty: first ?? 0,
        vector: Float32Array.from(vector),
      }
      const [model] = set.applied({ ...prompt, novelty: 0 }, [{ id: 'a', skills: prior(), costNanos: 1 }])
      return 0.85 - (model?.learned?.quality ?? 0.85)
    }
    expect(shiftAt([1, 0, 0, 0])).toBeGreaterThan(0.4)
    expect(shiftAt([0, 1, 0, 0])).toBeLessThan(0.01)
  })

  it("votes by embedded points where a question has one of the same model and size, and else by the picker's own", () => {
    const at = (model: string, ...point: number[]) => ({ embedded: { model, point } })
    const table = learn([
      ...many(3, { score: 1, ...at('old', 1, 0, 0, 0) }),
      ...many(3, { score: 0, ...at('e', 1, 0, 0, 0) }),
      ...many(3, { score: 1, ...at('e', 0, 1, 0, 0) }),
    ])
    expect(table.embedded).toMatchObject({ model: 'e', exemplars: { dimensions: 4 } })
    expect(table.embedded?.exemplars.outcomes).toHaveLength(2)
    const set = new LearnedSet({ ...table, skills: {} })
    const { prompt } = decision()
    const qualityAt = (model: string | null, ...point: number[]): number => {
      const embedded = model === null ? null : { model, vector: Float32Array.from(point) }
      const [first] = set.applied(prompt, [{ id: 'a', skills: prior(), costNanos: 1 }], embedded)
      return first?.learned?.quality ?? 0.85
    }
    expect(qualityAt('e', 1, 0, 0, 0)).toBeLessThan(0.4)
    expect(qualityAt('e', 0, 1, 0, 0)).toBeGreaterThan(0.85)
    // All of these questions are one to the picker.
    const own = qualityAt(null)
    expect(qualityAt('old', 1, 0, 0, 0)).toBe(own)
    expect(qualityAt('e', 1, 0, 0, 0, 0, 0, 0, 0)).toBe(own)
  })

  it('keeps fewer embedded points of wide vectors', () => {
    const wide = (index: number) => Array.from({ length: 1_024 }, (_, figure) => (figure === index ? 1 : 0))
    const told = Array.from({ length: 80 }, (_, index) => ({ score: 1, embedded: { model: 'e', point: wide(index) } }))
    expect(learn(told, { ...OPTIONS, exemplars: 128 }).embedded?.exemplars.outcomes).toHaveLength(64)
    expect(learn(told, { ...OPTIONS, exemplars: 0 }).embedded).toBeUndefined()
  })
})
