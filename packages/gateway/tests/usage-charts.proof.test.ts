// Charts over a million calls a day for ninety days: how long they take, beside the same sums over single records.
// The records of the last two days come in as journals bring them in; the hours of the days before are made up by SQL.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { doUpkeep } from 'fairlead/billing/usage/usage-keeper.ts'
import type { UsageRecord } from 'fairlead/billing/usage/usage-record.ts'
import { kyselyOn } from 'fairlead/store/__fixtures__/each-database.ts'
import { bringIn, usageRecord } from 'fairlead/store/__fixtures__/usage-rows.ts'
import { openDatabase } from 'fairlead/store/database.ts'
import { DAY_MS, HOUR_MS } from 'fairlead/store/rollup-columns.ts'

const KEYS = 200
const DAYS = 90
const CALLS_A_DAY = 1_000_000
const RECORD_DAYS = 2
const BATCH = 5000
const NOW_MS = Math.floor(Date.UTC(2026, 10, 20) / DAY_MS) * DAY_MS

it('draws ninety days of a million calls each in less than a second, whoever asks', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'fairlead-charts-'))
  const file = join(dir, 'fairlead.db')
  const database = await openDatabase(file)
  try {
    const { usage } = database
    const filledMs = await timed(() => fillRecords(usage))
    await fillHours(file)
    const summedMs = await timed(() =>
      doUpkeep(usage, { keepRecordsDays: 0, keepHoursDays: 0, keepDaysDays: 0 }, NOW_MS, new AbortController().signal),
    )
    const counting = kyselyOn({ file })
    const { rows: hourRows } = await sql<{ count: number }>`select count(*) as count from usage_hours`.execute(counting)
    await counting.destroy()
    const megabytes = Math.round(statSync(file).size / 2 ** 20)
    const lines = [
      `${RECORD_DAYS * CALLS_A_DAY} records brought in: ${(filledMs / (RECORD_DAYS * CALLS_A_DAY)) * 1000} µs each; ${DAYS - 2} days summed: ${Math.round(summedMs / (DAYS - 2))} ms each; ${hourRows[0]?.count} rows of hours for ${DAYS * CALLS_A_DAY} calls; file ${megabytes} MiB`,
    ]
    const ask = async (what: string, question: () => Promise<unknown>): Promise<number> => {
      const [, first, longestTurnMs, second] = [
        await timed(question),
        await timed(question),
        await longestTurn(question),
        await timed(question),
      ]
      const ms = Math.min(first ?? 0, second ?? 0)
      lines.push(`${what.padEnd(60)} ${ms.toFixed(1).padStart(9)} ms, longest turn ${longestTurnMs.toFixed(1)} ms`)
      return ms
    }
    const all = { fromMs: NOW_MS - DAYS * DAY_MS, toMs: NOW_MS, accountId: null }
    const mine = { ...all, accountId: 'acc_7' }
    const times = [
      await ask('operator, 90 days by day, UTC, by model', () =>
        usage.series({ ...all, step: 'day', timeZone: 'UTC', groupBy: 'model' }),
      ),
      await ask('operator, 90 days by day, Berlin, by model', () =>
        usage.series({ ...all, step: 'day', timeZone: 'Europe/Berlin', groupBy: 'model' }),
      ),
      await ask('operator, 90 days, total by key', () => usage.totals({ ...all, groupBy: 'key' })),
      await ask('operator, 30 days by day, Berlin, by account', () =>
        usage.series({
          ...all,
          fromMs: NOW_MS - 30 * DAY_MS,
          step: 'day',
          timeZone: 'Europe/Berlin',
          groupBy: 'account',
        }),
      ),
      await ask('tenant, 90 days by day, Berlin, by model', () =>
        usage.series({ ...mine, step: 'day', timeZone: 'Europe/Berlin', groupBy: 'model' }),
      ),
      await ask('tenant, 24 hours by hour, Kolkata, by key', () =>
        usage.series({ ...mine, fromMs: NOW_MS - DAY_MS, step: 'hour', timeZone: 'Asia/Kolkata', groupBy: 'key' }),
      ),
      await ask('tenant, 90 days by month', () => usage.series({ ...mine, step: 'month', timeZone: 'UTC' })),
      await ask('tenant, newest 100 records', () => usage.records({ accountId: 'acc_7', limit: 100 })),
      await ask('tenant, one record by its request id', () => usage.record('acc_7', 'req_77')),
      await ask('quota of a key since the first of the month', () => usage.since('key:key_7', Date.UTC(2026, 10, 1))),
    ]
    const oneDay = { accountId: null, fromMs: NOW_MS - DAY_MS, toMs: NOW_MS }
    const rolled = await ask('one day from roll-ups', () => usage.totals({ ...oneDay, groupBy: 'model' }))
    const kysely = kyselyOn({ file })
    const raw = await ask('one day from its million records', () =>
      sql`select k.model, count(*), sum(r.cost_nanos), sum(r.input_tokens), sum(r.output_tokens) from usage_records r
        join usage_kinds k on k.id = r.usage_kind where r.started_at >= ${oneDay.fromMs} and r.started_at < ${oneDay.toMs} group by k.model`.execute(
        kysely,
      ),
    )
    await kysely.destroy()
    lines.push(`roll-ups are ${Math.round(raw / rolled)} times as fast`)
    console.log(lines.join('\n'))
    for (const ms of times) expect(ms).toBeLessThan(1000)
  } finally {
    await database[Symbol.asyncDispose]()
    rmSync(dir, { recursive: true, force: true })
  }
}, 900_000)

