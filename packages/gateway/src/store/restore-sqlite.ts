// Puts a backup in the place of a SQLite database that nobody uses. The backup is looked at first, in a copy; what it
// replaces is kept.
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { latestVersion, mustServe, schemaStatus } from './migrate.ts'
import type { Tables } from './schema.ts'
import { openSqlite, SqliteDialect } from './sqlite-dialect.ts'
import { reasonOf } from './unavailable.ts'

export interface Restored {
  /** Of the schema; the next start upgrades an older one. */
  readonly version: number
  /** Where the database that was there lies now; undefined when there was none. */
  readonly replaced: string | undefined
}

/** Throws with the reason, having changed nothing, when the backup is damaged or the database is in use. */
export async function restoreSqlite(backup: string, file: string, nowMs: number): Promise<Restored> {
  if (!statSync(backup, { throwIfNoEntry: false })?.isFile()) throw new Error(`${backup} does not exist.`)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const unfinished = `${file}.restoring`
  removeAll(unfinished)
  try {
    copyFileSync(backup, unfinished)
    chmodSync(unfinished, 0o600)
    if (existsSync(`${backup}-wal`)) copyFileSync(`${backup}-wal`, `${unfinished}-wal`)
    const version = await examine(unfinished, backup)
    const replaced = existsSync(file) ? putAway(file, nowMs) : undefined
    // A log of the old database would be taken for one of the new.
    removeAll(file)
    renameSync(unfinished, file)
    sync(dirname(file))
    return { version, replaced }
  } catch (error) {
    removeAll(unfinished)
    throw error
  }
}

/** Leaves a single whole file on the disk; returns its schema version. */
async function examine(file: string, name: string): Promise<number> {
  let handle: DatabaseSync
  try {
    handle = openSqlite(file, { synchronous: 'FULL' })
  } catch (error) {
    throw new Error(`${name} is no SQLite database: ${reasonOf(error)}`, { cause: error })
  }
  const kysely = new Kysely<Tables>({ dialect: new SqliteDialect(handle) })
  try {
    const problems = handle
      .prepare('PRAGMA integrity_check(5)')
      .all()
      .map((row) => String(row['integrity_check']))
    if (problems.join() !== 'ok') throw new Error(`${name} is damaged: ${problems.join('; ')}`)
    const status = await schemaStatus(kysely)
    if (status.version === 0) throw new Error(`${name} is a SQLite database, and not one of Fairlead's.`)
    mustServe(status, latestVersion())
    handle.exec('PRAGMA journal_mode = DELETE')
    return status.version
  } catch (error) {
    throw error instanceof Error && error.message.includes(name)
      ? error
      : new Error(`${name} cannot be used: ${reasonOf(error)}`, { cause: error })
  } finally {
    await kysely.destroy()
    sync(file)
  }
}

/** Moves the database to `backups` with all that belongs to it; throws when somebody has it open. */
function putAway(file: string, nowMs: number): string {
  const dir = join(dirname(file), 'backups')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const target = join(dir, `replaced-${time}.db`)
  mustBeUnused(file)
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix)
  return target
}

function mustBeUnused(file: string): void {
  let handle: DatabaseSync | undefined
  try {
    handle = openSqlite(file)
    // Leaving the write-ahead log takes the only lock that no other connection at all may be there for.
    const mode = handle.prepare('PRAGMA journal_mode = DELETE').get()?.['journal_mode']
    if (mode === 'delete') return
  } catch (error) {
    // What cannot be read is what a restore is for; what is locked is in use.
    if (!reasonOf(error).includes('locked')) return
  } finally {
    handle?.close()
  }
  throw new Error(`${file} is in use by another process. Stop it first.`)
}

function removeAll(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true })
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
