// Days, months and budgets: in their time zone, over restarts, and with a clock that is put forward and back.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyScope } from './__fixtures__/scopes.ts'
import type { Admission, Admitted, Wanted } from './authority.ts'
import type { LimitedScope, Limits } from './limits.ts'
import { LocalAuthority } from './local-authority.ts'
import { MemoryLedger } from './memory-ledger.ts'
import type { QuotaHistory } from './quota-history.ts'

const HOUR_MS = 3_600_000
const FREE: Wanted = { tokens: 0, costNanos: 0 }

/** Usage records, as the database would have them. */
class Records implements QuotaHistory {
  readonly rows: { readonly scope: string; readonly atMs: number; readonly costNanos: number }[] = []
  broken = false
  asked = 0

  async since(scope: string, fromMs: number) {
    this.asked++
    await Promise.resolve()
    if (this.broken) throw new Error('The database does not answer.')
    const rows = this.rows.filter((row) => row.scope === scope && row.atMs >= fromMs)
    return { requests: rows.length, costNanos: rows.reduce((sum, row) => sum + row.costNanos, 0) }
  }
}

function start(at: string, history?: QuotaHistory) {
  const time = { nowMs: 1000, wallMs: Date.parse(at) }
  const pass = (ms: number): void => {
    time.nowMs += ms
    time.wallMs += ms
  }
  const options = { clock: () => time.nowMs, wallClock: () => time.wallMs }
  const ledger = new MemoryLedger(history === undefined ? options : { ...options, history })
  const authority = new LocalAuthority(ledger)
  const admit = async (scope: LimitedScope, wanted = FREE): Promise<Admission> => await authority.admit([scope], wanted)
  const countAdmitted = async (scope: LimitedScope, calls: number): Promise<number> => {
    let admitted = 0
    for (let call = 0; call < calls; call++) if ((await admit(scope)).ok) admitted++
    return admitted
  }
  return { time, pass, ledger, authority, admit, countAdmitted }
}

function budgetScope(amountNanos: number, reset: 'day' | 'week' | 'month' | 'never', timeZone = 'UTC'): LimitedScope {
  return { ...keyScope({}, 'key', { amountNanos, reset }), timeZone }
}

test('a day begins at midnight of its own zone, and the wait is until then', async () => {
  const { pass, admit, countAdmitted } = start('2026-11-20T16:30:00Z')
  const scope = { ...keyScope({ requestsPerDay: 3 }), timeZone: 'Asia/Ho_Chi_Minh' }
  expect(await countAdmitted(scope, 5)).toBe(3)
  expect(await admit(scope)).toMatchObject({ ok: false, limit: 'requestsPerDay', max: 3, retryAfterMs: HOUR_MS / 2 })
  pass(HOUR_MS / 2 - 1)
  expect(await countAdmitted(scope, 1)).toBe(0)
  pass(1)
  expect(await countAdmitted(scope, 5)).toBe(3)
})

test('a request is one of the minute, the day and the month together, or of none', async () => {
  const { pass, admit, countAdmitted, ledger } = start('2026-01-31T23:00:00Z')
  const scope = keyScope({ rpm: 2, requestsPerDay: 3, requestsPerMonth: 4 })
  const used = async () => (await ledger.peek([scope]))[0]?.windows.map((window) => window.used)
  expect(await countAdmitted(scope, 5)).toBe(2)
  expect(await used()).toEqual([2, 2, 2])
  pass(60_000)
  expect(await countAdmitted(scope, 5)).toBe(1)
  expect(await admit(scope)).toMatchObject({ limit: 'requestsPerDay' })
  pass(HOUR_MS)
  expect(await countAdmitted(scope, 1)).toBe(1)
  expect(await used()).toEqual([1, 1, 1])
})

