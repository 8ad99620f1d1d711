// Usage rows in PostgreSQL. A batch is a handful of statements whatever its size: each column goes over as one array.
// Several gateways bring rows in at the same time; sums that they share are locked in one order, so that nobody waits for
// each other in a circle.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { splitPart } from '../billing/journal/journal-line.ts'
import type { JournalAdvance, JournalBatch, JournalRow } from '../billing/usage/usage-store.ts'
import { paceFor } from '../core/pace.ts'
import { chargeOnce } from './charged-once.ts'
import { insertReceipts } from './receipt-store.ts'
import { RollupBatch, type KindFacts, type RollupEntry } from './rollup-batch.ts'
import { SUM_COLUMNS, WIDE_COLUMNS } from './rollup-columns.ts'
import { splitByAge } from './rollups-late.ts'
import type { Tables } from './schema.ts'
import { moveTo, SqlUsageStore } from './sql-usage-store.ts'
import { repeatedly } from './transactions.ts'
import {
  KEY_FIELDS,
  KIND_FIELDS,
  kindFlags,
  NO_PRICE,
  PRICE_FIELDS,
  RECORD_COLUMNS,
  SERIES_FIELDS,
  seriesFields,
} from './usage-rows.ts'
import { DAYS_UNTIL, readState, setMark } from './usage-state.ts'
import { Charges, countPayers, settle } from './wallet-charges.ts'

/** With the text of what is sent. */
const ROW_US = 5
const REMEMBERED = 20_000
const TEXTS: ReadonlySet<string> = new Set(['request_id', 'trail', 'extras'])
const LAST_USED_EVERY_MS = 30_000
const KIND_NUMBERS: ReadonlySet<string> = new Set(['status', 'stream', 'attempts', 'estimated'])

/** Those of `RECORD_COLUMNS`, an array each. */
type Columns = readonly (string | number | null)[][]

export class PostgresUsageStore extends SqlUsageStore {
  readonly inOrder = false
  readonly #keys = new Map<string, number>()
  readonly #kinds = new Map<string, KindFacts>()
  readonly #prices = new Map<string, number>()
  readonly #lastUsed = new Map<string, number>()

  async append(batch: JournalBatch, advance: JournalAdvance): Promise<void> {
    await repeatedly(() => this.#append(batch, advance))
  }

  async #append(batch: JournalBatch, advance: JournalAdvance): Promise<void> {
    try {
      await this.kysely.transaction().execute(async (transaction) => {
        await moveTo(transaction, advance)
        await insertReceipts(transaction, batch.receipts ?? [])
        const due = await chargeOnce(transaction, batch)
        const charges = new Charges(await nextTransfers(transaction, countPayers(due.rows)))
        if (due.rows.length > 0) await this.#appendRows(transaction, due.rows, charges)
        // Last: whoever draws from one of these wallets waits until the commit.
        await settle(transaction, charges, due, advance)
      })
    } catch (error) {
      // Row ids that were handed out inside the transaction went with it.
      this.#keys.clear()
      this.#kinds.clear()
      this.#prices.clear()
      this.#lastUsed.clear()
      throw error
    }
  }

