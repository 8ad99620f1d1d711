// One provider as the operator sees it: what is set, what of it holds, and how it fares.
import type { Config, ProviderConfig } from '../config/config.ts'
import { secretFingerprint } from '../config/secret-fingerprint.ts'
import type { CircuitHealth, CredentialHealth, HealthView, ProviderHealth } from '../routing/health-view.ts'
import type { ProviderSettings, StoredUpstreams } from './upstream-store.ts'

export interface CredentialView {
  readonly fingerprint: string
  /** False: it needs none, or takes the machine's own. */
  readonly isSecret: boolean
  readonly label: string
  /** Null for those of the file. */
  readonly createdAtMs: number | null
  /** No new attempts with it since then. */
  readonly drainedAtMs: number | null
  /** Null while its provider is not in use. */
  readonly health: CredentialHealth | null
  /** One for each model that was called with it. */
  readonly circuits: readonly CircuitHealth[]
}

export interface ProviderView {
  readonly name: string
  /** Only those of the database can be changed here. */
  readonly source: 'config' | 'environment' | 'database'
  /** Those of the database as they were set, for the form; null otherwise. */
  readonly settings: ProviderSettings | null
  /** As it runs, or would; null where it cannot. Holds secrets. */
  readonly config: ProviderConfig | null
  readonly enabled: boolean
  /** Why it is not in use although it is enabled. */
  readonly fault: string | null
  /** The one that counts. */
  readonly weight: number
  /** As it is configured, where another one counts. */
  readonly ownWeight: number | null
  readonly drainedAtMs: number | null
  readonly credentials: readonly CredentialView[]
  /** Public ids of models with a target there. */
  readonly models: readonly string[]
  /** Null while it is not in use. */
  readonly health: ProviderHealth | null
  readonly createdAtMs: number | null
  readonly updatedAtMs: number | null
}

interface Facts {
  readonly stored: StoredUpstreams
  readonly base: Config
  readonly running: Config
  readonly health: HealthView
  readonly fault: string | null
}

export function viewOfProvider(
  name: string,
  { stored, base, running, health, fault }: Facts,
): ProviderView | undefined {
  const own = base.providers.find((provider) => provider.name === name)
  const row = own === undefined ? stored.providers.find((provider) => provider.name === name) : undefined
  if (own === undefined && row === undefined) return undefined
  const runs = running.providers.find((provider) => provider.name === name)
  const config = runs ?? own ?? null
  const switches = stored.switches.filter(({ provider }) => provider === name)
  const whole = switches.find(({ fingerprint }) => fingerprint === '')
  const drainedAt = (fingerprint: string): number | null =>
    switches.find((one) => one.fingerprint === fingerprint)?.drainedAtMs ?? null
  const kept = stored.credentials.filter(({ provider }) => row !== undefined && provider === name)
  const fingerprints =
    row === undefined ? (own?.apiKeys ?? []).map(secretFingerprint) : kept.map((one) => one.fingerprint)
  const credentials = [...new Set(fingerprints)].map((fingerprint): CredentialView => {
    const shown = health.credentials.find((one) => one.provider === name && one.fingerprint === fingerprint)
    const known = kept.find((one) => one.fingerprint === fingerprint)
    return {
      fingerprint,
      isSecret: fingerprint !== NO_SECRET,
      label: known?.label ?? '',
      createdAtMs: known?.createdAtMs ?? null,
      drainedAtMs: drainedAt(fingerprint),
      health: shown ?? null,
      circuits: shown === undefined ? [] : health.circuits.filter(({ credential }) => credential === shown.name),
    }
  })
  const ownWeight = own?.weight ?? numberIn(row?.settings, 'weight') ?? 1
  return {
    name,
    source: own === undefined ? 'database' : (own.source ?? 'config'),
    settings: row?.settings ?? null,
    config,
    enabled: row?.enabled ?? true,
    fault: row?.enabled === false ? null : fault,
    weight: whole?.weight ?? ownWeight,
    ownWeight: whole?.weight == null ? null : ownWeight,
    drainedAtMs: whole?.drainedAtMs ?? null,
    credentials,
    models: running.models
      .filter(({ targets }) => runs !== undefined && targets.some(({ provider }) => provider === name))
      .map(({ id }) => id),
    health: runs === undefined ? null : (health.providers.find((one) => one.name === name) ?? null),
    createdAtMs: row?.createdAtMs ?? null,
    updatedAtMs: row?.updatedAtMs ?? null,
  }
}

/** What stands for "none is needed". */
const NO_SECRET = secretFingerprint('')

function numberIn(settings: ProviderSettings | undefined, field: string): number | undefined {
  const value = settings?.[field]
  return typeof value === 'number' ? value : undefined
}
