// Between what a fleet knows and the changes that processes tell each other.
import type { Circuit } from './circuit.ts'
import type { CredentialModel, CredentialState } from './credential-state.ts'
import type { FleetChange } from './outcome.ts'
import type { ProviderState } from './provider-state.ts'

export function circuitOf(provider: ProviderState, id: string): Circuit | undefined {
  if (provider.circuit.id === id) return provider.circuit
  for (const credential of provider.credentials) {
    if (!id.startsWith(`${credential.id}|`)) continue
    return credential.models.get(id.slice(credential.id.length + 1))?.circuit
  }
  return undefined
}

export function applyToCredential(
  credential: CredentialState,
  change: Extract<FleetChange, { readonly credential: string }>,
  nowMs: number,
): void {
  const model: CredentialModel | undefined = change.model === null ? undefined : credential.models.get(change.model)
  if (change.kind === 'cooling') {
    if (model !== undefined) model.restUntilMs = Math.max(model.restUntilMs, nowMs + change.forMs)
    return
  }
  const refusal = change.model === null ? credential.refusal : model?.access
  if (change.kind === 'credential-disabled') refusal?.adopt(nowMs, change.reason, change.forMs)
  else refusal?.clear()
}

/** Everything about one provider that is out of service, with what is left of its time. */
export function standingChanges(provider: ProviderState, nowMs: number, nowUnixMs: number): FleetChange[] {
  const changes: FleetChange[] = openCircuit(provider.name, provider.circuit, nowMs)
  if (provider.down) {
    const { name, responseTimeMs, downReason: reason } = provider
    const atUnixMs = Math.round(nowUnixMs - (nowMs - provider.lastCheckMs))
    changes.push({ kind: 'provider-check', provider: name, healthy: false, responseTimeMs, atUnixMs, reason })
  }
  for (const credential of provider.credentials) changes.push(...credentialChanges(credential, nowMs))
  return changes
}

function credentialChanges(credential: CredentialState, nowMs: number): FleetChange[] {
  const base = { provider: credential.provider, credential: credential.id, credentialName: credential.name }
  const changes: FleetChange[] = []
  const refuse = ({ active, reason, suspension }: CredentialState['refusal'], model: string | null): void => {
    if (!active) return
    const forMs = Math.max(0, suspension.untilMs - nowMs)
    changes.push({ kind: 'credential-disabled', ...base, model, reason, forMs })
  }
  refuse(credential.refusal, null)
  for (const { model, access, circuit, restUntilMs } of credential.models.values()) {
    refuse(access, model)
    changes.push(...openCircuit(credential.provider, circuit, nowMs))
    if (restUntilMs > nowMs) changes.push({ kind: 'cooling', ...base, model, forMs: restUntilMs - nowMs })
  }
  return changes
}

function openCircuit(provider: string, circuit: Circuit, nowMs: number): FleetChange[] {
  if (circuit.state === 'closed') return []
  return [{ kind: 'circuit-opened', circuit: circuit.id, provider, forMs: Math.max(0, circuit.openUntilMs - nowMs) }]
}
