import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SlidingLog } from './sliding-log.ts'
import { RequestWindow, TokenWindow } from './sliding-window.ts'

const WINDOW_MS = 60_000

/** What any limiter is measured by: every unit and its moment, counted one by one. */
class NaiveWindow {
  readonly units: number[] = []
  used(nowMs: number): number {
    return this.units.filter((atMs) => atMs + WINDOW_MS > nowMs).length
  }
  take(nowMs: number, n: number): void {
    for (let unit = 0; unit < n; unit++) this.units.push(nowMs)
  }
  giveBack(atMs: number, n: number): void {
    for (let unit = 0; unit < n; unit++) {
      const index = this.units.indexOf(atMs)
      if (index >= 0) this.units.splice(index, 1)
    }
  }
}

const STEPS = fc.array(
  fc.record({
    passMs: fc.oneof(
      fc.constant(0),
      fc.double({ min: 0, max: 50, noNaN: true }),
      fc.integer({ min: 0, max: 20_000 }),
      fc.constantFrom(59_999, 60_000, 60_001, 130_000),
    ),
    n: fc.integer({ min: 1, max: 4 }),
    /** Give back some of an earlier one instead: which, counted from the last. */
    giveBack: fc.option(fc.nat(5), { freq: 4 }),
  }),
  { maxLength: 150 },
)

test('the exact form admits whenever a naive count would, and never more than N in any window', () => {
  fc.assert(
    fc.property(STEPS, fc.integer({ min: 0, max: 12 }), (steps, limit) => {
      const window = new RequestWindow(limit)
      const naive = new NaiveWindow()
      const taken: { atMs: number; n: number }[] = []
      let nowMs = 12_345.678
      let agreed = true
      for (const { passMs, n, giveBack } of steps) {
        nowMs += passMs
        const earlier = giveBack === null ? undefined : taken.splice(-1 - giveBack, 1)[0]
        if (earlier !== undefined) {
          window.giveBack(earlier.atMs, earlier.n)
          naive.giveBack(earlier.atMs, earlier.n)
        } else {
          const fits = naive.used(nowMs) + n <= limit
          const admitted = window.take(nowMs, n)
          agreed &&= admitted === fits
          if (fits) {
            naive.take(nowMs, n)
            taken.push({ atMs: nowMs, n })
          }
        }
        expect(agreed).toBe(true)
        expect(window.remaining(nowMs)).toBe(limit - naive.used(nowMs))
      }
    }),
  )
})

test('the bucketed form never admits more than N in any window, and all of N once a window and a bucket have passed', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          passMs: fc.oneof(fc.double({ min: 0, max: 300, noNaN: true }), fc.integer({ min: 0, max: 30_000 })),
          n: fc.integer({ min: 1, max: 3000 }),
        }),
        { maxLength: 150 },
      ),
      (steps) => {
        const limit = 5000
        const window = new RequestWindow(limit)
        const taken: { atMs: number; n: number }[] = []
        let nowMs = 777.7
        for (const { passMs, n } of steps) {
          nowMs += passMs
          const inWindow = taken.filter(({ atMs }) => atMs + WINDOW_MS > nowMs).reduce((sum, { n }) => sum + n, 0)
          const admitted = window.take(nowMs, n)
          if (admitted) taken.push({ atMs: nowMs, n })
          expect(admitted && inWindow + n > limit).toBe(false)
          const cautious = taken.filter(({ atMs }) => atMs + WINDOW_MS + 100 > nowMs).reduce((sum, { n }) => sum + n, 0)
          expect(!admitted && cautious + n <= limit).toBe(false)
        }
        expect(window.take(nowMs + WINDOW_MS + 100, limit)).toBe(true)
      },
    ),
  )
})

test('the wait that it names is the first moment at which the call fits', () => {
  fc.assert(
    fc.property(STEPS, fc.constantFrom(5, 5000), (steps, limit) => {
      const scale = limit / 5
      const window = new RequestWindow(limit)
      let nowMs = 500
      for (const { passMs, n } of steps) {
        nowMs += passMs
        if (window.take(nowMs, n * scale)) continue
        const waitMs = window.retryAfterMs(nowMs, n * scale)
        expect(waitMs).toBeGreaterThan(0)
        expect(window.retryAfterMs(nowMs + waitMs - 0.01, n * scale)).toBeGreaterThan(0)
        expect(window.take(nowMs + waitMs + 0.001, n * scale)).toBe(true)
        nowMs += waitMs + 0.001
      }
      expect(window.retryAfterMs(nowMs, limit + 1)).toBe(Infinity)
    }),
  )
})

