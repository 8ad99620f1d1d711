import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { openSqlite } from './sqlite-dialect.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fairlead-store-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

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
    // The root page of an index: what a failing disk does.
    const handle = openSqlite(file)
    const index = handle.prepare("select rootpage as page from sqlite_schema where name = 'responses_by_age'").get()
    handle.close()
    const descriptor = openSync(file, 'r+')
    writeSync(descriptor, Buffer.alloc(1000, 0xa5), 0, 1000, (Number(index?.['page']) - 1) * 4096)
    closeSync(descriptor)
    await using database = await openDatabase(file, { migrate: false })
    expect((await database.problems()).length).toBeGreaterThan(0)
  })
})
