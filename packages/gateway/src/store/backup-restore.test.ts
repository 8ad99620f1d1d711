import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { insertKeys } from './__fixtures__/some-data.ts'
import { backupSqlite, type BackupProgress } from './backup-sqlite.ts'
import { openDatabase } from './database.ts'
import { latestVersion } from './migrate.ts'
import { MIGRATIONS } from './migrations/all.ts'
import type { Migration } from './migrations/migration.ts'
import { restoreSqlite } from './restore-sqlite.ts'
import { openSqlite } from './sqlite-dialect.ts'

let dir: string
let file: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fairlead-backup-'))
  file = join(dir, 'data', 'fairlead.db')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const LATEST = latestVersion()
const next: Migration = {
  version: LATEST + 1,
  name: 'next',
  oldestCompatible: 1,
  up: async () => {},
  down: async () => {},
}

describe('a backup', () => {
  it('is one moment of a database that another process writes to all the time', async () => {
    await using database = await openDatabase(file)
    await insertKeys(database, 6_000)
    await using writer = await busyWriter()
    const progress: BackupProgress[] = []
    const target = join(dir, 'backup.db')
    await backupSqlite(file, target, (step) => progress.push(step))
    await writer[Symbol.asyncDispose]()
    expect(progress.length).toBeGreaterThan(1)
    expect(progress.at(-1)).toEqual({ donePages: progress[0]?.totalPages, totalPages: progress[0]?.totalPages })
    expect(statSync(target).mode & 0o777).toBe(0o600)
    expect(readdirSync(dir).filter((name) => name.startsWith('backup'))).toEqual(['backup.db'])
    await using copy = await openDatabase(target, { migrate: false })
    expect(await copy.problems()).toEqual([])
    const handle = openSqlite(target)
    // The writer keeps these two equal in every transaction.
    const sums = handle
      .prepare("select count(*) as count, max(cast(value as integer)) as last from meta where name like 'w%'")
      .get()
    handle.close()
    expect(sums?.['count']).toBe(sums?.['last'])
    expect(await copy.keys.count()).toBe(6_000)
  })

  it('overwrites nothing, and leaves nothing behind when it fails', async () => {
    await using _database = await openDatabase(file)
    const target = join(dir, 'backup.db')
    writeFileSync(target, 'precious')
    await expect(backupSqlite(file, target)).rejects.toThrow('exists already')
    expect(readFileSync(target, 'utf8')).toBe('precious')
    writeFileSync(join(dir, 'no.db'), 'no database'.repeat(1000))
    await expect(backupSqlite(join(dir, 'no.db'), join(dir, 'other.db'))).rejects.toThrow('not a database')
    expect(readdirSync(dir).sort()).toEqual(['backup.db', 'data', 'no.db'])
  })

  it('is made before the schema of a database with data changes, and only the newest few are kept', async () => {
    const backups = join(dir, 'data', 'backups')
    const reopen = async (count: number, nowMs: number): Promise<void> => {
      const steps = Array.from({ length: count }, (_, index) => ({ ...next, version: LATEST + 1 + index }))
      await (await openDatabase(file, { migrations: [...MIGRATIONS, ...steps], nowMs }))[Symbol.asyncDispose]()
    }
    await reopen(0, 0)
    expect(existsSync(backups)).toBe(false)
    for (let count = 1; count <= 7; count++) await reopen(count, count * 60_000)
    const names = readdirSync(backups)
    expect(names).toHaveLength(5)
    expect(names).toContain(`before-upgrade-from-v${LATEST + 6}-19700101T000700Z.db`)
    for (const name of names) expect(statSync(join(backups, name)).mode & 0o777).toBe(0o600)
  })

  it('takes the schema back with it', async () => {
    {
      await using database = await openDatabase(file)
      await insertKeys(database, 3)
    }
    {
      await using upgraded = await openDatabase(file, {
        migrations: [...MIGRATIONS, { ...next, oldestCompatible: LATEST + 1 }],
      })
      await insertKeys(upgraded, 3, 10)
    }
    await expect(openDatabase(file)).rejects.toThrow('restore the backup')
    const [name] = readdirSync(join(dir, 'data', 'backups'))
    await restoreSqlite(join(dir, 'data', 'backups', name!), file, 0)
    await using database = await openDatabase(file)
    expect(await database.keys.count()).toBe(3)
  })
})

