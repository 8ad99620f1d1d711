import { expect, it } from 'vitest'
import { NO_USAGE } from '../core/token-usage.ts'
import { pastLengths } from '../routing/auto/costs/past-lengths.ts'
import type { NewVersion } from '../routing/auto/learning/learning-store.ts'
import { describeEachDatabase } from './__fixtures__/each-database.ts'
import { journalRows, usageRecord } from './__fixtures__/usage-rows.ts'

const NONE = { mean: 0, low: 0, high: 0 }

function version(number: number, rest: Partial<NewVersion> = {}): NewVersion {
  const versionId = rest.versionId ?? `av_${number}`
  return {
    versionId,
    accountId: 'acc_a',
    pool: '',
    number,
    madeAtMs: number,
    madeBy: 'master',
    base: number === 1 ? '' : `av_${number - 1}`,
    table: { versionId, skills: { m: { chat: [1, 2] } }, lengths: {}, exemplars: null },
    replay: {
      decisions: 0,
      judged: 0,
      changed: 0,
      observed: 0,
      quality: NONE,
      cost: NONE,
      byType: [],
      verdict: 'better',
      won: true,
    },
    ...rest,
  }
}

const at = (versionId: string) => ({ accountId: 'acc_a', pool: '', versionId })

describeEachDatabase('what the picker has learned', (open) => {
  it('is kept in versions, each number of an account and pool once', async () => {
    const { learning } = await open()
    expect(await learning.insert(version(1))).toBe(true)
    expect(await learning.insert(version(1, { versionId: 'av_other' }))).toBe(false)
    expect(await learning.insert(version(1, { versionId: 'av_small', pool: 'small' }))).toBe(true)
    expect(await learning.table('av_1')).toEqual(version(1).table)
    expect(
      (await learning.versions({ accountId: 'acc_a', pool: '', limit: 9 })).map(({ versionId }) => versionId),
    ).toEqual(['av_1'])
    expect(await learning.version('av_1')).toMatchObject({ serving: false, servedAtMs: null, replay: { won: true } })
    expect(await learning.version('av_none')).toBeNull()
  })

  it('serves one version at a time; of two who change that at once only one has done it', async () => {
    const database = await open()
    const { learning } = database
    for (const number of [1, 2, 3]) await learning.insert(version(number))
    expect(await learning.serve(at('av_1'), '', 10)).toBe(true)
    const both = await Promise.all(
      ['av_2', 'av_3'].map((id, index) =>
        database.transaction(({ learning: inside }) => inside.serve(at(id), 'av_1', 20 + index)),
      ),
    )
    expect(both.filter(Boolean)).toHaveLength(1)
    const serving = await learning.servingTables(9)
    expect(serving).toHaveLength(1)
    const versionId = serving[0]?.versionId ?? ''
    expect(await learning.version(versionId)).toMatchObject({ serving: true, servedAtMs: expect.any(Number) })
    expect(await learning.serve(at(''), 'av_1', 30)).toBe(false)
    expect(await learning.serve(at(''), versionId, 30)).toBe(true)
    expect(await learning.serving('acc_a', '')).toBeNull()
  })

  it('forgets old versions, but not what serves, nor what it would go back to', async () => {
    const { learning } = await open()
    for (let number = 1; number <= 9; number++) await learning.insert(version(number))
    await learning.serve(at('av_2'), '', 1)
    await learning.prune('acc_a', '', 3)
    const left = await learning.versions({ limit: 99 })
    expect(left.map(({ number }) => number)).toEqual([9, 8, 7, 2, 1])
  })

  it('is learned from calls as the books have them, a page at a time, with the newest that was said of each', async () => {
    const database = await open()
    const calls = [1, 2, 3]
    const rows = journalRows(
      calls.map((number) => usageRecord({ requestId: `req_${number}`, costNanos: number * 100 })),
    )
    const receipts = calls.map((number) => ({
      receiptId: `rcpt_${number}`,
      accountId: 'acc_a',
      keyId: 'key_a',
      createdAtMs: number,
      body: '{}',
    }))
    const advance = { instance: 'learning', segment: 1, from: 0, position: 1, directory: 'dir_test' }
    await database.usage.append({ rows, returns: [], receipts }, advance)
    expect(await database.learning.accountsSince(2)).toEqual(['acc_a'])
    expect(await database.learning.accountsSince(4)).toEqual([])
    const first = await database.learning.decisions({ accountId: 'acc_a', limit: 2 })
    expect(first.map(({ receiptId, costNanos, status }) => [receiptId, costNanos, status])).toEqual([
      ['rcpt_3', 300, 200],
      ['rcpt_2', 200, 200],
    ])
    const [, last] = first
    const rest = await database.learning.decisions({
      accountId: 'acc_a',
      limit: 2,
      ...(last === undefined ? {} : { before: last }),
    })
    expect(rest.map(({ receiptId }) => receiptId)).toEqual(['rcpt_1'])
    const said = { receiptId: 'rcpt_1', accountId: 'acc_a', keyId: 'key_a', label: '', correctedModel: '' }
    await database.receipts.addFeedback({ ...said, feedbackId: 'fb_1', createdAtMs: 1, score: 0.25 })
    await database.receipts.addFeedback({ ...said, feedbackId: 'fb_2', createdAtMs: 2, score: 0.75 })
    expect(await database.learning.feedbackOn(['rcpt_1', 'rcpt_2'])).toMatchObject([
      { feedbackId: 'fb_2', score: 0.75 },
    ])
  })

  it('gives out no more than the cap of a day, whoever asks at the same moment', async () => {
    const { learning } = await open()
    const hold = { day: 20_000, payer: 'operator', nanos: 7, capNanos: 100 }
    const held = await Promise.all(Array.from({ length: 40 }, () => learning.holdSpend(hold)))
    expect(held.filter(Boolean)).toHaveLength(14)
    expect(await learning.holdSpend({ ...hold, nanos: 2 })).toBe(true)
    expect(await learning.holdSpend({ ...hold, nanos: 1 })).toBe(false)
    const receipt = { receiptId: 'rcpt_1', accountId: 'acc_a' }
    await learning.settleSpend({ day: 20_000, payer: 'operator', heldNanos: 7, spentNanos: 3, receipt }, 1)
    expect(await learning.holdSpend({ ...hold, nanos: 5 })).toBe(false)
    expect(await learning.holdSpend({ ...hold, nanos: 4 })).toBe(true)
    expect(await learning.holdSpend({ ...hold, day: 20_001 })).toBe(true)
    expect(await learning.holdSpend({ ...hold, payer: 'acc_a' })).toBe(true)
  })

  it('counts what evaluating a call has cost against its receipt, piece by piece', async () => {
    const { learning, receipts } = await open()
    const hold = { day: 20_000, payer: 'operator', heldNanos: 7, receipt: { receiptId: 'rcpt_1', accountId: 'acc_a' } }
    for (const spentNanos of [3, 0, 4]) await learning.settleSpend({ ...hold, spentNanos }, 1)
    expect(await receipts.overheadOf('rcpt_1')).toBe(7)
    expect(await receipts.overheadOf('rcpt_2')).toBe(0)
  })

  it('remembers how long answers were, the newest first, of those that a provider has counted', async () => {
    const database = await open()
    const body = JSON.stringify({ v: 1, taskTypes: [{ type: 'chat', p: 1 }] })
    const of = (number: number, output: number, rest = {}) =>
      usageRecord({ requestId: `req_${number}`, model: 'm', usage: { ...NO_USAGE, output }, ...rest })
    const records = [of(1, 100), of(2, 300), of(3, 900, { estimated: true }), of(4, 900, { status: 503 }), of(5, 0)]
    const receipts = records.map((_, index) => ({
      receiptId: `rcpt_${index + 1}`,
      accountId: 'acc_a',
      keyId: 'key_a',
      createdAtMs: index,
      body,
    }))
    const advance = { instance: 'lengths', segment: 1, from: 0, position: 1, directory: 'dir_test' }
    await database.usage.append({ rows: journalRows(records), returns: [], receipts }, advance)
    const answers = await database.learning.answers({ limit: 9 })
    expect(answers.map(({ receiptId, outputTokens }) => [receiptId, outputTokens])).toEqual([
      ['rcpt_2', 300],
      ['rcpt_1', 100],
    ])
    const lengths = await pastLengths(database.learning)
    expect(lengths).toEqual({ models: { m: { chat: [200, 2] } }, types: { chat: [200, 2] } })
  })
})
