// Receipts in the database: they come with the usage records, in the same transaction, and go with them.
import { sql, type Kysely, type Selectable } from 'kysely'
import type { Feedback, JournalReceipt, ReceiptStore } from '../billing/usage/receipts.ts'
import type { ReceiptFeedbackTable } from './schema-receipts.ts'
import type { Tables } from './schema.ts'
import { valueRows } from './value-rows.ts'

const DELETED_AT_ONCE = 400
const THOUSAND = 1_000

export class SqlReceiptStore implements ReceiptStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async receipt(accountId: string | null, receiptId: string): Promise<JournalReceipt | null> {
    let query = this.#kysely.selectFrom('receipts').selectAll().where('receipt_id', '=', receiptId)
    if (accountId !== null) query = query.where('account_id', '=', accountId)
    const row = await query.executeTakeFirst()
    if (row === undefined) return null
    const { receipt_id, account_id, key_id, created_at, body } = row
    return { receiptId: receipt_id, accountId: account_id, keyId: key_id, createdAtMs: created_at, body }
  }

  async overheadOf(receiptId: string): Promise<number> {
    const query = this.#kysely.selectFrom('auto_overheads').select('nanos').where('receipt_id', '=', receiptId)
    return (await query.executeTakeFirst())?.nanos ?? 0
  }

  async addFeedback(feedback: Feedback): Promise<void> {
    await this.#kysely
      .insertInto('receipt_feedback')
      .values({
        feedback_id: feedback.feedbackId,
        receipt_id: feedback.receiptId,
        account_id: feedback.accountId,
        key_id: feedback.keyId,
        created_at: feedback.createdAtMs,
        score: feedback.score === null ? null : Math.round(feedback.score * THOUSAND),
        label: feedback.label,
        corrected_model: feedback.correctedModel,
      })
      .execute()
  }

  async feedbackOf(receiptId: string): Promise<readonly Feedback[]> {
    const rows = await this.#kysely
      .selectFrom('receipt_feedback')
      .selectAll()
      .where('receipt_id', '=', receiptId)
      .orderBy('created_at', 'desc')
      .execute()
    return rows.map(feedbackOfRow)
  }
}

export function feedbackOfRow(row: Selectable<ReceiptFeedbackTable>): Feedback {
  return {
    feedbackId: row.feedback_id,
    receiptId: row.receipt_id,
    accountId: row.account_id,
    keyId: row.key_id,
    createdAtMs: row.created_at,
    score: row.score === null ? null : row.score / THOUSAND,
    label: row.label,
    correctedModel: row.corrected_model,
  }
}

/** Of a journal; a later line about the same call wins, as a stream's end does over its beginning. */
export async function insertReceipts(transaction: Kysely<Tables>, receipts: readonly JournalReceipt[]): Promise<void> {
  if (receipts.length === 0) return
  const newest = new Map(receipts.map((receipt) => [receipt.receiptId, receipt]))
  const rows = [...newest.values()]
    .map(({ receiptId, accountId, keyId, createdAtMs, body }) => ({
      receipt: receiptId,
      account: accountId,
      key_id: keyId,
      at: createdAtMs,
      body,
    }))
    // In one order, so that two gateways never wait for each other in a circle.
    .toSorted((left, right) => (left.receipt < right.receipt ? -1 : 1))
  const columns = { receipt: 'text', account: 'text', key_id: 'text', at: 'bigint', body: 'text' } as const
  await sql`insert into receipts (receipt_id, account_id, key_id, created_at, body)
    select receipt, account, key_id, at, body from ${valueRows(transaction, 'd', columns, rows)} where true
    on conflict (receipt_id) do update set body = excluded.body`.execute(transaction)
}

/** @returns whether something was deleted, so that more may be waiting */
export async function deleteReceipts(transaction: Kysely<Tables>, beforeMs: number): Promise<boolean> {
  if (!(beforeMs > 0)) return false
  const before = Math.floor(beforeMs)
  let deleted = 0n
  for (const [table, id] of [
    ['receipts', 'receipt_id'],
    ['receipt_feedback', 'feedback_id'],
    ['auto_shadows', 'receipt_id'],
    ['auto_overheads', 'receipt_id'],
  ] as const) {
    const { numAffectedRows } = await sql`delete from ${sql.table(table)} where ${sql.ref(id)} in (
      select ${sql.ref(id)} from ${sql.table(table)} where created_at < ${before} limit ${sql.lit(DELETED_AT_ONCE)})`.execute(
      transaction,
    )
    deleted += numAffectedRows ?? 0n
  }
  return deleted > 0n
}
