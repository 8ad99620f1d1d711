// Single records: lists with a cursor, those that have just come in, and one by its request id.
import type { Kysely } from 'kysely'
import { parseTrail } from '../billing/journal/journal-trail.ts'
import { heldIn, userAgentIn } from '../billing/usage/usage-extras.ts'
import type {
  ArrivalsQuery,
  ArrivedRecord,
  UsageRecordsPage,
  UsageRecordsQuery,
} from '../billing/usage/usage-queries.ts'
import type { StoredUsageRecord } from '../billing/usage/usage-record.ts'
import { transferIdOf } from './ledger-rows.ts'
import type { Tables } from './schema.ts'
import { arrivedRows, newestPlaces } from './usage-places.ts'
import { usageOf } from './usage-rows.ts'

const MOST_RECORDS = 1000

export async function listRecords(kysely: Kysely<Tables>, query: UsageRecordsQuery): Promise<UsageRecordsPage> {
  const limit = Math.min(Math.max(1, query.limit), MOST_RECORDS)
  const places = await newestPlaces(kysely, query, limit + 1)
  const shown = places.slice(0, limit)
  const byId = await recordsById(
    kysely,
    shown.map(({ id }) => id),
  )
  const last = shown.at(-1)
  return {
    records: shown.flatMap(({ id }) => byId.get(id) ?? []),
    next: places.length > limit && last !== undefined ? `${last.started_at}.${last.id}` : null,
  }
}

export async function lastRecord(kysely: Kysely<Tables>): Promise<number> {
  const row = await kysely.selectFrom('usage_records').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst()
  return row?.id ?? 0
}

export async function arrivedRecords(kysely: Kysely<Tables>, query: ArrivalsQuery): Promise<readonly ArrivedRecord[]> {
  const rows = await arrivedRows(kysely, query)
  const byId = await recordsById(kysely, rows)
  return rows.flatMap((row) => {
    const record = byId.get(row)
    return record === undefined ? [] : [{ row, record }]
  })
}

async function recordsById(
  kysely: Kysely<Tables>,
  ids: readonly number[],
): Promise<ReadonlyMap<number, StoredUsageRecord>> {
  const rows = ids.length === 0 ? [] : await records(kysely).where('t.id', 'in', ids).execute()
  return new Map(rows.map((row) => [row.record_id, recordFrom(row)]))
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
    .leftJoin('wallet_transfers as w', 'w.id', 't.transfer')
    .selectAll(['u', 's', 't'])
    .select(['t.id as record_id', 'p.price as price_text', 'w.at as charged_at'])
}

type Row = Awaited<ReturnType<ReturnType<typeof records>['execute']>>[number]

function agentOf(extras: string): Pick<StoredUsageRecord, 'userAgent'> {
  const userAgent = userAgentIn(extras)
  return userAgent === '' ? {} : { userAgent }
}

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
    heldNanos: heldIn(row.extras),
    ...agentOf(row.extras),
    transferId: row.charged_at === null || row.transfer === null ? null : transferIdOf(row.transfer),
    chargedAtMs: row.charged_at,
    chargedNanos: row.transfer === null ? null : row.cost_nanos - (row.lost_nanos ?? 0),
  }
}
