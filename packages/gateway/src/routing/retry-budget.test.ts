import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { RetryBudget } from './retry-budget.ts'

test('grants a retry exactly when the last ten seconds then hold at most 20 % of their requests plus three', () => {
  const step = fc.record({ waitMs: fc.integer({ min: 0, max: 4_000 }), retries: fc.integer({ min: 0, max: 6 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const budget = new RetryBudget(0.2, 3)
      const requests: number[] = []
      const retries: number[] = []
      let nowMs = 0
      for (const { waitMs, retries: wanted } of steps) {
        nowMs += waitMs
        budget.request(nowMs)
        requests.push(nowMs)
        const second = Math.floor(nowMs / 1_000)
        const recent = (times: readonly number[]): number =>
          times.filter((at) => Math.floor(at / 1_000) > second - 10).length
        for (let retry = 0; retry < wanted; retry++) {
          const fits = recent(retries) + 1 <= 0.2 * recent(requests) + 3
          expect(budget.tryRetry(nowMs)).toBe(fits)
          if (fits) retries.push(nowMs)
        }
      }
    }),
  )
})

test('three retries are free on an idle gateway, and again ten seconds later', () => {
  const budget = new RetryBudget(0.2, 3)
  expect([1, 2, 3, 4].map(() => budget.tryRetry(0))).toEqual([true, true, true, false])
  expect(budget.tryRetry(9_999)).toBe(false)
  expect(budget.tryRetry(10_000)).toBe(true)
})
