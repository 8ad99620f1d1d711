// Where the records are that a list shows: found in indices alone, so that a page is quick however many records there are.
//
// A list of everything follows the index of each key by time. One that is filtered asks the roll-ups first in which
// hours there is anything, newest first, and looks into those: what is rare is found without reading all that is not it.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { ArrivalsQuery, RecordsFilter, UsageRecordsQuery } from '../billing/usage/usage-queries.ts'
import { HOUR_MS } from './rollup-columns.ts'
import type { Tables } from './schema.ts'
import { conditionsOf, isOneOf, keyCondition, STATUS_CLASS } from './usage-queries-sql.ts'

/** SQLite joins at most 500 selects. */
const KEYS_AT_ONCE = 200
/** Of roll-ups, in one question. */
const HOURS_AT_ONCE = 7 * 24
/** Of matching calls, and of hours, that are looked for in one question. */
const CALLS_AT_ONCE = 2_000
const HOURS_JOINED = 24

interface Place {
  readonly id: number
  readonly started_at: number
}

interface Span {
  /** Unix ms, included. */
  readonly fromMs: number | undefined
  /** Excluded. */
  readonly toMs: number | undefined
}

/** The newest that match, newest first. @throws {RangeError} for a cursor that is none of ours */
export async function newestPlaces(
  kysely: Kysely<Tables>,
  query: UsageRecordsQuery,
  most: number,
): Promise<readonly Place[]> {
  const before = query.cursor === undefined ? null : placeFrom(query.cursor)
  const keys = await keysOf(kysely, query)
  if (keys.length === 0) return []
  const kinds = kindCondition(query)
  const asked: Asked = { query, keys, kinds, before, most }
  if (query.requestId !== undefined) return await placesOfRequest(kysely, asked, query.requestId)
  if (kinds === null) return await placesWithin(kysely, asked, { fromMs: query.fromMs, toMs: query.toMs })
  const found: Place[] = []
  for await (const span of busySpans(kysely, asked)) {
    found.push(...(await placesWithin(kysely, { ...asked, most: most - found.length }, span)))
    if (found.length >= most) break
    await nextTurn()
  }
  return found
}

/** The ids of the newest that came in after a row, oldest first. */
export async function arrivedRows(
  kysely: Kysely<Tables>,
  { afterRow, limit, ...filter }: ArrivalsQuery,
): Promise<readonly number[]> {
  const kinds = kindCondition(filter)
  const { rows } = await sql<{ readonly id: number }>`select t.id as id from usage_records t
    where t.id > ${afterRow} and ${arrivedFor(filter)} and ${kinds ?? sql`1 = 1`}
    order by t.id desc limit ${limit}`.execute(kysely)
  return rows.map(({ id }) => Number(id)).toReversed()
}

/** The sign keeps the databases from going through the whole index of the key: few rows are new. */
function arrivedFor({ accountId, keyIds }: RecordsFilter): RawBuilder<unknown> {
  if (accountId === null && keyIds === undefined) return sql`1 = 1`
  const conditions = [
    ...(accountId === null ? [] : [sql`account_id = ${accountId}`]),
    ...(keyIds === undefined ? [] : [isOneOf(sql`key_id`, keyIds)]),
  ]
  return sql`+t.usage_key in (select id from usage_keys where ${sql.join(conditions, sql` and `)})`
}

interface Asked {
  readonly query: UsageRecordsQuery
  readonly keys: readonly (number | null)[]
  /** Null = of any kind. */
  readonly kinds: RawBuilder<unknown> | null
  /** Where the page before ended. */
  readonly before: Place | null
  readonly most: number
}

/** Background work that ran twice has two records. */
async function placesOfRequest(
  kysely: Kysely<Tables>,
  { keys, kinds, before, most }: Asked,
  requestId: string,
): Promise<readonly Place[]> {
  const { rows } = await sql<Place & { readonly key: number }>`
    select t.id as id, t.started_at as started_at, t.usage_key as key from usage_records t
    where t.request_id = ${requestId} and ${kinds ?? sql`1 = 1`} order by t.started_at desc, t.id desc`.execute(kysely)
  const isAfter = (row: Place): boolean =>
    before === null ||
    row.started_at < before.started_at ||
    (row.started_at === before.started_at && row.id < before.id)
  const isOurs = (key: number): boolean => keys.includes(null) || keys.includes(key)
  return rows.filter((row) => isOurs(row.key) && isAfter(row)).slice(0, most)
}

