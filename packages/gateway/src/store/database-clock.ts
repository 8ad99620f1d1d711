// What time it is where the data lies. Several machines never agree on the time to the second; one database does.
import { sql, type RawBuilder } from 'kysely'

/** Unix milliseconds by the database's clock, as an expression of a query. */
export function databaseNow(kind: 'sqlite' | 'postgres'): RawBuilder<number> {
  // clock_timestamp(), not now(): the time of the statement, however long its transaction has been open.
  return kind === 'postgres'
    ? sql<number>`(floor(extract(epoch from clock_timestamp()) * 1000))::bigint`
    : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`
}
