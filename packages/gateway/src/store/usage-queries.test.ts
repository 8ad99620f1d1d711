import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { KeyRecord } from '../identity/key-store.ts'
import { periodAt } from '../limits/calendar.ts'
import type { UsageFigures, UsageFilter, UsageRange } from '../billing/usage/usage-queries.ts'
import { NO_USAGE } from '../core/token-usage.ts'
import { stepsOf } from '../billing/usage/usage-steps.ts'
import type { UsageRecord } from '../billing/usage/usage-record.ts'
import { describeEachDatabase } from './__fixtures__/each-database.ts'
import { bringIn, usageRecord } from './__fixtures__/usage-rows.ts'
import { DAY_MS, HOUR_MS, isError, statusClassOf } from './rollup-columns.ts'

/** A Monday, 00:00 UTC. */
const START_MS = Date.UTC(2026, 8, 21)
const EVERYBODY: UsageFilter = { accountId: null }

describeEachDatabase('questions about usage', (open) => {
  const arbitraryRecord: fc.Arbitrary<UsageRecord> = fc
    .record({
      startedAtMs: fc.integer({ min: START_MS, max: START_MS + 40 * DAY_MS }),
      durationMs: fc.integer({ min: 0, max: 300_000 }),
      firstByteMs: fc.integer({ min: -1, max: 60_000 }),
      who: fc.constantFrom(['key_a', 'acc_a', 'free'], ['key_b', 'acc_a', 'pro'], ['key_c', 'acc_c', 'pro']),
      model: fc.constantFrom('gpt-4o', 'claude'),
      provider: fc.constantFrom('openai', 'anthropic', ''),
      endpoint: fc.constantFrom('/v1/chat/completions', '/v1/messages'),
      how: fc.constantFrom(
        ['', 200],
        ['', 200],
        ['rate_limit_exceeded', 429],
        ['client_gone', 499],
        ['upstream_cut', 200],
        ['upstream_error', 503],
      ),
      stream: fc.boolean(),
      attempts: fc.nat(3),
      input: fc.nat(1_000_000),
      output: fc.nat(100_000),
      costNanos: fc.nat(1_000_000_000),
      providerCostNanos: fc.nat(1_000_000_000),
      sliceId: fc.constantFrom('', 'sl_1'),
    })
    .map(({ who: [keyId = '', accountId = '', group = ''], how: [errorCode, status], input, output, ...rest }) =>
      usageRecord({
        ...rest,
        keyId,
        accountId,
        group,
        errorCode: String(errorCode),
        status: Number(status),
        usage: { ...NO_USAGE, input, cacheRead: 1, cacheWrite5m: 2, cacheWrite1h: 3, output, reasoning: 4 },
      }),
    )

  it('gives the sums of the records, for any filter, range, zone and step, whatever is summed and deleted already', async () => {
    const { usage } = await open()
    const records: UsageRecord[] = []
    await fc.assert(
      fc.asyncProperty(
        fc.array(arbitraryRecord, { minLength: 1, maxLength: 60 }),
        fc.record(
          {
            keyIds: fc.subarray(['key_a', 'key_b', 'key_c', 'key_x']),
            models: fc.subarray(['gpt-4o', 'claude']),
            providers: fc.subarray(['openai', '']),
            endpoints: fc.constant(['/v1/messages']),
            statuses: fc.subarray(['2xx', '429', '499', '5xx'] as const),
          },
          { requiredKeys: [] },
        ),
        fc.constantFrom(null, 'acc_a', 'acc_nobody'),
        fc.tuple(fc.integer({ min: -2, max: 41 * 24 * 60 }), fc.integer({ min: 1, max: 20 * 24 * 60 })),
        fc.constantFrom('UTC', 'Asia/Kolkata', 'Asia/Kathmandu', 'America/New_York', 'Australia/Lord_Howe'),
        fc.constantFrom('hour', 'day', 'month'),
        fc.constantFrom('model', 'key', 'account', 'provider', 'endpoint', 'status'),
        fc.boolean(),
        async (more, lists, accountId, [fromMinutes, minutes], timeZone, step, groupBy, sum) => {
          await bringIn(usage, more)
          records.push(...more)
          if (sum) await usage.sumNextDay(START_MS + 90 * DAY_MS)
          const filter: UsageFilter = { accountId, ...lists }
          const fromMs = START_MS + fromMinutes * 60_000
          const range = { fromMs, toMs: fromMs + minutes * 60_000 }
          const wanted = records.filter((record) => matches(record, filter))

          const totals = await usage.totals({ ...filter, ...range, groupBy })
          expect(plain(totals.total)).toEqual(sumOf(wanted, range))
          const names = new Set(
            wanted.filter((record) => within(record, range)).map((record) => nameOf(record, groupBy)),
          )
          expect(new Set(totals.groups.map(({ name }) => name))).toEqual(names)
          for (const group of totals.groups) {
            const ofGroup = wanted.filter((record) => nameOf(record, groupBy) === group.name)
            expect(plain(group)).toEqual(sumOf(ofGroup, range))
          }

          const series = await usage.series({ ...filter, ...range, step, timeZone })
          expect(series.map(({ startMs, endMs, label }) => ({ startMs, endMs, label }))).toEqual(
            stepsOf(range, step, timeZone),
          )
          for (const point of series)
            expect(plain(point.total)).toEqual(sumOf(wanted, { fromMs: point.startMs, toMs: point.endMs }))
        },
      ),
      { numRuns: 25 },
    )
  })

  it('tells the same of records, hours and days, histograms included', async () => {
    const { usage } = await open()
    const records = Array.from({ length: 200 }, (_, n) =>
      usageRecord({
        startedAtMs: START_MS + n * 7 * 60_000,
        durationMs: n * 40,
        firstByteMs: n,
        requestId: `req_${n}`,
      }),
    )
    await bringIn(usage, records)
    const cut = { ...EVERYBODY, fromMs: START_MS + 1, toMs: START_MS + DAY_MS }
    const whole = { ...EVERYBODY, fromMs: START_MS, toMs: START_MS + DAY_MS }
    const hours = await usage.totals(whole)
    expect(await usage.sumNextDay(START_MS + 3 * DAY_MS)).toBe(true)
    expect(await usage.totals(whole)).toEqual(hours)
    expect(hours.total.duration).toEqual({ p50Ms: 3961, p95Ms: 9054, meanMs: 3980 })
    expect(hours.total.calls).toBe(200)
    expect((await usage.totals(cut)).total.calls).toBe(199)
  })

  it('sees no call of another account, and every account when the operator asks', async () => {
    const { usage } = await open()
    await bringIn(usage, [
      usageRecord({ requestId: 'req_a', accountId: 'acc_a' }),
      usageRecord({ requestId: 'req_b', accountId: 'acc_b', keyId: 'key_b' }),
    ])
    expect(await usage.record('acc_a', 'req_a')).toMatchObject({ requestId: 'req_a' })
    expect(await usage.record('acc_a', 'req_b')).toBeNull()
    expect(await usage.record(null, 'req_b')).toMatchObject({ accountId: 'acc_b' })
    expect((await usage.records({ accountId: 'acc_a', keyIds: ['key_b'], limit: 10 })).records).toEqual([])
    expect((await usage.records({ accountId: 'acc_a', limit: 10 })).records).toHaveLength(1)
    expect((await usage.records({ accountId: null, limit: 10 })).records).toHaveLength(2)
  })

  it('pages through records, newest first, without missing or repeating one while more come in', async () => {
    const { usage } = await open()
    const records = Array.from({ length: 57 }, (_, n) =>
      usageRecord({ requestId: `req_${n}`, startedAtMs: START_MS + n }),
    )
    await bringIn(usage, records)
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page = await usage.records({ accountId: 'acc_a', limit: 10, ...(cursor === null ? {} : { cursor }) })
      seen.push(...page.records.map(({ requestId }) => requestId))
      cursor = page.next
      await bringIn(usage, [usageRecord({ requestId: `req_late_${seen.length}`, startedAtMs: START_MS + DAY_MS })])
    } while (cursor !== null)
    expect(seen).toEqual(records.map(({ requestId }) => requestId).reverse())
    await expect(usage.records({ accountId: null, limit: 1, cursor: 'x' })).rejects.toThrow(RangeError)
  })

  it('keeps who was asked, and how that ended', async () => {
    const { usage } = await open()
    const trail = [
      {
        provider: 'a, b %',
        outcome: 'rate-limited',
        durationMs: 12,
        credential: 'a, b %#2',
        startMs: 1,
        upstreamModel: 'gpt 4o',
      },
      {
        provider: 'openai',
        outcome: 'ok',
        durationMs: 900,
        credential: 'openai',
        startMs: 13,
        upstreamModel: '',
      },
    ]
    await bringIn(usage, [usageRecord({ trail, attempts: 2, group: 'pro' })])
    expect(await usage.record(null, 'req_1')).toMatchObject({ trail, group: 'pro' })
  })

  it('tells quotas exactly what was used since a moment, children included', async () => {
    const database = await open()
    const { usage } = database
    const now = START_MS + 10 * DAY_MS
    await database.keys.insert(keyRecord('key_child', 'key_a'))
    await database.keys.insert(keyRecord('key_grandchild', 'key_child'))
    const calls = (['key_a', 'key_child', 'key_grandchild', 'key_other'] as const).flatMap((keyId, index) =>
      Array.from({ length: 40 }, (_, n) =>
        usageRecord({
          keyId,
          accountId: index < 3 ? 'acc_a' : 'acc_b',
          group: index < 2 ? 'free' : 'pro',
          startedAtMs: now - n * 5 * HOUR_MS - index,
          attempts: n % 4 === 0 ? 0 : 1,
          costNanos: 10 ** index,
        }),
      ),
    )
    await bringIn(usage, calls)
    await usage.sumNextDay(now)
    const expected = (fromMs: number, ...keys: string[]) => {
      const counted = calls.filter(({ keyId, startedAtMs }) => keys.includes(keyId) && startedAtMs >= fromMs)
      return {
        requests: counted.filter(({ attempts }) => attempts > 0).length,
        costNanos: counted.reduce((sum, { costNanos }) => sum + costNanos, 0),
      }
    }
    for (const fromMs of [
      0,
      now - 3 * DAY_MS - 1234,
      now - 5 * HOUR_MS - 1,
      now,
      periodAt('month', 'Asia/Kolkata', now).startMs,
    ]) {
      expect(await usage.since('key:key_a', fromMs)).toEqual(expected(fromMs, 'key_a', 'key_child', 'key_grandchild'))
      expect(await usage.since('key:key_child', fromMs)).toEqual(expected(fromMs, 'key_child', 'key_grandchild'))
      expect(await usage.since('account:acc_b', fromMs)).toEqual(expected(fromMs, 'key_other'))
      expect(await usage.since('group:free', fromMs)).toEqual(expected(fromMs, 'key_a', 'key_child'))
      expect(await usage.since('account:acc_a/free', fromMs)).toEqual(expected(fromMs, 'key_a', 'key_child'))
      expect(await usage.since('account:acc_b/free', fromMs)).toEqual(expected(fromMs))
      expect(await usage.since('model:gpt-*', fromMs)).toEqual(await usage.since('model:gpt-4o', fromMs))
      expect(await usage.since('model:gpt_4%*', fromMs)).toEqual({ requests: 0, costNanos: 0 })
      expect(await usage.since('model:gpt-4o', fromMs)).toEqual(
        expected(fromMs, 'key_a', 'key_child', 'key_grandchild', 'key_other'),
      )
    }
    expect(await usage.since('key:key_nobody', 0)).toEqual({ requests: 0, costNanos: 0 })
  })
})

