// The tables of migration 014 as TypeScript sees them.

export interface UpstreamTables {
  stored_providers: StoredProvidersTable
  stored_credentials: StoredCredentialsTable
  stored_models: StoredModelsTable
  upstream_switches: UpstreamSwitchesTable
  provider_checks: ProviderChecksTable
  provider_events: ProviderEventsTable
}

interface StoredProvidersTable {
  name: string
  /** JSON, without secrets. */
  settings: string
  /** Sealed JSON; '' = none. */
  headers: string
  enabled: number
  created_at: number
  updated_at: number
}

interface StoredCredentialsTable {
  provider: string
  fingerprint: string
  label: string
  /** Sealed. */
  secret: string
  created_at: number
}

interface StoredModelsTable {
  model_id: string
  /** JSON. */
  settings: string
  enabled: number
  created_at: number
  updated_at: number
}

interface UpstreamSwitchesTable {
  provider: string
  fingerprint: string
  drained_at: number | null
  weight: number | null
  set_by: string
  set_at: number
}

interface ProviderChecksTable {
  provider: string
  start_at: number
  checks: number
  failed: number
  response_ms: number
}

interface ProviderEventsTable {
  event_id: string
  provider: string
  fingerprint: string
  model: string
  kind: string
  reason: string
  for_ms: number | null
  at: number
}
