// Usage rows in SQLite. The insert is the one statement that runs once per call, so it goes to node:sqlite directly:
// sixteen rows a statement, and what repeats from call to call (the key, and the kind of call) as a row id that is
// looked up once and remembered. node:sqlite is synchronous: a batch goes in by pieces (`core/pace.ts`), inside its one
// transaction. Who needs the database meanwhile waits for the whole batch, nobody else does.
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Kysely } from 'kysely'
import { splitPart } from '../billing/journal/journal-line.ts'
import type { JournalAdvance, JournalBatch, JournalRow } from '../billing/usage/usage-store.ts'
import { chargeOnce } from './charged-once.ts'
import { insertReceipts } from './receipt-store.ts'
import { RollupBatch, type KindFacts, type RollupEntry } from './rollup-batch.ts'
import { LATENCY_BUCKETS } from '../billing/usage/latency-histogram.ts'
import { errorCode } from '../core/error-code.ts'
import { paceFor, type Pace } from '../core/pace.ts'
import { FIRST_CALLS, FIRST_DURATION, FIRST_FIRST, SUM_COLUMNS } from './rollup-columns.ts'
import type { Tables } from './schema.ts'
import { moveTo, SqlUsageStore } from './sql-usage-store.ts'
import { SqliteCheckpoints } from './sqlite-checkpoints.ts'
import { splitByAge } from './rollups-late.ts'
import {
  KEY_FIELDS,
  kindFlags,
  KIND_FIELDS,
  NO_PRICE,
  PRICE_FIELDS,
  RECORD_COLUMNS,
  SERIES_FIELDS,
  seriesFields,
} from './usage-rows.ts'
import { readState, setMark, DAYS_UNTIL } from './usage-state.ts'
import { Charges, settle } from './wallet-charges.ts'

const ROWS_PER_STATEMENT = 16
const ROW_US = 7.5
const SUM_US = 10
/** A key's last use is written at most this often: the usage rows have it exactly. */
const LAST_USED_EVERY_MS = 30_000
/** Remembered row ids; past that many the memory starts anew. */
const REMEMBERED = 20_000

export class SqliteUsageStore extends SqlUsageStore {
  readonly #handle: DatabaseSync
  /** Made at the first batch: the database may be opened only to be looked at, with an older schema. */
  #made: Prepared | undefined
  /** By the key's text, unix ms. */
  readonly #lastUsed = new Map<string, number>()

  /** One process brings records in, one batch at a time. */
  readonly inOrder = true
  readonly #checkpoints: SqliteCheckpoints

  constructor(kysely: Kysely<Tables>, handle: DatabaseSync) {
    super(kysely)
    this.#handle = handle
    this.#checkpoints = new SqliteCheckpoints(handle.location() ?? '')
  }

  /** By others, into the same log. */
  wrote(kib: number): void {
    this.#checkpoints.wrote(kib)
  }

