// Moves an installation from its SQLite file to PostgreSQL: every table, in one transaction that commits only when what
// arrived is what was sent. It can be stopped at any time and repeated; the SQLite file is only read.
import type { DatabaseSync } from 'node:sqlite'
import { sql, type Transaction } from 'kysely'
import { openDatabase } from './database.ts'
import { mustBeFree } from './must-be-free.ts'
import { unhurriedPostgres } from './postgres-database.ts'
import type { Tables } from './schema.ts'
import { openSqlite } from './sqlite-dialect.ts'
import { TableSum } from './table-sums.ts'

export interface CopyOptions {
  /** Empties a target that has data. */
  readonly force: boolean
  readonly onProgress?: (progress: {
    readonly step: 'copy' | 'verify'
    readonly table: string
    readonly doneRows: number
    readonly totalRows: number
  }) => void
}

export interface CopiedTable {
  readonly table: string
  readonly sum: TableSum
}

interface SourceTable {
  readonly name: string
  /** In the order of both sides' checksums. */
  readonly columns: readonly string[]
  readonly rows: number
}

const ROWS_PER_STATEMENT = 1_000
/** The target has its own, and both are at the same version. */
const NOT_COPIED = new Set(['schema_migrations'])
/** Rows of an empty installation: what migrations bring, and what a gateway leaves that has only run. */
const BORN_WITH: Readonly<Record<string, number>> = {
  accounts: 1,
  meta: Infinity,
  instances: Infinity,
  // The one that makes the first operator.
  one_time_links: 1,
  changes: Infinity,
  health_steps: Infinity,
  health_days: Infinity,
  provider_checks: Infinity,
  provider_events: Infinity,
}

/** Throws with the reason, the target unchanged, when it has data or gateways already, or what arrived is not what was sent. */
export async function copyToPostgres(file: string, url: string, options: CopyOptions): Promise<readonly CopiedTable[]> {
  await (await openDatabase({ file }))[Symbol.asyncDispose]()
  await (await openDatabase({ url }, { backup: false }))[Symbol.asyncDispose]()
  const source = openSqlite(file)
  await using kysely = unhurriedPostgres(url)
  try {
    // One moment of the source, for as long as it takes.
    source.exec('begin')
    const tables = tablesOf(source)
    return await kysely.transaction().execute(async (target) => {
      await mustBeFree(target)
      for (const { name } of tables) await sql`lock table ${sql.table(name)} in access exclusive mode`.execute(target)
      if (!options.force) await mustBeEmpty(target, tables)
      const sent = await send(source, target, tables, options)
      await verify(target, tables, sent, options)
      return sent
    })
  } finally {
    source.close()
  }
}

function tablesOf(source: DatabaseSync): readonly SourceTable[] {
  const names = source
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
    .all()
    .map((row) => String(row['name']))
  return names
    .filter((name) => !NOT_COPIED.has(name))
    .map((name) => ({
      name,
      columns: source
        .prepare('select name from pragma_table_info(?) order by name')
        .all(name)
        .map((row) => String(row['name'])),
      rows: Number(source.prepare(`select count(*) as count from "${name}"`).get()?.['count']),
    }))
}

async function mustBeEmpty(target: Transaction<Tables>, tables: readonly SourceTable[]): Promise<void> {
  for (const { name } of tables) {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(name)}`.execute(target)
    const count = rows[0]?.count ?? 0
    if (count <= (BORN_WITH[name] ?? 0)) continue
    throw new Error(
      `The target is not empty: its table ${name} has ${count} rows. With --force they are all deleted first.`,
    )
  }
}

async function send(
  source: DatabaseSync,
  target: Transaction<Tables>,
  tables: readonly SourceTable[],
  options: CopyOptions,
): Promise<readonly CopiedTable[]> {
  const totalRows = tables.reduce((sum, { rows }) => sum + rows, 0)
  let doneRows = 0
  const sent: CopiedTable[] = []
  await sql`truncate ${sql.join(tables.map(({ name }) => sql.table(name)))}`.execute(target)
  for (const table of tables) {
    const sum = new TableSum()
    let batch: Record<string, unknown>[] = []
    const flush = async (): Promise<void> => {
      if (batch.length > 0) await insert(target, table, batch)
      doneRows += batch.length
      batch = []
      options.onProgress?.({ step: 'copy', table: table.name, doneRows, totalRows })
    }
    for (const found of source.prepare(`select * from "${table.name}"`).iterate()) {
      const row = Object.fromEntries(
        Object.entries(found).map(([column, value]) => [column, sendable(value, table.name)]),
      )
      sum.add(table.columns.map((column) => row[column]))
      batch.push(row)
      if (batch.length === ROWS_PER_STATEMENT) await flush()
    }
    await flush()
    await continueCounting(target, table.name)
    sent.push({ table: table.name, sum })
  }
  return sent
}

/** One parameter for a thousand rows: what JSON can say, every column of ours can hold. */
async function insert(target: Transaction<Tables>, table: SourceTable, rows: readonly object[]): Promise<void> {
  const columns = sql.join(table.columns.map((column) => sql.ref(column)))
  await sql`insert into ${sql.table(table.name)} (${columns})
    select ${columns} from json_populate_recordset(null::${sql.table(table.name)}, ${JSON.stringify(rows)}::json)`.execute(
    target,
  )
}

/** New rows get numbers after those that were copied. */
async function continueCounting(target: Transaction<Tables>, table: string): Promise<void> {
  const { rows } = await sql<{ column: string }>`
    select column_name as column from information_schema.columns
    where table_schema = current_schema() and table_name = ${table} and is_identity = 'YES'`.execute(target)
  for (const { column } of rows) {
    await sql`select setval(pg_get_serial_sequence(${table}, ${column}), greatest(max(${sql.ref(column)}), 1), max(${sql.ref(column)}) is not null)
      from ${sql.table(table)}`.execute(target)
  }
}

async function verify(
  target: Transaction<Tables>,
  tables: readonly SourceTable[],
  sent: readonly CopiedTable[],
  options: CopyOptions,
): Promise<void> {
  const totalRows = tables.reduce((sum, { rows }) => sum + rows, 0)
  let doneRows = 0
  for (const { name, columns } of tables) {
    const arrived = new TableSum()
    const query = sql<
      Record<string, unknown>
    >`select ${sql.join(columns.map((column) => sql.ref(column)))} from ${sql.table(name)}`
    for await (const { rows } of target.getExecutor().stream(query.compile(target), ROWS_PER_STATEMENT)) {
      for (const row of rows) arrived.add(columns.map((column) => row[column]))
      doneRows += rows.length
      options.onProgress?.({ step: 'verify', table: name, doneRows, totalRows })
    }
    const expected = sent.find(({ table }) => table === name)?.sum
    if (expected?.equals(arrived) === true) continue
    throw new Error(
      `The table ${name} did not arrive as it was sent (${expected?.toString()} sent, ${arrived.toString()} arrived). Nothing was changed.`,
    )
  }
}

function sendable(value: unknown, table: string): string | number | null {
  if (value === null || typeof value === 'number') return value
  // PostgreSQL's text has no NUL.
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD')
  throw new TypeError(`The table ${table} holds a ${typeof value}, which cannot be copied.`)
}
