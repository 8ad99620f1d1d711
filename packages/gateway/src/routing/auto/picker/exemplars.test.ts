import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExemplarSet, gateFor } from './exemplars.ts'
import { toUnit } from './projection.ts'

const unit = (...figures: number[]) => toUnit(Float32Array.from([...figures, 0, 0, 0, 0].slice(0, 4)))
const expected = new Map([
  ['a', 0.8],
  ['b', 0.8],
])

describe('exemplars', () => {
  it('move what is thought of a model near them, and only of the models they saw', () => {
    const set = new ExemplarSet(4)
    set.add({ vector: unit(1), outcomes: { a: 0 }, weight: 5 })
    const votes = set.vote(unit(1, 0.05), expected)
    expect(votes.get('a')!.shift).toBeLessThan(-0.5)
    expect(votes.get('b')).toEqual({ shift: 0, confidence: 0 })
  })

  it('say next to nothing on foreign ground', () => {
    const set = new ExemplarSet(4)
    for (let index = 0; index < 50; index++) set.add({ vector: unit(1), outcomes: { a: 0 }, weight: 1 })
    const vote = set.vote(unit(0, 1), expected, gateFor(0)).get('a')!
    expect(Math.abs(vote.shift)).toBeLessThan(0.001)
    expect(vote.confidence).toBeLessThan(0.001)
  })

  it('open the gate as own labels arrive', () => {
    const reach = (own: number) => {
      const set = new ExemplarSet(4)
      set.add({ vector: unit(1), outcomes: { a: 0 }, weight: 1 })
      return set.vote(unit(1, 0.8), expected, gateFor(own)).get('a')!.confidence
    }
    expect(reach(30)).toBeGreaterThan(2 * reach(0))
    expect(reach(1_000)).toBeGreaterThan(reach(30))
  })

  it('make room for the new by forgetting the oldest', () => {
    const set = new ExemplarSet(4, 2)
    set.add({ vector: unit(1), outcomes: { a: 0 }, weight: 1 })
    set.add({ vector: unit(0, 1), outcomes: { a: 1 }, weight: 1 })
    set.add({ vector: unit(0, 0, 1), outcomes: { a: 1 }, weight: 1 })
    expect(set.size).toBe(2)
    expect(Math.abs(set.vote(unit(1), expected, gateFor(0)).get('a')!.shift)).toBeLessThan(0.01)
  })

  it('vote the same after being saved and restored, within the rounding to 8 bits', () => {
    const vector = fc
      .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 })
      .map((figures) => unit(...figures, 0.01))
    const exemplar = fc.record({
      vector,
      outcomes: fc.record({ a: fc.double({ min: 0, max: 1, noNaN: true }) }),
      weight: fc.constantFrom(1, 3),
    })
    fc.assert(
      fc.property(fc.array(exemplar, { minLength: 1, maxLength: 12 }), vector, (exemplars, at) => {
        const set = new ExemplarSet(4, 8)
        for (const one of exemplars) set.add(one)
        const restored = ExemplarSet.restore(JSON.parse(JSON.stringify(set.save())), 4, 8)
        expect(restored.size).toBe(set.size)
        expect(restored.vote(at, expected).get('a')!.shift).toBeCloseTo(set.vote(at, expected).get('a')!.shift, 1)
      }),
    )
  })

  it('start empty where the projection has changed', () => {
    const set = new ExemplarSet(4)
    set.add({ vector: unit(1), outcomes: { a: 0 }, weight: 1 })
    expect(ExemplarSet.restore(set.save(), 8).size).toBe(0)
  })
})