test('a changed limit keeps what is in the window, also across the two forms', () => {
  const window = new RequestWindow(10_000)
  expect(window.take(1000, 8000)).toBe(true)
  window.limit = 100
  expect(window.remaining(2000)).toBe(0)
  expect(window.take(2000)).toBe(false)
  window.limit = 9000
  expect(window.take(2000, 1000)).toBe(true)
  expect(window.take(2000)).toBe(false)
  window.limit = 100
  expect(window.take(61_000, 100)).toBe(false)
  expect(window.take(62_000, 100)).toBe(true)
  expect(window.resetMs(62_000)).toBe(WINDOW_MS)
})

test('nothing is in an unused window, and 0 allows nothing', () => {
  const window = new RequestWindow(0)
  expect(window.take(0)).toBe(false)
  expect(window.retryAfterMs(0)).toBe(Infinity)
  expect(window.resetMs(0)).toBe(0)
  expect(new TokenWindow(0).reserve(0, 0)).toBe(false)
})

test('a million requests a minute need a few hundred pairs, and ten thousand refunds leave none behind', () => {
  const log = new SlidingLog(WINDOW_MS)
  for (let nowMs = 0; nowMs < 180_000; nowMs += 3) {
    log.used(nowMs)
    log.add(Math.ceil(nowMs / 100) * 100, 50)
  }
  expect(log.pairs).toBeLessThanOrEqual(602)
  const refunds = new SlidingLog(WINDOW_MS)
  refunds.add(60_000, 1)
  for (let index = 0; index < 10_000; index++) {
    refunds.add(index, 1)
    refunds.remove(index, 1)
  }
  expect(refunds.used(60_000)).toBe(1)
  expect(refunds.pairs).toBeLessThan(100)
})

test('a log counts the same as a list, whatever the order in which moments come', () => {
  const operation = fc.record({
    passMs: fc.integer({ min: 0, max: 5000 }),
    aheadMs: fc.constantFrom(0, 0, 1, 250, 1000),
    amount: fc.integer({ min: 1, max: 9 }),
    remove: fc.option(fc.nat(3), { freq: 3 }),
  })
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const log = new SlidingLog(WINDOW_MS)
      let list: { atMs: number; amount: number }[] = []
      let nowMs = 0
      for (const { passMs, aheadMs, amount, remove } of operations) {
        nowMs += passMs
        list = list.filter(({ atMs }) => atMs + WINDOW_MS > nowMs)
        log.used(nowMs)
        const removed = remove === null ? undefined : list.at(-1 - remove)
        if (removed !== undefined) {
          log.remove(removed.atMs, removed.amount)
          list.splice(list.indexOf(removed), 1)
        } else {
          log.add(nowMs + aheadMs, amount)
          list.push({ atMs: nowMs + aheadMs, amount })
        }
        expect(log.used(nowMs)).toBe(list.reduce((sum, { amount }) => sum + amount, 0))
        const last = Math.max(...list.map(({ atMs }) => atMs))
        expect(log.resetMs(nowMs)).toBe(list.length === 0 ? 0 : last + WINDOW_MS - nowMs)
      }
    }),
  )
})

test('tokens: fewer than reserved are given back to their moment, more count now', () => {
  const window = new TokenWindow(1000)
  expect(window.reserve(1000, 600)).toBe(true)
  expect(window.reserve(2000, 500)).toBe(false)
  window.correct(1000, 600, 100, 30_000)
  expect(window.remaining(30_000)).toBe(900)
  expect(window.reserve(30_000, 500)).toBe(true)
  window.correct(30_000, 500, 1700, 40_000)
  expect(window.remaining(40_000)).toBe(0)
  expect(window.reserve(61_000, 1)).toBe(false)
  // The reservation of the 30th second leaves first; what was used beyond it counts from the 40th.
  expect(window.retryAfterMs(61_000, 500)).toBe(39_000)
  expect(window.reserve(100_000, 1000)).toBe(true)
})

test('tokens: a reservation that has left the window has nothing to give back', () => {
  const window = new TokenWindow(1000)
  window.reserve(0, 1000)
  expect(window.reserve(60_000, 1000)).toBe(true)
  window.correct(0, 1000, 10, 60_500)
  expect(window.remaining(60_500)).toBe(0)
})
