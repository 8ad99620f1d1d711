// Where the two databases spell a column differently. Everything else in a migration is the same text for both: `text`,
// `integer` (32 bits), `bigint`; flags are integers 0 and 1, times are unix milliseconds in a bigint.
import {
  PostgresAdapter,
  type ColumnDefinitionBuilder,
  type ColumnDataType,
  type Kysely,
  type Transaction,
} from 'kysely'
import type { Tables } from '../schema.ts'

/** A primary key that counts by itself, as the arguments of `addColumn`: `.addColumn(...rowId(database))`. */
export function rowId(
  database: Transaction<Tables>,
): ['id', ColumnDataType, (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder] {
  if (isPostgres(database)) return ['id', 'bigint', (column) => column.primaryKey().generatedByDefaultAsIdentity()]
  // An alias of SQLite's own row id.
  return ['id', 'integer', (column) => column.primaryKey()]
}

export function isPostgres(database: Kysely<Tables>): boolean {
  return database.getExecutor().adapter instanceof PostgresAdapter
}
