// The columns of a usage row, and what the text parts of a journal line say about it.
import type { Selectable } from 'kysely'
import { parseExtras } from '../billing/usage/usage-extras.ts'
import type { TokenUsage } from '../core/token-usage.ts'
import type { KindFacts } from './rollup-batch.ts'
import { isError, statusClassOf } from './rollup-columns.ts'
import type { Tables } from './schema.ts'

export const RECORD_COLUMNS = [
  'request_id',
  'started_at',
  'usage_key',
  'usage_kind',
  'duration_ms',
  'first_byte_ms',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cost_nanos',
  'trail',
  'provider_cost_nanos',
  'price',
  'extras',
  'transfer',
] as const

type TokenColumns = Pick<
  Selectable<Tables['usage_records']>,
  | 'input_tokens'
  | 'cache_read_tokens'
  | 'cache_write_5m_tokens'
  | 'cache_write_1h_tokens'
  | 'output_tokens'
  | 'reasoning_tokens'
  | 'extras'
>

export function usageOf(row: TokenColumns): TokenUsage {
  return {
    input: row.input_tokens,
    cacheRead: row.cache_read_tokens,
    cacheWrite5m: row.cache_write_5m_tokens,
    cacheWrite1h: row.cache_write_1h_tokens,
    output: row.output_tokens,
    reasoning: row.reasoning_tokens,
    ...parseExtras(row.extras),
  }
}

export const PRICE_FIELDS = ['price'] as const
/** In place of the row id of a price. */
export const NO_PRICE = 0

/** Columns of `usage_keys`, in the order of the journal's key part. */
export const KEY_FIELDS = ['key_id', 'account_id', 'group_name'] as const

/** Columns of `usage_kinds`, in the order of the journal's kind part. */
export const KIND_FIELDS = [
  'endpoint',
  'model',
  'provider',
  'upstream_model',
  'status',
  'error_code',
  'stream',
  'attempts',
  'estimated',
] as const

export const SERIES_FIELDS = ['endpoint', 'model', 'provider', 'status_class'] as const

/** In the order of `SERIES_FIELDS`. @param fields the kind part, split */
export function seriesFields(fields: readonly string[]): [string, string, string, string] {
  const [endpoint = '', model = '', provider = '', , status = '0'] = fields
  return [endpoint, model, provider, statusClassOf(Number(status))]
}

export function kindFlags(fields: readonly string[]): Pick<KindFacts, 'error' | 'sent' | 'stream'> {
  const [, , , , , errorCode = '', stream = '0', attempts = '0'] = fields
  return { error: isError(errorCode), sent: Number(attempts) > 0, stream: stream === '1' }
}
