import { expect, it } from 'vitest'
import { doUpkeep } from '../billing/usage/usage-keeper.ts'
import { sql } from 'kysely'
import { describeEachDatabase, kyselyOn } from './__fixtures__/each-database.ts'
import { bringIn, usageRecord } from './__fixtures__/usage-rows.ts'
import { DAY_MS, HOUR_MS } from './rollup-columns.ts'

const START_MS = Date.UTC(2026, 0, 1)
const DAYS = 12
const NOW_MS = START_MS + DAYS * DAY_MS
const KEEP = { keepRecordsDays: 2, keepHoursDays: 4, keepDaysDays: 8 }
const EVER = { accountId: null, fromMs: 0, toMs: NOW_MS + DAY_MS }
const go = new AbortController().signal

const CALLS = Array.from({ length: DAYS * 24 * 4 }, (_, n) =>
  usageRecord({ requestId: `req_${n}`, startedAtMs: START_MS + n * 15 * 60_000, costNanos: n, keyId: `key_${n % 3}` }),
)

describeEachDatabase('retention', (open) => {
  it('deletes what is too old, and the sums of it stay what they were', async () => {
    const place = await open.place()
    const { usage } = await open(place)
    await bringIn(usage, CALLS)
    const before = await usage.totals({ ...EVER, groupBy: 'key' })
    const spent = await usage.since('key:key_1', 0)
    const monthBefore = await usage.series({ ...EVER, fromMs: NOW_MS - 7 * DAY_MS, step: 'day', timeZone: 'UTC' })
    await doUpkeep(usage, KEEP, NOW_MS, go, { pauseMs: 0 })

    const kysely = kyselyOn(place)
    const oldest = async (table: string, column: string): Promise<number> => {
      const { rows } = await sql<{ oldest: number }>`select min(${sql.ref(column)}) as oldest from ${sql.table(table)}
        where ${sql.ref(column)} > 0`.execute(kysely)
      return Number(rows[0]?.oldest)
    }
    expect(await oldest('usage_records', 'started_at')).toBe(NOW_MS - 2 * DAY_MS)
    expect(await oldest('usage_hours', 'slot')).toBe((NOW_MS - 4 * DAY_MS) / HOUR_MS)
    expect(await oldest('usage_days', 'slot')).toBe((NOW_MS - 8 * DAY_MS) / DAY_MS)
    await kysely.destroy()

    expect(await usage.totals({ ...EVER, groupBy: 'key' })).toEqual(before)
    expect(await usage.since('key:key_1', 0)).toEqual(spent)
    expect(await usage.series({ ...EVER, fromMs: NOW_MS - 7 * DAY_MS, step: 'day', timeZone: 'UTC' })).toEqual(
      monthBefore,
    )
    // Exact to the hour in another zone, as long as hours are kept; in half-hour zones as long as records are.
    const [first] = await usage.series({
      ...EVER,
      fromMs: NOW_MS - DAY_MS + HOUR_MS / 2,
      toMs: NOW_MS,
      step: 'month',
      timeZone: 'Asia/Kolkata',
    })
    expect(first?.total.calls).toBe(24 * 4 - 2)
    await doUpkeep(usage, KEEP, NOW_MS, go, { pauseMs: 0 })
    expect(await usage.totals({ ...EVER, groupBy: 'key' })).toEqual(before)
  })

  it('counts what comes in late, however late', async () => {
    const { usage } = await open()
    await bringIn(usage, CALLS)
    await doUpkeep(usage, KEEP, NOW_MS, go, { pauseMs: 0 })
    const late = [1, 3, 6, 11].map((days) =>
      usageRecord({ requestId: `late_${days}`, startedAtMs: NOW_MS - days * DAY_MS + 5 }),
    )
    await bringIn(usage, late)
    expect((await usage.totals(EVER)).total.calls).toBe(CALLS.length + 4)
    await doUpkeep(usage, KEEP, NOW_MS, go, { pauseMs: 0 })
    expect((await usage.totals(EVER)).total.calls).toBe(CALLS.length + 4)
    const days = await usage.series({ ...EVER, fromMs: NOW_MS - 7 * DAY_MS, step: 'day', timeZone: 'UTC' })
    expect(days.filter(({ total }) => total.calls === 97)).toHaveLength(3)
  })

  it('keeps everything when it is told to', async () => {
    const { usage } = await open()
    await bringIn(usage, CALLS.slice(0, 50))
    await doUpkeep(usage, { keepRecordsDays: 0, keepHoursDays: 0, keepDaysDays: 0 }, NOW_MS, go, { pauseMs: 0 })
    expect((await usage.records({ accountId: null, limit: 1000 })).records).toHaveLength(50)
  })

  it('sums a day once when two gateways do it at the same time', async () => {
    const place = await open.place()
    const [one, two] = [await open(place), await open(place)]
    await bringIn(one.usage, CALLS)
    const before = await one.usage.totals(EVER)
    await Promise.all([one, two].map(({ usage }) => doUpkeep(usage, KEEP, NOW_MS, go, { pauseMs: 0 })))
    expect(await one.usage.totals(EVER)).toEqual(before)
  }, 60_000)
})
