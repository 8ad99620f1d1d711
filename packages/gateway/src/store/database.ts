// The database behind one interface: a SQLite file in the state directory, or a PostgreSQL server that several gateways
// share. What the domain needs from it stands behind ports of its own (`identity/`, `billing/`); SQL stays in this
// folder, in one text for both.
import type { StorageFigures } from '../core/storage-figures.ts'
import type { DatabasePlace } from './database-place.ts'
import type { DomainStores, Stores } from './domain-stores.ts'
import type { MigrateOptions } from './migrate.ts'
import { openPostgresDatabase } from './postgres-database.ts'
import { openSqliteDatabase } from './sqlite-database.ts'

export { databasePlace, nameOfPlace, type DatabasePlace } from './database-place.ts'

export type DatabaseKind = 'sqlite' | 'postgres'

export interface Database extends Stores, AsyncDisposable {
  readonly kind: DatabaseKind
  /** For people and logs: the file, or the URL without its password. */
  readonly name: string
  /**
   * All of `work` or nothing. Inside, only the stores that are handed to it may be used; it may be run again when two
   * transactions got into each other's way.
   */
  transaction<T>(work: (stores: DomainStores) => Promise<T>): Promise<T>
  /**
   * Writes a row and reads it back, through the file or server that is there now, and looks whether the schema is still
   * one that this release can serve. Throws with the reason, for the operator, when that fails.
   */
  check(): Promise<void>
  /** The smallest question that there is. Resolves with unix ms by the database's clock. */
  ping(): Promise<number>
  /** How much room it takes, and what waits in it. */
  figures(): Promise<StorageFigures>
  /** The database's own examination, slow on large files; an empty list when all is well. */
  problems(): Promise<readonly string[]>
}

/** What a pino logger has of use here. */
export interface DatabaseLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface OpenOptions {
  readonly nowMs?: number
  /** False opens what is there as it is, for a look at it. */
  readonly migrate?: boolean
  /** Another list than this release's, for tests of two releases side by side. */
  readonly migrations?: MigrateOptions['migrations']
  /** False makes no backup before the schema is changed. */
  readonly backup?: boolean
  /** Where those backups go; the default is `backups` beside the file, and none for PostgreSQL. */
  readonly backupDir?: string
  /**
   * PostgreSQL only. With a server that is not there, resolves nevertheless: everybody who asks gets 503 until it is,
   * and its schema is brought up to date then.
   */
  readonly patient?: boolean
  readonly log?: DatabaseLog
}

/**
 * Opens the database, made when missing, and brings its schema up to date.
 * Throws when another release's schema is in it that this one cannot serve, when it cannot be reached (unless
 * `patient`), or when the file is no database.
 */
export async function openDatabase(place: DatabasePlace | string, options: OpenOptions = {}): Promise<Database> {
  if (typeof place === 'string') return await openSqliteDatabase(place, options)
  return 'url' in place ? await openPostgresDatabase(place.url, options) : await openSqliteDatabase(place.file, options)
}