function keyRecord(keyId: string, madeBy: string): KeyRecord {
  return {
    keyId,
    accountId: 'acc_a',
    name: '',
    prefix: '',
    last4: '',
    digest: keyId,
    scopes: [],
    limits: {},
    budget: null,
    models: null,
    endpoints: null,
    addresses: null,
    dataPolicy: null,
    group: null,
    madeBy,
    createdAtMs: 0,
    expiresAtMs: null,
    lastUsedAtMs: null,
    revokedAtMs: null,
    previousDigest: null,
    previousExpiresAtMs: null,
  }
}

function matches(record: UsageRecord, filter: UsageFilter): boolean {
  const { accountId, keyIds, models, providers, endpoints, statuses } = filter
  return (
    (accountId === null || record.accountId === accountId) &&
    (keyIds?.includes(record.keyId) ?? true) &&
    (models?.includes(record.model) ?? true) &&
    (providers?.includes(record.provider) ?? true) &&
    (endpoints?.includes(record.endpoint) ?? true) &&
    (statuses?.includes(statusClassOf(record.status)) ?? true)
  )
}

function nameOf(record: UsageRecord, dimension: string): string {
  const names: Record<string, string> = {
    model: record.model,
    key: record.keyId,
    account: record.accountId,
    provider: record.provider,
    endpoint: record.endpoint,
    status: statusClassOf(record.status),
  }
  return names[dimension] ?? ''
}

