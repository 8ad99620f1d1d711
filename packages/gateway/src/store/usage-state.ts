// What is kept where: three marks in the table `meta`, written in the transaction that makes them true.
import type { Kysely } from 'kysely'
import { DAY_MS } from './rollup-columns.ts'
import type { Tables } from './schema.ts'

export const DAYS_UNTIL = 'usage_days_until'
export const HOURS_FROM = 'usage_hours_from'
export const RECORDS_FROM = 'usage_records_from'

export interface UsageState {
  /** Days since 1970: those before are summed. */
  readonly daysUntil: number
  /** Hours since 1970, a whole day: hours before are deleted, their days stay. */
  readonly hoursFrom: number
  /** Unix ms: records before may be deleted. */
  readonly recordsFromMs: number
}

export async function readState(kysely: Kysely<Tables>, forShare = false): Promise<UsageState> {
  let select = kysely.selectFrom('meta').selectAll().where('name', 'in', [DAYS_UNTIL, HOURS_FROM, RECORDS_FROM])
  if (forShare) select = select.forShare()
  return stateOf(await select.execute())
}

function stateOf(rows: readonly { readonly name: string; readonly value: string }[]): UsageState {
  const value = (name: string): number => Number(rows.find((row) => row.name === name)?.value ?? 0)
  return { daysUntil: value(DAYS_UNTIL), hoursFrom: value(HOURS_FROM), recordsFromMs: value(RECORDS_FROM) }
}

/** The state, which nobody else changes and on which no rows are brought in until this transaction ends. */
export async function lockState(transaction: Kysely<Tables>): Promise<UsageState> {
  // A write locks the row on PostgreSQL and is nothing on SQLite, whose transactions are alone anyway.
  await transaction
    .updateTable('meta')
    .set((update) => ({ value: update.ref('value') }))
    .where('name', '=', DAYS_UNTIL)
    .execute()
  return await readState(transaction)
}

export async function setMark(
  kysely: Kysely<Tables>,
  name: typeof DAYS_UNTIL | typeof HOURS_FROM | typeof RECORDS_FROM,
  value: number,
): Promise<void> {
  await kysely
    .updateTable('meta')
    .set({ value: String(value) })
    .where('name', '=', name)
    .execute()
}

export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS)
}
