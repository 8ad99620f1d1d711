import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { RecordsFilter, UsageRecordsQuery } from '../billing/usage/usage-queries.ts'
import type { UsageRecord } from '../billing/usage/usage-record.ts'
import { describeEachDatabase } from './__fixtures__/each-database.ts'
import { bringIn, usageRecord } from './__fixtures__/usage-rows.ts'
import { DAY_MS, statusClassOf } from './rollup-columns.ts'

const START_MS = Date.UTC(2026, 8, 21)
const WHO = [
  ['key_a', 'acc_a'],
  ['key_b', 'acc_a'],
  ['key_c', 'acc_c'],
] as const
const HOW = [
  ['', 200],
  ['', 200],
  ['rate_limit_exceeded', 429],
  ['client_gone', 499],
  ['upstream_cut', 200],
  ['upstream_error', 503],
] as const

const arbitraryFilter: fc.Arbitrary<RecordsFilter> = fc
  .record({ accountId: fc.constantFrom(null, 'acc_a', 'acc_nobody') })
  .chain((who) =>
    fc
      .record(
        {
          keyIds: fc.subarray(['key_a', 'key_b', 'key_x']),
          models: fc.subarray(['gpt-4o', 'rare']),
          statuses: fc.subarray(['2xx', '429', '499', '5xx'] as const),
          errors: fc.subarray(['', 'client_gone', 'upstream_cut', 'upstream_error', 'not_one']),
        },
        { requiredKeys: [] },
      )
      .map((rest) => ({ ...who, ...rest })),
  )

function matches(record: UsageRecord, filter: RecordsFilter): boolean {
  const { accountId, keyIds, models, statuses, errors } = filter
  return (
    (accountId === null || record.accountId === accountId) &&
    (keyIds?.includes(record.keyId) ?? true) &&
    (models?.includes(record.model) ?? true) &&
    (statuses?.includes(statusClassOf(record.status)) ?? true) &&
    (errors?.includes(record.errorCode) ?? true)
  )
}

describeEachDatabase('lists of calls', (open) => {
  it('show each call that matches once, newest first, page by page, for any filter and range', async () => {
    const { usage } = await open()
    const records: UsageRecord[] = []
    for (let batch = 0; batch < 3; batch++) {
      const more = Array.from({ length: 120 }, (_, index) => {
        const n = batch * 120 + index
        const [keyId, accountId] = WHO[n % 3] ?? WHO[0]
        const [errorCode, status] = HOW[(n * 7) % 6] ?? HOW[0]
        const startedAtMs = START_MS + ((n * 7_919) % 360) * 7_000_000 + (n % 2)
        return usageRecord({
          requestId: `req_${n}`,
          startedAtMs,
          keyId,
          accountId,
          errorCode,
          status,
          model: n % 40 === 0 ? 'rare' : 'gpt-4o',
        })
      })
      records.push(...more)
      await bringIn(usage, more)
    }
    while (await usage.sumNextDay(START_MS + 90 * DAY_MS));
    await fc.assert(
      fc.asyncProperty(
        arbitraryFilter,
        fc.constantFrom(1, 7, 100),
        fc.option(fc.tuple(fc.integer({ min: -60, max: 900 }), fc.integer({ min: 0, max: 900 }))),
        async (filter, limit, hours) => {
          const fromMs = START_MS + (hours?.[0] ?? 0) * 3_600_000 + 1_234
          const range = hours === null ? {} : { fromMs, toMs: fromMs + hours[1] * 3_600_000 }
          const wanted = records
            .filter((record) => matches(record, filter))
            .filter(({ startedAtMs }) => hours === null || (startedAtMs >= fromMs && startedAtMs < (range.toMs ?? 0)))
            .toSorted((a, b) => b.startedAtMs - a.startedAtMs || (a.requestId < b.requestId ? -1 : 1))
          const found = await allPages(usage, { ...filter, ...range, limit })
          expect(found).toHaveLength(wanted.length)
          expect(new Set(found)).toEqual(new Set(wanted.map(({ requestId }) => requestId)))
        },
      ),
      { numRuns: 40 },
    )
  })

  it('tell what has come in since a row, the newest of it, in the order in which it came', async () => {
    const { usage } = await open()
    expect(await usage.lastRow()).toBe(0)
    const one = (n: number, rest: Partial<UsageRecord> = {}) =>
      usageRecord({ requestId: `req_${n}`, startedAtMs: START_MS - n, ...rest })
    await bringIn(usage, [one(1), one(2, { accountId: 'acc_c' }), one(3, { model: 'rare' })])
    const first = await usage.lastRow()
    await bringIn(usage, [one(4), one(5, { model: 'rare' }), one(6), one(7, { accountId: 'acc_c' })])
    const idsOf = async (filter: RecordsFilter, afterRow: number, limit = 10) =>
      (await usage.arrivals({ ...filter, afterRow, limit })).map(({ record }) => record.requestId)
    expect(await idsOf({ accountId: 'acc_a' }, first)).toEqual(['req_4', 'req_5', 'req_6'])
    expect(await idsOf({ accountId: 'acc_a' }, first, 2)).toEqual(['req_5', 'req_6'])
    expect(await idsOf({ accountId: null, models: ['rare'] }, 0)).toEqual(['req_3', 'req_5'])
    expect(await idsOf({ accountId: 'acc_a', keyIds: [] }, 0)).toEqual([])
    expect(await idsOf({ accountId: 'acc_a' }, await usage.lastRow())).toEqual([])
  })
})

async function allPages(
  usage: {
    records(query: UsageRecordsQuery): Promise<{
      records: readonly UsageRecord[] | readonly { requestId: string; startedAtMs: number }[]
      next: string | null
    }>
  },
  query: UsageRecordsQuery,
): Promise<readonly string[]> {
  const ids: string[] = []
  let lastMs = Infinity
  for (let cursor: string | undefined; ;) {
    const page = await usage.records({ ...query, ...(cursor === undefined ? {} : { cursor }) })
    for (const { requestId, startedAtMs } of page.records) {
      expect(startedAtMs).toBeLessThanOrEqual(lastMs)
      lastMs = startedAtMs
      ids.push(requestId)
    }
    if (page.next === null) return ids
    cursor = page.next
  }
}
