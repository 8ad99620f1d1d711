// The tables as TypeScript sees them. Times are unix milliseconds, money is integer nano-US$; names are the columns'.
import type { ColumnType, Generated } from 'kysely'

export interface Tables {
  api_keys: ApiKeysTable
  usage_keys: UsageKeysTable
  usage_kinds: UsageKindsTable
  usage_records: UsageRecordsTable
  journal_positions: JournalPositionsTable
  meta: MetaTable
  schema_migrations: SchemaMigrationsTable
}

interface ApiKeysTable {
  id: Generated<number>
  /** `key_...`, what the API shows. */
  key_id: string
  account_id: string
  name: string
  /** `sk-fl-` and the public id: enough to recognise a key by, useless to call with. */
  prefix: string
  last4: string
  /** HMAC-SHA-256 of the whole key, hexadecimal. */
  digest: string
  /** JSON arrays and objects; small and only ever read whole. */
  scopes: string
  limits: string
  made_by: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  revoked_at: number | null
}

/** A key as usage rows name it. It outlives the key, and holds `master`, which is no API key. */
interface UsageKeysTable {
  id: Generated<number>
  key_id: string
  account_id: string
}

/** Everything about a call that few calls differ in, stored once: it makes a usage row a third of the size. */
interface UsageKindsTable {
  id: Generated<number>
  endpoint: string
  model: string
  provider: string
  upstream_model: string
  status: number
  error_code: string
  stream: number
  attempts: number
  estimated: number
}

/** One row per call, append only. */
interface UsageRecordsTable {
  id: Generated<number>
  request_id: string
  started_at: number
  usage_key: number
  usage_kind: number
  duration_ms: number
  /** -1 when no byte came. */
  first_byte_ms: number
  input_tokens: number
  cache_read_tokens: number
  cache_write_5m_tokens: number
  cache_write_1h_tokens: number
  output_tokens: number
  reasoning_tokens: number
  cost_nanos: number
}

/** How far a worker's journal has been brought in; written in the same transaction as the rows. */
interface JournalPositionsTable {
  instance: string
  segment: number
  position: number
}

interface MetaTable {
  name: string
  value: string
}

interface SchemaMigrationsTable {
  version: number
  name: string
  /** The oldest schema version whose code can still run on this schema. */
  oldest_compatible: number
  applied_at: ColumnType<number, number, never>
}
