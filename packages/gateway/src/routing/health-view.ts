// What `/health` shows of one process's balancer, with wall-clock times.
import type { CredentialModel, CredentialState } from './credential-state.ts'
import type { ProviderState } from './provider-state.ts'
import type { SuspensionState } from './suspension.ts'

/** One provider, as `/health` shows it (the fields of seed 000). Times are unix milliseconds and milliseconds. */
export interface ProviderHealth {
  readonly name: string
  readonly type: string
  /** The origin only: no path, no query, no credentials. */
  readonly url: string
  readonly healthy: boolean
  readonly lastCheckMs: number
  readonly responseTimeMs: number
  readonly consecutiveFailures: number
  /** Why it is not healthy, for people; absent when it is. */
  readonly reason?: string
}

/** One credential of a provider; its secret is never here. Named `provider` or `provider#2`. */
export interface CredentialHealth {
  readonly name: string
  /** Of its secret. */
  readonly fingerprint: string
  readonly provider: string
  readonly type: string
  readonly baseUrl: string
  readonly disabled: boolean
  readonly disabledReason?: string
  /** The operator wants no new attempts with it. */
  readonly drained?: true
  /** Attempts on their way. */
  readonly inFlight: number
  /** Until when it rests after a 429, unix ms; 0 = not resting. */
  readonly coolingUntilMs: number
  readonly currentRpm: number
  readonly currentTpm: number
  /** -1 = no limit. */
  readonly limitRpm: number
  readonly limitTpm: number
  readonly weight: number
  readonly priority: number
  /** Status code -> count since start. */
  readonly errorCounts: Readonly<Record<string, number>>
}

/** One model with one credential. */
export interface CircuitHealth {
  readonly credential: string
  readonly model: string
  readonly state: SuspensionState
  /** End of the rest, unix ms; 0 = closed. */
  readonly openUntilMs: number
  readonly currentRpm: number
  readonly currentTpm: number
  readonly errorCounts: Readonly<Record<string, number>>
}

export interface HealthView {
  readonly providers: readonly ProviderHealth[]
  readonly credentials: readonly CredentialHealth[]
  readonly circuits: readonly CircuitHealth[]
  readonly lastUpdateMs: number
}

/** `createdUnixMs` stands for the first check of a provider that nothing was heard of yet. */
export function viewHealth(
  providers: readonly ProviderState[],
  createdUnixMs: number,
  nowMs: number,
  nowUnixMs: number,
): HealthView {
  const toUnixMs = (monotonicMs: number): number =>
    Number.isFinite(monotonicMs) ? Math.round(nowUnixMs + monotonicMs - nowMs) : createdUnixMs
  const credentials = providers.flatMap((provider) =>
    provider.credentials.map((credential) => ({ provider, credential })),
  )
  const shown = providers.map((provider) => providerHealth(provider, nowMs, toUnixMs))
  return {
    providers: shown,
    credentials: credentials.map(({ provider, credential }) => credentialHealth(provider, credential, nowMs, toUnixMs)),
    circuits: credentials.flatMap(({ credential }) =>
      [...credential.models.values()].map((model) => circuitHealth(credential, model, nowMs, toUnixMs)),
    ),
    lastUpdateMs: shown.reduce((latest, { lastCheckMs }) => Math.max(latest, lastCheckMs), createdUnixMs),
  }
}

type ToUnixMs = (monotonicMs: number) => number

function providerHealth(provider: ProviderState, nowMs: number, toUnixMs: ToUnixMs): ProviderHealth {
  const reason = illness(provider, nowMs)
  return {
    name: provider.name,
    type: provider.config.type,
    url: originOf(provider.config.baseUrl),
    healthy: reason === null,
    lastCheckMs: toUnixMs(provider.lastCheckMs),
    responseTimeMs: Math.round(provider.responseTimeMs),
    consecutiveFailures: provider.consecutiveFailures,
    ...(reason === null ? {} : { reason }),
  }
}

/**
 * Why the provider serves nobody at the moment, or null. A key that rests after a 429 is busy, not ill; and what is due
 * for a probe counts as well, or a balancer in front of us that obeys `/health` would never send the request to probe with.
 */
function illness(provider: ProviderState, nowMs: number): string | null {
  if (provider.down) return provider.downReason || 'The health check cannot reach it.'
  if (!provider.circuit.available(nowMs)) return 'Connections to it keep failing.'
  const inUse = provider.credentials.filter(({ drained }) => !drained)
  if (inUse.length === 0) return 'It is drained.'
  const permitted = inUse.filter(({ refusal }) => refusal.suspension.available(nowMs))
  if (permitted.length === 0) return inUse[0]?.disabledReason || 'It has no usable credential.'
  const models = permitted.flatMap((credential) => [...credential.models.values()])
  const serving = models.some(({ circuit, access }) => circuit.available(nowMs) && access.suspension.available(nowMs))
  return models.length > 0 && !serving ? 'Every model on it keeps failing.' : null
}

function credentialHealth(
  provider: ProviderState,
  credential: CredentialState,
  nowMs: number,
  toUnixMs: ToUnixMs,
): CredentialHealth {
  const { config } = provider
  const models = [...credential.models.values()]
  const restUntilMs = models.reduce((latest, model) => Math.max(latest, model.restUntilMs), 0)
  return {
    name: credential.name,
    fingerprint: credential.id.slice(provider.name.length + 1),
    provider: provider.name,
    type: config.type,
    baseUrl: originOf(config.baseUrl),
    disabled: credential.disabled,
    ...(credential.disabled ? { disabledReason: credential.disabledReason } : {}),
    ...(credential.drained ? { drained: true as const } : {}),
    inFlight: models.reduce((sum, { inFlight }) => sum + inFlight, 0),
    coolingUntilMs: restUntilMs > nowMs ? toUnixMs(restUntilMs) : 0,
    currentRpm: models.reduce((sum, { meter }) => sum + meter.requests(nowMs), 0),
    currentTpm: models.reduce((sum, { meter }) => sum + meter.tokens(nowMs), 0),
    limitRpm: config.limits.rpm ?? -1,
    limitTpm: config.limits.tpm ?? -1,
    weight: config.weight,
    priority: config.priority,
    errorCounts: sumCounts(models.map(({ errorCounts }) => Object.fromEntries(errorCounts))),
  }
}

function circuitHealth(
  credential: CredentialState,
  { model, circuit, meter, errorCounts }: CredentialModel,
  nowMs: number,
  toUnixMs: ToUnixMs,
): CircuitHealth {
  return {
    credential: credential.name,
    model,
    state: circuit.state,
    openUntilMs: circuit.state === 'closed' ? 0 : toUnixMs(circuit.suspension.untilMs),
    currentRpm: meter.requests(nowMs),
    currentTpm: meter.tokens(nowMs),
    errorCounts: Object.fromEntries(errorCounts),
  }
}

/** Path, query and credentials of an address stay inside. */
function originOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).origin : ''
}

function sumCounts(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const one of counts)
    for (const [status, count] of Object.entries(one)) sums[status] = (sums[status] ?? 0) + count
  return sums
}
