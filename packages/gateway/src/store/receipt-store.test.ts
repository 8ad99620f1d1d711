import { expect, it } from 'vitest'
import type { JournalReceipt } from '../billing/usage/receipts.ts'
import { describeEachDatabase } from './__fixtures__/each-database.ts'
import { journalRows, usageRecord } from './__fixtures__/usage-rows.ts'

const FOREVER = { recordsBeforeMs: -Infinity, hoursBeforeMs: -Infinity, daysBeforeMs: -Infinity }

function receipt(rest: Partial<JournalReceipt> = {}): JournalReceipt {
  return { receiptId: 'rcpt_1', createdAtMs: 1_000, keyId: 'key_a', accountId: 'acc_a', body: '{"v":1}', ...rest }
}

const advance = (from: number) => ({ instance: 'w1', segment: 1, from, position: from + 1, directory: 'dir_test' })

describeEachDatabase('receipts', (open) => {
  it('come in with the rows of the journal, and a later one about the same call wins', async () => {
    const database = await open()
    const rows = journalRows([usageRecord({ requestId: 'req_1' })])
    const other = receipt({ receiptId: 'rcpt_2', accountId: 'acc_b', body: '{"text":"caf\u00e9 \\u0000"}' })
    await database.usage.append(
      { rows: [], returns: [], receipts: [receipt(), receipt({ body: 'newer' }), other] },
      advance(0),
    )
    expect(await database.receipts.receipt('acc_a', 'rcpt_1')).toEqual(receipt({ body: 'newer' }))
    await database.usage.append({ rows, returns: [], receipts: [receipt({ body: 'newest' })] }, advance(1))
    expect(await database.receipts.receipt(null, 'rcpt_1')).toEqual(receipt({ body: 'newest' }))
    expect(await database.receipts.receipt('acc_b', 'rcpt_2')).toEqual(other)
  })

  it('do not come in when the rows do not', async () => {
    const database = await open()
    await expect(database.usage.append({ rows: [], returns: [], receipts: [receipt()] }, advance(7))).rejects.toThrow(
      /being read/,
    )
    expect(await database.receipts.receipt(null, 'rcpt_1')).toBeNull()
  })

  it("are nobody else's", async () => {
    const database = await open()
    await database.usage.append({ rows: [], returns: [], receipts: [receipt()] }, advance(0))
    expect(await database.receipts.receipt('acc_b', 'rcpt_1')).toBeNull()
    expect(await database.receipts.receipt('acc_a', 'rcpt_2')).toBeNull()
  })

  it('keep what callers say about them, newest first', async () => {
    const database = await open()
    const said = { receiptId: 'rcpt_1', accountId: 'acc_a', keyId: 'key_a', label: '', correctedModel: '' }
    const first = { ...said, feedbackId: 'fb_1', createdAtMs: 1, score: 0.75 }
    const second = { ...said, feedbackId: 'fb_2', createdAtMs: 2, score: null, label: 'bad', correctedModel: 'gpt-4o' }
    await database.receipts.addFeedback(first)
    await database.receipts.addFeedback(second)
    expect(await database.receipts.feedbackOf('rcpt_1')).toEqual([second, first])
    expect(await database.receipts.feedbackOf('rcpt_2')).toEqual([])
  })

  it('go when the records of their time go', async () => {
    const database = await open()
    const receipts = [receipt(), receipt({ receiptId: 'rcpt_2', createdAtMs: 5_000 })]
    await database.usage.append({ rows: [], returns: [], receipts }, advance(0))
    while (await database.usage.deleteOld(FOREVER));
    expect(await database.receipts.receipt(null, 'rcpt_1')).not.toBeNull()
    while (await database.usage.deleteOld({ ...FOREVER, recordsBeforeMs: 3_000 }));
    expect(await database.receipts.receipt(null, 'rcpt_1')).toBeNull()
    expect(await database.receipts.receipt(null, 'rcpt_2')).not.toBeNull()
  })
})
