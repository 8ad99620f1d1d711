// Background work: who holds a job until when, by the database's clock, and the events that were kept of it.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { EventBatch, JobRow, ResponseStore, StoredEvents } from '../responses/response-store.ts'
import { isPostgres } from './migrations/columns.ts'
import { lockUsage, setUsage } from './response-accounts.ts'
import { ROW_BYTES } from './response-objects.ts'
import { jobOfRow } from './response-rows.ts'
import type { Tables } from './schema.ts'
import { inOneTransaction } from './transactions.ts'
import { nowOf } from './wallet-rows.ts'

/** @returns whether the job was held with this token */
export async function extendLease(
  kysely: Kysely<Tables>,
  { accountId, responseId, token }: Pick<EventBatch, 'accountId' | 'responseId' | 'token'>,
  leaseMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await kysely
    .updateTable('response_jobs')
    .set({ leased_until: leaseEnd(kysely, leaseMs) })
    .where('account_id', '=', accountId)
    .where('response_id', '=', responseId)
    .where('token', '=', token)
    .where('state', '!=', 'done')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Whoever looks for work next may claim it. */
export async function releaseJob(
  kysely: Kysely<Tables>,
  { accountId, responseId, token }: Pick<EventBatch, 'accountId' | 'responseId' | 'token'>,
  counted: boolean,
): Promise<void> {
  await kysely
    .updateTable('response_jobs')
    .set((eb) => ({ token: null, leased_until: 0, attempts: eb('attempts', '-', counted ? 0 : 1) }))
    .where('account_id', '=', accountId)
    .where('response_id', '=', responseId)
    .where('token', '=', token)
    .execute()
}

export async function releaseAllJobs(kysely: Kysely<Tables>): Promise<void> {
  await kysely
    .updateTable('response_jobs')
    .set({ token: null, leased_until: 0 })
    .where('leased_until', 'is not', null)
    .execute()
}

export async function appendEvents(kysely: Kysely<Tables>, batch: EventBatch, leaseMs: number): Promise<boolean> {
  const { accountId, responseId, sequence, count, events } = batch
  const size = Buffer.byteLength(events) + ROW_BYTES
  return await inOneTransaction(kysely, async (transaction) => {
    const usage = await lockUsage(transaction, accountId)
    if (!(await extendLease(transaction, batch, leaseMs))) return false
    await transaction
      .insertInto('response_events')
      .values({ account_id: accountId, response_id: responseId, sequence, count, events })
      .execute()
    await transaction
      .updateTable('response_jobs')
      .set((eb) => ({ events: sequence + count, size: eb('size', '+', size) }))
      .where('account_id', '=', accountId)
      .where('response_id', '=', responseId)
      .execute()
    await setUsage(transaction, accountId, { bytes: usage.bytes + size, responses: usage.responses })
    return true
  })
}

export async function eventBatches(
  kysely: Kysely<Tables>,
  accountId: string,
  responseId: string,
  from: number,
  limit: number,
): Promise<readonly StoredEvents[]> {
  const found: StoredEvents[] = []
  let at = from
  // A batch holds at least one event, and nearly always many.
  for (let left = limit; left > 0;) {
    const rows = await kysely
      .selectFrom('response_events')
      .select(['sequence', 'count', 'events'])
      .where('account_id', '=', accountId)
      .where('response_id', '=', responseId)
      .where(({ eb }) => eb(eb('sequence', '+', eb.ref('count')), '>', at))
      .orderBy('sequence')
      .limit(16)
      .execute()
    if (rows.length === 0) break
    for (const row of rows) {
      if (left <= 0) break
      found.push(row)
      left -= row.sequence + row.count - at
      at = row.sequence + row.count
    }
  }
  return found
}

export async function claimJobs(
  kysely: Kysely<Tables>,
  { limit, maxAttempts, leaseMs, newToken }: Parameters<ResponseStore['claimJobs']>[0],
): Promise<readonly JobRow[]> {
  return await inOneTransaction(kysely, async (transaction) => {
    let query = transaction
      .selectFrom('response_jobs')
      .selectAll()
      .where('leased_until', '<', nowOf(transaction))
      .where('attempts', '<', maxAttempts)
      .orderBy('leased_until')
      .orderBy('created_at')
      .limit(limit)
    if (isPostgres(transaction)) query = query.forUpdate().skipLocked()
    const claimed: JobRow[] = []
    for (const row of await query.execute()) {
      const change = { token: newToken(), attempts: row.attempts + 1 }
      await transaction
        .updateTable('response_jobs')
        .set({ ...change, leased_until: leaseEnd(transaction, leaseMs) })
        .where('account_id', '=', row.account_id)
        .where('response_id', '=', row.response_id)
        .execute()
      claimed.push(jobOfRow({ ...row, ...change }))
    }
    return claimed
  })
}

export async function exhaustedJobs(
  kysely: Kysely<Tables>,
  limit: number,
  maxAttempts: number,
): Promise<readonly JobRow[]> {
  const rows = await kysely
    .selectFrom('response_jobs')
    .selectAll()
    .where('leased_until', '<', nowOf(kysely))
    .where('attempts', '>=', maxAttempts)
    .orderBy('leased_until')
    .limit(limit)
    .execute()
  return rows.map(jobOfRow)
}

function leaseEnd(kysely: Kysely<Tables>, leaseMs: number): RawBuilder<number> {
  return sql<number>`${nowOf(kysely)} + ${sql.lit(leaseMs)}`
}
