// Sums of usage by the hour and by the day, and what records lacked: the group, the attempts, a look-up by request id.
import { sql, type CreateTableBuilder, type Transaction } from 'kysely'
import { LATENCY_BOUNDS_MS } from '../../billing/usage/latency-histogram.ts'
import {
  DURATION_COLUMNS,
  EVERYBODY,
  FIRST_COLUMNS,
  HOUR_MS,
  SUM_COLUMNS as SUMS_NOW,
  WIDE_COLUMNS,
} from '../rollup-columns.ts'
import type { Tables } from '../schema.ts'
import { DAYS_UNTIL, HOURS_FROM, RECORDS_FROM } from '../usage-state.ts'
import { isPostgres, rowId } from './columns.ts'
import type { Migration } from './migration.ts'

const FIGURES_OF_RECORDS = [
  'duration_ms',
  'first_byte_ms',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
] as const

/** Migration 7 adds these. */
const LATER: readonly string[] = ['provider_cost_nanos', 'billed_nanos']
const SUM_COLUMNS = SUMS_NOW.filter((column) => !LATER.includes(column))

export const usageRollups: Migration = {
  version: 4,
  name: 'usage-rollups',
  // An older release would write records without their sums.
  oldestCompatible: 4,

  async up(database) {
    await database.schema
      .alterTable('usage_records')
      .addColumn('trail', 'text', (column) => column.notNull().defaultTo(''))
      .execute()
    await database.schema.createIndex('usage_records_by_request').on('usage_records').columns(['request_id']).execute()
    await database.schema
      .alterTable('journal_positions')
      .addColumn('directory', 'text', (column) => column.notNull().defaultTo(''))
      .execute()
    if (isPostgres(database)) {
      for (const column of FIGURES_OF_RECORDS) {
        // 32 bits there; a figure that makes no sense must not keep a whole journal out.
        await database.schema
          .alterTable('usage_records')
          .alterColumn(column, (change) => change.setDataType('bigint'))
          .execute()
      }
    }
    await addGroups(database)
    await database.schema
      .createTable('usage_series')
      .addColumn(...rowId(database))
      .addColumn('endpoint', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('status_class', 'text', (column) => column.notNull())
      .addUniqueConstraint('usage_series_unique', ['model', 'endpoint', 'provider', 'status_class'])
      .execute()
    for (const table of ['usage_hours', 'usage_days']) {
      await createSums(database, table)
      await database.schema.createIndex(`${table}_by_key`).on(table).columns(['usage_key', 'slot']).execute()
    }
    await sumUp(database)
    await database
      .insertInto('meta')
      .values([DAYS_UNTIL, HOURS_FROM, RECORDS_FROM].map((name) => ({ name, value: '0' })))
      .execute()
  },

  async down(database) {
    for (const table of ['usage_days', 'usage_hours', 'usage_series']) await database.schema.dropTable(table).execute()
    await database.deleteFrom('meta').where('name', 'in', [DAYS_UNTIL, HOURS_FROM, RECORDS_FROM]).execute()
    await dropGroups(database)
    await database.schema.alterTable('journal_positions').dropColumn('directory').execute()
    await database.schema.dropIndex('usage_records_by_request').execute()
    await database.schema.alterTable('usage_records').dropColumn('trail').execute()
  },
}

async function createSums(database: Transaction<Tables>, name: string): Promise<void> {
  let table: CreateTableBuilder<string, string> = database.schema
    .createTable(name)
    .addColumn('slot', 'integer', (column) => column.notNull())
    .addColumn('usage_key', 'integer', (column) => column.notNull())
    .addColumn('series', 'integer', (column) => column.notNull())
  for (const column of SUM_COLUMNS) {
    const type = WIDE_COLUMNS.has(column) ? 'bigint' : 'integer'
    table = table.addColumn(column, type, (definition) => definition.notNull().defaultTo(0))
  }
  table = table.addPrimaryKeyConstraint(`${name}_key`, ['slot', 'usage_key', 'series'])
  // The rows themselves in the order of time: what one batch adds to lies together.
  await (
    isPostgres(database) ? table.modifyEnd(sql`with (fillfactor = 80)`) : table.modifyEnd(sql`without rowid`)
  ).execute()
}

/** SQLite cannot change a constraint; the table is small and is made anew. */
async function addGroups(database: Transaction<Tables>): Promise<void> {
  if (isPostgres(database)) {
    await sql`alter table usage_keys add column group_name text not null default '', drop constraint usage_keys_unique,
      add constraint usage_keys_unique unique (account_id, key_id, group_name)`.execute(database)
    return
  }
  await database.schema
    .createTable('usage_keys_new')
    .addColumn(...rowId(database))
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('group_name', 'text', (column) => column.notNull().defaultTo(''))
    .addUniqueConstraint('usage_keys_unique', ['account_id', 'key_id', 'group_name'])
    .execute()
  await sql`insert into usage_keys_new (id, key_id, account_id) select id, key_id, account_id from usage_keys`.execute(
    database,
  )
  await database.schema.dropTable('usage_keys').execute()
  await database.schema.alterTable('usage_keys_new').renameTo('usage_keys').execute()
}

async function dropGroups(database: Transaction<Tables>): Promise<void> {
  await sql`update usage_records set usage_key = (
    select min(one.id) from usage_keys one join usage_keys other
      on one.key_id = other.key_id and one.account_id = other.account_id where other.id = usage_records.usage_key)`.execute(
    database,
  )
  await sql`delete from usage_keys where id not in (select min(id) from usage_keys group by key_id, account_id)`.execute(
    database,
  )
  if (isPostgres(database)) {
    await sql`alter table usage_keys drop constraint usage_keys_unique, drop column group_name,
      add constraint usage_keys_unique unique (key_id, account_id)`.execute(database)
    return
  }
  await database.schema
    .createTable('usage_keys_old')
    .addColumn(...rowId(database))
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addUniqueConstraint('usage_keys_unique', ['key_id', 'account_id'])
    .execute()
  await sql`insert into usage_keys_old (id, key_id, account_id) select id, key_id, account_id from usage_keys`.execute(
    database,
  )
  await database.schema.dropTable('usage_keys').execute()
  await database.schema.alterTable('usage_keys_old').renameTo('usage_keys').execute()
}

/** The records that are there already. */
async function sumUp(database: Transaction<Tables>): Promise<void> {
  const statusClass = sql`case when k.status in (429, 499) then cast(k.status as text) when k.status < 300 then '2xx'
    when k.status < 400 then '3xx' when k.status < 500 then '4xx' else '5xx' end`
  await sql`insert into usage_series (endpoint, model, provider, status_class)
    select distinct k.endpoint, k.model, k.provider, ${statusClass} from usage_kinds k`.execute(database)
  const firsts = sql`case when k.stream = 1 and r.first_byte_ms >= 0 then 1 else 0 end`
  const sums = [
    sql`count(*)`,
    sql`sum(case when k.error_code in ('', 'client_gone') then 0 else 1 end)`,
    sql`sum(case when k.attempts > 0 then 1 else 0 end)`,
    ...['input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'output', 'reasoning'].map(
      (name) => sql`sum(r.${sql.ref(`${name}_tokens`)})`,
    ),
    sql`sum(r.cost_nanos)`,
    sql`sum(r.duration_ms)`,
    sql`sum(${firsts})`,
    sql`sum(r.first_byte_ms * ${firsts})`,
    ...DURATION_COLUMNS.map((_, bucket) => sql`sum(${within(sql`r.duration_ms`, bucket)})`),
    ...FIRST_COLUMNS.map((_, bucket) => sql`sum(${firsts} * ${within(sql`r.first_byte_ms`, bucket)})`),
  ]
  const columns = sql.raw(SUM_COLUMNS.join(', '))
  await sql`insert into usage_hours (slot, usage_key, series, ${columns})
    select r.started_at / ${sql.lit(HOUR_MS)} as slot, r.usage_key, s.id, ${sql.join(sums)}
    from usage_records r join usage_kinds k on k.id = r.usage_kind
    join usage_series s on s.endpoint = k.endpoint and s.model = k.model and s.provider = k.provider and s.status_class = ${statusClass}
    group by 1, 2, 3`.execute(database)
  const everything = sql.raw(SUM_COLUMNS.map((column) => `sum(${column})`).join(', '))
  await sql`insert into usage_hours (slot, usage_key, series, ${columns})
    select slot, ${sql.lit(EVERYBODY)}, series, ${everything} from usage_hours group by slot, series`.execute(database)
}

function within(value: ReturnType<typeof sql>, bucket: number): ReturnType<typeof sql> {
  const from = LATENCY_BOUNDS_MS[bucket - 1]
  const to = LATENCY_BOUNDS_MS[bucket]
  const above = from === undefined ? sql`1 = 1` : sql`${value} > ${sql.lit(from)}`
  return sql`case when ${above} and ${to === undefined ? sql`1 = 1` : sql`${value} <= ${sql.lit(to)}`} then 1 else 0 end`
}
