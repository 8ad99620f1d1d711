// The tables as TypeScript sees them. Times are unix milliseconds, money is integer nano-US$; names are the columns'.
import type { ColumnType, Generated } from 'kysely'
import type { UsageSeriesTable, UsageSumsTable } from './rollup-columns.ts'
import type { HealthTables } from './schema-health.ts'
import type { LearningTables } from './schema-learning.ts'
import type { MoneyTables } from './schema-money.ts'
import type { PeopleTables } from './schema-people.ts'
import type { ReceiptTables } from './schema-receipts.ts'
import type { ResponseTables } from './schema-responses.ts'
import type { UpstreamTables } from './schema-upstreams.ts'

export interface Tables
  extends HealthTables, LearningTables, MoneyTables, PeopleTables, ReceiptTables, ResponseTables, UpstreamTables {
  api_keys: ApiKeysTable
  accounts: AccountsTable
  members: MembersTable
  account_groups: AccountGroupsTable
  model_prices: ModelPricesTable
  audit_log: AuditLogTable
  usage_keys: UsageKeysTable
  usage_kinds: UsageKindsTable
  usage_records: UsageRecordsTable
  usage_series: UsageSeriesTable
  usage_hours: UsageSumsTable
  usage_days: UsageSumsTable
  journal_positions: JournalPositionsTable
  meta: MetaTable
  instances: InstancesTable
  changes: ChangesTable
  repeatable_requests: RepeatableRequestsTable
  schema_migrations: SchemaMigrationsTable
  usage_prices: UsagePricesTable
  wallets: WalletsTable
  wallet_slices: WalletSlicesTable
  wallet_instances: WalletInstancesTable
  wallet_transfers: WalletTransfersTable
  wallet_entries: WalletEntriesTable
  charged_once: ChargedOnceTable
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
  /** The operator's choice; null = the account's. */
  group_name: string | null
  /** JSON arrays; null = no such rule. */
  models: string | null
  endpoints: string | null
  addresses: string | null
  /** JSON. */
  budget: string | null
  /** The secret before the last rotation, and until when it works. */
  previous_digest: string | null
  previous_expires_at: number | null
  /** JSON. */
  data_policy: string | null
}

interface AccountsTable {
  id: Generated<number>
  /** `acc_...`, what the API shows; `default` for the operator's own. */
  account_id: string
  name: string
  kind: string
  /** '' = the group `default`, where there is one. */
  group_name: string
  /** IANA name. */
  time_zone: string
  status: string
  /** JSON. */
  limits: string
  created_at: number
  updated_at: number
  /** JSON; null = none. */
  budget: string | null
}

interface MembersTable {
  id: Generated<number>
  /** `mem_...`, what the API shows. */
  member_id: string
  account_id: string
  /** Lower case. */
  email: string
  name: string
  role: string
  created_at: number
  /** `per_...`; null = nobody with this address has logged in yet. */
  person_id: string | null
  status: Generated<string>
}

/** Those that are not in the configuration file. */
interface AccountGroupsTable {
  name: string
  /** JSON, as are the limits. */
  models: string
  price_multiplier_ppm: number
  billing: string
  limits: string
  shared_limits: string
  created_at: number
  updated_at: number
  /** JSON: public model id -> text of `billing/prices/price-text.ts`. */
  prices: Generated<string>
  /** JSON. */
  responses: Generated<string>
}

/** Background work that a usage row has been charged for. */
interface ChargedOnceTable {
  request_id: string
  charged_at: number
}

/** Append only: the newest version of each model counts. */
interface ModelPricesTable {
  model: string
  version: number
  /** Text of `billing/prices/price-text.ts`; '' = the price was taken away. */
  price: string
  set_by: string
  set_at: number
}