test('after a restart a quota goes on where the usage records say, and until they answer nobody is let through', async () => {
  const records = new Records()
  for (let row = 0; row < 7; row++)
    records.rows.push({ scope: 'key', atMs: Date.parse('2026-11-20T03:00:00Z'), costNanos: 5 })
  records.rows.push({ scope: 'key', atMs: Date.parse('2026-11-19T23:59:59Z'), costNanos: 5 })
  const { admit, countAdmitted } = start('2026-11-20T16:30:00Z', records)
  const scope = keyScope({ requestsPerDay: 10, requestsPerMonth: 100 })
  records.broken = true
  await expect(admit(scope)).rejects.toMatchObject({ status: 503, code: 'service_unavailable', retryAfterSeconds: 1 })
  records.broken = false
  const answers = await Promise.all(Array.from({ length: 20 }, () => admit(scope)))
  expect(answers.filter(({ ok }) => ok)).toHaveLength(3)
  expect(await countAdmitted(scope, 5)).toBe(0)
  // One question each for the day and the month, however many calls wait; and one before it in vain.
  expect(records.asked).toBe(4)
})

test('a new day needs no question', async () => {
  const records = new Records()
  const { pass, countAdmitted } = start('2026-11-20T16:30:00Z', records)
  const scope = keyScope({ requestsPerDay: 2 })
  for (let day = 0; day < 5; day++) {
    expect(await countAdmitted(scope, 4)).toBe(2)
    pass(7 * HOUR_MS)
    expect(await countAdmitted(scope, 4)).toBe(0)
    pass(17 * HOUR_MS)
  }
  expect(records.asked).toBe(1)
})

test('200 calls at once spend no more than a budget, and what they did not use is there for others', async () => {
  const { authority, admit } = start('2026-11-20T16:30:00Z')
  const scope = budgetScope(1_000_000, 'never')
  const answers = await Promise.all(Array.from({ length: 200 }, () => admit(scope, { tokens: 0, costNanos: 9000 })))
  const admitted = answers.filter((answer): answer is Admitted => answer.ok)
  expect(admitted).toHaveLength(111)
  expect(answers.at(-1)).toMatchObject({ ok: false, limit: 'budget', max: 1_000_000, needed: 9000, tooLarge: true })
  for (const admission of admitted) authority.settle(admission, { tokens: 0, costNanos: 4000 })
  const more = await Promise.all(Array.from({ length: 200 }, () => admit(scope, { tokens: 0, costNanos: 9000 })))
  expect(more.filter(({ ok }) => ok)).toHaveLength(Math.floor((1_000_000 - 111 * 4000) / 9000))
})

test('what a call cost beyond its estimate counts against the budget, and a spent budget pays for nothing', async () => {
  const { authority, admit, pass } = start('2026-11-20T16:30:00Z')
  const scope = budgetScope(100, 'week')
  const admission = await admit(scope, { tokens: 0, costNanos: 90 })
  if (!admission.ok) throw new Error('There is enough.')
  authority.settle(admission, { tokens: 0, costNanos: 250 })
  // 20 November 2026 is a Friday.
  const untilMondayMs = 2 * 24 * HOUR_MS + 7.5 * HOUR_MS
  expect(await admit(scope)).toMatchObject({ ok: false, limit: 'budget', retryAfterMs: untilMondayMs })
  expect(await admit(scope, { tokens: 0, costNanos: 101 })).toMatchObject({ ok: false, tooLarge: true, needed: 101 })
  pass(untilMondayMs)
  expect(await admit(scope, { tokens: 0, costNanos: 100 })).toMatchObject({ ok: true })
})

test('a budget goes on after a restart, and after its reset was changed', async () => {
  const records = new Records()
  records.rows.push({ scope: 'key', atMs: Date.parse('2026-11-03T00:00:00Z'), costNanos: 60 })
  records.rows.push({ scope: 'key', atMs: Date.parse('2026-11-20T00:00:00Z'), costNanos: 30 })
  const { admit } = start('2026-11-20T16:30:00Z', records)
  const call = { tokens: 0, costNanos: 15 }
  expect((await admit(budgetScope(100, 'month'), call)).ok).toBe(false)
  expect((await admit(budgetScope(100, 'day'), call)).ok).toBe(true)
  expect((await admit(budgetScope(100, 'never'), call)).ok).toBe(false)
})

test('another time zone does not give the day anew', async () => {
  const records = new Records()
  const { admit, countAdmitted } = start('2026-11-20T16:30:00Z', records)
  const limits: Limits = { requestsPerDay: 5 }
  expect(await countAdmitted(keyScope(limits), 9)).toBe(5)
  // None of them is in the records yet: their calls are still open.
  expect((await admit({ ...keyScope(limits), timeZone: 'Asia/Tokyo' })).ok).toBe(false)
})

