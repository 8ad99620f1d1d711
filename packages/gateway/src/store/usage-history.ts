// What a scope of the limits has used since a moment: the memory of daily and monthly quotas and of budgets.
// Roll-ups for whole days and hours, records for the rest, so it is exact and quick at any age.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { EVERYBODY } from './rollup-columns.ts'
import type { Tables } from './schema.ts'
import { planUsage, type Piece } from './usage-plan.ts'
import { readState } from './usage-state.ts'

/** No call begins later; the end of what "since" means. */
const END_OF_TIME_MS = 4_102_444_800_000

export async function usageSince(
  kysely: Kysely<Tables>,
  scope: string,
  fromMs: number,
): Promise<{ readonly requests: number; readonly costNanos: number }> {
  const condition = conditionOf(scope)
  const used = { requests: 0, costNanos: 0 }
  if (condition === null) return used
  const plan = planUsage([{ startMs: Math.max(0, fromMs), endMs: END_OF_TIME_MS }], await readState(kysely))
  const sources: readonly RawBuilder<Used>[] = [
    ...plan.days.map((piece) => fromSums('usage_days', piece, condition)),
    ...plan.hours.map((piece) => fromSums('usage_hours', piece, condition)),
    ...plan.records.map((piece) => fromRecords(piece, condition)),
  ]
  for (const source of sources) {
    const { rows } = await source.execute(kysely)
    used.requests += Number(rows[0]?.requests ?? 0)
    used.costNanos += Number(rows[0]?.cost ?? 0)
  }
  return used
}

interface Used {
  readonly requests: number | null
  readonly cost: number | null
}

function fromSums(table: 'usage_days' | 'usage_hours', { from, to }: Piece, condition: Condition): RawBuilder<Used> {
  return sql<Used>`select sum(t.sent) as requests, sum(t.cost_nanos) as cost
    from ${sql.table(table)} t join usage_series s on s.id = t.series
    where ${condition.ofSums} and t.slot >= ${from} and t.slot < ${to}`
}

function fromRecords({ from, to }: Piece, condition: Condition): RawBuilder<Used> {
  return sql<Used>`select sum(case when s.attempts > 0 then 1 else 0 end) as requests, sum(t.cost_nanos) as cost
    from usage_records t join usage_kinds s on s.id = t.usage_kind
    where ${condition.ofRecords} and t.started_at >= ${from} and t.started_at < ${to}`
}

interface Condition {
  readonly ofSums: RawBuilder<boolean>
  readonly ofRecords: RawBuilder<boolean>
}

/** Null for what usage records know nothing of: a provider's credential. */
function conditionOf(scope: string): Condition | null {
  const colon = scope.indexOf(':')
  const kind = scope.slice(0, colon)
  const name = scope.slice(colon + 1)
  switch (kind) {
    case 'key':
      // What its children use counts against the key that made them.
      return ofKeys(sql`key_id in (with recursive family(key_id) as (
        select cast(${name} as text) union select k.key_id from api_keys k join family f on k.made_by = f.key_id)
        select key_id from family)`)
    case 'account': {
      // An account's part of its group's limits: what its keys of that group use.
      const slash = name.indexOf('/')
      if (slash < 0) return ofKeys(sql`account_id = ${name}`)
      return ofKeys(sql`account_id = ${name.slice(0, slash)} and group_name = ${name.slice(slash + 1)}`)
    }
    case 'group':
      return ofKeys(sql`group_name = ${name}`)
    case 'model': {
      // A wildcard is one model of the limits, under many names. Too many is better here than too few.
      const named = name.includes('*')
        ? sql<boolean>`s.model like ${likePattern(name)} escape '!'`
        : sql<boolean>`s.model = ${name}`
      return { ofSums: sql`t.usage_key = ${sql.lit(EVERYBODY)} and ${named}`, ofRecords: named }
    }
    default:
      return null
  }
}

function ofKeys(condition: RawBuilder<unknown>): Condition {
  const among = sql<boolean>`t.usage_key in (select id from usage_keys where ${condition})`
  return { ofSums: among, ofRecords: among }
}

/** `openai/*` as LIKE has it, with `!` before what would mean something there. */
function likePattern(wildcard: string): string {
  return wildcard.replace(/[!%_]/g, '!$&').replaceAll('*', '%')
}
