// The same tests on every database: SQLite always, PostgreSQL wherever one is at hand (`@fairlead/testkit/services.ts`).
//
// `describeEachDatabase('keys', (open) => ...)` runs its tests on both. In each, `await open()` gives a database as a
// first start leaves it, disposed of after the test; `open.place()` gives the place of such a one, for tests that open
// it several times themselves. Whoever changes the schema takes `open.emptyPlace()`.
import { Kysely } from 'kysely'
import { afterAll, afterEach, describe } from 'vitest'
import { hasPostgres } from '@fairlead/testkit/services.ts'
import { openDatabase, type Database, type DatabaseKind, type DatabasePlace, type OpenOptions } from '../database.ts'
import { PostgresDialect } from '../postgres-dialect.ts'
import { PostgresLink } from '../postgres-link.ts'
import type { Tables } from '../schema.ts'
import { openSqlite, SqliteDialect } from '../sqlite-dialect.ts'
import { PostgresPlaces } from './postgres-places.ts'
import { SqlitePlaces } from './sqlite-places.ts'

export interface Opener {
  (place?: DatabasePlace, options?: OpenOptions): Promise<Database>
  readonly kind: DatabaseKind
  /** Of a database with the schema of this release and nothing in it. */
  place(): Promise<DatabasePlace>
  /** Of a database without any schema. */
  emptyPlace(): Promise<DatabasePlace>
}

/** Where the databases of tests come from. */
export interface Places {
  withSchema(): Promise<DatabasePlace>
  empty(): Promise<DatabasePlace>
  /** After each test, when nobody uses what it was given any more. */
  takeBack(): Promise<void>
  end(): Promise<void>
}

export function describeEachDatabase(name: string, suite: (open: Opener) => void): void {
  describe(`${name} on SQLite`, () => {
    suite(opener('sqlite', new SqlitePlaces()))
  })
  const absent = hasPostgres() ? '' : ' (skipped: none is installed, and FAIRLEAD_TEST_DATABASE_URL names none)'
  describe.runIf(hasPostgres())(`${name} on PostgreSQL${absent}`, () => {
    suite(opener('postgres', new PostgresPlaces()))
  })
}

function opener(kind: DatabaseKind, places: Places): Opener {
  const open: Database[] = []
  afterEach(async () => {
    for (const database of open.splice(0)) await database[Symbol.asyncDispose]()
    await places.takeBack()
  })
  afterAll(() => places.end())
  const opens = async (where?: DatabasePlace, options?: OpenOptions): Promise<Database> => {
    const database = await openDatabase(where ?? (await places.withSchema()), options)
    open.push(database)
    return database
  }
  return Object.assign(opens, {
    kind,
    place: () => places.withSchema(),
    emptyPlace: () => places.empty(),
  })
}

/** The bare database, unmigrated, for tests of this folder. The caller disposes of it. */
export function kyselyOn(place: DatabasePlace): Kysely<Tables> {
  const dialect =
    'url' in place
      ? new PostgresDialect(new PostgresLink({ url: place.url }))
      : new SqliteDialect(openSqlite(place.file))
  return new Kysely<Tables>({ dialect })
}
