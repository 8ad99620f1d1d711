// Kysely over Node's own SQLite: no dependency, no compiled addon.
// SQLite allows one writer at a time and node:sqlite is synchronous, so there is one connection and a queue before it:
// a transaction keeps the connection until it ends, and nobody else's statement can slip into it.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
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

const CACHED_STATEMENTS = 256

/** Opens with the pragmas that every database of ours has. `synchronous` FULL is for the wallet ledger. */
export function openSqlite(file: string, synchronous: 'NORMAL' | 'FULL' = 'NORMAL'): DatabaseSync {
  const handle = new DatabaseSync(file, { timeout: 5000, enableForeignKeyConstraints: true })
  try {
    handle.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA wal_autocheckpoint = 4000`)
  } catch (error) {
    handle.close()
    throw error
  }
  return handle
}

export class SqliteDialect implements Dialect {
  readonly #handle: DatabaseSync

  constructor(handle: DatabaseSync) {
    this.#handle = handle
  }

  createDriver(): Driver {
    return new SqliteDriver(this.#handle)
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler()
  }

  createAdapter(): DialectAdapter {
    return new SqliteAdapter()
  }

  createIntrospector(kysely: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(kysely)
  }
}

class SqliteDriver implements Driver {
  readonly #handle: DatabaseSync
  readonly #connection: SqliteConnection
  /** Settles when everybody who asked for the connection so far has given it back. */
  #lastTurn: Promise<void> = Promise.resolve()
  #endTurn: () => void = () => {}

  constructor(handle: DatabaseSync) {
    this.#handle = handle
    this.#connection = new SqliteConnection(handle)
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#lastTurn
    const turn = Promise.withResolvers<void>()
    this.#lastTurn = turn.promise
    await before
    this.#endTurn = turn.resolve
    return this.#connection
  }

  async releaseConnection(): Promise<void> {
    this.#endTurn()
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

class SqliteConnection implements DatabaseConnection {
  readonly #handle: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(handle: DatabaseSync) {
    this.#handle = handle
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const statement = this.#prepare(query.sql)
    const parameters = query.parameters.map(toSqlite)
    if (statement.columns().length > 0) {
      // The caller's type says what the query selects; SQLite itself cannot.
      return { rows: statement.all(...parameters) as Row[] }
    }
    const { changes, lastInsertRowid } = statement.run(...parameters)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    // Not from the cache: the statement stays busy for as long as the reader takes.
    for (const row of this.#handle.prepare(query.sql).iterate(...query.parameters.map(toSqlite))) {
      yield { rows: [row as Row] }
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    if (this.#statements.size >= CACHED_STATEMENTS) this.#statements.clear()
    const statement = this.#handle.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

function toSqlite(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint') return value
  if (value instanceof Uint8Array) return value
  throw new TypeError(`A ${typeof value} cannot be stored in a column.`)
}
