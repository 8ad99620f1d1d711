// Totals and series. One statement for each source that the plan names: the spans of the chart go in with it
// (`span-cuts.ts`), so the database groups, and what comes out is as small as the chart.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { percentile } from '../billing/usage/latency-histogram.ts'
import type {
  LatencyFigures,
  UsageDimension,
  UsageFigures,
  UsageFilter,
  UsageGroup,
  UsagePoint,
  UsageRange,
  UsageSeriesQuery,
  UsageTotals,
} from '../billing/usage/usage-queries.ts'
import { stepsOf } from '../billing/usage/usage-steps.ts'
import { FIRST_DURATION, FIRST_FIRST, HOUR_MS, LONG_AGO, SUM_COLUMNS } from './rollup-columns.ts'
import type { Tables } from './schema.ts'
import { cutsOf, type SpanCut } from './span-cuts.ts'
import { planUsage, type Piece, type UsagePlan } from './usage-plan.ts'
import { conditionsOf, keyCondition, RECORD_SUMS, STATUS_CLASS } from './usage-queries-sql.ts'
import { readState } from './usage-state.ts'

/** Of one statement: some 10 ms with a thousand rows an hour. */
const HOURS_AT_ONCE = 48
const DAYS_AT_ONCE = 7
const RECORDS_AT_ONCE_MS = 1_800_000
/** Of one tenant, or of everybody together, there are not so many. */
const FEWER_ROWS = 5

type Spans = readonly { readonly startMs: number; readonly endMs: number }[]

/** By span and name of the group; sums in the order of `SUM_COLUMNS`. */
type SumsByGroup = ReadonlyArray<Map<string, number[]>>

export async function usageTotals(
  kysely: Kysely<Tables>,
  query: UsageFilter & UsageRange & { readonly groupBy?: UsageDimension },
): Promise<UsageTotals> {
  const [groups = new Map<string, number[]>()] = await sumsOf(
    kysely,
    [{ startMs: query.fromMs, endMs: query.toMs }],
    query,
    query.groupBy,
  )
  return { total: figuresOf(addedUp(groups)), groups: groupsOf(groups, query.groupBy) }
}

export async function usageSeries(kysely: Kysely<Tables>, query: UsageSeriesQuery): Promise<readonly UsagePoint[]> {
  const steps = stepsOf(query, query.step, query.timeZone)
  const sums = await sumsOf(kysely, steps, query, query.groupBy)
  return steps.map((step, index) => {
    const groups = sums[index] ?? new Map<string, number[]>()
    return { ...step, total: figuresOf(addedUp(groups)), groups: groupsOf(groups, query.groupBy) }
  })
}

async function sumsOf(
  kysely: Kysely<Tables>,
  spans: Spans,
  filter: UsageFilter,
  groupBy: UsageDimension | undefined,
): Promise<SumsByGroup> {
  const sums = spans.map(() => new Map<string, number[]>())
  const { days, hours, records } = await withinWhatIsThere(kysely, planUsage(spans, await readState(kysely)))
  const readsAll = filter.accountId === null && (groupBy === 'key' || groupBy === 'account')
  const most = readsAll ? 1 : FEWER_ROWS
  const asked = { filter, groupBy }
  const sources = [
    ...cutsOf(kysely, portions(days, DAYS_AT_ONCE * most), 'slot').map((cut) => fromSums('usage_days', cut, asked)),
    ...cutsOf(kysely, portions(hours, HOURS_AT_ONCE * most), 'slot').map((cut) => fromSums('usage_hours', cut, asked)),
    ...cutsOf(kysely, portions(records, RECORDS_AT_ONCE_MS), 'started_at').map((cut) => fromRecords(cut, asked)),
  ]
  for (const source of sources) {
    // SQLite answers at once, and keeps everybody else waiting meanwhile: let them have their turn.
    await nextTurn()
    const { rows } = await source.execute(kysely)
    for (const row of rows) {
      const groups = sums[Number(row['span'])]
      if (groups === undefined) continue
      const name = String(row['name'])
      const known = groups.get(name) ?? Array<number>(SUM_COLUMNS.length).fill(0)
      for (const [index, column] of SUM_COLUMNS.entries()) known[index] = (known[index] ?? 0) + Number(row[column])
      groups.set(name, known)
    }
  }
  return sums
}

/** "Since 1970" is a range like any other: without this, an empty century would be read portion by portion. */
async function withinWhatIsThere(kysely: Kysely<Tables>, { days, hours, records }: UsagePlan): Promise<UsagePlan> {
  const edge = async (table: 'usage_hours' | 'usage_days', order: 'asc' | 'desc'): Promise<number | undefined> => {
    const select = kysely.selectFrom(table).select('slot').where('slot', '>', LONG_AGO)
    return (await select.orderBy('slot', order).limit(1).executeTakeFirst())?.slot
  }
  const firstHour = (await edge('usage_hours', 'asc')) ?? Infinity
  const endHour = ((await edge('usage_hours', 'desc')) ?? -Infinity) + 1
  const firstDay = days.length === 0 ? Infinity : ((await edge('usage_days', 'asc')) ?? Infinity)
  const longAgo = days.flatMap((piece) => clipped(piece, LONG_AGO, LONG_AGO + 1))
  return {
    days: [...longAgo, ...days.flatMap((piece) => clipped(piece, Math.max(firstDay, LONG_AGO + 1), Infinity))],
    hours: hours.flatMap((piece) => clipped(piece, firstHour, endHour)),
    // No record is kept for longer than its hour.
    records: records.flatMap((piece) => clipped(piece, firstHour * HOUR_MS, endHour * HOUR_MS)),
  }
}