/** Append only. */
interface AuditLogTable {
  id: Generated<number>
  /** `aud_...`, what the API shows. */
  audit_id: string
  at: number
  actor_key_id: string
  action: string
  object_id: string
  account_id: string
  /** JSON; null = it did not exist. */
  before: string | null
  after: string | null
  address: string
  request_id: string
  /** Whose session or token it was; '' = none. */
  actor_person_id: Generated<string>
  user_agent: Generated<string>
}

/** A key as usage rows name it. It outlives the key, and holds `master`, which is no API key. */
interface UsageKeysTable {
  id: Generated<number>
  key_id: string
  account_id: string
  /** The group whose limits and prices it had; empty = none. */
  group_name: string
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
  /** Of a call with more than one attempt: `journal-trail.ts` writes it. */
  trail: string
  provider_cost_nanos: Generated<number>
  /** Of `usage_prices`; 0 = the model has no price. */
  price: Generated<number>
  /** `usage-extras.ts` writes them. */
  extras: Generated<string>
  /** The transfer that charged the call; 0 = it is paid for and cost nothing; null = nobody pays for it. */
  transfer: number | null
  /** Of the cost, what the operator bears; null for nearly all. */
  lost_nanos: number | null
}

/** Prices by which calls were reckoned, as `price-text.ts` writes them, each once. */
interface UsagePricesTable {
  id: Generated<number>
  price: string
}

/** Changed by draws, by the journals that come in, and by transfers; by nothing else. */
interface WalletsTable {
  account_id: string
  available_nanos: number
  /** What the live slices have left. */
  held_nanos: number
  state: string
  lock_reason: string
  created_at: number
}

interface WalletSlicesTable {
  slice_id: string
  account_id: string
  /** The name of a worker's journal. */
  holder: string
  instance_id: string
  /** `open`, `full`, `closed`, `written_off`. */
  state: string
  granted_nanos: number
  captured_nanos: number
  /** The rest too, once it has ended. */
  returned_nanos: number
  opened_at: number
  ended_at: number | null
}

/** Gateways that may have slices; times by the database's clock. */
interface WalletInstancesTable {
  instance_id: string
  /** When it came, or came back. */
  life: number
  seen_at: number
}

/** Append only; the database refuses changes. `tr_` and the id is what the API shows. */
interface WalletTransfersTable {
  id: Generated<number>
  kind: string
  idem_key: string
  at: number
  actor: string
  note: string
  reference: string
  /** 0 = corrects nothing. */
  corrects: number
  /** Of `usage`: rows of usage_records that it charges. */
  calls: number
}

/** Append only; the database refuses changes. */
interface WalletEntriesTable {
  id: Generated<number>
  transfer: number
  /** `wallet:` and an account id, `revenue`, ... */
  account: string
  nanos: number
  /** Of a wallet: available and held together, after this entry. */
  balance_nanos: number | null
  at: number
}

/** How far a worker's journal has been brought in; written in the same transaction as the rows. */
interface JournalPositionsTable {
  instance: string
  segment: number
  position: number
  /** The directory in which the segment lies: several machines may share the database. */
  directory: string
}

interface MetaTable {
  name: string
  value: string
}

/** Running gateways that share this database; times by its own clock. */
interface InstancesTable {
  instance_id: string
  host: string
  pid: number
  version: string
  started_at: number
  seen_at: number
}

/** What other instances must hear of, for some minutes. `change` is JSON. */
interface ChangesTable {
  change_id: string
  change: string
  changed_at: number
}

/** Requests with an Idempotency-Key; ids and digests are HMACs, so they say nothing about who sent what. */
interface RepeatableRequestsTable {
  id: string
  request_digest: string
  claimed_at: number
  /** Null while the first is being worked on. */
  status: number | null
  /** Base64; only the sender's key opens it. */
  sealed: string | null
}

interface SchemaMigrationsTable {
  version: number
  name: string
  /** The oldest schema version whose code can still run on this schema. */
  oldest_compatible: number
  applied_at: ColumnType<number, number, never>
}
