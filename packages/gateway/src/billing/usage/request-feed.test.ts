import { describe, expect, it } from 'vitest'
import { NO_USAGE } from '../../core/token-usage.ts'
import { RequestFeed } from './request-feed.ts'
import type { ArrivedRecord, UsageArrivals } from './usage-queries.ts'
import type { StoredUsageRecord } from './usage-record.ts'

function arrived(row: number): ArrivedRecord {
  const record: StoredUsageRecord = {
    requestId: `req_${row}`,
    startedAtMs: row,
    durationMs: 1,
    firstByteMs: 1,
    keyId: 'key_a',
    accountId: 'acc_a',
    group: '',
    endpoint: '/v1/chat/completions',
    model: 'm',
    provider: 'p',
    upstreamModel: 'm',
    status: 200,
    errorCode: '',
    stream: false,
    attempts: 1,
    trail: [],
    usage: NO_USAGE,
    estimated: false,
    costNanos: 0,
    providerCostNanos: 0,
    heldNanos: 0,
    priceText: '',
    transferId: null,
    chargedAtMs: null,
    chargedNanos: null,
  }
  return { row, record }
}

/** Rows become visible when they are put in, in whatever order. */
function table(inOrder: boolean) {
  const rows: number[] = []
  const source: UsageArrivals = {
    inOrder,
    lastRow: async () => Math.max(0, ...rows),
    arrivals: async ({ afterRow, limit }) =>
      rows
        .filter((row) => row > afterRow)
        .toSorted((a, b) => a - b)
        .slice(-limit)
        .map(arrived),
  }
  return { rows, source }
}

const idsOf = ({ records }: { readonly records: readonly StoredUsageRecord[] }) =>
  records.map(({ requestId }) => requestId)

describe('a feed of calls', () => {
  it('tells what is new since it was opened, each call once', async () => {
    const { rows, source } = table(true)
    rows.push(1, 2)
    const feed = await RequestFeed.open(source, { accountId: null }, null)
    expect(idsOf(await feed.next())).toEqual([])
    rows.push(3, 4)
    expect(idsOf(await feed.next())).toEqual(['req_3', 'req_4'])
    expect(await feed.next()).toMatchObject({ records: [], skipped: false, place: 4 })
  })

  it('tells the newest of a busy second, and that there was more', async () => {
    const { rows, source } = table(true)
    const feed = await RequestFeed.open(source, { accountId: null }, null)
    rows.push(...Array.from({ length: 250 }, (_, index) => index + 1))
    const news = await feed.next()
    expect([news.records.length, news.records.at(-1)?.requestId, news.skipped]).toEqual([100, 'req_250', true])
    expect(await feed.next()).toMatchObject({ records: [], skipped: false })
  })

  it('goes on after a break, and says so where too much has happened meanwhile', async () => {
    const { rows, source } = table(true)
    rows.push(1, 2, 3)
    expect(idsOf(await (await RequestFeed.open(source, { accountId: null }, 1)).next())).toEqual(['req_2', 'req_3'])
    rows.push(50_000)
    const late = await (await RequestFeed.open(source, { accountId: null }, 1)).next()
    expect([idsOf(late), late.skipped]).toEqual([['req_50000'], true])
    // A place that is ahead of the database, which was restored from a backup.
    expect(idsOf(await (await RequestFeed.open(source, { accountId: null }, 90_000)).next())).toEqual([])
  })

  it('leaves nothing out that becomes visible late, and tells it once', async () => {
    const { rows, source } = table(false)
    let nowMs = 0
    const feed = await RequestFeed.open(source, { accountId: null }, null, () => nowMs)
    rows.push(5)
    expect(idsOf(await feed.next())).toEqual(['req_5'])
    nowMs += 3_000
    rows.push(2, 7)
    expect(idsOf(await feed.next())).toEqual(['req_2', 'req_7'])
    nowMs += 3_000
    rows.push(6)
    const third = await feed.next()
    expect([idsOf(third), third.place]).toEqual([['req_6'], 5])
    nowMs += 10_000
    expect(await feed.next()).toMatchObject({ records: [], place: 7 })
  })
})
