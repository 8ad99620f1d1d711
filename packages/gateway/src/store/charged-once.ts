// Background work is charged once, however often it was run. Its runs share a request id; the first line that comes in
// with a cost takes that id, inside the transaction that charges it, and later ones are kept as calls that cost nothing.
// What their workers captured for them goes back from the slice to the wallet.
import { sql, type Kysely } from 'kysely'
import { isChargedOnce } from '../billing/journal/journal-line.ts'
import type { JournalBatch, JournalRow, SliceReturn } from '../billing/usage/usage-store.ts'
import type { Tables } from './schema.ts'
import { valueRows } from './value-rows.ts'
import { nowOf } from './wallet-rows.ts'

/** A journal that was away for longer brings in nothing that still matters. */
const KEPT_MS = 90 * 86_400_000
const DELETED_AT_ONCE = 400

/** The batch as it is to be brought in: the same where none of it is background work. */
export async function chargeOnce(transaction: Kysely<Tables>, batch: JournalBatch): Promise<JournalBatch> {
  const { rows } = batch
  const runs = rows.filter((row) => row.costNanos > 0 && isChargedOnce(row))
  if (runs.length === 0) return batch
  // In one order, so that two gateways that bring in runs of the same work never wait in a circle.
  const ids = [...new Set(runs.map(({ requestId }) => requestId))].sort()
  const named = valueRows(
    transaction,
    'd',
    { request: 'text' },
    ids.map((request) => ({ request })),
  )
  const { rows: taken } = await sql<{ request_id: string }>`
    insert into charged_once (request_id, charged_at) select request, ${nowOf(transaction)} from ${named} where true
    on conflict (request_id) do nothing returning request_id`.execute(transaction)
  const first = new Set(taken.map(({ request_id: id }) => id))
  const returns: SliceReturn[] = [...batch.returns]
  const charged = rows.map((row): JournalRow => {
    if (row.costNanos <= 0 || !isChargedOnce(row) || first.delete(row.requestId)) return row
    if (row.sliceId !== '' && row.paidNanos > 0) returns.push({ sliceId: row.sliceId, nanos: row.paidNanos })
    return { ...row, costNanos: 0, paidNanos: 0, priceText: '' }
  })
  return { ...batch, rows: charged, returns }
}

/** Takes the id for nobody. @returns false = a run has it */
export async function forgoCharge(kysely: Kysely<Tables>, requestId: string): Promise<boolean> {
  const taken = await kysely
    .insertInto('charged_once')
    .values({ request_id: requestId, charged_at: nowOf(kysely) })
    .onConflict((conflict) => conflict.column('request_id').doNothing())
    .returning('request_id')
    .executeTakeFirst()
  return taken !== undefined
}

/** @returns whether something was deleted, so that more may be waiting */
export async function forgetCharged(transaction: Kysely<Tables>): Promise<boolean> {
  const { numAffectedRows } = await sql`delete from charged_once where request_id in (
    select request_id from charged_once where charged_at < ${nowOf(transaction)} - ${sql.lit(KEPT_MS)}
    limit ${sql.lit(DELETED_AT_ONCE)})`.execute(transaction)
  return (numAffectedRows ?? 0n) > 0n
}
