// How much a gateway keeps of responses: rows and bytes of the tables that hold them, as they are in the database now.

import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { expect } from 'vitest'

export interface StoredSize {
  readonly rows: number
  readonly bytes: number
}

/** Tables of migration 010. */
const TABLE = /^(?:stored_|response|conversation)/

export function storedSize(file: string): StoredSize {
  using database = new DatabaseSync(file, { readOnly: true })
  const all = (sql: string): Record<string, unknown>[] => database.prepare(sql).all()
  const tables = all(`select name from sqlite_master where type = 'table'`).map(({ name }) => String(name))
  const sizes = tables
    .filter((name) => TABLE.test(name))
    .map((table) => {
      const columns = all(`pragma table_info("${table}")`).map(({ name }) => `coalesce(length("${String(name)}"), 0)`)
      return all(`select count(*) as n, coalesce(sum(${columns.join(' + ')}), 0) as bytes from "${table}"`)[0] ?? {}
    })
  return sum(sizes)
}

/** The same on PostgreSQL. */
export async function storedSizeOnPostgres(url: string): Promise<StoredSize> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const all = async (sql: string): Promise<Record<string, unknown>[]> => (await client.query(sql)).rows
    const tables = await all(`select tablename as name from pg_tables where schemaname = current_schema()`)
    const sizes: Record<string, unknown>[] = []
    for (const { name } of tables) {
      if (!TABLE.test(String(name))) continue
      const [size] = await all(
        `select count(*) as n, coalesce(sum(octet_length(row_to_json(t)::text)), 0) as bytes from "${String(name)}" t`,
      )
      sizes.push(size ?? {})
    }
    return sum(sizes)
  } finally {
    await client.end()
  }
}

/** @param sizes after ten turns each: the last ten add as much as the first, give or take what vendors say differently */
export function expectLinear(sizes: readonly StoredSize[]): void {
  for (const member of ['rows', 'bytes'] as const) {
    const [first = 0, ...later] = sizes.slice(1).map((size, at) => size[member] - (sizes[at]?.[member] ?? 0))
    console.log(`${member} that ten turns add: ${[first, ...later].join(', ')}`)
    expect(first).toBeGreaterThan(0)
    // Where lists are cut depends on ids, which are random; what grew with the square of the turns would be nine times as much.
    for (const each of later) expect(each).toBeLessThan(first * 3)
  }
}

function sum(sizes: readonly Record<string, unknown>[]): StoredSize {
  if (sizes.length === 0) throw new Error('no table holds responses')
  const total = (name: string): number => sizes.reduce((all, size) => all + Number(size[name]), 0)
  return { rows: total('n'), bytes: total('bytes') }
}
