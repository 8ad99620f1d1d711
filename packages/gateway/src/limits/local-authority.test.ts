import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyScope } from './__fixtures__/scopes.ts'
import type { Admission, Admitted, LimitAuthority } from './authority.ts'
import type { WindowStanding } from './limit-ledger.ts'
import type { Limits } from './limits.ts'
import { LocalAuthority } from './local-authority.ts'
import { MemoryLedger } from './memory-ledger.ts'

function fakeAuthority(startMs = 5000) {
  const time = { nowMs: startMs, wallMs: Date.parse('2026-11-20T12:00:00Z') }
  const ledger = new MemoryLedger({ clock: () => time.nowMs, wallClock: () => time.wallMs })
  return { time, ledger, authority: new LocalAuthority(ledger) }
}

function admit(authority: LimitAuthority, limits: Limits, tokens = 0, scope = 'key'): Admission {
  const admission = authority.admit([keyScope(limits, scope)], { tokens, costNanos: 0 })
  if (admission instanceof Promise) throw new Error('What is in memory is known at once.')
  return admission
}

function admitted(authority: LimitAuthority, limits: Limits, tokens = 0): Admitted {
  const admission = admit(authority, limits, tokens)
  if (!admission.ok) throw new Error(`Refused by ${admission.limit}.`)
  return admission
}

function used(ledger: MemoryLedger, limits: Limits, limit: WindowStanding['limit']): number | undefined {
  const standings = ledger.peek([keyScope(limits)])
  if (standings instanceof Promise) throw new Error('What is in memory is known at once.')
  return standings[0]?.windows.find((window) => window.limit === limit)?.used
}

test('admits N requests, refuses the next, and names a wait after which it fits', () => {
  const { time, authority } = fakeAuthority()
  const limits = { rpm: 3 }
  for (const remaining of [2, 1, 0]) {
    expect(admit(authority, limits)).toMatchObject({
      ok: true,
      requests: { limit: 3, remaining },
      tokens: null,
    })
    time.nowMs += 1000
  }
  const refused = admit(authority, limits)
  expect(refused).toMatchObject({ ok: false, limit: 'rpm', max: 3, retryAfterMs: 57_000, tooLarge: false })
  time.nowMs += 57_000
  expect(admit(authority, limits).ok).toBe(true)
})

test('a call that one limit refuses takes nothing of the others', () => {
  const { authority, ledger } = fakeAuthority()
  const limits = { rpm: 10, tpm: 1000, concurrency: 5 }
  const refused = admit(authority, limits, 2000)
  expect(refused).toMatchObject({ ok: false, limit: 'tpm', needed: 2000, max: 1000, tooLarge: true })
  expect(refused.requests?.remaining).toBe(10)
  expect(used(ledger, limits, 'concurrency')).toBe(0)
})

test('names the limit that takes longest', () => {
  const { authority } = fakeAuthority()
  const limits = { rpm: 1, tpm: 1000, concurrency: 1 }
  admitted(authority, limits, 10)
  expect(admit(authority, limits, 10)).toMatchObject({ ok: false, limit: 'rpm', retryAfterMs: 60_000 })
})

test('0 allows nothing, and no wait is said to help', () => {
  const { authority } = fakeAuthority()
  for (const limit of ['rpm', 'tpm', 'concurrency', 'requestsPerDay', 'requestsPerMonth'] as const) {
    expect(admit(authority, { [limit]: 0 }, 0, limit)).toMatchObject({ ok: false, limit, max: 0, tooLarge: true })
  }
})

test('no limits: always admitted, and nothing is remembered', () => {
  const { authority, ledger } = fakeAuthority()
  const admission = authority.admit([], { tokens: 1e9, costNanos: 0 })
  if (admission instanceof Promise || !admission.ok) throw new Error('Nothing is limited.')
  authority.settle(admission, { tokens: 1e9, costNanos: 0 })
  expect(admission).toMatchObject({ ok: true, requests: null, tokens: null })
  expect(ledger.size).toBe(0)
})

test('a slot is free again when its call is settled', () => {
  const { authority } = fakeAuthority()
  const limits = { concurrency: 2 }
  const first = admitted(authority, limits)
  admitted(authority, limits)
  expect(admit(authority, limits)).toMatchObject({ ok: false, limit: 'concurrency', retryAfterMs: 1000 })
  authority.settle(first, { tokens: 0, costNanos: 0 })
  expect(admit(authority, limits).ok).toBe(true)
})

test('a refunded request leaves room for another', () => {
  const { authority } = fakeAuthority()
  const limits = { rpm: 1, tpm: 100 }
  authority.settle(admitted(authority, limits, 100), { tokens: 0, costNanos: 0 }, true)
  expect(admit(authority, limits, 100)).toMatchObject({
    ok: true,
    requests: { remaining: 0 },
    tokens: { remaining: 0 },
  })
})

test('raising or lowering a limit keeps what was spent', () => {
  const { authority } = fakeAuthority()
  for (let index = 0; index < 5; index++) admitted(authority, { rpm: 5 })
  expect(admit(authority, { rpm: 3 }).ok).toBe(false)
  expect(admit(authority, { rpm: 6 })).toMatchObject({ ok: true, requests: { remaining: 0 } })
})

test('10,000 random calls leak no slot and no token', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (stream) => {
      const { time, authority, ledger } = fakeAuthority()
      const limits = { rpm: 5000, tpm: 200_000, concurrency: 50 }
      const running: { admission: Admitted; reserved: number }[] = []
      const random = (): number => stream.next().value ?? 0
      const settleOne = (): void => {
        const [call] = running.splice(Math.floor(random() * running.length), 1)
        if (call === undefined) return
        const actual = Math.floor(call.reserved * 2 * random())
        authority.settle(call.admission, { tokens: actual, costNanos: 0 }, random() < 0.1)
      }
      for (let index = 0; index < 10_000; index++) {
        time.nowMs += random() * 30
        const reserved = Math.floor(random() * 500)
        const admission = admit(authority, limits, reserved)
        if (admission.ok) running.push({ admission, reserved })
        expect(used(ledger, limits, 'concurrency')).toBe(running.length)
        expect(running.length).toBeLessThanOrEqual(50)
        if (random() < 0.5) settleOne()
      }
      while (running.length > 0) settleOne()
      time.nowMs += 60_100
      expect(['concurrency', 'rpm', 'tpm'].map((limit) => used(ledger, limits, limit as 'rpm'))).toEqual([0, 0, 0])
    }),
    { numRuns: 3 },
  )
})

test('a scope with a running call is remembered, however long the call takes', () => {
  const { time, authority } = fakeAuthority()
  admitted(authority, { concurrency: 1 })
  for (let second = 0; second < 900; second++) {
    time.nowMs += 1000
    admit(authority, { rpm: 100 }, 0, 'another')
  }
  expect(admit(authority, { concurrency: 1 }).ok).toBe(false)
})
