// One way to serve a model: a provider, one of its credentials, and the upstream's name of the model. Candidates belong
// to a route; what is known about their health belongs to the provider, the credential and the credential's model, which
// several routes may share and which outlive a reload of the configuration.
import type { Price } from '../billing/prices/price.ts'
import { asciiJson } from '../core/ascii-json.ts'
import type { TargetCondition } from '../core/target-condition.ts'
import type { Circuit } from './circuit.ts'
import type { CredentialModel, CredentialState } from './credential-state.ts'
import { hashText } from './rendezvous.ts'
import type { ProviderState } from './provider-state.ts'
import type { Suspension } from './suspension.ts'

export interface CandidateParts {
  readonly provider: ProviderState
  readonly credential: CredentialState
  readonly upstreamModel: string
  readonly weight: number
  readonly priority: number
  /** What the upstream charges. */
  readonly price: Price | null
  /** Which requests it is meant for; null = all. */
  readonly when: TargetCondition | null
}

export class Candidate {
  /** The same in every process. */
  readonly id: string
  readonly idHash: number
  readonly provider: ProviderState
  readonly credential: CredentialState
  /** Who signs the reasoning that it gives: provider and credential. */
  readonly origin: string
  readonly state: CredentialModel
  readonly circuit: Circuit
  readonly upstreamModel: string
  readonly upstreamModelJson: string
  /** Share of the traffic, relative to the others of its tier. */
  readonly weight: number
  /** Number of its tier, 0 first. */
  readonly priority: number
  readonly price: Price | null
  readonly when: TargetCondition | null
  /** One number to compare prices by: three input tokens and one output token; Infinity = unknown. */
  readonly costRank: number
  /** Smooth weighted round-robin's memory. */
  currentWeight = 0

  constructor(parts: CandidateParts) {
    const { provider, credential, upstreamModel, price } = parts
    this.state = credential.modelOf(upstreamModel)
    this.id = this.state.circuit.id
    this.idHash = hashText(this.id)
    this.provider = provider
    this.credential = credential
    this.origin = `${provider.name}/${credential.name}`
    this.circuit = this.state.circuit
    this.upstreamModel = upstreamModel
    this.upstreamModelJson = asciiJson(upstreamModel)
    this.weight = parts.weight
    this.priority = parts.priority
    this.price = price
    this.when = parts.when
    this.costRank = price === null ? Infinity : 3 * price.inputNanosPerMillion + price.outputNanosPerMillion
    this.state.references++
  }

  /** Attempts on their way with this credential and model, whatever route they came by. The relay counts. */
  get inFlight(): number {
    return this.state.inFlight
  }

  set inFlight(count: number) {
    this.state.inFlight = count
  }

  /** /!\ Hot path. Whether an attempt may be sent now; changes nothing. */
  available(nowMs: number): boolean {
    return this.reachable(nowMs) && this.permitted(nowMs) && !this.resting(nowMs)
  }

  /** Health: what a last chance and a panic may ignore. */
  reachable(nowMs: number): boolean {
    return !this.provider.down && this.provider.circuit.available(nowMs) && this.circuit.available(nowMs)
  }

  /** The operator has not drained it, and the provider lets this key use this model (or it is time to ask again). */
  permitted(nowMs: number): boolean {
    if (this.credential.drained) return false
    return this.credential.refusal.suspension.available(nowMs) && this.state.access.suspension.available(nowMs)
  }

  /** After a 429. */
  resting(nowMs: number): boolean {
    return nowMs < this.state.restUntilMs
  }

  /** Earliest time at which it can be available again, monotonic ms. */
  readyAtMs(nowMs: number, checkIntervalMs: number): number {
    const { provider, credential, state } = this
    if (credential.drained) return Infinity
    const checkAtMs = provider.down ? Math.max(nowMs + 1, provider.lastCheckMs + checkIntervalMs) : nowMs
    return Math.max(
      checkAtMs,
      state.restUntilMs,
      provider.circuit.readyAtMs(nowMs),
      credential.refusal.suspension.readyAtMs(nowMs),
      state.access.suspension.readyAtMs(nowMs),
      state.circuit.readyAtMs(nowMs),
    )
  }

  /** Takes the right to send one attempt, which is a probe where something is half-open. All or nothing. */
  enter(nowMs: number): boolean {
    // Nearly always: all is closed, nothing to take.
    if (!this.#suspended) return true
    const taken: Suspension[] = []
    for (const suspension of this.#suspensions()) {
      if (suspension.state === 'closed') continue
      if (suspension.enter(nowMs)) taken.push(suspension)
      else {
        for (const other of taken) other.handBack(nowMs)
        return false
      }
    }
    return true
  }

  /** Ends probes that said nothing about health. */
  release(nowMs: number): void {
    if (!this.#suspended) return
    for (const suspension of this.#suspensions()) suspension.release(nowMs)
  }

  /** Gives back probes that were taken but not sent. */
  handBack(nowMs: number): void {
    if (!this.#suspended) return
    for (const suspension of this.#suspensions()) suspension.handBack(nowMs)
  }

  get #suspended(): boolean {
    const { provider, credential, state } = this
    return (
      provider.circuit.state !== 'closed' ||
      credential.refusal.active ||
      state.access.active ||
      state.circuit.state !== 'closed'
    )
  }

  #suspensions(): readonly Suspension[] {
    const { provider, credential, state } = this
    return [
      provider.circuit.suspension,
      credential.refusal.suspension,
      state.access.suspension,
      state.circuit.suspension,
    ]
  }
}