  async append(batch: JournalBatch, advance: JournalAdvance): Promise<void> {
    try {
      await this.kysely.transaction().execute(async (transaction) => {
        await moveTo(transaction, advance)
        await insertReceipts(transaction, batch.receipts ?? [])
        const due = await chargeOnce(transaction, batch)
        const { rows } = due
        const prepared = (this.#made ??= new Prepared(this.#handle))
        const rollups = new RollupBatch()
        const charges = new Charges(prepared.nextTransfers())
        const pace = paceFor(rows.length)
        const perPiece = inWholeStatements(pace.piece(ROW_US))
        for (let at = 0; at < rows.length; at += perPiece) {
          await pace.pause()
          insertRecords(prepared, rows.slice(at, at + perPiece), rollups, charges)
        }
        this.#touchKeys(prepared, rows)
        const sums = splitByAge(rollups.entries(), await readState(transaction))
        if (sums.daysUntil !== null) await setMark(transaction, DAYS_UNTIL, sums.daysUntil)
        await addSums(prepared.hours, sums.hours, pace)
        await addSums(prepared.days, sums.days, pace)
        await settle(transaction, charges, due, advance)
        // The commit writes all the pages at once.
        await pace.pause()
      })
      this.#checkpoints.wrote(batch.rows.length)
    } catch (error) {
      // Row ids that were handed out inside the transaction went with it.
      this.#lastUsed.clear()
      this.#made?.forget()
      throw error
    }
  }

  async flush(): Promise<void> {
    // With synchronous=NORMAL a commit is in the write-ahead log but perhaps not on the disk. What has been brought in
    // from the log was synced then; the log itself is synced here, by a thread of the pool.
    const file = this.#handle.location()
    if (file === null) return
    await using log = await open(`${file}-wal`, 'r').catch(whenMissing)
    await log?.datasync()
    await using directory = await open(dirname(file), 'r')
    await directory.sync()
  }

  #touchKeys({ touch }: Prepared, rows: readonly JournalRow[]): void {
    if (this.#lastUsed.size > REMEMBERED) this.#lastUsed.clear()
    for (const { keyText, startedAtMs } of rows) {
      if (startedAtMs < (this.#lastUsed.get(keyText) ?? 0) + LAST_USED_EVERY_MS) continue
      this.#lastUsed.set(keyText, startedAtMs)
      touch.run(startedAtMs, splitPart(keyText)[0] ?? '')
    }
  }
}

/** /!\ Hot path: some 4 µs a row. */
function insertRecords(
  { records, keys, kinds, prices }: Prepared,
  rows: readonly JournalRow[],
  rollups: RollupBatch,
  charges: Charges,
): void {
  records.insert(rows, (values, row) => {
    const key = keys.of(row.keyText)
    const kind = kinds.of(row.kindText)
    rollups.add(row, key, kind)
    // In the order of RECORD_COLUMNS.
    values.push(
      row.requestId,
      row.startedAtMs,
      key,
      kind.id,
      row.durationMs,
      row.firstByteMs,
      row.inputTokens,
      row.cacheReadTokens,
      row.cacheWrite5mTokens,
      row.cacheWrite1hTokens,
      row.outputTokens,
      row.reasoningTokens,
      row.costNanos,
      row.trailText,
      row.providerCostNanos,
      row.priceText === '' ? NO_PRICE : prices.of(row.priceText),
      row.extrasText,
      charges.add(row),
    )
  })
}

async function addSums(table: SumsTable, entries: readonly RollupEntry[], pace: Pace): Promise<void> {
  const perPiece = pace.piece(SUM_US)
  for (let at = 0; at < entries.length; at += perPiece) {
    await pace.pause()
    table.add(entries.slice(at, at + perPiece))
  }
}

/** A rest of less than a statement's rows goes in one by one. */
function inWholeStatements(rows: number): number {
  return Math.max(ROWS_PER_STATEMENT, rows - (rows % ROWS_PER_STATEMENT))
}

class Prepared {
  readonly records: ManyRows
  readonly hours: SumsTable
  readonly days: SumsTable
  readonly touch: StatementSync
  readonly keys: Remembered<number>
  readonly kinds: Remembered<KindFacts>
  readonly prices: Remembered<number>
  readonly #lastTransfer: StatementSync

  constructor(handle: DatabaseSync) {
    this.records = new ManyRows(handle, 'usage_records', RECORD_COLUMNS, ROWS_PER_STATEMENT)
    this.hours = new SumsTable(handle, 'usage_hours')
    this.days = new SumsTable(handle, 'usage_days')
    this.touch = handle.prepare(
      'update api_keys set last_used_at = ?1 where key_id = ?2 and (last_used_at is null or last_used_at < ?1)',
    )
    const keys = new RowIds(handle, 'usage_keys', KEY_FIELDS)
    const kinds = new RowIds(handle, 'usage_kinds', KIND_FIELDS)
    const series = new RowIds(handle, 'usage_series', SERIES_FIELDS)
    const prices = new RowIds(handle, 'usage_prices', PRICE_FIELDS)
    this.#lastTransfer = handle.prepare('select max(id) as id from wallet_transfers')
    this.prices = new Remembered((text) => prices.of([text]))
    this.keys = new Remembered((text) => keys.of(splitPart(text)))
    this.kinds = new Remembered((text) => {
      const fields = splitPart(text)
      return { id: kinds.of(fields), series: series.of(seriesFields(fields)), ...kindFlags(fields) }
    })
  }

  /** Inside a transaction, which is the only one. */
  nextTransfers(): () => number {
    let last: number | undefined
    return () => {
      last ??= Number(this.#lastTransfer.get()?.['id'] ?? 0)
      return ++last
    }
  }

  forget(): void {
    this.keys.forget()
    this.kinds.forget()
    this.prices.forget()
  }
}

/**
 * Adds sums to the rows that are there. Of the 32 columns of both histograms most entries touch one or two, and binding
 * the others would cost more than all the rest: there is a statement for each such pair, made when it is first needed.
 */
class SumsTable {
  readonly #handle: DatabaseSync
  readonly #table: string
  readonly #all: StatementSync
  readonly #few = new Map<number, StatementSync>()

  constructor(handle: DatabaseSync, table: string) {
    this.#handle = handle
    this.#table = table
    this.#all = this.#prepare(SUM_COLUMNS)
  }

  add(entries: readonly RollupEntry[]): void {
    for (const { slot, key, series, sums } of entries) {
      const duration = onlyBucket(sums, FIRST_DURATION)
      const first = sums[FIRST_CALLS] === 0 ? NO_BUCKET : onlyBucket(sums, FIRST_FIRST)
      if (duration === SEVERAL || first === SEVERAL) {
        this.#all.run(slot, key, series, ...sums)
        continue
      }
      const buckets = first === NO_BUCKET ? [duration] : [duration, first]
      const values = sums.slice(0, FIRST_DURATION)
      for (const bucket of buckets) values.push(sums[bucket] ?? 0)
      this.#statementFor(duration, first, buckets).run(slot, key, series, ...values)
    }
  }

  #statementFor(duration: number, first: number, buckets: readonly number[]): StatementSync {
    const name = duration * SUM_COLUMNS.length + first
    let statement = this.#few.get(name)
    if (statement === undefined) {
      statement = this.#prepare([
        ...SUM_COLUMNS.slice(0, FIRST_DURATION),
        ...buckets.map((bucket) => SUM_COLUMNS[bucket] ?? ''),
      ])
      this.#few.set(name, statement)
    }
    return statement
  }

  #prepare(columns: readonly string[]): StatementSync {
    const table = this.#table
    const added = columns.map((column) => `${column} = ${table}.${column} + excluded.${column}`)
    return this.#handle.prepare(
      `insert into ${table} (slot, usage_key, series, ${columns.join()}) values (?, ?, ?, ${columns.map(() => '?').join()})
        on conflict (slot, usage_key, series) do update set ${added.join()}`,
    )
  }
}

