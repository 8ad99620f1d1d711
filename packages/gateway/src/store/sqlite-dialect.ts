// Kysely over Node's own SQLite: no dependency, no compiled addon.
// SQLite allows one writer at a time and node:sqlite is synchronous, so there is one connection and a queue before it:
// a transaction keeps the connection until it ends, and nobody else's statement can slip into it.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
} from 'kysely'
import { codesOf, translated } from './unavailable.ts'

const CACHED_STATEMENTS = 256
/** While the file is opened; another process may be bringing its log in. */
const OPENING_TIMEOUT_MS = 5000
/** SQLite itself waits by standing still, with all that this process does: so hardly at all, see `SqliteDriver`. */
const STANDING_STILL_MS = 2
const BUSY_WAIT_MS = 5000
const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 100
const BUSY = 5
/** 80 MiB, in which everybody waits for the disk: `sqlite-checkpoints.ts` comes before it where much is written. */
const CHECKPOINT_PAGES = 20_000

/** Opens with the pragmas that every database of ours has. `synchronous` FULL is for the wallet ledger. */
export function openSqlite(
  file: string,
  { synchronous = 'NORMAL', readOnly = false }: { synchronous?: 'NORMAL' | 'FULL'; readOnly?: boolean } = {},
): DatabaseSync {
  const handle = new DatabaseSync(file, { timeout: OPENING_TIMEOUT_MS, enableForeignKeyConstraints: true, readOnly })
  try {
    if (!readOnly) handle.exec('PRAGMA journal_mode = WAL')
    handle.exec(
      `PRAGMA synchronous = ${synchronous}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA busy_timeout = ${STANDING_STILL_MS}`,
    )
  } catch (error) {
    handle.close()
    throw error
  }
  return handle
}

export class SqliteDialect implements Dialect {
  readonly #handle: DatabaseSync
  readonly #busyWaitMs: number

  /** `busyWaitMs`: how long a statement waits for another process that holds the file's lock. */
  constructor(handle: DatabaseSync, options: { readonly busyWaitMs?: number } = {}) {
    this.#handle = handle
    this.#busyWaitMs = options.busyWaitMs ?? BUSY_WAIT_MS
  }

  createDriver(): Driver {
    return new SqliteDriver(this.#handle, this.#busyWaitMs)
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler()
  }

  createAdapter(): DialectAdapter {
    return new QueuedSqliteAdapter()
  }

  createIntrospector(kysely: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(kysely)
  }
}

/** Kysely's own queue would not let anybody pass who waits for a lock. */
class QueuedSqliteAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

/**
 * When another process holds the lock, who wants to write lets go of the connection, sleeps a little and tries again
 * when it is its turn: readers pass meanwhile, and nothing else of this process stands still. After `busyWaitMs`, the
 * time in the queue included, the database counts as unavailable.
 */
class SqliteDriver implements Driver {
  readonly #handle: DatabaseSync
  readonly #statements: Statements
  readonly #busyWaitMs: number
  readonly #turns = new Turns()

  constructor(handle: DatabaseSync, busyWaitMs: number) {
    this.#handle = handle
    this.#statements = new Statements(handle)
    this.#busyWaitMs = busyWaitMs
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const untilMs = performance.now() + this.#busyWaitMs
    await this.#turns.take()
    return new SqliteConnection(this.#handle, this.#statements, this.#turns, untilMs)
  }

  async releaseConnection(): Promise<void> {
    this.#turns.end()
  }

  /** IMMEDIATE takes the write lock at once: a transaction that reads first can then never fail half-way with SQLITE_BUSY. */
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // Some errors (a full disk among them) have ended the transaction already.
    if (this.#handle.isTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  async destroy(): Promise<void> {
    if (this.#handle.isOpen) this.#handle.close()
  }
}

/** First come, first served. */
class Turns {
  #last: Promise<void> = Promise.resolve()
  #end: () => void = () => {}

  async take(): Promise<void> {
    const before = this.#last
    const turn = Promise.withResolvers<void>()
    this.#last = turn.promise
    await before
    this.#end = turn.resolve
  }

  end(): void {
    this.#end()
  }
}

interface Prepared {
  readonly statement: StatementSync
  /** Asked once: SQLite's answer describes every column. */
  readonly givesRows: boolean
}

/** Prepared once, kept while there is room. */
class Statements {
  readonly #handle: DatabaseSync
  readonly #known = new Map<string, Prepared>()

  constructor(handle: DatabaseSync) {
    this.#handle = handle
  }

  prepare(sql: string): Prepared {
    const known = this.#known.get(sql)
    if (known !== undefined) return known
    if (this.#known.size >= CACHED_STATEMENTS) this.#known.clear()
    const statement = this.#handle.prepare(sql)
    const prepared = { statement, givesRows: statement.columns().length > 0 }
    this.#known.set(sql, prepared)
    return prepared
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #handle: DatabaseSync
  readonly #statements: Statements
  readonly #turns: Turns
  readonly #untilMs: number

  constructor(handle: DatabaseSync, statements: Statements, turns: Turns, untilMs: number) {
    this.#handle = handle
    this.#statements = statements
    this.#turns = turns
    this.#untilMs = untilMs
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return this.#run(query)
      } catch (error) {
        // Inside a transaction the lock is ours: nobody may come in between, and waiting would not help.
        if (!isBusy(error) || this.#handle.isTransaction || performance.now() >= this.#untilMs) throw translated(error)
      }
      this.#turns.end()
      await sleep(pauseMs)
      await this.#turns.take()
    }
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    // Not from the cache: the statement stays busy for as long as the reader takes.
    for (const row of this.#handle.prepare(query.sql).iterate(...query.parameters.map(toSqlite))) {
      yield { rows: [row as Row] }
    }
  }

  #run<Row>(query: CompiledQuery): QueryResult<Row> {
    const { statement, givesRows } = this.#statements.prepare(query.sql)
    const parameters = query.parameters.map(toSqlite)
    if (givesRows) {
      // The caller's type says what the query selects; SQLite itself cannot.
      return { rows: statement.all(...parameters) as Row[] }
    }
    const { changes, lastInsertRowid } = statement.run(...parameters)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && ((codesOf(error).errcode ?? 0) & 0xff) === BUSY
}

function toSqlite(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint') return value
  if (value instanceof Uint8Array) return value
  throw new TypeError(`A ${typeof value} cannot be stored in a column.`)
}