/** Each key has an index of its own by time: they are asked, and merged here. */
async function placesWithin(kysely: Kysely<Tables>, asked: Asked, { fromMs, toMs }: Span): Promise<readonly Place[]> {
  const { keys, kinds, before, most } = asked
  const ofKey = (key: number | null): RawBuilder<Place> => {
    const conditions = [
      ...(key === null ? [] : [sql`t.usage_key = ${key}`]),
      ...(kinds === null ? [] : [kinds]),
      ...(fromMs === undefined ? [] : [sql`t.started_at >= ${fromMs}`]),
      ...(toMs === undefined ? [] : [sql`t.started_at < ${toMs}`]),
      ...(before === null ? [] : [sql`(t.started_at, t.id) < (${before.started_at}, ${before.id})`]),
    ]
    const where = conditions.length === 0 ? sql`1 = 1` : sql.join(conditions, sql` and `)
    return sql<Place>`select * from (select t.id as id, t.started_at as started_at from usage_records t
      where ${where} order by t.started_at desc, t.id desc limit ${most}) as newest`
  }
  const found: Place[] = []
  for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
    const selects = keys.slice(at, at + KEYS_AT_ONCE).map(ofKey)
    const { rows } = await sql<Place>`${sql.join(selects, sql` union all `)}`.execute(kysely)
    found.push(...rows)
  }
  return found.sort((a, b) => b.started_at - a.started_at || b.id - a.id).slice(0, most)
}

/** Hours in which something matches, newest first; hours that lie together are one span, as long as they are not too full. */
async function* busySpans(kysely: Kysely<Tables>, { query, before }: Asked): AsyncGenerator<Span> {
  const { fromMs = 0, toMs = Infinity } = query
  const endMs = Math.min(toMs, before === null ? Infinity : before.started_at + 1)
  const edges = await kysely
    .selectFrom('usage_hours')
    .select((eb) => [eb.fn.min('slot').as('first'), eb.fn.max('slot').as('last')])
    .executeTakeFirst()
  if (edges === undefined || edges.last === null) return
  const first = Math.max(Number(edges.first), Math.floor(fromMs / HOUR_MS))
  let end = Math.min(Number(edges.last) + 1, Math.ceil(endMs / HOUR_MS))
  while (end > first) {
    const start = Math.max(first, end - HOURS_AT_ONCE)
    for (const span of joined(await busyHours(kysely, query, start, end))) {
      yield { fromMs: Math.max(fromMs, span.from * HOUR_MS), toMs: Math.min(toMs, (span.to + 1) * HOUR_MS) }
    }
    end = start
    await nextTurn()
  }
}

interface BusyHour {
  readonly slot: number
  readonly calls: number
}

/** Newest first. The roll-ups know no codes of errors: those are looked for wherever calls failed, or a client left. */
async function busyHours(
  kysely: Kysely<Tables>,
  query: UsageRecordsQuery,
  from: number,
  to: number,
): Promise<readonly BusyHour[]> {
  const failed =
    query.errors === undefined || query.errors.includes('') ? sql`1 = 1` : sql`(t.errors > 0 or s.status_class = '499')`
  const { rows } = await sql<BusyHour>`select t.slot as slot, sum(t.calls) as calls
    from usage_hours t join usage_series s on s.id = t.series
    where t.slot >= ${from} and t.slot < ${to} and ${keyCondition(query, false)}
    and ${conditionsOf(query, 's', sql`s.status_class`)} and ${failed} group by t.slot order by t.slot desc`.execute(
    kysely,
  )
  return rows.map(({ slot, calls }) => ({ slot: Number(slot), calls: Number(calls) }))
}

function* joined(hours: readonly BusyHour[]): Generator<{ from: number; to: number }> {
  let span: { from: number; to: number; calls: number } | undefined
  for (const { slot, calls } of hours) {
    const isNext = span !== undefined && span.from === slot + 1 && span.to - slot < HOURS_JOINED
    if (isNext && span !== undefined && span.calls + calls <= CALLS_AT_ONCE) {
      span.from = slot
      span.calls += calls
      continue
    }
    if (span !== undefined) yield span
    span = { from: slot, to: slot, calls }
  }
  if (span !== undefined) yield span
}

/** On the kinds of calls, of which there are few: null = any. */
function kindCondition(filter: RecordsFilter): RawBuilder<unknown> | null {
  const { models, providers, endpoints, statuses, errors } = filter
  if ([models, providers, endpoints, statuses, errors].every((list) => list === undefined)) return null
  const ofErrors = errors === undefined ? sql`1 = 1` : isOneOf(sql`s.error_code`, errors)
  return sql`t.usage_kind in (select s.id from usage_kinds s where ${conditionsOf(filter, 's', STATUS_CLASS)} and ${ofErrors})`
}

/** `[null]` = all of them. */
async function keysOf(
  kysely: Kysely<Tables>,
  { accountId, keyIds }: UsageRecordsQuery,
): Promise<readonly (number | null)[]> {
  if (accountId === null && keyIds === undefined) return [null]
  if (keyIds?.length === 0) return []
  let select = kysely.selectFrom('usage_keys').select('id')
  if (accountId !== null) select = select.where('account_id', '=', accountId)
  if (keyIds !== undefined) select = select.where('key_id', 'in', keyIds)
  return (await select.execute()).map(({ id }) => id)
}

function placeFrom(cursor: string): Place {
  const [, startedAt, id] = /^(\d{1,15})\.(\d{1,15})$/.exec(cursor) ?? []
  if (startedAt === undefined || id === undefined) throw new RangeError('The cursor is not one of ours.')
  return { started_at: Number(startedAt), id: Number(id) }
}