function clipped({ from, to, span }: Piece, first: number, end: number): Piece[] {
  const piece = { from: Math.max(from, first), to: Math.min(to, end), span }
  return piece.from < piece.to ? [piece] : []
}

/** In portions that are `most` long together; a piece that is longer is cut. */
function portions(pieces: readonly Piece[], most: number): Piece[][] {
  const portions: Piece[][] = []
  let room = 0
  for (const { from, to, span } of pieces) {
    for (let at = from; at < to;) {
      if (room <= 0) {
        portions.push([])
        room = most
      }
      const end = Math.min(to, at + room)
      portions.at(-1)?.push({ from: at, to: end, span })
      room -= end - at
      at = end
    }
  }
  return portions
}

type Row = Readonly<Record<string, unknown>>

interface Asked {
  readonly filter: UsageFilter
  readonly groupBy: UsageDimension | undefined
}

function fromSums(table: 'usage_hours' | 'usage_days', cut: SpanCut, { filter, groupBy }: Asked): RawBuilder<Row> {
  const byKey = groupBy === 'key' || groupBy === 'account'
  const name = groupBy === undefined ? sql`''` : SUMS_NAMES[groupBy]
  const keys = byKey ? sql`join usage_keys u on u.id = t.usage_key` : sql``
  const sums = sql.raw(SUM_COLUMNS.map((column) => `sum(t.${column}) as ${column}`).join(', '))
  return sql`${cut.spans} select ${cut.span} as span, ${name} as name, ${sums}
    from ${cut.from(table)} join usage_series s on s.id = t.series ${keys}
    where ${cut.within} and ${keyCondition(filter, byKey)} and ${conditionsOf(filter, 's', sql`s.status_class`)}
    group by 1, 2`
}

function fromRecords(cut: SpanCut, { filter, groupBy }: Asked): RawBuilder<Row> {
  const name = groupBy === undefined ? sql`''` : RECORDS_NAMES[groupBy]
  return sql`${cut.spans} select ${cut.span} as span, ${name} as name, ${RECORD_SUMS}
    from ${cut.from('usage_records')}
    join usage_kinds s on s.id = t.usage_kind join usage_keys u on u.id = t.usage_key
    where ${cut.within} and ${keyCondition(filter, true)} and ${conditionsOf(filter, 's', STATUS_CLASS)}
    group by 1, 2`
}

const SUMS_NAMES: Readonly<Record<UsageDimension, RawBuilder<string>>> = {
  model: sql`s.model`,
  provider: sql`s.provider`,
  endpoint: sql`s.endpoint`,
  status: sql`s.status_class`,
  key: sql`u.key_id`,
  account: sql`u.account_id`,
}
const RECORDS_NAMES: Readonly<Record<UsageDimension, RawBuilder<string>>> = { ...SUMS_NAMES, status: STATUS_CLASS }

function addedUp(groups: ReadonlyMap<string, readonly number[]>): readonly number[] {
  const total = Array<number>(SUM_COLUMNS.length).fill(0)
  for (const sums of groups.values())
    for (const [index, value] of sums.entries()) total[index] = (total[index] ?? 0) + value
  return total
}

function groupsOf(groups: ReadonlyMap<string, readonly number[]>, groupBy: UsageDimension | undefined): UsageGroup[] {
  if (groupBy === undefined) return []
  return [...groups]
    .map(([name, sums]) => ({ name, ...figuresOf(sums) }))
    .sort((a, b) => b.costNanos - a.costNanos || b.calls - a.calls || (a.name < b.name ? -1 : 1))
}

function figuresOf(sums: readonly number[]): UsageFigures {
  const [calls = 0, errors = 0, sent = 0, input = 0, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, ...rest] = sums
  const [output = 0, reasoning = 0, costNanos = 0, durationMs = 0, firstCalls = 0, firstMs = 0, ...money] = rest
  const [providerCostNanos = 0, billedNanos = 0] = money
  return {
    calls,
    errors,
    sent,
    tokens: { input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning },
    costNanos,
    providerCostNanos,
    billedNanos,
    duration: latencyOf(sums.slice(FIRST_DURATION, FIRST_FIRST), calls, durationMs),
    firstToken: latencyOf(sums.slice(FIRST_FIRST), firstCalls, firstMs),
  }
}

function latencyOf(counts: readonly number[], calls: number, totalMs: number): LatencyFigures | null {
  const p50Ms = percentile(counts, 0.5)
  const p95Ms = percentile(counts, 0.95)
  if (p50Ms === null || p95Ms === null || calls === 0) return null
  return { p50Ms, p95Ms, meanMs: Math.round(totalMs / calls) }
}
