import { describe, expect, it } from 'vitest'
import { skillsOf } from './skill-table.ts'
import { TASK_TYPES } from './task-types.ts'

describe('prior skills', () => {
  it('come from a table for a measured model, with source and date', () => {
    const skills = skillsOf({ id: 'claude-sonnet-4' })
    expect(skills.basis).toBe('table')
    expect(skills.source).toContain('LLMRouterBench')
    expect(skills.asOf).toMatch(/^\d{4}-\d\d-\d\d$/)
  })

  it.each([
    ['claude-sonnet-4-5-20250929', 'family'],
    ['openai/gpt-4o-mini', 'family'],
    ['gemini-2.5-pro', 'table'],
    ['kimi-k2.6', 'family'],
    ['some-model-of-tomorrow', 'price'],
  ])('know %s by %s', (id, basis) => {
    expect(skillsOf({ id, outputPrice: 2 }).basis).toBe(basis)
  })

  it('order a maker’s own models as everybody does', () => {
    const overall = (id: string) => skillsOf({ id }).overall
    expect(overall('gpt-5')).toBeGreaterThan(overall('gpt-5-mini'))
    expect(overall('gpt-5-mini')).toBeGreaterThan(overall('gpt-5-nano'))
    expect(overall('gpt-4o')).toBeGreaterThan(overall('gpt-4o-mini'))
    expect(overall('gpt-4o-mini')).toBeGreaterThan(overall('gpt-3.5-turbo'))
    expect(overall('claude-opus-4-8')).toBeGreaterThan(overall('claude-haiku-4-5'))
  })

  it('guess more of a dearer model when nothing else is known', () => {
    const at = (outputPrice: number) => skillsOf({ id: 'unheard-of', outputPrice }).overall
    expect(at(60)).toBeGreaterThan(at(6))
    expect(at(6)).toBeGreaterThan(at(0.3))
  })

  it('are figures between 0 and 1 for every task type', () => {
    for (const id of ['gpt-5', 'mixtral-8x7b', 'llama3-chatqa-1.5-8b', 'x']) {
      const { byType } = skillsOf({ id })
      for (const type of TASK_TYPES) {
        expect(byType[type]).toBeGreaterThan(0)
        expect(byType[type]).toBeLessThan(1)
      }
    }
  })

  it('give way to the operator, type by type, and move with an overall figure', () => {
    const plain = skillsOf({ id: 'gpt-4o' })
    const given = skillsOf({ id: 'gpt-4o' }, { overall: 0.6, byType: { maths: 0.99 } })
    expect(given.basis).toBe('operator')
    expect(given.overall).toBe(0.6)
    expect(given.byType.maths).toBe(0.99)
    expect(given.byType.creative).toBeLessThan(plain.byType.creative)
  })
})
