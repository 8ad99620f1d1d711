import { describe, expect, it } from 'vitest'
import { decision, type Told } from './__fixtures__/decisions.ts'
import { outcomesOf } from './outcomes.ts'

/** Of the first of these calls. */
function outcomeOf(...told: readonly Told[]) {
  const decisions = told.map((one) => decision({ conversation: 'c', ...one }))
  return outcomesOf(decisions, () => 4_096).get(decisions[0]?.receiptId ?? '')
}

describe('what came of a call', () => {
  it('is what its caller says, whatever else there is', () => {
    expect(outcomeOf({ score: 0.7 }, { toolFailed: true })).toMatchObject({
      source: 'feedback',
      quality: 0.7,
      weight: 1,
    })
    expect(outcomeOf({ corrected: 'b' })).toMatchObject({ source: 'feedback', quality: 0, better: 'b' })
    expect(outcomeOf({ corrected: 'a' })).toMatchObject({ source: 'feedback', quality: 1, better: '' })
  })

  it.each([
    ['again', { question: 'q', turn: 2 }, { question: 'q', turn: 2 }],
    ['tool-failed', { turn: 2 }, { turn: 2, toolFailed: true }],
    ['empty', { outputTokens: 0 }, { turn: 2 }],
    ['cut', { outputTokens: 4_096 }, { turn: 2 }],
    ['went-on', { turn: 1 }, { turn: 2 }],
  ] as const)('%s is seen in how the conversation goes on', (source, first, second) => {
    expect(outcomeOf(first, second)?.source).toBe(source)
  })

  it('is unknown where nothing says anything', () => {
    expect(outcomeOf({})).toBeUndefined()
    // In the middle of a tool loop.
    expect(outcomeOf({ turn: 2 }, { turn: 2 })).toBeUndefined()
  })

  it('is unknown where somebody asks what others ask too', () => {
    expect(outcomeOf({ question: 'q', named: false }, { question: 'q', named: false })).toBeUndefined()
    expect(outcomeOf({ question: 'q', turn: 2, at: 1 }, { question: 'q', turn: 2, at: 3_600_000 })).toBeUndefined()
  })
})
