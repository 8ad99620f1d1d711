import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explore } from './explore.ts'

const model = (id: string, aboveFloor = true) => ({ id, quality: 0.8, costNanos: 1, utility: 0.8, aboveFloor })
const share = fc.integer({ min: 1, max: 500_000 })
const draw = fc.double({ min: 0, max: 0.999_999, noNaN: true })

describe('trying another model', () => {
  it('never happens where no share is given, or where there is no other above the floor', () => {
    const best = model('a')
    expect(explore(best, [best, model('b')], 0, [0, 0.9])).toEqual({ model: best, propensity: 1, explored: false })
    expect(explore(best, [best, model('b', false)], 500_000, [0, 0.9])).toMatchObject({ model: best, propensity: 1 })
  })

  it('says of each choice how likely it was: the chances of all of them make one', () => {
    fc.assert(
      fc.property(share, fc.integer({ min: 2, max: 9 }), (sharePpm, count) => {
        const models = Array.from({ length: count }, (_, index) => model(`m${index}`))
        const [best = model('a')] = models
        const chances = models.map((_, index) => explore(best, models, sharePpm, [0, (index + 0.5) / count]).propensity)
        expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9)
        expect(explore(best, models, sharePpm, [0.999_999, 0]).propensity).toBe(chances[0])
      }),
    )
  })

  it('never leads below the floor', () => {
    fc.assert(
      fc.property(share, draw, draw, (sharePpm, first, second) => {
        const best = model('a')
        const chosen = explore(best, [best, model('b'), model('c', false)], sharePpm, [first, second])
        expect(['a', 'b']).toContain(chosen.model.id)
        expect(chosen.explored).toBe(chosen.model.id !== 'a')
      }),
    )
  })
})
