import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Effort } from './conversation.ts'
import { budgetForEffort, effortForBudget, isEffort, MIN_BUDGET_TOKENS, nearestEffort } from './reasoning-effort.ts'

const ALL: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

describe('levels of effort and budgets', () => {
  it('lead into each other', () => {
    for (const effort of ['low', 'medium', 'high'] as const)
      expect(effortForBudget(budgetForEffort(effort))).toBe(effort)
    expect(effortForBudget(0)).toBe('none')
    expect(effortForBudget(-1)).toBe('medium')
  })

  it('a higher level has no smaller budget, and no budget is one that Anthropic refuses', () => {
    const budgets = ALL.map(budgetForEffort)
    expect(budgets).toEqual(budgets.toSorted((a, b) => a - b))
    for (const budget of budgets) expect(budget === 0 || budget >= MIN_BUDGET_TOKENS).toBe(true)
  })

  it('a level that is not accepted becomes the nearest one, the lower of two', () => {
    expect(nearestEffort('xhigh', ['low', 'medium', 'high'])).toBe('high')
    expect(nearestEffort('medium', ['low', 'high'])).toBe('low')
    expect(nearestEffort('minimal', ['low', 'high'])).toBe('low')
    expect(nearestEffort('high', [])).toBeNull()
  })

  it('somebody who asked to think gets to think', () => {
    expect(nearestEffort('low', ['none', 'max'])).toBe('max')
    expect(nearestEffort('low', ['none'])).toBe('none')
    expect(nearestEffort('minimal', ['none', 'high'])).toBe('none')
  })

  it('an accepted level stays, and only accepted ones come out, in whatever order they are listed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALL), fc.shuffledSubarray([...ALL], { minLength: 1 }), (effort, accepted) => {
        const nearest = nearestEffort(effort, accepted)
        expect(accepted).toContain(nearest)
        if (accepted.includes(effort)) expect(nearest).toBe(effort)
        expect(nearest).toBe(nearestEffort(effort, accepted.toReversed()))
      }),
    )
  })

  it('are told from any other value', () => {
    expect(ALL.every(isEffort)).toBe(true)
    fc.assert(fc.property(fc.anything(), (value) => isEffort(value) === (ALL as readonly unknown[]).includes(value)))
  })
})
