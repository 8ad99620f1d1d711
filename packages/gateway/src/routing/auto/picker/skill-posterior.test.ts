import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countOutcome, posteriorSkills, type SkillCounts } from './skill-posterior.ts'
import { skillsOf } from './skill-table.ts'
import { TASK_TYPES } from './task-types.ts'

const prior = skillsOf({ id: 'gpt-4o-mini' })
const only = (type: (typeof TASK_TYPES)[number]) => TASK_TYPES.map((one) => (one === type ? 1 : 0))

function after(outcomes: readonly number[], type: (typeof TASK_TYPES)[number] = 'debugging') {
  const counts: SkillCounts = {}
  for (const quality of outcomes) countOutcome(counts, 'm', only(type), quality)
  return posteriorSkills(prior, counts['m'])
}

describe('what own traffic says', () => {
  it('is the prior when there is none', () => {
    expect(posteriorSkills(prior, undefined)).toBe(prior)
  })

  it('moves the task type that was seen more than the others', () => {
    const moved = after(Array.from({ length: 20 }, () => 0))
    const fall = (type: (typeof TASK_TYPES)[number]) => prior.byType[type] - moved.byType[type]
    expect(fall('debugging')).toBeGreaterThan(0.2)
    expect(fall('creative')).toBeGreaterThan(0)
    expect(fall('creative')).toBeLessThan(fall('debugging'))
  })

  it('comes to what was seen when much was seen', () => {
    expect(after(Array.from({ length: 5000 }, (_, index) => (index % 4 === 0 ? 0 : 1))).byType.debugging).toBeCloseTo(
      0.75,
      1,
    )
  })

  it('stays within 0 and 1 and follows the outcomes: a better one never lowers it', () => {
    const qualities = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 })
    fc.assert(
      fc.property(qualities, fc.nat(29), (outcomes, at) => {
        const better = outcomes.map((quality, index) => (index === at ? 1 : quality))
        const [low, high] = [after(outcomes).byType.debugging, after(better).byType.debugging]
        expect(low).toBeGreaterThan(0)
        expect(high).toBeLessThan(1)
        expect(high).toBeGreaterThanOrEqual(low - 1e-12)
      }),
    )
  })
})
