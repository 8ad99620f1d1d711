import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { FailureWindow } from './failure-window.ts'

test('counts what a plain list of the same buckets counts', () => {
  const step = fc.record({ waitMs: fc.integer({ min: 0, max: 30_000 }), failed: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const window = new FailureWindow()
      const seen: { readonly bucket: number; readonly failed: boolean }[] = []
      let nowMs = 0
      for (const { waitMs, failed } of steps) {
        nowMs += waitMs
        window.add(nowMs, 60_000, failed)
        const bucket = Math.floor(nowMs / 6_000)
        seen.push({ bucket, failed })
        const recent = seen.filter((one) => one.bucket > bucket - 10)
        expect(window.attempts).toBe(recent.length)
        expect(window.failureShare).toBeCloseTo(recent.filter((one) => one.failed).length / recent.length)
      }
    }),
  )
})

test('starts anew when its length changes', () => {
  const window = new FailureWindow()
  window.add(1_000, 60_000, true)
  window.add(1_000, 30_000, false)
  expect([window.attempts, window.failureShare]).toEqual([1, 0])
})
