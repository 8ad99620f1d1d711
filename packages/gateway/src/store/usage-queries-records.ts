// Single records: lists with a cursor, and one by its request id.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { parseTrail } from '../billing/journal/journal-trail.ts'
import type { UsageRecordsPage, UsageRecordsQuery } from '../billing/usage/usage-queries.ts'
import type { StoredUsageRecord } from '../billing/usage/usage-record.ts'
import type { Tables } from './schema.ts'
import { conditionsOf, STATUS_CLASS } from './usage-queries-sql.ts'
import { usageOf } from './usage-rows.ts'

const MOST_RECORDS = 1000
/** SQLite joins at most 500 selects. */
const KEYS_AT_ONCE = 200

export async function listRecords(kysely: Kysely<Tables>, query: UsageRecordsQuery): Promise<UsageRecordsPage> {
  const limit = Math.min(Math.max(1, query.limit), MOST_RECORDS)
  const places = await placesOf(kysely, query, limit + 1)
  const ids = places.slice(0, limit).map(({ id }) => id)
  const rows = ids.length === 0 ? [] : await records(kysely).where('t.id', 'in', ids).execute()
  const byId = new Map(rows.map((row) => [row.record_id, recordFrom(row)]))
  const last = places[limit - 1]
  return {
    records: ids.flatMap((id) => byId.get(id) ?? []),
    next: places.length > limit && last !== undefined ? `${last.started_at}.${last.id}` : null,
  }
}

interface Place {
  readonly id: number
  readonly started_at: number
}

/** Where the newest records that match are. Each key has an index of its own by time: they are asked, and merged here. */
async function placesOf(kysely: Kysely<Tables>, query: UsageRecordsQuery, most: number): Promise<readonly Place[]> {
  const keys = await keysOf(kysely, query)
  const before = query.cursor === undefined ? null : placeFrom(query.cursor)
  const ofKey = (key: number | null): RawBuilder<Place> => {
    const conditions = [
      conditionsOf(query, 's', STATUS_CLASS),
      ...(key === null ? [] : [sql`t.usage_key = ${key}`]),
      ...(query.fromMs === undefined ? [] : [sql`t.started_at >= ${query.fromMs}`]),
      ...(query.toMs === undefined ? [] : [sql`t.started_at < ${query.toMs}`]),
      ...(before === null ? [] : [sql`(t.started_at, t.id) < (${before.started_at}, ${before.id})`]),
    ]
    return sql<Place>`select * from (select t.id as id, t.started_at as started_at from usage_records t
      join usage_kinds s on s.id = t.usage_kind where ${sql.join(conditions, sql` and `)}
      order by t.started_at desc, t.id desc limit ${most}) as newest`
  }
  const found: Place[] = []
  for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
    const selects = keys.slice(at, at + KEYS_AT_ONCE).map(ofKey)
    const { rows } = await sql<Place>`${sql.join(selects, sql` union all `)}`.execute(kysely)
    found.push(...rows)
  }
  return found.sort((a, b) => b.started_at - a.started_at || b.id - a.id).slice(0, most)
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

export async function recordById(
  kysely: Kysely<Tables>,
  accountId: string | null,
  requestId: string,
): Promise<StoredUsageRecord | null> {
  let select = records(kysely).where('t.request_id', '=', requestId)
  if (accountId !== null) select = select.where('u.account_id', '=', accountId)
  const row = await select.orderBy('t.id', 'desc').limit(1).executeTakeFirst()
  return row === undefined ? null : recordFrom(row)
}

export async function recentRecords(
  kysely: Kysely<Tables>,
  { limit, keyId, requestId }: { limit: number; keyId?: string; requestId?: string },
): Promise<readonly StoredUsageRecord[]> {
  let select = records(kysely)
  if (keyId !== undefined) select = select.where('u.key_id', '=', keyId)
  if (requestId !== undefined) select = select.where('t.request_id', '=', requestId)
  return (await select.orderBy('t.id', 'desc').limit(limit).execute()).map(recordFrom)
}

function records(kysely: Kysely<Tables>) {
  return kysely
    .selectFrom('usage_records as t')
    .innerJoin('usage_keys as u', 'u.id', 't.usage_key')
    .innerJoin('usage_kinds as s', 's.id', 't.usage_kind')
    .leftJoin('usage_prices as p', 'p.id', 't.price')
    .selectAll(['u', 's', 't'])
    .select(['t.id as record_id', 'p.price as price_text'])
}

type Row = Awaited<ReturnType<ReturnType<typeof records>['execute']>>[number]

function recordFrom(row: Row): StoredUsageRecord {
  return {
    requestId: row.request_id,
    startedAtMs: row.started_at,
    durationMs: row.duration_ms,
    firstByteMs: row.first_byte_ms,
    keyId: row.key_id,
    accountId: row.account_id,
    group: row.group_name,
    endpoint: row.endpoint,
    model: row.model,
    provider: row.provider,
    upstreamModel: row.upstream_model,
    status: row.status,
    errorCode: row.error_code,
    stream: row.stream === 1,
    attempts: row.attempts,
    trail: parseTrail(row.trail),
    usage: usageOf(row),
    estimated: row.estimated === 1,
    costNanos: row.cost_nanos,
    providerCostNanos: row.provider_cost_nanos,
    priceText: row.price_text ?? '',
    chargedNanos: row.transfer === null ? null : row.cost_nanos - (row.lost_nanos ?? 0),
  }
}

function placeFrom(cursor: string): Place {
  const [, startedAt, id] = /^(\d{1,15})\.(\d{1,15})$/.exec(cursor) ?? []
  if (startedAt === undefined || id === undefined) throw new RangeError('The cursor is not one of ours.')
  return { started_at: Number(startedAt), id: Number(id) }
}
