import { sql, type RawBuilder } from 'kysely'
import type { DatabaseKind } from './database.ts'

/**
 * The sum of a column as text, which nobody rounds: many wallets together are more than a number can say.
 * SQLite adds 64-bit integers and refuses to go beyond; PostgreSQL's sums have no end.
 */
export function exactSum(kind: DatabaseKind, column: string): RawBuilder<string> {
  return sql.raw(kind === 'postgres' ? `sum(${column})::text` : `cast(sum(${column}) as text)`)
}
