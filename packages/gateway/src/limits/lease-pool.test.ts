import { expect, test } from 'vitest'
import { DeadlineWheel } from '../core/deadlines.ts'
import { keyScope } from './__fixtures__/scopes.ts'
import { LeasePool } from './lease-pool.ts'
import type { LeaseGrant, ScopeReturn } from './limit-ledger.ts'
import type { Limits } from './limits.ts'

const LIMITS: Limits = { rpm: 400, tpm: 30_000, concurrency: 100 }
const SCOPE = keyScope(LIMITS)

function start() {
  const time = { nowMs: 5000 }
  const wheel = new DeadlineWheel({ clock: () => time.nowMs })
  // Its own timer is off: the test turns the wheel.
  wheel.close()
  const told: ScopeReturn[] = []
  const pool = new LeasePool('key', wheel, (back) => told.push(back))
  pool.use(SCOPE, time.nowMs)
  const pass = (ms: number): void => {
    time.nowMs += ms
    wheel.turn()
  }
  const receive = (bookedAtMs: number, requests: number, tokens: number, slots = 0, scope = SCOPE): void => {
    const state = { limit: 1, remaining: 0, resetMs: 0 }
    const grant: LeaseGrant = { bookedAtMs, requests, tokens, slots, requestState: state, tokenState: state }
    pool.receive(grant, scope, time.nowMs, time.nowMs)
  }
  return { pool, told, time, pass, receive }
}

test('a large call may use the next lease, but not one whose requests are all spent', () => {
  const { pool, time, receive } = start()
  pool.wishAlong(100, time.nowMs)
  receive(1, 3, 120, 10)
  receive(2, 2, 1000)
  expect(pool.take(50, time.nowMs)).toBe(1)
  expect(pool.take(90, time.nowMs)).toBe(2)
  expect(pool.take(90, time.nowMs)).toBe(2)
  expect(pool.take(90, time.nowMs)).toBeNaN()
  expect(pool.take(60, time.nowMs)).toBe(1)
})

test('two leases that are nearly spent do not keep a third one away', () => {
  const { pool, time, receive } = start()
  pool.wishAlong(100, time.nowMs)
  // Answers are longer than was reserved: the tokens of a lease end before its requests.
  receive(1, 10, 180, 10)
  receive(2, 10, 160)
  expect(pool.take(100, time.nowMs)).toBe(1)
  expect(pool.take(100, time.nowMs)).toBe(2)
  expect(pool.take(100, time.nowMs)).toBeNaN()
  expect(pool.wishAhead(time.nowMs)).not.toBeNull()
  receive(3, 10, 1000)
  expect(pool.take(100, time.nowMs)).toBe(3)
})

test('what is left of a lease goes back when it is over, and so do slots that nobody needed', () => {
  const { pool, told, time, pass, receive } = start()
  pool.wishAlong(100, time.nowMs)
  receive(7, 10, 1000, 3)
  expect(pool.take(100, time.nowMs)).toBe(7)
  expect(pool.tighterRequests(null, time.nowMs)).toEqual({ limit: 400, remaining: 9, resetMs: 61_000 })
  expect(pool.tighterTokens(null, time.nowMs)).toMatchObject({ limit: 30_000, remaining: 900 })
  const tighter = { limit: 10, remaining: 3, resetMs: 5 }
  expect(pool.tighterRequests(tighter, time.nowMs)).toBe(tighter)
  pass(999)
  expect(told).toEqual([])
  pass(2)
  const units = [{ bookedAtMs: 7, requests: 9, tokens: 900, costNanos: 0 }]
  expect(told).toEqual([{ scope: SCOPE, slots: 0, units, usedTokens: 0, usedCostNanos: 0 }])
  expect(pool.take(100, time.nowMs)).toBeNaN()
  pass(1000)
  expect(told[1]).toEqual({ scope: SCOPE, slots: 2, units: [], usedTokens: 0, usedCostNanos: 0 })
  expect(pool.idle()).toBe(true)
})

test('a settled call gives what it did not use to the next one, or after its lease to the primary', () => {
  const { pool, told, time, pass, receive } = start()
  pool.wishAlong(100, time.nowMs)
  receive(7, 2, 200, 2)
  const [first, second] = [pool.take(100, time.nowMs), pool.take(100, time.nowMs)]
  pool.settle(first, true, 1, 100, time.nowMs)
  expect(pool.take(100, time.nowMs)).toBe(7)
  pass(1100)
  pool.settle(second, true, 0, 40, time.nowMs)
  pool.charge(25, time.nowMs)
  pass(150)
  expect(told).toMatchObject([{ units: [{ bookedAtMs: 7, requests: 0, tokens: 40 }], usedTokens: 25 }])
})

test('a lease that was asked for under other limits goes straight back', () => {
  const { pool, told, time, pass, receive } = start()
  receive(7, 10, 1000, 5, keyScope({ ...LIMITS, rpm: 4000 }))
  expect(pool.take(10, time.nowMs)).toBeNaN()
  pass(150)
  expect(told).toMatchObject([{ units: [{ bookedAtMs: 7, requests: 10, tokens: 1000 }] }])
})

test('asks ahead at half of the lease, sized to demand, and not at all for a while when nothing was to be had', () => {
  const { pool, time, receive } = start()
  expect(pool.wishAlong(100, time.nowMs)).toBeNull()
  expect(pool.wishAlong(100, time.nowMs)).toEqual({ scope: SCOPE, requests: 1, tokensEach: 100, slots: 1 })
  receive(7, 4, 400, 5)
  const wishes = Array.from({ length: 3 }, () => {
    pool.take(100, time.nowMs)
    return pool.wishAhead(time.nowMs)
  })
  expect(wishes.map((wish) => (wish?.requests ?? 0) >= 8)).toEqual([false, false, true])
  pool.receive(null, SCOPE, time.nowMs, time.nowMs)
  expect(pool.wishAhead(time.nowMs)).toBeNull()
  time.nowMs += 50
  expect(pool.wishAhead(time.nowMs)).not.toBeNull()
})