  async #appendRows(transaction: Kysely<Tables>, rows: readonly JournalRow[], charges: Charges): Promise<void> {
    // Shared until the commit: nobody sums up a day into which these rows fall.
    const state = await readState(transaction, true)
    const rollups = new RollupBatch()
    await this.#learnNames(transaction, rows)
    const pace = paceFor(rows.length)
    const perPiece = pace.piece(ROW_US)
    const columns: Columns = RECORD_COLUMNS.map(() => [])
    for (let at = 0; at < rows.length; at += perPiece) {
      await pace.pause()
      this.#addValues(columns, rows.slice(at, at + perPiece), rollups, charges)
    }
    await insertRecords(transaction, columns)
    const sums = splitByAge(rollups.entries(), state)
    await addSums(transaction, 'usage_hours', sums.hours)
    await addSums(transaction, 'usage_days', sums.days)
    if (sums.daysUntil !== null) await setMark(transaction, DAYS_UNTIL, sums.daysUntil)
    await this.#touchKeys(transaction, rows)
  }

  /** A commit is on the server's disk (`synchronous_commit`, on by default). */
  async flush(): Promise<void> {}

  /** The row ids of whatever repeats; new ones in one order, so that two who learn the same never wait in a circle. */
  async #learnNames(transaction: Kysely<Tables>, rows: readonly JournalRow[]): Promise<void> {
    for (const memory of [this.#keys, this.#kinds, this.#prices]) if (memory.size > REMEMBERED) memory.clear()
    for (const text of unknown(rows, this.#keys, ({ keyText }) => keyText))
      this.#keys.set(text, await rowIdOf(transaction, 'usage_keys', KEY_FIELDS, splitPart(text)))
    const kinds: { readonly text: string; readonly fields: readonly string[]; readonly id: number }[] = []
    for (const text of unknown(rows, this.#kinds, ({ kindText }) => kindText)) {
      const fields = splitPart(text)
      kinds.push({ text, fields, id: await rowIdOf(transaction, 'usage_kinds', KIND_FIELDS, fields) })
    }
    for (const { text, fields, id } of kinds.toSorted((a, b) =>
      seriesName(a.fields) < seriesName(b.fields) ? -1 : 1,
    )) {
      const series = await rowIdOf(transaction, 'usage_series', SERIES_FIELDS, seriesFields(fields))
      this.#kinds.set(text, { id, series, ...kindFlags(fields) })
    }
    for (const text of unknown(rows, this.#prices, ({ priceText }) => priceText))
      this.#prices.set(text, text === '' ? NO_PRICE : await rowIdOf(transaction, 'usage_prices', PRICE_FIELDS, [text]))
  }

  #addValues(columns: Columns, rows: readonly JournalRow[], rollups: RollupBatch, charges: Charges): void {
    for (const row of rows) {
      const key = known(this.#keys, row.keyText)
      const kind = known(this.#kinds, row.kindText)
      rollups.add(row, key, kind)
      const values = [
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
        known(this.#prices, row.priceText),
        row.extrasText,
        charges.add(row),
      ]
      for (let index = 0; index < values.length; index++) columns[index]?.push(values[index] ?? null)
    }
  }

  async #touchKeys(transaction: Kysely<Tables>, rows: readonly JournalRow[]): Promise<void> {
    if (this.#lastUsed.size > REMEMBERED) this.#lastUsed.clear()
    const touched = new Map<string, number>()
    for (const { keyText, startedAtMs } of rows) {
      if (startedAtMs < (this.#lastUsed.get(keyText) ?? 0) + LAST_USED_EVERY_MS) continue
      this.#lastUsed.set(keyText, startedAtMs)
      touched.set(splitPart(keyText)[0] ?? '', startedAtMs)
    }
    const sorted = [...touched].sort(([a], [b]) => (a < b ? -1 : 1))
    if (sorted.length === 0) return
    // Somebody who uses the row at this moment writes a newer time; the lock is taken in the order of the names.
    await sql`update api_keys set last_used_at = used.at
      from (select k.id, seen.at from unnest(${sorted.map(([id]) => id)}::text[], ${sorted.map(([, at]) => at)}::bigint[])
        as seen(key_id, at) join api_keys k on k.key_id = seen.key_id order by k.id for update of k skip locked) as used
      where api_keys.id = used.id and (api_keys.last_used_at is null or api_keys.last_used_at < used.at)`.execute(
      transaction,
    )
  }
}

/** Sorted. */
function unknown(
  rows: readonly JournalRow[],
  memory: ReadonlyMap<string, unknown>,
  textOf: (row: JournalRow) => string,
): readonly string[] {
  const texts = new Set<string>()
  for (const row of rows) if (!memory.has(textOf(row))) texts.add(textOf(row))
  return [...texts].sort()
}

function known<Value>(memory: ReadonlyMap<string, Value>, text: string): Value {
  const value = memory.get(text)
  if (value === undefined) throw new Error(`${JSON.stringify(text)} has no row yet.`)
  return value
}

function seriesName(fields: readonly string[]): string {
  return seriesFields(fields).join('\t')
}

async function insertRecords(transaction: Kysely<Tables>, columns: Columns): Promise<void> {
  const arrays = RECORD_COLUMNS.map((column, index) =>
    TEXTS.has(column) ? sql`${columns[index] ?? []}::text[]` : sql`${columns[index] ?? []}::bigint[]`,
  )
  await sql`insert into usage_records (${names(RECORD_COLUMNS)}) select * from unnest(${sql.join(arrays)})`.execute(
    transaction,
  )
}

async function addSums(
  transaction: Kysely<Tables>,
  table: 'usage_hours' | 'usage_days',
  entries: readonly RollupEntry[],
): Promise<void> {
  if (entries.length === 0) return
  const arrays = [
    sql`${entries.map(({ slot }) => slot)}::integer[]`,
    sql`${entries.map(({ key }) => key)}::integer[]`,
    sql`${entries.map(({ series }) => series)}::integer[]`,
    ...SUM_COLUMNS.map((column, index) => {
      const values = entries.map(({ sums }) => sums[index] ?? 0)
      return WIDE_COLUMNS.has(column) ? sql`${values}::bigint[]` : sql`${values}::integer[]`
    }),
  ]
  const added = SUM_COLUMNS.map((column) => `${column} = ${table}.${column} + excluded.${column}`).join(', ')
  await sql`insert into ${sql.table(table)} (slot, usage_key, series, ${names(SUM_COLUMNS)})
    select * from unnest(${sql.join(arrays)})
    on conflict (slot, usage_key, series) do update set ${sql.raw(added)}`.execute(transaction)
}

/** Row ids of transfers that nobody else gets. */
async function nextTransfers(transaction: Kysely<Tables>, count: number): Promise<() => number> {
  if (count === 0) return () => 0
  const { rows } = await sql<{ id: number }>`
    select nextval(pg_get_serial_sequence('wallet_transfers', 'id')) as id from generate_series(1, ${count}::integer)`.execute(
    transaction,
  )
  const ids = rows.map(({ id }) => id)
  return () => {
    const id = ids.shift()
    if (id === undefined) throw new Error('A batch has more payers than were counted.')
    return id
  }
}

/** Of a table whose columns together are unique. What is missing in an older line is empty. */
async function rowIdOf(
  transaction: Kysely<Tables>,
  table: 'usage_keys' | 'usage_kinds' | 'usage_series' | 'usage_prices',
  columns: readonly string[],
  fields: readonly string[],
): Promise<number> {
  const values = columns.map((column, index) => valueOf(column, fields[index] ?? ''))
  const found = async (): Promise<number | undefined> => {
    const same = columns.map((column, index) => sql`${sql.ref(column)} = ${values[index]}`)
    const { rows } = await sql<{ id: number }>`
      select id from ${sql.table(table)} where ${sql.join(same, sql` and `)}`.execute(transaction)
    return rows[0]?.id
  }
  const known = await found()
  if (known !== undefined) return known
  await sql`insert into ${sql.table(table)} (${names(columns)}) values (${sql.join(values)}) on conflict do nothing`.execute(
    transaction,
  )
  const id = await found()
  if (id === undefined) throw new Error(`${JSON.stringify(values)} could not be stored in ${table}.`)
  return id
}

function valueOf(column: string, field: string): string | number {
  if (!KIND_NUMBERS.has(column)) return field
  const value = Number(field)
  return Number.isSafeInteger(value) ? Math.min(value, 2 ** 31 - 1) : 0
}

function names(columns: readonly string[]): RawBuilder<unknown> {
  return sql.raw(columns.join(', '))
}