/** For how long nobody else had a turn, at the most. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longestMs = 0
  let lastMs = performance.now()
  let over = false
  const look = (): void => {
    longestMs = Math.max(longestMs, performance.now() - lastMs)
    lastMs = performance.now()
    if (!over) setImmediate(look)
  }
  setImmediate(look)
  await work()
  over = true
  return Math.max(longestMs, performance.now() - lastMs)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}

async function fillRecords(usage: Parameters<typeof bringIn>[0]): Promise<void> {
  const firstMs = NOW_MS - RECORD_DAYS * DAY_MS
  for (let n = 0; n < RECORD_DAYS * CALLS_A_DAY; n += BATCH)
    await bringIn(
      usage,
      Array.from({ length: BATCH }, (_, index) => recordNumber(n + index, firstMs)),
    )
}

function recordNumber(n: number, firstMs: number): UsageRecord {
  const key = (n * 7919) % KEYS
  return usageRecord({
    requestId: `req_${n}`,
    startedAtMs: firstMs + Math.floor((n * DAY_MS) / CALLS_A_DAY),
    keyId: `key_${key}`,
    accountId: `acc_${key % 50}`,
    model: n % 2 === 0 ? 'gpt-4o' : 'claude-sonnet',
    stream: n % 4 < 2,
    status: n % 50 === 0 ? 429 : 200,
    errorCode: n % 50 === 0 ? 'rate_limit_exceeded' : '',
    durationMs: 200 + ((n * 31) % 9000),
    firstByteMs: 100 + ((n * 17) % 2000),
    costNanos: n % 100_000,
  })
}

/** The days before, hour by hour as the last full hour was. */
async function fillHours(file: string): Promise<void> {
  const kysely = kyselyOn({ file })
  const last = NOW_MS / HOUR_MS - 1
  await sql`create temp table pattern as select * from usage_hours where slot = ${last}`.execute(kysely)
  for (let hour = (NOW_MS - DAYS * DAY_MS) / HOUR_MS; hour < (NOW_MS - RECORD_DAYS * DAY_MS) / HOUR_MS; hour++) {
    await sql`update pattern set slot = ${hour}`.execute(kysely)
    await sql`insert into usage_hours select * from pattern`.execute(kysely)
  }
  await kysely.destroy()
}
