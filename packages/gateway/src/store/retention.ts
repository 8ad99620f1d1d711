// What is too old goes, a little at a time: each call is one short transaction, and the caller pauses between them.
// Records may go because their hours were written with them; hours go only when their day is summed; days go into the
// one day that holds all that is long ago. Marks move before anything is deleted, so a question never counts on a half.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { RetentionCutoffs } from '../billing/usage/usage-store.ts'
import { forgetCharged } from './charged-once.ts'
import { deleteReceipts } from './receipt-store.ts'
import { foldDay } from './rollups-daily.ts'
import { DAY_MS, LONG_AGO } from './rollup-columns.ts'
import type { Tables } from './schema.ts'
import { dayOf, HOURS_FROM, lockState, readState, RECORDS_FROM, setMark } from './usage-state.ts'
import { nowOf } from './wallet-rows.ts'

/** Some 5 ms on SQLite, indices included. */
const RECORDS_AT_ONCE = 400
const HOURS_A_DAY = 24
const SLICES_KEPT_MS = 30 * DAY_MS

/** @returns whether something was deleted, so that more may be waiting */
export async function deleteOld(kysely: Kysely<Tables>, cutoffs: RetentionCutoffs): Promise<boolean> {
  if (await kysely.transaction().execute((transaction) => deleteRecords(transaction, cutoffs.recordsBeforeMs)))
    return true
  if (await kysely.transaction().execute((transaction) => deleteHours(transaction, cutoffs.hoursBeforeMs))) return true
  if (await kysely.transaction().execute((transaction) => deleteDay(transaction, cutoffs.daysBeforeMs))) return true
  if (await kysely.transaction().execute((transaction) => deleteReceipts(transaction, cutoffs.recordsBeforeMs)))
    return true
  if (await kysely.transaction().execute((transaction) => forgetCharged(transaction))) return true
  return await kysely.transaction().execute((transaction) => deleteSlices(transaction))
}

async function deleteRecords(transaction: Transaction<Tables>, beforeMs: number): Promise<boolean> {
  if (!(beforeMs > 0)) return false
  const state = await readState(transaction)
  if (beforeMs > state.recordsFromMs) await setMark(transaction, RECORDS_FROM, Math.floor(beforeMs))
  // In the order in which they came in, which is nearly that of time; one that came late goes a little later.
  const oldest = await transaction
    .selectFrom('usage_records')
    .select(['id', 'started_at'])
    .orderBy('id')
    .limit(RECORDS_AT_ONCE)
    .execute()
  const old = oldest.filter((row) => row.started_at < beforeMs)
  const [first, last] = [old[0], old.at(-1)]
  if (first === undefined || last === undefined) return false
  await transaction
    .deleteFrom('usage_records')
    .where('id', '>=', first.id)
    .where('id', '<=', last.id)
    .where('started_at', '<', beforeMs)
    .execute()
  return true
}

/** Those of the oldest day, an hour at a time. */
async function deleteHours(transaction: Transaction<Tables>, beforeMs: number): Promise<boolean> {
  const state = await lockState(transaction)
  // Records first: they fill in where an hour is cut.
  const until = Math.min(dayOf(beforeMs), dayOf(state.recordsFromMs), state.daysUntil) * HOURS_A_DAY
  if (!(until > 0)) return false
  if (until > state.hoursFrom) await setMark(transaction, HOURS_FROM, until)
  const oldest = await transaction
    .selectFrom('usage_hours')
    .select('slot')
    .where('slot', '<', until)
    .orderBy('slot')
    .limit(1)
    .executeTakeFirst()
  if (oldest === undefined) return false
  const end = Math.floor(oldest.slot / HOURS_A_DAY + 1) * HOURS_A_DAY
  for (let slot = oldest.slot; slot < end; slot++) {
    await nextTurn()
    await transaction.deleteFrom('usage_hours').where('slot', '=', slot).execute()
  }
  return true
}

async function deleteDay(transaction: Transaction<Tables>, beforeMs: number): Promise<boolean> {
  const state = await lockState(transaction)
  const until = Math.min(dayOf(beforeMs), state.hoursFrom / HOURS_A_DAY)
  if (!(until > 0)) return false
  const oldest = await transaction
    .selectFrom('usage_days')
    .select('slot')
    .where('slot', '>', LONG_AGO)
    .where('slot', '<', until)
    .orderBy('slot')
    .limit(1)
    .executeTakeFirst()
  if (oldest === undefined) return false
  await foldDay(transaction, oldest.slot, LONG_AGO)
  return true
}

/**
 * Slices that were closed a month ago: no journal is that late. Those that were written off stay, because a gateway may be
 * frozen for longer; and the ledger is for ever.
 */
async function deleteSlices(transaction: Transaction<Tables>): Promise<boolean> {
  const deleted = await sql`delete from wallet_slices where slice_id in (
    select slice_id from wallet_slices where state = 'closed' and ended_at < ${nowOf(transaction)} - ${sql.lit(SLICES_KEPT_MS)}
    limit ${RECORDS_AT_ONCE})`.execute(transaction)
  // Gateways that ended without a word, and have nothing of anybody's.
  await sql`delete from wallet_instances where seen_at < ${nowOf(transaction)} - ${sql.lit(SLICES_KEPT_MS)}
    and instance_id not in (select instance_id from wallet_slices where ended_at is null)`.execute(transaction)
  return (deleted.numAffectedRows ?? 0n) > 0n
}
