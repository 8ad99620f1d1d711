// Usage rows in PostgreSQL. A batch is a handful of statements whatever its size: each column goes over as one array.
// Several gateways bring rows in at the same time; sums that they share are locked in one order, so that nobody waits for
// each other in a circle.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { splitPart } from '../billing/journal-line.ts'
import type { JournalAdvance, JournalRow } from '../billing/usage-store.ts'
import { RollupBatch, type KindFacts, type RollupEntry } from './rollup-batch.ts'
import { SUM_COLUMNS, WIDE_COLUMNS } from './rollup-columns.ts'
import { splitByAge } from './rollups-late.ts'
import type { Tables } from './schema.ts'
import { moveTo, SqlUsageStore } from './sql-usage-store.ts'
import { KEY_FIELDS, KIND_FIELDS, kindFlags, RECORD_COLUMNS, SERIES_FIELDS, seriesFields } from './usage-rows.ts'
import { DAYS_UNTIL, readState, setMark } from './usage-state.ts'

const REMEMBERED = 20_000
const LAST_USED_EVERY_MS = 30_000
const KIND_NUMBERS: ReadonlySet<string> = new Set(['status', 'stream', 'attempts', 'estimated'])

export class PostgresUsageStore extends SqlUsageStore {
  readonly #keys = new Map<string, number>()
  readonly #kinds = new Map<string, KindFacts>()
  readonly #lastUsed = new Map<string, number>()

  async append(rows: readonly JournalRow[], advance: JournalAdvance): Promise<void> {
    try {
      await this.kysely.transaction().execute(async (transaction) => {
        await moveTo(transaction, advance)
        if (rows.length === 0) return
        // Shared until the commit: nobody sums up a day into which these rows fall.
        const state = await readState(transaction, true)
        const batch = new RollupBatch()
        await insertRecords(transaction, await this.#values(transaction, rows, batch))
        const sums = splitByAge(batch.entries(), state)
        await addSums(transaction, 'usage_hours', sums.hours)
        await addSums(transaction, 'usage_days', sums.days)
        if (sums.daysUntil !== null) await setMark(transaction, DAYS_UNTIL, sums.daysUntil)
        await this.#touchKeys(transaction, rows)
      })
    } catch (error) {
      // Row ids that were handed out inside the transaction went with it.
      this.#keys.clear()
      this.#kinds.clear()
      this.#lastUsed.clear()
      throw error
    }
  }

  /** A commit is on the server's disk (`synchronous_commit`, on by default). */
  async flush(): Promise<void> {}

  /** The columns of `RECORD_COLUMNS`, an array each. */
  async #values(
    transaction: Kysely<Tables>,
    rows: readonly JournalRow[],
    batch: RollupBatch,
  ): Promise<readonly (string | number)[][]> {
    const columns: (string | number)[][] = RECORD_COLUMNS.map(() => [])
    for (const row of rows) {
      const key = this.#keys.get(row.keyText) ?? (await this.#findKey(transaction, row.keyText))
      const kind = this.#kinds.get(row.kindText) ?? (await this.#findKind(transaction, row.kindText))
      batch.add(row, key, kind)
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
      ]
      for (const [index, value] of values.entries()) columns[index]?.push(value)
    }
    return columns
  }

  async #findKey(transaction: Kysely<Tables>, text: string): Promise<number> {
    const id = await rowIdOf(transaction, 'usage_keys', KEY_FIELDS, splitPart(text))
    if (this.#keys.size >= REMEMBERED) this.#keys.clear()
    this.#keys.set(text, id)
    return id
  }

  async #findKind(transaction: Kysely<Tables>, text: string): Promise<KindFacts> {
    const fields = splitPart(text)
    const id = await rowIdOf(transaction, 'usage_kinds', KIND_FIELDS, fields)
    const series = await rowIdOf(transaction, 'usage_series', SERIES_FIELDS, seriesFields(fields))
    const kind = { id, series, ...kindFlags(fields) }
    if (this.#kinds.size >= REMEMBERED) this.#kinds.clear()
    this.#kinds.set(text, kind)
    return kind
  }

  async #touchKeys(transaction: Kysely<Tables>, rows: readonly JournalRow[]): Promise<void> {
    if (this.#lastUsed.size > REMEMBERED) this.#lastUsed.clear()
    const touched = new Map<string, number>()
    for (const { keyText, startedAtMs } of rows) {
      if (startedAtMs < (this.#lastUsed.get(keyText) ?? 0) + LAST_USED_EVERY_MS) continue
      this.#lastUsed.set(keyText, startedAtMs)
      touched.set(cleaned(splitPart(keyText)[0] ?? ''), startedAtMs)
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

async function insertRecords(transaction: Kysely<Tables>, columns: readonly (string | number)[][]): Promise<void> {
  const arrays = RECORD_COLUMNS.map((column, index) =>
    column === 'request_id' || column === 'trail'
      ? sql`${(columns[index] ?? []).map((text) => cleaned(String(text)))}::text[]`
      : sql`${columns[index] ?? []}::bigint[]`,
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

/** Of a table whose columns together are unique. What is missing in an older line is empty. */
async function rowIdOf(
  transaction: Kysely<Tables>,
  table: 'usage_keys' | 'usage_kinds' | 'usage_series',
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

/** PostgreSQL's text cannot hold a NUL; one in a model's name must not keep the whole journal out. */
function cleaned(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
}
