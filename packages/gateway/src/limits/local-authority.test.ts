import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KeyLimits } from '../identity/principal.ts'
import type { Admitted } from './authority.ts'
import { LimitBook } from './limit-book.ts'
import { LocalAuthority } from './local-authority.ts'

function fakeAuthority(startMs = 5000) {
  const time = { nowMs: startMs }
  const book = new LimitBook({ clock: () => time.nowMs })
  return { time, book, authority: new LocalAuthority(book) }
}

function admitted(authority: LocalAuthority, limits: KeyLimits, tokens = 0): Admitted {
  const admission = authority.admit('key', limits, tokens)
  if (!admission.ok) throw new Error(`Refused by ${admission.limit}.`)
  return admission
}

test('admits N requests, refuses the next, and names a wait after which it fits', () => {
  const { time, authority } = fakeAuthority()
  const limits = { rpm: 3 }
  for (const remaining of [2, 1, 0]) {
    expect(authority.admit('key', limits, 0)).toMatchObject({
      ok: true,
      requests: { limit: 3, remaining },
      tokens: null,
    })
    time.nowMs += 1000
  }
  const refused = authority.admit('key', limits, 0)
  expect(refused).toMatchObject({ ok: false, limit: 'rpm', max: 3, retryAfterMs: 57_000, tooLarge: false })
  time.nowMs += 57_000
  expect(authority.admit('key', limits, 0).ok).toBe(true)
})

test('a call that one limit refuses takes nothing of the others', () => {
  const { time, authority, book } = fakeAuthority()
  const limits = { rpm: 10, tpm: 1000, concurrency: 5 }
  const refused = authority.admit('key', limits, 2000)
  expect(refused).toMatchObject({ ok: false, limit: 'tpm', needed: 2000, max: 1000, tooLarge: true })
  expect(refused.requests?.remaining).toBe(10)
  expect(book.figures('key', time.nowMs).slots).toBe(0)
})

test('names the limit that takes longest', () => {
  const { authority } = fakeAuthority()
  const limits = { rpm: 1, tpm: 1000, concurrency: 1 }
  admitted(authority, limits, 10)
  expect(authority.admit('key', limits, 10)).toMatchObject({ ok: false, limit: 'rpm', retryAfterMs: 60_000 })
})

test('0 allows nothing, and no wait is said to help', () => {
  const { authority } = fakeAuthority()
  for (const limit of ['rpm', 'tpm', 'concurrency'] as const) {
    expect(authority.admit(limit, { [limit]: 0 }, 0)).toMatchObject({ ok: false, limit, max: 0, tooLarge: true })
  }
})

test('no limits: always admitted, and nothing is remembered', () => {
  const { authority, book } = fakeAuthority()
  const admission = admitted(authority, {}, 1e9)
  authority.settle('key', {}, admission, 1e9, 1e9)
  expect(admission).toMatchObject({ ok: true, requests: null, tokens: null })
  expect(book.size).toBe(0)
})

test('a slot is free again when its call is settled', () => {
  const { authority } = fakeAuthority()
  const limits = { concurrency: 2 }
  const first = admitted(authority, limits)
  admitted(authority, limits)
  expect(authority.admit('key', limits, 0)).toMatchObject({ ok: false, limit: 'concurrency', retryAfterMs: 1000 })
  authority.settle('key', limits, first, 0, 0)
  expect(authority.admit('key', limits, 0).ok).toBe(true)
})

test('a refunded request leaves room for another', () => {
  const { authority } = fakeAuthority()
  const limits = { rpm: 1, tpm: 100 }
  authority.settle('key', limits, admitted(authority, limits, 100), 100, 0, true)
  expect(authority.admit('key', limits, 100)).toMatchObject({
    ok: true,
    requests: { remaining: 0 },
    tokens: { remaining: 0 },
  })
})

test('raising or lowering a limit keeps what was spent', () => {
  const { authority } = fakeAuthority()
  for (let index = 0; index < 5; index++) admitted(authority, { rpm: 5 })
  expect(authority.admit('key', { rpm: 3 }, 0).ok).toBe(false)
  expect(authority.admit('key', { rpm: 6 }, 0)).toMatchObject({ ok: true, requests: { remaining: 0 } })
})

test('10,000 random calls leak no slot and no token', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (stream) => {
      const { time, authority, book } = fakeAuthority()
      const limits = { rpm: 5000, tpm: 200_000, concurrency: 50 }
      const running: { admission: Admitted; reserved: number }[] = []
      const random = (): number => stream.next().value ?? 0
      const settleOne = (): void => {
        const [call] = running.splice(Math.floor(random() * running.length), 1)
        if (call === undefined) return
        const actual = Math.floor(call.reserved * 2 * random())
        authority.settle('key', limits, call.admission, call.reserved, actual, random() < 0.1)
      }
      for (let index = 0; index < 10_000; index++) {
        time.nowMs += random() * 30
        const reserved = Math.floor(random() * 500)
        const admission = authority.admit('key', limits, reserved)
        if (admission.ok) running.push({ admission, reserved })
        expect(book.figures('key', time.nowMs).slots).toBe(running.length)
        expect(running.length).toBeLessThanOrEqual(50)
        if (random() < 0.5) settleOne()
      }
      while (running.length > 0) settleOne()
      time.nowMs += 60_100
      const figures = book.figures('key', time.nowMs)
      expect(figures.slots).toBe(0)
      expect(figures.requests(limits)?.remaining(time.nowMs)).toBe(5000)
      expect(figures.tokens(limits)?.remaining(time.nowMs)).toBe(200_000)
      expect(figures.idle(time.nowMs)).toBe(true)
    }),
    { numRuns: 5 },
  )
})

test('a scope with a running call is remembered, however long the call takes', () => {
  const { time, authority } = fakeAuthority()
  admitted(authority, { concurrency: 1 })
  for (let second = 0; second < 900; second++) {
    time.nowMs += 1000
    authority.admit('another', { rpm: 100 }, 0)
  }
  expect(authority.admit('key', { concurrency: 1 }, 0).ok).toBe(false)
})
