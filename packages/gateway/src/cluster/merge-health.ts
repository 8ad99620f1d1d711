// One picture of the upstreams out of what the primary checks and what each worker meets.

import type { CircuitHealth, CredentialHealth, HealthView, ProviderHealth } from '../routing/health-view.ts'

/** @param own the primary's view: health checks, and every change that a worker told */
export function mergeHealth(own: HealthView, workers: readonly HealthView[]): HealthView {
  return {
    providers: own.providers.map((provider) =>
      mergeProvider(
        provider,
        find(workers, (view) => view.providers, provider.name),
      ),
    ),
    credentials: own.credentials.map((credential) =>
      mergeCredential(
        credential,
        workers.flatMap((view) => view.credentials.filter(({ name }) => name === credential.name)),
      ),
    ),
    circuits: mergeCircuits(own, workers),
    lastUpdateMs: Math.max(own.lastUpdateMs, ...workers.map((view) => view.lastUpdateMs)),
  }
}

function find(
  workers: readonly HealthView[],
  pick: (view: HealthView) => readonly ProviderHealth[],
  name: string,
): ProviderHealth[] {
  return workers.flatMap((view) => pick(view).filter((provider) => provider.name === name))
}

/** Down when the check says so or when every worker's traffic does; the newest news counts. */
function mergeProvider(own: ProviderHealth, seen: readonly ProviderHealth[]): ProviderHealth {
  const newest = seen.reduce((latest, view) => (view.lastCheckMs > latest.lastCheckMs ? view : latest), own)
  const healthy = own.healthy && (seen.length === 0 || seen.some((view) => view.healthy))
  const reason = own.reason ?? newest.reason
  return {
    ...own,
    healthy,
    lastCheckMs: newest.lastCheckMs,
    responseTimeMs: newest.responseTimeMs,
    consecutiveFailures: healthy
      ? newest.consecutiveFailures
      : Math.max(own.consecutiveFailures, newest.consecutiveFailures),
    ...(healthy || reason === undefined ? {} : { reason }),
  }
}

function mergeCredential(own: CredentialHealth, seen: readonly CredentialHealth[]): CredentialHealth {
  return {
    ...own,
    currentRpm: total(seen, (view) => view.currentRpm),
    currentTpm: total(seen, (view) => view.currentTpm),
    inFlight: total(seen, (view) => view.inFlight),
    coolingUntilMs: Math.max(own.coolingUntilMs, ...seen.map((view) => view.coolingUntilMs)),
    errorCounts: sumCounts(seen.map((view) => view.errorCounts)),
  }
}

function mergeCircuits(own: HealthView, workers: readonly HealthView[]): CircuitHealth[] {
  const merged = new Map<string, CircuitHealth[]>()
  for (const circuit of [...own.circuits, ...workers.flatMap((view) => view.circuits)]) {
    const key = `${circuit.credential}:${circuit.model}`
    const group = merged.get(key)
    if (group === undefined) merged.set(key, [circuit])
    else group.push(circuit)
  }
  return [...merged.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const worst =
      group.find(({ state }) => state === 'open') ?? group.find(({ state }) => state === 'half-open') ?? first
    return [
      {
        ...first,
        state: worst.state,
        openUntilMs: worst.openUntilMs,
        currentRpm: total(group, (view) => view.currentRpm),
        currentTpm: total(group, (view) => view.currentTpm),
        errorCounts: sumCounts(group.map((view) => view.errorCounts)),
      },
    ]
  })
}

function total<T>(items: readonly T[], figure: (item: T) => number): number {
  return items.reduce((sum, item) => sum + figure(item), 0)
}

function sumCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const counts of all) for (const [code, count] of Object.entries(counts)) sum[code] = (sum[code] ?? 0) + count
  return sum
}