const SEVERAL = -1
const NO_BUCKET = 0

/** The index of the one bucket of the histogram that counts anything. */
function onlyBucket(sums: readonly number[], from: number): number {
  let found = SEVERAL
  for (let index = from; index < from + LATENCY_BUCKETS; index++) {
    if (sums[index] === 0) continue
    if (found !== SEVERAL) return SEVERAL
    found = index
  }
  return found
}

/** An insert of so many rows at a time, and of one for the rest. */
class ManyRows {
  readonly #perStatement: number
  readonly #many: StatementSync
  readonly #one: StatementSync

  constructor(handle: DatabaseSync, table: string, columns: readonly string[], perStatement: number) {
    const row = `(${columns.map(() => '?').join()})`
    const insert = `insert into ${table} (${columns.join()}) values `
    this.#perStatement = perStatement
    this.#many = handle.prepare(insert + Array(perStatement).fill(row).join())
    this.#one = handle.prepare(insert + row)
  }

  insert<Row>(rows: readonly Row[], push: (values: SQLInputValue[], row: Row) => void): void {
    const whole = rows.length - (rows.length % this.#perStatement)
    let values: SQLInputValue[] = []
    for (const [index, row] of rows.entries()) {
      push(values, row)
      if (index < whole && (index + 1) % this.#perStatement !== 0) continue
      ;(index < whole ? this.#many : this.#one).run(...values)
      values = []
    }
  }
}

class Remembered<Value> {
  readonly #known = new Map<string, Value>()
  readonly #find: (text: string) => Value

  constructor(find: (text: string) => Value) {
    this.#find = find
  }

  of(text: string): Value {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const found = this.#find(text)
    if (this.#known.size >= REMEMBERED) this.#known.clear()
    this.#known.set(text, found)
    return found
  }

  forget(): void {
    this.#known.clear()
  }
}

/** Row ids of a table whose columns together are unique. */
class RowIds {
  readonly #table: string
  readonly #columns: readonly string[]
  readonly #insert: StatementSync
  readonly #select: StatementSync

  constructor(handle: DatabaseSync, table: string, columns: readonly string[]) {
    this.#table = table
    this.#columns = columns
    this.#insert = handle.prepare(
      `insert into ${table} (${columns.join()}) values (${columns.map(() => '?').join()}) on conflict do nothing`,
    )
    this.#select = handle.prepare(
      `select id from ${table} where ${columns.map((column) => `${column} = ?`).join(' and ')}`,
    )
  }

  of(fields: readonly string[]): number {
    // A line of an older or newer writer: what is missing is empty, what is too much is left out.
    const values = this.#columns.map((_, index) => fields[index] ?? '')
    this.#insert.run(...values)
    const id = this.#select.get(...values)?.['id']
    if (typeof id !== 'number') throw new Error(`${JSON.stringify(values)} could not be stored in ${this.#table}.`)
    return id
  }
}

function whenMissing(error: unknown): undefined {
  if (errorCode(error) === 'ENOENT') return undefined
  throw error
}
