// What a key and the operator learn about usage through the API.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UsageArrivals, UsageFilter, UsageQueries, UsageSeriesQuery } from '../src/billing/usage/usage-queries.ts'
import type { StoredUsageRecord } from '../src/billing/usage/usage-record.ts'
import { NO_USAGE } from '../src/core/token-usage.ts'
import { OPERATOR } from '../src/identity/principal.ts'
import { MASTER, startControl, type TestControl } from './support/control-app.ts'

const NOTHING = {
  calls: 0,
  errors: 0,
  sent: 0,
  tokens: NO_USAGE,
  costNanos: 0,
  providerCostNanos: 0,
  billedNanos: 0,
  duration: null,
  firstToken: null,
}

/** What was asked of the queries; the figures themselves are `store`'s business, and are tested there. */
let asked: (UsageFilter & Partial<UsageSeriesQuery> & { limit?: number; cursor?: string })[]
let records: StoredUsageRecord[]
const usage: UsageQueries & UsageArrivals = {
  async totals(query) {
    asked.push(query)
    const groups = ['=cmd()', 'b', 'c'].map((name) => ({ ...NOTHING, name, calls: 2, costNanos: 1_234_567_891 }))
    return { total: { ...NOTHING, calls: 6 }, groups: query.groupBy === undefined ? [] : groups }
  },
  async series(query) {
    asked.push(query)
    if (query.step === 'hour' && query.toMs - query.fromMs > 1000 * 3_600_000) throw new RangeError('too many')
    return [1, 2, 3].map((day) => ({
      startMs: day * 86_400_000,
      endMs: (day + 1) * 86_400_000,
      label: `1970-01-0${day + 1}`,
      total: NOTHING,
      groups: [],
    }))
  },
  async records(query) {
    asked.push(query)
    if (query.cursor === 'bad') throw new RangeError('no cursor')
    return { records, next: records.length > 0 ? 'next' : null }
  },
  inOrder: true,
  lastRow: async () => 0,
  arrivals: async () => [],
  async record(accountId, requestId) {
    return records.find((one) => one.requestId === requestId && [null, one.accountId].includes(accountId)) ?? null
  },
}

let control: TestControl
let key: string
let keyId: string
beforeEach(async () => {
  asked = []
  control = await startControl({ usage })
  const made = await control.makeKey()
  key = made.key
  keyId = made.id
  records = [recordOf({ keyId })]
})
afterEach(() => control[Symbol.asyncDispose]())

const get = (path: string, token = key) => control.call(path, { token })

function recordOf(rest: Partial<StoredUsageRecord>): StoredUsageRecord {
  return {
    requestId: 'req_1',
    startedAtMs: 1_699_999_999_500,
    durationMs: 12,
    firstByteMs: -1,
    keyId: 'key_other',
    accountId: 'default',
    group: '',
    trail: [],
    endpoint: '/v1/chat/completions',
    model: 'gpt-4o',
    provider: 'private-name',
    upstreamModel: 'gpt-4o-2024',
    status: 200,
    errorCode: '',
    stream: false,
    attempts: 1,
    usage: { ...NO_USAGE, input: 5, output: 7 },
    estimated: false,
    costNanos: 1_500,
    providerCostNanos: 1_000,
    priceText: '',
    chargedNanos: null,
    heldNanos: 0,
    transferId: null,
    chargedAtMs: null,
    ...rest,
  }
}

