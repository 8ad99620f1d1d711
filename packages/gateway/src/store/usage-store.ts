// Usage rows in SQLite. The insert is the one statement that runs once per call, so it goes to node:sqlite directly:
// sixteen rows a statement, and what repeats from call to call (the key, and the kind of call) as a row id that is
// looked up once and remembered.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Kysely } from 'kysely'
import { splitPart } from '../billing/journal-line.ts'
import type { JournalPosition, JournalRow, UsageStore } from '../billing/usage-store.ts'
import type { UsageRecord } from '../billing/usage-record.ts'
import type { Tables } from './schema.ts'

const COLUMNS = [
  'request_id',
  'started_at',
  'usage_key',
  'usage_kind',
  'duration_ms',
  'first_byte_ms',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cost_nanos',
] as const
const ROWS_PER_STATEMENT = 16
const ONE_ROW = `(${COLUMNS.map(() => '?').join()})`
const INSERT = `insert into usage_records (${COLUMNS.join()}) values `
/** A key's last use is written at most this often: the usage rows have it exactly. */
const LAST_USED_EVERY_MS = 30_000
/** Remembered row ids; past that many the memory starts anew. */
const REMEMBERED = 20_000

const KEY = { table: 'usage_keys', columns: ['key_id', 'account_id'] }
const KIND = {
  table: 'usage_kinds',
  columns: [
    'endpoint',
    'model',
    'provider',
    'upstream_model',
    'status',
    'error_code',
    'stream',
    'attempts',
    'estimated',
  ],
}

export class SqliteUsageStore implements UsageStore {
  readonly #kysely: Kysely<Tables>
  readonly #handle: DatabaseSync
  readonly #many: StatementSync
  readonly #one: StatementSync
  readonly #touch: StatementSync
  readonly #keys: RowIds
  readonly #kinds: RowIds
  /** By the key's text, unix ms. */
  readonly #lastUsed = new Map<string, number>()

