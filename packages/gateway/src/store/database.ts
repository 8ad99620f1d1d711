// The embedded database: one file in the state directory, opened by the primary and by nobody else that writes often.
// What the domain needs from it stands behind the ports `KeyStore` and `UsageStore`; SQL stays in this folder.
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import type { UsageStore } from '../billing/usage-store.ts'
import type { KeyStore } from '../identity/key-store.ts'
import { SqlKeyStore } from './key-store.ts'
import { migrate } from './migrate.ts'
import type { Tables } from './schema.ts'
import { openSqlite, SqliteDialect } from './sqlite-dialect.ts'
import { SqliteUsageStore } from './usage-store.ts'

export interface Database extends AsyncDisposable {
  readonly file: string
  readonly keys: KeyStore
  readonly usage: UsageStore
  /** Writes a row and reads it back, through the file that is on the disk now. Throws with the reason when that fails. */
  check(): Promise<void>
  /** SQLite's own examination, slow on large files; an empty list when all is well. */
  problems(): Promise<readonly string[]>
}

/**
 * Opens `file` (made when missing, 0600 in a 0700 directory) and brings its schema up to date.
 * Throws when another release's schema is in it that this one cannot serve, or the file is no database.
 */
export async function openDatabase(
  file: string,
  /** `migrate: false` opens what is there as it is, for a look at it. */
  options: { readonly nowMs?: number; readonly migrate?: boolean } = {},
): Promise<Database> {
  if (options.migrate !== false) makePrivate(file)
  const handle = openSqlite(file)
  const kysely = new Kysely<Tables>({ dialect: new SqliteDialect(handle) })
  try {
    if (options.migrate !== false) await migrate(kysely, { nowMs: options.nowMs ?? Date.now() })
    return new SqliteDatabase(file, kysely, handle)
  } catch (error) {
    await kysely.destroy()
    if (handle.isOpen) handle.close()
    throw error
  }
}

class SqliteDatabase implements Database {
  readonly file: string
  readonly keys: KeyStore
  readonly usage: UsageStore
  readonly #kysely: Kysely<Tables>
  readonly #handle: DatabaseSync
  readonly #inode: number

  constructor(file: string, kysely: Kysely<Tables>, handle: DatabaseSync) {
    this.file = file
    this.#kysely = kysely
    this.#handle = handle
    this.#inode = statSync(file).ino
    this.keys = new SqlKeyStore(kysely)
    this.usage = new SqliteUsageStore(kysely, handle)
  }

  async check(): Promise<void> {
    // An open file goes on working after its name is gone; what is written there is lost at the end of the process.
    if (statSync(this.file, { throwIfNoEntry: false })?.ino !== this.#inode) {
      throw new Error(`${this.file} was deleted or replaced while the gateway runs. Restart the gateway.`)
    }
    const value = String(Date.now())
    await this.#kysely
      .insertInto('meta')
      .values({ name: 'last_check', value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute()
    await this.#kysely.selectFrom('meta').select('value').where('name', '=', 'last_check').executeTakeFirstOrThrow()
  }

  async problems(): Promise<readonly string[]> {
    return this.#kysely.connection().execute(async () => {
      try {
        const rows = this.#handle.prepare('PRAGMA integrity_check(20)').all()
        return rows.map((row) => String(row['integrity_check'])).filter((line) => line !== 'ok')
      } catch (error) {
        // Damage to a page that the examination itself stands on.
        return [error instanceof Error ? error.message : String(error)]
      }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kysely.destroy()
    if (this.#handle.isOpen) this.#handle.close()
  }
}

/** SQLite gives its -wal and -shm files the rights of the database file. */
function makePrivate(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  closeSync(openSync(file, 'a', 0o600))
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600)
}
