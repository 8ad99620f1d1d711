import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LEASE_MS } from './lease-messages.ts'
import { LeaseServer } from './lease-server.ts'
import { LimitBook } from './limit-book.ts'
import { LocalAuthority } from './local-authority.ts'

const WINDOW_MS = 60_000
const SCOPE = 'key'

function start() {
  const time = { nowMs: 5000 }
  const book = new LimitBook({ clock: () => time.nowMs })
  return { time, book, server: new LeaseServer(book) }
}

const STEPS = fc.array(
  fc.record({
    passMs: fc.oneof(
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 5000 }),
      fc.constantFrom(58_000, 59_000),
    ),
    requests: fc.integer({ min: 1, max: 200 }),
    times: fc.integer({ min: 1, max: 30 }),
    /** When in its second the lease is spent, and which share of it is given back instead. */
    spendAfterMs: fc.constantFrom(0, 1, 500, 999, LEASE_MS),
    unspent: fc.constantFrom(0, 0, 0.5, 1),
  }),
  { minLength: 5, maxLength: 60 },
)

test('units spent at the worst moments of their leases never make more than N in any minute', () => {
  fc.assert(
    fc.property(STEPS, fc.constantFrom(25, 100, 1000, 6000), (steps, rpm) => {
      const { time, server } = start()
      const spent: { atMs: number; n: number }[] = []
      const returns: { atMs: number; bookedAtMs: number; n: number }[] = []
      const giveBackUntil = (atMs: number): void => {
        for (const due of returns.filter((due) => due.atMs <= atMs)) {
          returns.splice(returns.indexOf(due), 1)
          const units = [{ bookedAtMs: due.bookedAtMs, requests: due.n, tokens: 0 }]
          server.accept(1, { kind: 'limit-return', scope: SCOPE, slots: 0, units, usedTokens: 0 })
        }
      }
      for (const { passMs, requests, times, spendAfterMs, unspent } of steps) {
        time.nowMs += passMs
        giveBackUntil(time.nowMs)
        for (let index = 0; index < times; index++) {
          const wish = { requests, tokensEach: 1, slots: 0 }
          const reply = server.answer(1, { kind: 'limit-ask', scope: SCOPE, limits: { rpm }, tokens: 0, lease: wish })
          if (reply.admission?.ok === true) spent.push({ atMs: time.nowMs, n: 1 })
          if (reply.lease === null) continue
          const back = Math.floor(reply.lease.requests * unspent)
          spent.push({ atMs: time.nowMs + spendAfterMs, n: reply.lease.requests - back })
          returns.push({ atMs: time.nowMs + LEASE_MS, bookedAtMs: reply.lease.bookedAtMs, n: back })
        }
      }
      for (const { atMs: endMs } of spent) {
        const inWindow = spent.filter(({ atMs }) => atMs <= endMs && atMs + WINDOW_MS > endMs)
        expect(inWindow.reduce((sum, { n }) => sum + n, 0)).toBeLessThanOrEqual(rpm)
      }
    }),
  )
})

test('lends at most a twentieth of a limit, a quarter of what is left, and all of it singly', () => {
  const { server } = start()
  const limits = { rpm: 1000 }
  const wish = { requests: 1000, tokensEach: 1, slots: 0 }
  const leases: number[] = []
  let singly = 0
  for (let index = 0; index < 200; index++) {
    const reply = server.answer(1, { kind: 'limit-ask', scope: SCOPE, limits, tokens: 0, lease: wish })
    if (reply.admission?.ok === true) singly++
    if (reply.lease !== null) leases.push(reply.lease.requests)
  }
  expect(leases[0]).toBe(50)
  expect(leases.at(-1)).toBe(1)
  expect(leases.reduce((sum, n) => sum + n, singly)).toBe(1000)
})

test('a dead worker frees its slots and not its units, and what it still says afterwards frees nothing', () => {
  const { server, book, time } = start()
  const limits = { rpm: 1000, concurrency: 100 }
  const lease = { requests: 40, tokensEach: 1, slots: 5 }
  for (const worker of [1, 2]) server.answer(worker, { kind: 'limit-ask', scope: SCOPE, limits, tokens: 0, lease })
  const figures = book.figures(SCOPE, time.nowMs)
  expect(figures.slots).toBe(12)
  server.workerGone(1)
  expect(figures.slots).toBe(6)
  server.accept(1, { kind: 'limit-return', scope: SCOPE, slots: 6, units: [], usedTokens: 0 })
  expect(figures.slots).toBe(6)
  expect(figures.requests(limits)?.remaining(time.nowMs)).toBe(1000 - 82)
})

test('the primary itself and its workers count in one book', () => {
  const { server, book } = start()
  const local = new LocalAuthority(book)
  const limits = { rpm: 2 }
  const ask = { kind: 'limit-ask', scope: SCOPE, limits, tokens: 0, lease: null } as const
  expect(local.admit(SCOPE, limits, 0).ok).toBe(true)
  expect(server.answer(1, ask).admission?.ok).toBe(true)
  expect(local.admit(SCOPE, limits, 0).ok).toBe(false)
  expect(server.answer(2, ask).admission?.ok).toBe(false)
})
