// Pieces of SQL that the questions about usage have in common: who may be seen, what is asked for, and how records are
// summed up in the way roll-ups are.
import { sql, type RawBuilder } from 'kysely'
import { LATENCY_BOUNDS_MS } from '../billing/usage/latency-histogram.ts'
import type { UsageFilter } from '../billing/usage/usage-queries.ts'
import { DURATION_COLUMNS, EVERYBODY, FIRST_COLUMNS } from './rollup-columns.ts'

/** Of a record's kind, as `statusClassOf` tells it. */
export const STATUS_CLASS = sql<string>`case when s.status in (429, 499) then cast(s.status as text)
  when s.status < 300 then '2xx' when s.status < 400 then '3xx' when s.status < 500 then '4xx' else '5xx' end`

/** Which rows of `t` may be seen. @param perKey whether the rows of single keys are needed, or records are read */
export function keyCondition({ accountId, keyIds }: UsageFilter, perKey: boolean): RawBuilder<boolean> {
  if (accountId === null && keyIds === undefined)
    // The sign keeps SQLite from reading the whole index of keys: the table itself is in the order of time.
    return perKey ? sql`+t.usage_key > ${sql.lit(EVERYBODY)}` : sql`t.usage_key = ${sql.lit(EVERYBODY)}`
  const conditions = [
    ...(accountId === null ? [] : [sql`account_id = ${accountId}`]),
    ...(keyIds === undefined ? [] : [isOneOf(sql`key_id`, keyIds)]),
  ]
  return sql`t.usage_key in (select id from usage_keys where ${sql.join(conditions, sql` and `)})`
}

/** What else the filter asks for. @param from the table that has model, provider and endpoint */
export function conditionsOf(filter: UsageFilter, from: string, statusClass: RawBuilder<unknown>): RawBuilder<boolean> {
  const { models, providers, endpoints, statuses } = filter
  const column = (name: string): RawBuilder<unknown> => sql.ref(`${from}.${name}`)
  const conditions = [
    ...(models === undefined ? [] : [isOneOf(column('model'), models)]),
    ...(providers === undefined ? [] : [isOneOf(column('provider'), providers)]),
    ...(endpoints === undefined ? [] : [isOneOf(column('endpoint'), endpoints)]),
    ...(statuses === undefined ? [] : [isOneOf(statusClass, statuses)]),
  ]
  return conditions.length === 0 ? sql`1 = 1` : sql`${sql.join(conditions, sql` and `)}`
}

export function isOneOf(value: RawBuilder<unknown>, allowed: readonly string[]): RawBuilder<boolean> {
  return allowed.length === 0 ? sql`1 = 0` : sql`${value} in (${sql.join(allowed)})`
}

const FIRST = `case when s.stream = 1 and t.first_byte_ms >= 0 then 1 else 0 end`

/** The sums of records `t` with kinds `s`, named as the columns of the roll-ups. */
export const RECORD_SUMS = sql.raw(
  [
    'count(*) as calls',
    `sum(case when s.error_code in ('', 'client_gone') then 0 else 1 end) as errors`,
    'sum(case when s.attempts > 0 then 1 else 0 end) as sent',
    ...['input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'output', 'reasoning'].map(
      (name) => `sum(t.${name}_tokens) as ${name}_tokens`,
    ),
    'sum(t.cost_nanos) as cost_nanos',
    'sum(t.duration_ms) as duration_ms',
    `sum(${FIRST}) as first_calls`,
    `sum(t.first_byte_ms * ${FIRST}) as first_ms`,
    'sum(t.provider_cost_nanos) as provider_cost_nanos',
    'sum(case when t.transfer is null then 0 else t.cost_nanos end) as billed_nanos',
    ...DURATION_COLUMNS.map((column, bucket) => `sum(${within('t.duration_ms', bucket)}) as ${column}`),
    ...FIRST_COLUMNS.map((column, bucket) => `sum(${FIRST} * ${within('t.first_byte_ms', bucket)}) as ${column}`),
  ].join(', '),
)

function within(value: string, bucket: number): string {
  const from = LATENCY_BOUNDS_MS[bucket - 1]
  const to = LATENCY_BOUNDS_MS[bucket]
  const bounds = [
    ...(from === undefined ? [] : [`${value} > ${from}`]),
    ...(to === undefined ? [] : [`${value} <= ${to}`]),
  ]
  return `case when ${bounds.join(' and ')} then 1 else 0 end`
}
