// The tables of migrations 016 and 017 as TypeScript sees them.

export interface LearningTables {
  auto_versions: AutoVersionsTable
  auto_serving: AutoServingTable
  auto_shadows: AutoShadowsTable
  auto_shadow_spend: AutoShadowSpendTable
  auto_overheads: AutoOverheadsTable
}

export interface AutoShadowsTable {
  receipt_id: string
  account_id: string
  created_at: number
  other: string
  verdict: string
  other_nanos: number
  other_tokens: number
}

export interface AutoShadowSpendTable {
  /** Since the epoch, UTC. */
  day: number
  payer: string
  /** Held and spent together. */
  used_nanos: number
}

export interface AutoOverheadsTable {
  receipt_id: string
  account_id: string
  created_at: number
  nanos: number
}

export interface AutoVersionsTable {
  version_id: string
  account_id: string
  pool: string
  number: number
  made_at: number
  made_by: string
  /** '' = what ships with the gateway. */
  base: string
  /** JSON: `core/learned.ts`, `routing/auto/learning/replay.ts`. */
  body: string
  replay: string
  served_at: number | null
}

export interface AutoServingTable {
  account_id: string
  pool: string
  version_id: string
  since: number
}
