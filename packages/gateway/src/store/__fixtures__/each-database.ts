// The same tests on every database: SQLite always, PostgreSQL wherever one is at hand (`@fairlead/testkit/services.ts`).
//
// `describeEachDatabase('keys', (open) => ...)` runs its tests on both. In each, `await open()` gives a new and empty
// database that is disposed of after the test;
// `open.place()` gives the place of a new empty database, for tests that open it several times themselves.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { afterEach, describe } from 'vitest'
import { hasPostgres, postgres } from '@fairlead/testkit/services.ts'
import { openDatabase, type Database, type DatabaseKind, type DatabasePlace, type OpenOptions } from '../database.ts'
import { PostgresDialect } from '../postgres-dialect.ts'
import { PostgresLink } from '../postgres-link.ts'
import type { Tables } from '../schema.ts'
import { openSqlite, SqliteDialect } from '../sqlite-dialect.ts'

export interface Opener {
  (place?: DatabasePlace, options?: OpenOptions): Promise<Database>
  readonly kind: DatabaseKind
  place(): Promise<DatabasePlace>
}

export function describeEachDatabase(name: string, suite: (open: Opener) => void): void {
  describe(`${name} on SQLite`, () => {
    suite(opener('sqlite', sqlitePlaces()))
  })
  const absent = hasPostgres() ? '' : ' (skipped: none is installed, and FAIRLEAD_TEST_DATABASE_URL names none)'
  describe.runIf(hasPostgres())(`${name} on PostgreSQL${absent}`, () => {
    suite(opener('postgres', postgresPlaces()))
  })
}

interface Places {
  make(): Promise<DatabasePlace>
  remove(place: DatabasePlace): Promise<void>
}

function opener(kind: DatabaseKind, places: Places): Opener {
  const open: Database[] = []
  const made: DatabasePlace[] = []
  afterEach(async () => {
    for (const database of open.splice(0)) await database[Symbol.asyncDispose]()
    for (const place of made.splice(0)) await places.remove(place)
  })
  const place = async (): Promise<DatabasePlace> => {
    const next = await places.make()
    made.push(next)
    return next
  }
  const opens = async (where?: DatabasePlace, options?: OpenOptions): Promise<Database> => {
    const database = await openDatabase(where ?? (await place()), options)
    open.push(database)
    return database
  }
  return Object.assign(opens, { kind, place })
}

function sqlitePlaces(): Places {
  return {
    make: async () => ({ file: join(mkdtempSync(join(tmpdir(), 'fairlead-database-')), 'fairlead.db') }),
    remove: async (place) => {
      if ('file' in place) rmSync(join(place.file, '..'), { recursive: true, force: true })
    },
  }
}

function postgresPlaces(): Places {
  return {
    make: async () => {
      const server = await postgres()
      if (server === null) throw new Error('PostgreSQL was there a moment ago.')
      return { url: await server.createDatabase() }
    },
    remove: async (place) => {
      const server = await postgres()
      if ('url' in place) await server?.dropDatabase(place.url)
    },
  }
}

/** The bare database, unmigrated, for tests of this folder. The caller disposes of it. */
export function kyselyOn(place: DatabasePlace): Kysely<Tables> {
  const dialect =
    'url' in place
      ? new PostgresDialect(new PostgresLink({ url: place.url }))
      : new SqliteDialect(openSqlite(place.file))
  return new Kysely<Tables>({ dialect })
}