describe('/api/usage', () => {
  it('asks for the account of a key that manages keys, for the key alone where it does not, and for all for the operator', async () => {
    const plain = await control.makeKey({ scopes: [] })
    await get('/api/usage')
    await get('/api/usage', plain.key)
    await get(`/api/usage?key=${keyId}`, plain.key)
    await get('/api/usage?account=other')
    await get('/api/usage', MASTER)
    await get('/api/usage?account=other&provider=a,b&status=4xx,429', MASTER)
    expect(asked.map(({ accountId, keyIds }) => [accountId, keyIds])).toEqual([
      ['default', undefined],
      ['default', [plain.id]],
      ['default', []],
      ['default', []],
      [null, undefined],
      ['other', undefined],
    ])
    expect(asked.at(-1)).toMatchObject({ providers: ['a', 'b'], statuses: ['4xx', '429'] })
  })

  it('keeps the names of providers to the operator', async () => {
    for (const path of ['/api/usage?group_by=provider', '/api/usage?provider=a', '/api/requests?provider=a']) {
      expect([(await get(path)).status, (await get(path, MASTER)).status]).toEqual([403, 200])
    }
    const mine = await get('/api/requests')
    expect(mine.text).not.toMatch(/private-name|gpt-4o-2024/)
    expect((await get('/api/requests', MASTER)).json.data[0]).toMatchObject({ provider: 'private-name', trail: [] })
  })

  it('reads times as people and programs write them, in the zone of the account or another', async () => {
    await control.services.accounts.update(OPERATOR, 'default', { timeZone: 'America/New_York' })
    await get('/api/usage?from=2023-03-12&to=2023-03-13')
    await get('/api/usage?from=2023-03-12&to=2023-03-13&time_zone=Asia/Kolkata')
    await get('/api/usage?from=1678600000&to=2023-03-13T00:00:00%2B02:00')
    await get('/api/usage?step=day')
    expect(asked.slice(0, 3).map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      // The day on which the clocks went forward has 23 hours.
      [Date.parse('2023-03-12T05:00Z'), Date.parse('2023-03-13T04:00Z')],
      [Date.parse('2023-03-11T18:30Z'), Date.parse('2023-03-12T18:30Z')],
      [1_678_600_000_000, Date.parse('2023-03-12T22:00Z')],
    ])
    expect(asked.at(-1)).toMatchObject({ timeZone: 'America/New_York', step: 'day', toMs: control.world.nowMs })
  })

  it.each([
    ['from=yesterday', 'from'],
    ['from=2023-02-30', 'from'],
    ['from=2023-03-01T00:00:00', 'from'],
    ['from=2023-03-02&to=2023-03-01', 'from'],
    ['time_zone=Mars/Olympus', 'time_zone'],
    ['step=minute', 'step'],
    ['step=hour&from=2020-01-01', 'from'],
    ['group_by=secret', 'group_by'],
    ['status=999', 'status'],
    ['limit=0', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['limit=5&limit=6', 'limit'],
    ['grup_by=model', 'grup_by'],
  ])('refuses ?%s with 400, naming %s', async (query, param) => {
    const refused = await get(`/api/usage?${query}`)
    expect([refused.status, refused.json.error.param]).toEqual([400, param])
  })

  it('pages through groups and points, and keeps the total of all', async () => {
    const first = (await get('/api/usage?group_by=model&limit=2')).json
    expect(first).toMatchObject({ total: { calls: 6 }, has_more: true, next_after: 'b', group_by: 'model', step: null })
    const second = (await get('/api/usage?group_by=model&limit=2&after=b')).json
    expect([second.data.map(({ name }: { name: string }) => name), second.has_more]).toEqual([['c'], false])
    const points = (await get('/api/usage?step=day&limit=2')).json
    expect(points).toMatchObject({ has_more: true, next_after: '1970-01-03', data: [{ start: 86_400 }, {}] })
    expect((await get('/api/usage?step=day&limit=2&after=1970-01-03')).json.data).toMatchObject([
      { label: '1970-01-04' },
    ])
  })

  it('comes as CSV in which nothing is a formula', async () => {
    const { headers, text } = await get('/api/usage?group_by=model&format=csv')
    expect(headers.get('content-type')).toMatch(/^text\/csv/)
    expect(text.split('\r\n').slice(0, 2)).toEqual([
      'time,group,calls,errors,input_tokens,cache_read_tokens,cache_write_tokens,output_tokens,cost_usd,charged_usd',
      ",'=cmd(),2,0,0,0,0,0,1.234567891,0.000000000",
    ])
    records = [recordOf({ model: 'a,"b"\n' })]
    expect((await get('/api/requests?format=csv')).text).toContain('"a,""b""\n"')
  })
})

describe('/api/requests', () => {
  it('lists calls, page by page', async () => {
    const page = (await get('/api/requests?limit=5&model=gpt-4o&from=1699999999')).json
    expect(page).toMatchObject({
      has_more: true,
      next_after: 'next',
      data: [
        {
          id: 'req_1',
          created_at: 1_699_999_999,
          first_byte_ms: null,
          error: null,
          cost: '0.000001500',
          tokens: { input: 5, cache_read: 0, output: 7 },
        },
      ],
    })
    expect(asked[0]).toMatchObject({ limit: 5, models: ['gpt-4o'], fromMs: 1_699_999_999_000, accountId: 'default' })
    await get('/api/requests?after=next')
    expect(asked[1]).toMatchObject({ cursor: 'next', limit: 100 })
    const refused = await get('/api/requests?after=bad')
    expect([refused.status, refused.json.error.param]).toEqual([400, 'after'])
  })

  it('shows one call, and none of another account or another key', async () => {
    expect((await get('/api/requests/req_1')).json).toMatchObject({ id: 'req_1', key: keyId })
    const plain = await control.makeKey({ scopes: [] })
    const other = await control.makeKey({ accountId: await control.makeAccount('Other') })
    const replies = [
      await get('/api/requests/req_1', plain.key),
      await get('/api/requests/req_1', other.key),
      await get('/api/requests/req_2', other.key),
    ]
    expect(replies.map(({ status }) => status)).toEqual([404, 404, 404])
    expect(replies[1]?.json.error.message.replace('req_1', '?')).toBe(
      replies[2]?.json.error.message.replace('req_2', '?'),
    )
    expect((await get('/api/requests/req_1', MASTER)).status).toBe(200)
  })
})
