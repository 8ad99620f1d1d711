import { execFile } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Kysely } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { migrate, MIGRATIONS } from './migrate.ts'
import type { Migration } from './migrations/migration.ts'
import type { Tables } from './schema.ts'
import { openSqlite, SqliteDialect } from './sqlite-dialect.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fairlead-store-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function connect(file: string): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new SqliteDialect(openSqlite(file)) })
}

describe('openDatabase', () => {
  it('makes the file and its directory readable by nobody else', async () => {
    const file = join(dir, 'state', 'fairlead.db')
    await using database = await openDatabase(file)
    await database.check()
    expect(statSync(join(dir, 'state')).mode & 0o777).toBe(0o700)
    for (const suffix of ['', '-wal', '-shm']) expect(statSync(file + suffix).mode & 0o777).toBe(0o600)
  })

  it('closes a file that others could read', async () => {
    const file = join(dir, 'fairlead.db')
    writeFileSync(file, '')
    chmodSync(file, 0o644)
    await using _database = await openDatabase(file)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('is not well once its file was deleted', async () => {
    const file = join(dir, 'fairlead.db')
    await using database = await openDatabase(file)
    await database.check()
    rmSync(file)
    await expect(database.check()).rejects.toThrow('deleted or replaced')
  })

  it('refuses a file that is no database', async () => {
    const file = join(dir, 'fairlead.db')
    writeFileSync(file, 'this is a text file, and no database at all'.repeat(100))
    await expect(openDatabase(file)).rejects.toThrow('not a database')
  })

  it('finds damage', async () => {
    const file = join(dir, 'fairlead.db')
    {
      await using database = await openDatabase(file)
      expect(await database.problems()).toEqual([])
    }
    // The root page of an index near the end: what a failing disk does.
    const descriptor = openSync(file, 'r+')
    writeSync(descriptor, Buffer.alloc(1000, 0xa5), 0, 1000, statSync(file).size - 2 * 4096)
    closeSync(descriptor)
    await using database = await openDatabase(file, { migrate: false })
    expect((await database.problems()).length).toBeGreaterThan(0)
  })
})

const LATEST = MIGRATIONS.length

describe('migrate', () => {
  it('goes up, down and up again', async () => {
    await using kysely = connect(join(dir, 'a.db'))
    expect(await migrate(kysely, { nowMs: 5 })).toEqual({ from: 0, to: LATEST })
    expect(await migrate(kysely, { nowMs: 6 })).toEqual({ from: LATEST, to: LATEST })
    expect(await migrate(kysely, { nowMs: 7, target: 0 })).toEqual({ from: LATEST, to: 0 })
    expect((await kysely.introspection.getTables()).map(({ name }) => name)).toEqual(['schema_migrations'])
    expect(await migrate(kysely, { nowMs: 8 })).toEqual({ from: 0, to: LATEST })
    const applied = await kysely.selectFrom('schema_migrations').selectAll().execute()
    expect(applied).toEqual(
      MIGRATIONS.map(({ version, name, oldestCompatible }) => ({
        version,
        name,
        oldest_compatible: oldestCompatible,
        applied_at: 8,
      })),
    )
  })

  const newer = (oldestCompatible: number): Migration => ({
    version: LATEST + 1,
    name: 'from-the-future',
    oldestCompatible,
    up: async () => {},
    down: async () => {},
  })

  it('refuses a schema that only a newer release can serve, and says what to do', async () => {
    await using kysely = connect(join(dir, 'a.db'))
    await migrate(kysely, { nowMs: 5, migrations: [...MIGRATIONS, newer(LATEST + 1)] })
    await expect(migrate(kysely, { nowMs: 6 })).rejects.toThrow(
      new RegExp(`version ${LATEST + 1}.*this one knows up to ${LATEST}.*Start the newer release`),
    )
  })

  it('serves beside a newer release whose schema it can live with', async () => {
    await using kysely = connect(join(dir, 'a.db'))
    await migrate(kysely, { nowMs: 5, migrations: [...MIGRATIONS, newer(1)] })
    expect(await migrate(kysely, { nowMs: 6 })).toEqual({ from: LATEST + 1, to: LATEST + 1 })
  })

  it('leaves nothing behind when a step fails', async () => {
    await using kysely = connect(join(dir, 'a.db'))
    const broken: Migration = { ...newer(1), up: () => Promise.reject(new Error('no')) }
    await expect(migrate(kysely, { nowMs: 5, migrations: [...MIGRATIONS, broken] })).rejects.toThrow('no')
    expect(await kysely.introspection.getTables()).toEqual([])
  })

  it('lets two processes that start at once both succeed', async () => {
    const module = new URL('database.ts', import.meta.url).href
    const program = `import { openDatabase } from '${module}'; await using d = await openDatabase(process.argv[1]); await d.check(); console.log('well')`
    const run = async (): Promise<string> => {
      const args = ['--input-type=module', '-e', program, join(dir, 'a.db')]
      return (await promisify(execFile)(process.execPath, args)).stdout
    }
    expect(await Promise.all([run(), run()])).toEqual(['well\n', 'well\n'])
  })
})

describe('SqliteDialect', () => {
  it('lets nobody into a transaction that is under way', async () => {
    await using kysely = connect(join(dir, 'a.db'))
    await migrate(kysely, { nowMs: 5 })
    const insideReached = Promise.withResolvers<void>()
    const mayEnd = Promise.withResolvers<void>()
    const transaction = kysely.transaction().execute(async (inside) => {
      await inside.insertInto('meta').values({ name: 'a', value: '1' }).execute()
      insideReached.resolve()
      await mayEnd.promise
      throw new Error('rolled back')
    })
    await insideReached.promise
    const outside = kysely.insertInto('meta').values({ name: 'b', value: '2' }).execute()
    mayEnd.resolve()
    await expect(transaction).rejects.toThrow('rolled back')
    await outside
    expect(await kysely.selectFrom('meta').selectAll().execute()).toEqual([{ name: 'b', value: '2' }])
  })

  it('streams, counts changed rows, and returns what "returning" asks for', async () => {
    await using kysely = connect(join(dir, 'a.db'))
    await migrate(kysely, { nowMs: 5 })
    const rows = ['a', 'b', 'c'].map((name) => ({ name, value: name }))
    const returned = await kysely.insertInto('meta').values(rows).returning('name').execute()
    expect(returned).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'c' }])
    const streamed = await Array.fromAsync(kysely.selectFrom('meta').selectAll().orderBy('name').stream())
    expect(streamed).toEqual(rows)
    const updated = await kysely
      .updateTable('meta')
      .set({ value: 'x' })
      .where('name', '!=', 'a')
      .executeTakeFirstOrThrow()
    expect(updated.numUpdatedRows).toBe(2n)
  })
})
