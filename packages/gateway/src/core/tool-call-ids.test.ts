import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { legalCallId, numberedCallId } from './tool-call-ids.ts'

describe('ids of tool calls', () => {
  it('stay as they are where they are legal', () => {
    expect(legalCallId('toolu_01-A')).toBe('toolu_01-A')
    expect(legalCallId('x'.repeat(64))).toBe('x'.repeat(64))
  })

  it('H28: are replaced by a hash and never cut', () => {
    const [one, two] = [`${'x'.repeat(80)}1`, `${'x'.repeat(80)}2`]
    expect(legalCallId(one)).toMatch(/^call_[0-9a-f]{24}$/)
    expect(legalCallId(one)).not.toBe(legalCallId(two))
    expect(legalCallId('x'.repeat(41), 40)).toMatch(/^call_[0-9a-f]{24}$/)
  })

  it('are legal and different for any two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, two) => {
        expect(legalCallId(one)).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
        expect(legalCallId(one) === legalCallId(two)).toBe(one === two)
      }),
    )
  })

  it('that are made up tell their place', () => {
    expect(numberedCallId(3, 1)).toBe('call_3_1')
  })
})
