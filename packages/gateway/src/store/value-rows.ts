// Many rows of values as one parameter or one for each column, as a table that a statement can read from: so a statement has
// the same text however many rows there are, and a batch is one question to the database.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { isPostgres } from './migrations/columns.ts'
import type { Tables } from './schema.ts'

export type ValueType = 'text' | 'bigint'

/**
 * `... from ${valueRows(kysely, 'd', { id: 'text', nanos: 'bigint' }, rows)} where x.id = d.id`
 * @param name of the table in the statement
 */
export function valueRows<Column extends string>(
  kysely: Kysely<Tables>,
  name: string,
  columns: Readonly<Record<Column, ValueType>>,
  rows: readonly Readonly<Record<Column, string | number | null>>[],
): RawBuilder<unknown> {
  const names = Object.keys(columns) as Column[]
  if (isPostgres(kysely)) {
    const arrays = names.map((column) => sql`${rows.map((row) => row[column])}::${sql.raw(columns[column])}[]`)
    return sql`unnest(${sql.join(arrays)}) as ${sql.raw(`${name}(${names.join(', ')})`)}`
  }
  const values = JSON.stringify(rows.map((row) => names.map((column) => row[column])))
  const parts = names.map((column, index) => `value ->> ${index} as ${column}`)
  return sql`(select ${sql.raw(parts.join(', '))} from json_each(${values})) as ${sql.raw(name)}`
}
