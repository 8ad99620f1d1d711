import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyScope } from './__fixtures__/scopes.ts'
import { LEASE_MS, type LeaseGrant, type LedgerBooking, type ScopeReturn } from './limit-ledger.ts'
import { LeaseServer } from './lease-server.ts'
import type { Limits } from './limits.ts'
import { LocalAuthority } from './local-authority.ts'
import { MemoryLedger } from './memory-ledger.ts'
import type { Refused } from './authority.ts'

const WINDOW_MS = 60_000
interface Wish {
  readonly requests: number
  readonly tokensEach: number
  readonly slots: number
}

function start() {
  const time = { nowMs: 5000, wallMs: Date.parse('2026-11-20T12:00:00Z') }
  const ledger = new MemoryLedger({ clock: () => time.nowMs, wallClock: () => time.wallMs })
  const server = new LeaseServer(ledger)
  /** One call, along with a lease. */
  const ask = (
    worker: number,
    limits: Limits,
    lease: Wish | null = null,
  ): { admission: LedgerBooking | Refused | null; lease: LeaseGrant | null } => {
    const scope = keyScope(limits)
    const leases = lease === null ? [] : [{ scope, ...lease }]
    const call = { scopes: [scope], tokens: 0, costNanos: 0 }
    const reply = server.answer(worker, { kind: 'limit-ask', holder: '', call, leases })
    if (reply instanceof Promise) throw new Error('What is in memory is known at once.')
    return { admission: reply.admission, lease: reply.leases[0] ?? null }
  }
  const give = (worker: number, limits: Limits, back: Partial<ScopeReturn>): void => {
    const nothing = { scope: keyScope(limits), slots: 0, units: [], usedTokens: 0, usedCostNanos: 0 }
    server.accept(worker, { kind: 'limit-return', holder: '', scopes: [{ ...nothing, ...back }] })
  }
  const used = (limits: Limits): (number | undefined)[] => {
    const standings = ledger.peek([keyScope(limits)])
    if (standings instanceof Promise) throw new Error('What is in memory is known at once.')
    return standings[0]?.windows.map((window) => window.used) ?? []
  }
  return { time, ledger, server, ask, give, used }
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
      const { time, ask, give } = start()
      const spent: { atMs: number; n: number }[] = []
      const returns: { atMs: number; bookedAtMs: number; n: number }[] = []
      const giveBackUntil = (atMs: number): void => {
        for (const due of returns.filter((due) => due.atMs <= atMs)) {
          returns.splice(returns.indexOf(due), 1)
          give(1, { rpm }, { units: [{ bookedAtMs: due.bookedAtMs, requests: due.n, tokens: 0, costNanos: 0 }] })
        }
      }
      for (const { passMs, requests, times, spendAfterMs, unspent } of steps) {
        time.nowMs += passMs
        giveBackUntil(time.nowMs)
        for (let index = 0; index < times; index++) {
          const reply = ask(1, { rpm }, { requests, tokensEach: 1, slots: 0 })
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
  const { ask } = start()
  const limits = { rpm: 1000 }
  const wish = { requests: 1000, tokensEach: 1, slots: 0 }
  const leases: number[] = []
  let singly = 0
  for (let index = 0; index < 200; index++) {
    const reply = ask(1, limits, wish)
    if (reply.admission?.ok === true) singly++
    if (reply.lease !== null) leases.push(reply.lease.requests)
  }
  expect(leases[0]).toBe(50)
  expect(leases.at(-1)).toBe(1)
  expect(leases.reduce((sum, n) => sum + n, singly)).toBe(1000)
})

test('a lease of a quota ends with its day: in the last second nothing of it is lent', () => {
  const { ask, time } = start()
  const wish = { requests: 10, tokensEach: 1, slots: 0 }
  time.wallMs = Date.parse('2026-11-20T23:59:57Z')
  expect(ask(1, { requestsPerDay: 1000 }, wish).lease).toMatchObject({ requests: 10 })
  time.nowMs += 2000
  time.wallMs += 2000
  expect(ask(1, { requestsPerDay: 1000 }, wish)).toMatchObject({ admission: { ok: true }, lease: null })
  expect(ask(1, { rpm: 1000 }, wish).lease).toMatchObject({ requests: 10 })
  time.nowMs += 1000
  time.wallMs += 1000
  expect(ask(1, { requestsPerDay: 1000 }, wish).lease).toMatchObject({ requests: 10 })
})

test('a dead worker frees its slots and not its units, and what it still says afterwards frees nothing', () => {
  const { server, ask, give, used } = start()
  const limits = { rpm: 1000, concurrency: 100 }
  for (const worker of [1, 2]) ask(worker, limits, { requests: 40, tokensEach: 1, slots: 5 })
  expect(used(limits)).toEqual([82, 12])
  server.workerGone(1)
  expect(used(limits)).toEqual([82, 6])
  give(1, limits, { slots: 6 })
  expect(used(limits)).toEqual([82, 6])
})

test('the primary itself and its workers count in one book', () => {
  const { ask, ledger } = start()
  const local = new LocalAuthority(ledger)
  const limits = { rpm: 2 }
  const nothing = { tokens: 0, costNanos: 0 }
  expect(local.admit([keyScope(limits)], nothing)).toMatchObject({ ok: true })
  expect(ask(1, limits).admission?.ok).toBe(true)
  expect(local.admit([keyScope(limits)], nothing)).toMatchObject({ ok: false })
  expect(ask(2, limits).admission?.ok).toBe(false)
})
