// The schema as the command line handles it: looked at, brought up to date, or one step back.
import { Kysely } from 'kysely'
import type { DatabasePlace } from './database.ts'
import { mustBeFree } from './must-be-free.ts'
import { migrate, schemaStatus, type MigrationResult, type SchemaStatus } from './migrate.ts'
import { unhurriedPostgres } from './postgres-database.ts'
import type { Tables } from './schema.ts'
import { openSqlite, SqliteDialect } from './sqlite-dialect.ts'

export interface SchemaChange {
  /** Absent = up to the newest; otherwise one step down. */
  readonly direction: 'up' | 'down'
  readonly nowMs: number
  /** Called under the lock, before the first change of a database that holds something. */
  readonly backup: (change: MigrationResult) => Promise<void>
}

export async function changeSchema(place: DatabasePlace, change: SchemaChange): Promise<MigrationResult> {
  await using kysely = connect(place)
  const { nowMs, backup: beforeChange } = change
  if (change.direction === 'up') return await migrate(kysely, { nowMs, beforeChange })
  if ('url' in place) await mustBeFree(kysely)
  const { version, applied } = await schemaStatus(kysely)
  if (version === 0) throw new Error('The database is empty: there is nothing to step down from.')
  return await migrate(kysely, { nowMs, beforeChange, target: applied.at(-2)?.version ?? 0 })
}

/** Changes nothing. */
export async function statusOfSchema(place: DatabasePlace): Promise<SchemaStatus> {
  await using kysely = connect(place)
  return await schemaStatus(kysely)
}

function connect(place: DatabasePlace): Kysely<Tables> {
  return 'url' in place
    ? unhurriedPostgres(place.url)
    : new Kysely<Tables>({ dialect: new SqliteDialect(openSqlite(place.file)) })
}
