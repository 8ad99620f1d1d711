// The embedded database: one file in the state directory, opened by the primary and by nobody else that writes often.
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { backupBeforeMigration } from './backup-before-migration.ts'
import { checkDatabase } from './check-database.ts'
import type { Database, OpenOptions } from './database.ts'
import { migrate } from './migrate.ts'
import type { Tables } from './schema.ts'
import { sqlDatabase } from './sql-database.ts'
import { openSqlite, SqliteDialect } from './sqlite-dialect.ts'
import { reasonOf } from './unavailable.ts'
import { SqliteUsageStore } from './usage-store.ts'

/** Makes a missing file, 0600 in a 0700 directory. */
export async function openSqliteDatabase(file: string, options: OpenOptions = {}): Promise<Database> {
  const nowMs = options.nowMs ?? Date.now()
  if (options.migrate !== false) makePrivate(file)
  const handle = openSqlite(file)
  const kysely = new Kysely<Tables>({ dialect: new SqliteDialect(handle) })
  try {
    if (options.migrate !== false) {
      await migrate(kysely, {
        nowMs,
        ...(options.migrations === undefined ? {} : { migrations: options.migrations }),
        beforeChange: async ({ from, to }) => {
          if (options.backup === false) return
          const dir = options.backupDir ?? join(dirname(file), 'backups')
          const made = await backupBeforeMigration(file, { dir, version: from, nowMs })
          options.log?.info({ backup: made, from, to }, 'the schema is being upgraded; a backup was made before')
        },
      })
    }
    return databaseOn(file, kysely, handle, options)
  } catch (error) {
    await kysely.destroy()
    throw explained(error, file)
  }
}

function databaseOn(file: string, kysely: Kysely<Tables>, handle: DatabaseSync, options: OpenOptions): Database {
  const inode = statSync(file).ino
  const usage = new SqliteUsageStore(kysely, handle)
  return sqlDatabase({
    kind: 'sqlite',
    name: file,
    kysely,
    usage,
    wrote: (kib) => usage.wrote(kib),
    async check() {
      // An open file goes on working after its name is gone; what is written there is lost at the end of the process.
      if (statSync(file, { throwIfNoEntry: false })?.ino !== inode) {
        throw new Error(`${file} was deleted or replaced while the gateway runs. Restart the gateway.`)
      }
      try {
        await checkDatabase(kysely, options.migrations)
      } catch (error) {
        throw explained(error, file)
      }
    },
    problems: () => kysely.connection().execute(async () => integrityProblems(handle)),
    close: () => kysely.destroy(),
  })
}

function integrityProblems(handle: DatabaseSync): readonly string[] {
  try {
    const rows = handle.prepare('PRAGMA integrity_check(20)').all()
    return rows.map((row) => String(row['integrity_check'])).filter((line) => line !== 'ok')
  } catch (error) {
    // Damage to a page that the examination itself stands on.
    return [reasonOf(error)]
  }
}

/** SQLite's words are short; the operator needs to know which file. */
function explained(error: unknown, file: string): Error {
  const reason = reasonOf(error)
  return new Error(reason.includes(file) ? reason : `${file}: ${reason}`, { cause: error })
}

/** SQLite gives its -wal and -shm files the rights of the database file. */
function makePrivate(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  closeSync(openSync(file, 'a', 0o600))
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600)
}