  constructor(kysely: Kysely<Tables>, handle: DatabaseSync) {
    this.#kysely = kysely
    this.#handle = handle
    this.#many = handle.prepare(INSERT + Array(ROWS_PER_STATEMENT).fill(ONE_ROW).join())
    this.#one = handle.prepare(INSERT + ONE_ROW)
    this.#touch = handle.prepare(
      'update api_keys set last_used_at = ?1 where key_id = ?2 and (last_used_at is null or last_used_at < ?1)',
    )
    this.#keys = new RowIds(handle, KEY.table, KEY.columns)
    this.#kinds = new RowIds(handle, KIND.table, KIND.columns)
  }

  async position(instance: string, segment: number): Promise<number> {
    const row = await this.#kysely
      .selectFrom('journal_positions')
      .select('position')
      .where('instance', '=', instance)
      .where('segment', '=', segment)
      .executeTakeFirst()
    return Number(row?.position ?? 0)
  }

  async positions(): Promise<readonly JournalPosition[]> {
    const rows = await this.#kysely.selectFrom('journal_positions').selectAll().execute()
    return rows.map((row) => ({ instance: row.instance, segment: row.segment, position: Number(row.position) }))
  }

  async append(rows: readonly JournalRow[], from: number, to: JournalPosition): Promise<void> {
    try {
      await this.#kysely.transaction().execute(async (transaction) => {
        await moveTo(transaction, from, to)
        this.#insert(rows)
        this.#touchKeys(rows)
      })
    } catch (error) {
      // Row ids that were handed out inside the transaction went with it.
      this.#lastUsed.clear()
      this.#keys.forget()
      this.#kinds.forget()
      throw error
    }
  }

  async flush(): Promise<void> {
    // With synchronous=NORMAL a commit is in the write-ahead log but perhaps not on the disk; a checkpoint syncs both.
    await this.#kysely.connection().execute(async () => {
      const result = this.#handle.prepare('PRAGMA wal_checkpoint(FULL)').get()
      if (result?.['busy'] !== 0) throw new Error('The database is busy: its write-ahead log could not be brought in.')
    })
  }

  async forget(instance: string, segment: number): Promise<void> {
    await this.#kysely
      .deleteFrom('journal_positions')
      .where('instance', '=', instance)
      .where('segment', '=', segment)
      .execute()
  }

  async recent(query: { limit: number; keyId?: string; requestId?: string }): Promise<readonly UsageRecord[]> {
    let select = this.#kysely
      .selectFrom('usage_records')
      .innerJoin('usage_keys', 'usage_keys.id', 'usage_records.usage_key')
      .innerJoin('usage_kinds', 'usage_kinds.id', 'usage_records.usage_kind')
      .selectAll(['usage_keys', 'usage_kinds', 'usage_records'])
    const { keyId, requestId } = query
    if (keyId !== undefined) select = select.where('usage_keys.key_id', '=', keyId)
    if (requestId !== undefined) select = select.where('usage_records.request_id', '=', requestId)
    const rows = await select.orderBy('usage_records.id', 'desc').limit(query.limit).execute()
    return rows.map((row) => ({
      requestId: row.request_id,
      startedAtMs: Number(row.started_at),
      durationMs: row.duration_ms,
      firstByteMs: row.first_byte_ms,
      keyId: row.key_id,
      accountId: row.account_id,
      endpoint: row.endpoint,
      model: row.model,
      provider: row.provider,
      upstreamModel: row.upstream_model,
      status: row.status,
      errorCode: row.error_code,
      stream: row.stream === 1,
      attempts: row.attempts,
      usage: {
        input: row.input_tokens,
        cacheRead: row.cache_read_tokens,
        cacheWrite5m: row.cache_write_5m_tokens,
        cacheWrite1h: row.cache_write_1h_tokens,
        output: row.output_tokens,
        reasoning: row.reasoning_tokens,
      },
      estimated: row.estimated === 1,
      costNanos: Number(row.cost_nanos),
    }))
  }

  /** /!\ Hot path: some 3 µs a row. */
  #insert(rows: readonly JournalRow[]): void {
    const whole = rows.length - (rows.length % ROWS_PER_STATEMENT)
    for (let at = 0; at < whole; at += ROWS_PER_STATEMENT) {
      const values: SQLInputValue[] = []
      for (let offset = 0; offset < ROWS_PER_STATEMENT; offset++) this.#push(values, rows[at + offset])
      this.#many.run(...values)
    }
    for (let at = whole; at < rows.length; at++) {
      const values: SQLInputValue[] = []
      this.#push(values, rows[at])
      this.#one.run(...values)
    }
  }

  #touchKeys(rows: readonly JournalRow[]): void {
    if (this.#lastUsed.size > REMEMBERED) this.#lastUsed.clear()
    for (const { keyText, startedAtMs } of rows) {
      if (startedAtMs < (this.#lastUsed.get(keyText) ?? 0) + LAST_USED_EVERY_MS) continue
      this.#lastUsed.set(keyText, startedAtMs)
      this.#touch.run(startedAtMs, splitPart(keyText)[0] ?? '')
    }
  }

  /** In the order of `COLUMNS`. */
  #push(values: SQLInputValue[], row: JournalRow | undefined): void {
    if (row === undefined) return
    values.push(
      row.requestId,
      row.startedAtMs,
      this.#keys.of(row.keyText),
      this.#kinds.of(row.kindText),
      row.durationMs,
      row.firstByteMs,
      row.inputTokens,
      row.cacheReadTokens,
      row.cacheWrite5mTokens,
      row.cacheWrite1hTokens,
      row.outputTokens,
      row.reasoningTokens,
      row.costNanos,
    )
  }
}

async function moveTo(database: Kysely<Tables>, from: number, to: JournalPosition): Promise<void> {
  const { instance, segment, position } = to
  if (from === 0) {
    await database.insertInto('journal_positions').values({ instance, segment, position }).execute()
    return
  }
  const result = await database
    .updateTable('journal_positions')
    .set({ position })
    .where('instance', '=', instance)
    .where('segment', '=', segment)
    .where('position', '=', from)
    .executeTakeFirst()
  if (result.numUpdatedRows !== 1n) throw new Error(`The journal of ${instance} is being read by another process.`)
}

/** Row ids of a table whose columns together are unique, by their tab-separated text. */
class RowIds {
  readonly #known = new Map<string, number>()
  readonly #columns: number
  readonly #insert: StatementSync
  readonly #select: StatementSync

  constructor(handle: DatabaseSync, table: string, columns: readonly string[]) {
    this.#columns = columns.length
    this.#insert = handle.prepare(
      `insert into ${table} (${columns.join()}) values (${columns.map(() => '?').join()}) on conflict do nothing`,
    )
    this.#select = handle.prepare(
      `select id from ${table} where ${columns.map((column) => `${column} = ?`).join(' and ')}`,
    )
  }

  of(text: string): number {
    return this.#known.get(text) ?? this.#lookUp(text)
  }

  forget(): void {
    this.#known.clear()
  }

  #lookUp(text: string): number {
    const fields = splitPart(text)
    // A line of an older or newer writer: what is missing is empty, what is too much is left out.
    const values = Array.from({ length: this.#columns }, (_, index) => fields[index] ?? '')
    this.#insert.run(...values)
    const id = this.#select.get(...values)?.['id']
    if (typeof id !== 'number') throw new Error(`"${text}" could not be stored.`)
    if (this.#known.size >= REMEMBERED) this.#known.clear()
    this.#known.set(text, id)
    return id
  }
}
