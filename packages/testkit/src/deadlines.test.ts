import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Deadlines, nowMs } from './deadlines.ts'

test('runs deadlines in order of time, whatever the order of asking', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 60 }), async (delaysMs) => {
      const clock = new Deadlines()
      const start = nowMs()
      const seen: number[] = []
      await new Promise<void>((resolve) => {
        for (const delayMs of delaysMs) {
          clock.at(start + delayMs, () => {
            seen.push(delayMs)
            if (seen.length === delaysMs.length) resolve()
          })
        }
      })
      expect(seen).toEqual([...delaysMs].sort((a, b) => a - b))
      expect(clock.size).toBe(0)
    }),
    { numRuns: 20 },
  )
})

test('does not run a cancelled deadline and never runs one early', async () => {
  const clock = new Deadlines()
  const start = nowMs()
  const cancelled = clock.at(start + 2, () => expect.unreachable('it was cancelled'))
  cancelled.cancelled = true
  const ranAtMs = await new Promise<number>((resolve) => clock.at(start + 5, () => resolve(nowMs())))
  expect(ranAtMs - start).toBeGreaterThanOrEqual(4.4)
})

test('keeps the pace of a chain of deadlines', async () => {
  const clock = new Deadlines()
  const start = nowMs()
  let count = 0
  const endedAtMs = await new Promise<number>((resolve) => {
    const next = (): void => {
      count += 1
      if (count === 20) resolve(nowMs())
      else clock.at(start + count * 5, next)
    }
    clock.at(start, next)
  })
  // Nineteen gaps of 5 ms: a chain of sleeps would add a millisecond or so to each.
  expect(endedAtMs - start).toBeGreaterThanOrEqual(94)
  expect(endedAtMs - start).toBeLessThan(160)
})