function within({ startedAtMs }: UsageRecord, { fromMs, toMs }: UsageRange): boolean {
  return startedAtMs >= fromMs && startedAtMs < toMs
}

function sumOf(records: readonly UsageRecord[], range: UsageRange): Record<string, number | null> {
  const counted = records.filter((record) => within(record, range))
  const sum = (of: (record: UsageRecord) => number): number => counted.reduce((total, record) => total + of(record), 0)
  const streams = counted.filter(({ stream, firstByteMs }) => stream && firstByteMs >= 0)
  return {
    calls: counted.length,
    errors: sum(({ errorCode }) => (isError(errorCode) ? 1 : 0)),
    sent: sum(({ attempts }) => (attempts > 0 ? 1 : 0)),
    input: sum(({ usage }) => usage.input),
    output: sum(({ usage }) => usage.output),
    cacheRead: counted.length,
    reasoning: counted.length * 4,
    costNanos: sum(({ costNanos }) => costNanos),
    providerCostNanos: sum(({ providerCostNanos }) => providerCostNanos),
    billedNanos: sum(({ sliceId, costNanos }) => (sliceId === '' ? 0 : costNanos)),
    meanMs: counted.length === 0 ? null : Math.round(sum(({ durationMs }) => durationMs) / counted.length),
    firstMeanMs:
      streams.length === 0
        ? null
        : Math.round(streams.reduce((total, { firstByteMs }) => total + firstByteMs, 0) / streams.length),
  }
}

function plain(figures: UsageFigures): Record<string, number | null> {
  return {
    calls: figures.calls,
    errors: figures.errors,
    sent: figures.sent,
    input: figures.tokens.input,
    output: figures.tokens.output,
    cacheRead: figures.tokens.cacheRead,
    reasoning: figures.tokens.reasoning,
    costNanos: figures.costNanos,
    providerCostNanos: figures.providerCostNanos,
    billedNanos: figures.billedNanos,
    meanMs: figures.duration?.meanMs ?? null,
    firstMeanMs: figures.firstToken?.meanMs ?? null,
  }
}
