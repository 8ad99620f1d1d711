// The tables of sums: hours by (hour, key, series), and days that are made of them. Key 0 stands for all keys together,
// so that the operator's charts read a few rows an hour, however many keys there are.
import type { Generated } from 'kysely'
import { LATENCY_BUCKETS } from '../billing/usage/latency-histogram.ts'
import type { StatusClass } from '../billing/usage/usage-queries.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** `usage_key` of the rows that sum up everybody. */
export const EVERYBODY = 0
/** The day that holds all days which are too old to be kept apart. */
export const LONG_AGO = 0

const FIGURES = [
  'calls',
  'errors',
  'sent',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cost_nanos',
  'duration_ms',
  /** Streams that had content, and the time until then. */
  'first_calls',
  'first_ms',
  'provider_cost_nanos',
  /** The cost of calls that a wallet pays for. */
  'billed_nanos',
] as const

/** How many calls took how long, and waited how long for the first token: `latency-histogram.ts` has the bounds. */
export const DURATION_COLUMNS = Array.from({ length: LATENCY_BUCKETS }, (_, bucket) => `duration_${bucket}`)
export const FIRST_COLUMNS = Array.from({ length: LATENCY_BUCKETS }, (_, bucket) => `first_${bucket}`)

/** In this order wherever sums are an array. */
export const SUM_COLUMNS: readonly string[] = [...FIGURES, ...DURATION_COLUMNS, ...FIRST_COLUMNS]
export const FIRST_CALLS = FIGURES.indexOf('first_calls')
export const FIRST_DURATION = FIGURES.length
export const FIRST_FIRST = FIGURES.length + LATENCY_BUCKETS

/** Columns that pass 2^31 in an hour of a busy gateway. */
export const WIDE_COLUMNS: ReadonlySet<string> = new Set(
  FIGURES.filter((name) => !['calls', 'errors', 'sent', 'first_calls'].includes(name)),
)

/** What charts tell apart, stored once. */
export interface UsageSeriesTable {
  id: Generated<number>
  endpoint: string
  model: string
  provider: string
  status_class: StatusClass
}

/** The sums themselves are read and written by name: `SUM_COLUMNS`. */
export interface UsageSumsTable {
  /** Hours or days since 1970, UTC. */
  slot: number
  usage_key: number
  series: number
}

export function statusClassOf(status: number): StatusClass {
  if (status === 429) return '429'
  if (status === 499) return '499'
  if (status < 300) return '2xx'
  if (status < 400) return '3xx'
  return status < 500 ? '4xx' : '5xx'
}

/** A client that left is nobody's error. */
export function isError(errorCode: string): boolean {
  return errorCode !== '' && errorCode !== 'client_gone'
}
