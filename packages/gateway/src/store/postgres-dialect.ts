// Kysely over `pg`. Its own driver hands a connection whose answer is outstanding back to the pool; this one throws
// away what is broken, tells the link about it, and translates the database's own trouble.
import type { PoolClient } from 'pg'
import {
  AbortedTransactionError,
  CompiledQuery,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import type { PostgresLink } from './postgres-link.ts'
import { toPostgres } from './postgres-types.ts'
import { isBroken, translated } from './unavailable.ts'

const CHANGES = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

export class PostgresDialect implements Dialect {
  readonly #link: PostgresLink

  constructor(link: PostgresLink) {
    this.#link = link
  }

  createDriver(): Driver {
    return new PostgresDriver(this.#link)
  }

  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler()
  }

  createAdapter(): DialectAdapter {
    return new PostgresAdapter()
  }

  createIntrospector(kysely: Kysely<unknown>): DatabaseIntrospector {
    return new PostgresIntrospector(kysely)
  }
}

class PostgresDriver implements Driver {
  readonly #link: PostgresLink

  constructor(link: PostgresLink) {
    this.#link = link
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new PostgresConnection(await this.#link.acquire())
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const level = settings.isolationLevel === undefined ? '' : ` isolation level ${settings.isolationLevel}`
    await connection.executeQuery(CompiledQuery.raw(`start transaction${level}`))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    // A COMMIT after a failed statement is a rollback that reports success.
    const { rows } = await connection.executeQuery<{ command?: string }>(CompiledQuery.raw('commit'))
    if (rows[0]?.command === 'ROLLBACK') throw new AbortedTransactionError()
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // The server rolls back what a lost connection leaves open.
    if (connection instanceof PostgresConnection && connection.broken) return
    await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof PostgresConnection) this.#link.release(connection.client, connection.failure)
  }

  async destroy(): Promise<void> {
    await this.#link[Symbol.asyncDispose]()
  }
}

class PostgresConnection implements DatabaseConnection {
  readonly client: PoolClient
  /** The last thing that went wrong on it since it was acquired; once broken, it stays so. */
  failure: unknown

  constructor(client: PoolClient) {
    this.client = client
  }

  get broken(): boolean {
    return this.failure !== undefined && isBroken(this.failure)
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      const { command, rowCount, rows } = await this.client.query(query.sql, query.parameters.map(toPostgres))
      // Kysely has no place for it but the rows; `commitTransaction` looks there.
      if (command === 'COMMIT' || command === 'ROLLBACK') return { rows: [{ command } as Row] }
      return CHANGES.has(command) ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows }
    } catch (error) {
      if (!this.broken) this.failure = error
      throw translated(error)
    }
  }

  async *streamQuery<Row>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<Row>> {
    const parameters = query.parameters.map(toPostgres)
    const inTransaction = this.client.getTransactionStatus() === 'T'
    if (!inTransaction) await this.#command('start transaction read only')
    try {
      await this.client.query(`declare streamed no scroll cursor for ${query.sql}`, parameters)
      for (;;) {
        const { rows } = await this.client.query(`fetch ${chunkSize} from streamed`)
        if (rows.length === 0) break
        yield { rows }
      }
      await this.#command('close streamed')
    } catch (error) {
      if (!this.broken) this.failure = error
      throw translated(error)
    } finally {
      if (!inTransaction) await this.#command('rollback').catch(() => {})
    }
  }

  async #command(text: string): Promise<void> {
    await this.executeQuery(CompiledQuery.raw(text))
  }
}
