// What can be asked about usage: sums, series for charts, lists, and one call.
// Sums come from roll-ups that are written together with the records, so both always say the same; where a question
// cuts an hour in two (a zone with a half-hour offset, a range that begins at 10:17), the records fill in.
//
// Every question names its tenant. `accountId: null` means everybody, and is the operator's alone: it has no default,
// so that nobody asks for everything by forgetting a field.
import type { TokenUsage } from '../../core/token-usage.ts'
import type { StoredUsageRecord } from './usage-record.ts'

export const USAGE_DIMENSIONS = ['model', 'key', 'account', 'provider', 'endpoint', 'status'] as const
export type UsageDimension = (typeof USAGE_DIMENSIONS)[number]

export const USAGE_STEPS = ['hour', 'day', 'month'] as const
export type UsageStep = (typeof USAGE_STEPS)[number]

/** `429` and `499` (the client left) stand apart from the other 4xx. */
export const STATUS_CLASSES = ['2xx', '3xx', '4xx', '429', '499', '5xx'] as const
export type StatusClass = (typeof STATUS_CLASSES)[number]

/** All that are given must hold; of a list, any one. An empty list matches nothing. */
export interface UsageFilter {
  readonly accountId: string | null
  readonly keyIds?: readonly string[]
  readonly models?: readonly string[]
  readonly providers?: readonly string[]
  readonly endpoints?: readonly string[]
  readonly statuses?: readonly StatusClass[]
}

/** Unix ms, from included, to excluded. By when calls began. */
export interface UsageRange {
  readonly fromMs: number
  readonly toMs: number
}

/** Read off a histogram of fixed buckets: exact to some 20 %. Null = no call had one. */
export interface LatencyFigures {
  readonly p50Ms: number
  readonly p95Ms: number
  /** Exact. */
  readonly meanMs: number
}

/** The classes that are summed up; single calls have them all. */
export type SummedTokens = Pick<
  TokenUsage,
  'input' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h' | 'output' | 'reasoning'
>

export interface UsageFigures {
  readonly calls: number
  /** Of them those with an error code; a client that left is no error. */
  readonly errors: number
  /** Of them those that were sent to a provider at least once. */
  readonly sent: number
  readonly tokens: SummedTokens
  readonly costNanos: number
  /** What the same calls cost the operator. */
  readonly providerCostNanos: number
  /** The cost of those that a wallet pays for. */
  readonly billedNanos: number
  /** From the request to the end of the reply. */
  readonly duration: LatencyFigures | null
  /** From the request to the first content; streams only. */
  readonly firstToken: LatencyFigures | null
}

/** `name` is a model id, key id, account id, provider name, path or status class. */
export interface UsageGroup extends UsageFigures {
  readonly name: string
}

export interface UsageTotals {
  readonly total: UsageFigures
  /** Dearest first, then busiest; empty without `groupBy`. */
  readonly groups: readonly UsageGroup[]
}

export interface UsageSeriesQuery extends UsageFilter, UsageRange {
  readonly step: UsageStep
  /** IANA name. Days and months begin at its midnight, hours at its full hour. */
  readonly timeZone: string
  readonly groupBy?: UsageDimension
}

export interface UsagePoint {
  /** Where the step begins, or the range, if that begins later. */
  readonly startMs: number
  readonly endMs: number
  /** In the zone: `2026-11-21T14:00`, `2026-11-21`, `2026-11`. */
  readonly label: string
  /** Nothing happened = zeros. */
  readonly total: UsageFigures
  /** Those in which something happened, dearest first. */
  readonly groups: readonly UsageGroup[]
}

/** What only single records can be asked for. */
export interface RecordsFilter extends UsageFilter {
  /** Codes of the error table; '' = none. */
  readonly errors?: readonly string[]
}

export interface UsageRecordsQuery extends RecordsFilter, Partial<UsageRange> {
  /** At most 1000. */
  readonly limit: number
  /** This call alone, if it matches; its time is not looked at. */
  readonly requestId?: string
  /** `next` of the page before. */
  readonly cursor?: string
}

export interface UsageRecordsPage {
  /** By when they began, newest first. */
  readonly records: readonly StoredUsageRecord[]
  /** Null on the last page. */
  readonly next: string | null
}

/** Records as they come in: `row` grows from one to the next. */
export interface ArrivedRecord {
  readonly row: number
  readonly record: StoredUsageRecord
}

export interface ArrivalsQuery extends RecordsFilter {
  /** Of the last that is known. */
  readonly afterRow: number
  /** The newest of them, at most so many. */
  readonly limit: number
}

/** For whoever watches calls come in. */
export interface UsageArrivals {
  /**
   * False where several gateways bring records in at once: then a row may appear after one with a larger number, for as
   * long as a transaction lasts.
   */
  readonly inOrder: boolean
  /** 0 = there is none. */
  lastRow(): Promise<number>
  /** By `row`, oldest first. */
  arrivals(query: ArrivalsQuery): Promise<readonly ArrivedRecord[]>
}

export interface UsageQueries {
  totals(query: UsageFilter & UsageRange & { readonly groupBy?: UsageDimension }): Promise<UsageTotals>
  /** Every step of the range, at most 1000 of them. @throws RangeError when they are more, or the zone is unknown */
  series(query: UsageSeriesQuery): Promise<readonly UsagePoint[]>
  /** @throws RangeError for a cursor that is none of ours */
  records(query: UsageRecordsQuery): Promise<UsageRecordsPage>
  /** Null also when it is somebody else's. */
  record(accountId: string | null, requestId: string): Promise<StoredUsageRecord | null>
}