test('a clock that is put back and forth gives no day twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(
        fc.record({
          passMs: fc.integer({ min: 0, max: 6 * HOUR_MS }),
          stepMs: fc.oneof(
            { weight: 4, arbitrary: fc.constant(0) },
            fc.constantFrom(-HOUR_MS, HOUR_MS, -24 * HOUR_MS, 24 * HOUR_MS, -100 * HOUR_MS, 100 * HOUR_MS),
          ),
          calls: fc.integer({ min: 0, max: 6 }),
        }),
        { minLength: 5, maxLength: 60 },
      ),
      async (withRecords, steps) => {
        const records = new Records()
        const { time, pass, admit } = start('2026-11-20T16:30:00Z', withRecords ? records : undefined)
        const scope = keyScope({ rpm: 8, requestsPerDay: 10 })
        const perDay = new Map<number, number>()
        const passed: number[] = []
        const refusals: Admission[] = []
        for (const { passMs, stepMs, calls } of steps) {
          pass(passMs)
          time.wallMs += stepMs
          const day = Math.floor(time.wallMs / (24 * HOUR_MS))
          for (let call = 0; call < calls; call++) {
            const admission = await admit(scope)
            if (!admission.ok) refusals.push(admission)
            else {
              perDay.set(day, (perDay.get(day) ?? 0) + 1)
              passed.push(time.nowMs)
              records.rows.push({ scope: 'key', atMs: time.wallMs, costNanos: 0 })
            }
          }
        }
        if (withRecords) for (const count of perDay.values()) expect(count).toBeLessThanOrEqual(10)
        // The minute is counted by a clock that nobody can put anywhere.
        for (const end of passed) {
          expect(passed.filter((atMs) => atMs <= end && atMs > end - 60_000).length).toBeLessThanOrEqual(8)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('whoever comes again after the wait that was named is let in', async () => {
  const LIMITS = fc.record(
    {
      rpm: fc.integer({ min: 1, max: 6 }),
      tpm: fc.integer({ min: 50, max: 400 }),
      requestsPerDay: fc.integer({ min: 1, max: 12 }),
      requestsPerMonth: fc.integer({ min: 5, max: 30 }),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(LIMITS, { minLength: 1, maxLength: 4 }),
      fc.array(fc.record({ passMs: fc.integer({ min: 0, max: 40_000 }), tokens: fc.integer({ min: 0, max: 60 }) }), {
        minLength: 20,
        maxLength: 60,
      }),
      async (chain, calls) => {
        const { pass, authority } = start('2026-03-28T22:58:00Z')
        const scopes = chain.map((limits, index) => ({
          ...keyScope(limits, `scope ${index}`),
          timeZone: 'Europe/Berlin',
        }))
        for (const { passMs, tokens } of calls) {
          pass(passMs)
          const admission = await authority.admit(scopes, { tokens, costNanos: 0 })
          if (admission.ok || admission.tooLarge) continue
          // What is told is whole seconds.
          pass(Math.ceil(admission.retryAfterMs / 1000) * 1000)
          expect(await authority.admit(scopes, { tokens, costNanos: 0 })).toMatchObject({ ok: true })
        }
      },
    ),
    { numRuns: 150 },
  )
})

test('a scope of a quota is remembered while its day counts, and forgotten when the records know as much', async () => {
  const records = new Records()
  const { pass, ledger, admit, countAdmitted } = start('2026-11-20T00:30:00Z', records)
  const scope = keyScope({ requestsPerDay: 2 }, 'quota')
  expect(await countAdmitted(scope, 2)).toBe(2)
  for (let minute = 0; minute < 600; minute++) {
    pass(60_000)
    await admit(keyScope({ rpm: 100 }, `other ${minute}`))
  }
  expect(await countAdmitted(scope, 1)).toBe(0)
  expect(records.asked).toBe(1)
  for (let minute = 0; minute < 2000; minute++) {
    pass(60_000)
    await admit(keyScope({ rpm: 100 }, 'other'))
  }
  expect(ledger.size).toBe(1)
})
