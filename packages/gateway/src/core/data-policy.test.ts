import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isWish, keepsPolicy, NO_POLICY, stricterPolicy, type DataPolicy } from './data-policy.ts'

const days = fc.nat(400)
const promises = fc.record({ retentionDays: days, training: fc.boolean() }, { requiredKeys: [] })
const wishes = fc.record({ retentionDays: days, training: fc.constant(false) }, { requiredKeys: [] })

it('takes what nobody has said for no promise', () => {
  expect(keepsPolicy(NO_POLICY, NO_POLICY)).toBe(true)
  expect(keepsPolicy(NO_POLICY, { training: false })).toBe(false)
  expect(keepsPolicy(NO_POLICY, { retentionDays: 3_650 })).toBe(false)
  expect(keepsPolicy({ retentionDays: 30, training: false }, { retentionDays: 30 })).toBe(true)
  expect(keepsPolicy({ retentionDays: 30, training: false }, { retentionDays: 0 })).toBe(false)
})

it('keeps two wishes at once exactly where it keeps each of them', () => {
  fc.assert(
    fc.property(promises, wishes, wishes, (promised: DataPolicy, left: DataPolicy, right: DataPolicy) => {
      const both = stricterPolicy(left, right)
      expect(keepsPolicy(promised, both)).toBe(keepsPolicy(promised, left) && keepsPolicy(promised, right))
      expect(isWish(both)).toBe(isWish(left) || isWish(right))
    }),
  )
})