describe('restoring', () => {
  it('puts the backup in place, and keeps what it replaces', async () => {
    const target = join(dir, 'backup.db')
    {
      await using database = await openDatabase(file)
      await insertKeys(database, 5)
      await backupSqlite(file, target)
      await insertKeys(database, 5, 5)
    }
    const { version, replaced } = await restoreSqlite(target, file, 0)
    expect(version).toBe(LATEST)
    {
      await using database = await openDatabase(file)
      expect(await database.keys.count()).toBe(5)
      expect(await database.problems()).toEqual([])
    }
    await using old = await openDatabase(replaced!)
    expect(await old.keys.count()).toBe(10)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('refuses while somebody has the database open', async () => {
    const target = join(dir, 'backup.db')
    await using database = await openDatabase(file)
    await backupSqlite(file, target)
    await insertKeys(database, 1)
    await expect(restoreSqlite(target, file, 0)).rejects.toThrow('in use by another process')
    expect(await database.keys.count()).toBe(1)
    await database.check()
    expect(readdirSync(join(dir, 'data')).filter((name) => name.includes('restoring'))).toEqual([])
  })

  it('refuses what is damaged, no database, not ours, or too new, and leaves the database as it was', async () => {
    {
      await using database = await openDatabase(file)
      await insertKeys(database, 500)
    }
    const damaged = join(dir, 'damaged.db')
    await backupSqlite(file, damaged)
    truncateSync(damaged, statSync(damaged).size - 8 * 4096)
    await expect(restoreSqlite(damaged, file, 0)).rejects.toThrow(/damaged|malformed/)
    const text = join(dir, 'text.db')
    writeFileSync(text, 'a text '.repeat(1000))
    await expect(restoreSqlite(text, file, 0)).rejects.toThrow(`${text} is no SQLite database`)
    const foreign = join(dir, 'foreign.db')
    const handle = openSqlite(foreign)
    handle.exec('create table recipes (name text)')
    handle.close()
    await expect(restoreSqlite(foreign, file, 0)).rejects.toThrow("not one of Fairlead's")
    const newer = join(dir, 'newer.db')
    await (
      await openDatabase(newer, { migrations: [...MIGRATIONS, { ...next, oldestCompatible: LATEST + 1 }] })
    )[Symbol.asyncDispose]()
    await expect(restoreSqlite(newer, file, 0)).rejects.toThrow(`needs a release that knows version ${LATEST + 1}`)
    await expect(restoreSqlite(join(dir, 'nothing.db'), file, 0)).rejects.toThrow('does not exist')
    await using database = await openDatabase(file)
    expect(await database.keys.count()).toBe(500)
    expect(readdirSync(join(dir, 'data')).sort()).toEqual(['fairlead.db', 'fairlead.db-shm', 'fairlead.db-wal'])
  })

  it('replaces a database that cannot be read any more', async () => {
    const target = join(dir, 'backup.db')
    {
      await using database = await openDatabase(file)
      await insertKeys(database, 2)
      await backupSqlite(file, target)
    }
    writeFileSync(file, 'what a disk may leave of it'.repeat(500))
    await restoreSqlite(target, file, 0)
    await using database = await openDatabase(file)
    expect(await database.keys.count()).toBe(2)
  })
})

/** Inserts numbered rows as fast as it can, each in a transaction of its own. */
async function busyWriter(): Promise<AsyncDisposable> {
  const program = `
    const { DatabaseSync } = require('node:sqlite')
    const handle = new DatabaseSync(process.argv[1], { timeout: 5000 })
    let count = 0
    const write = () => {
      for (let turn = 0; turn < 20; turn++) {
        count++
        handle.prepare('insert into meta values (?, ?)').run('w' + count, String(count))
      }
      if (count === 20) console.log('writing')
      setImmediate(write)
    }
    write()`
  const child = spawn(process.execPath, ['-e', program, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  await once(createInterface(child.stdout), 'line')
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await gone
    },
  }
}
