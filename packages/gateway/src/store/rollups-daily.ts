// Days are sums of hours. A UTC day is summed when it has been over for a day, an hour at a time; what comes in even later
// moves the mark back (`rollups-late.ts`), and the day is summed anew.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import { SUM_COLUMNS } from './rollup-columns.ts'
import type { Tables } from './schema.ts'
import { dayOf, DAYS_UNTIL, lockState, setMark } from './usage-state.ts'

const HOURS_A_DAY = 24
const COLUMNS = sql.raw(SUM_COLUMNS.join(', '))
const SUMS = sql.raw(SUM_COLUMNS.map((column) => `sum(${column})`).join(', '))
const ADDED = sql.raw(SUM_COLUMNS.map((column) => `${column} = usage_days.${column} + excluded.${column}`).join(', '))

/** @returns whether a day was summed */
export async function sumNextDay(kysely: Kysely<Tables>, nowMs: number): Promise<boolean> {
  return await kysely.transaction().execute(async (transaction) => {
    // Whoever brings rows in holds a share of this row until they are committed.
    const { daysUntil } = await lockState(transaction)
    const oldest = await transaction
      .selectFrom('usage_hours')
      .select('slot')
      .where('slot', '>=', daysUntil * HOURS_A_DAY)
      .orderBy('slot')
      .limit(1)
      .executeTakeFirst()
    if (oldest === undefined) return false
    const day = Math.floor(oldest.slot / HOURS_A_DAY)
    if (day > dayOf(nowMs) - 2) return false
    await transaction.deleteFrom('usage_days').where('slot', '=', day).execute()
    for (let hour = day * HOURS_A_DAY; hour < (day + 1) * HOURS_A_DAY; hour++) {
      await nextTurn()
      await sql`insert into usage_days (slot, usage_key, series, ${COLUMNS})
        select ${sql.lit(day)}, usage_key, series, ${COLUMNS} from usage_hours where slot = ${hour}
        on conflict (slot, usage_key, series) do update set ${ADDED}`.execute(transaction)
    }
    await setMark(transaction, DAYS_UNTIL, day + 1)
    return true
  })
}

/** The oldest day goes into the one day that holds what is long ago: nothing that was ever used is forgotten. */
export async function foldDay(transaction: Kysely<Tables>, day: number, into: number): Promise<void> {
  await sql`insert into usage_days (slot, usage_key, series, ${COLUMNS})
    select ${sql.lit(into)}, usage_key, series, ${SUMS} from usage_days where slot = ${day} group by usage_key, series
    on conflict (slot, usage_key, series) do update set ${ADDED}`.execute(transaction)
  await transaction.deleteFrom('usage_days').where('slot', '=', day).execute()
}
