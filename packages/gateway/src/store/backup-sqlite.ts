// A copy of a SQLite database while it is in use, as of one moment: a read transaction on the source keeps that moment
// for as long as the copying takes, so a busy writer cannot make it start again and again.
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { backup } from 'node:sqlite'
import { openSqlite } from './sqlite-dialect.ts'

/** Some 400 KiB at a time. */
const PAGES_PER_STEP = 100

export interface BackupProgress {
  readonly donePages: number
  readonly totalPages: number
}

/**
 * The target appears under its name, 0600, only when it is whole and on the disk. Throws when the target exists, or
 * there is no room for it; nothing is left behind then.
 */
export async function backupSqlite(
  source: string,
  target: string,
  onProgress?: (progress: BackupProgress) => void,
): Promise<void> {
  if (existsSync(target)) throw new Error(`${target} exists already.`)
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  const unfinished = `${target}.unfinished`
  rmSync(unfinished, { force: true })
  // Made first, so that nobody else can look into it at any time.
  closeSync(openSync(unfinished, 'wx', 0o600))
  try {
    await copyPages(source, unfinished, onProgress)
    settle(unfinished)
    renameSync(unfinished, target)
  } catch (error) {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(unfinished + suffix, { force: true })
    throw error
  }
}

async function copyPages(
  source: string,
  target: string,
  onProgress?: (progress: BackupProgress) => void,
): Promise<void> {
  // Not read-only: a reader of a write-ahead log has to be able to make the index file beside it.
  const handle = openSqlite(source)
  try {
    handle.exec('begin')
    handle.prepare('select count(*) from sqlite_schema').get()
    const totalPages = await backup(handle, target, {
      rate: PAGES_PER_STEP,
      progress: ({ totalPages, remainingPages }) =>
        onProgress?.({ donePages: totalPages - remainingPages, totalPages }),
    })
    handle.exec('rollback')
    onProgress?.({ donePages: totalPages, totalPages })
  } finally {
    handle.close()
  }
}

/** Everything in the one file, and that on the disk. */
function settle(file: string): void {
  chmodSync(file, 0o600)
  const handle = openSqlite(file, { synchronous: 'FULL' })
  handle.exec('PRAGMA journal_mode = DELETE')
  handle.close()
  const descriptor = openSync(file, 'r+')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
