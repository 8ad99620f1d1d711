import type { ProviderConfig } from '../config/config.ts'
import { secretFingerprint } from '../config/secret-fingerprint.ts'
import { Circuit } from './circuit.ts'
import { CredentialState } from './credential-state.ts'
import type { FleetEnvironment } from './environment.ts'

/** What is known at run time about one provider: an origin, reached with one or more credentials. */
export class ProviderState {
  config: ProviderConfig
  credentials: readonly CredentialState[]
  /** For errors of local origin: connect, DNS, TLS. */
  readonly circuit: Circuit
  /** The active health check says that it cannot be reached. */
  down = false
  downReason = ''
  /** All times monotonic ms; -Infinity = never. */
  downSinceMs = -Infinity
  lastCheckMs = -Infinity
  lastSuccessMs = -Infinity
  lastFailureMs = -Infinity
  responseTimeMs = 0
  /** Of traffic and checks together. */
  consecutiveFailures = 0
  readonly #environment: FleetEnvironment

  constructor(config: ProviderConfig, environment: FleetEnvironment) {
    this.config = config
    this.circuit = new Circuit(config.name, environment)
    this.#environment = environment
    this.credentials = this.#credentialsOf(config, [])
  }

  get name(): string {
    return this.config.name
  }

  /** Takes over a changed configuration; credentials whose secret is still listed keep their state. */
  reconfigure(config: ProviderConfig): void {
    this.credentials = this.#credentialsOf(config, this.credentials)
    this.config = config
  }

  succeeded(nowMs: number, sentAtMs: number, responseTimeMs: number): void {
    this.consecutiveFailures = 0
    this.lastSuccessMs = nowMs
    this.lastCheckMs = nowMs
    this.responseTimeMs = responseTimeMs
    if (this.down && sentAtMs > this.downSinceMs) this.down = false
  }

  failed(nowMs: number): void {
    this.consecutiveFailures++
    this.lastFailureMs = nowMs
    this.lastCheckMs = nowMs
  }

  /** Result of an active check. True when the provider's circuit closed because of it. */
  checked(healthy: boolean, responseTimeMs: number, reason: string, atMs: number, nowMs: number): boolean {
    this.lastCheckMs = atMs
    this.responseTimeMs = responseTimeMs
    if (!healthy) {
      if (!this.down) this.downSinceMs = nowMs
      this.down = true
      this.downReason = reason
      this.consecutiveFailures++
      return false
    }
    const closes = this.circuit.state !== 'closed'
    // A check shows that connections work, not that models do: it ends the count only where connections were the trouble.
    if (this.down || closes) this.consecutiveFailures = 0
    this.down = false
    this.downReason = ''
    this.circuit.close(nowMs)
    return closes
  }

  #credentialsOf(config: ProviderConfig, before: readonly CredentialState[]): readonly CredentialState[] {
    const secrets = [...new Set(config.apiKeys.length === 0 ? [''] : config.apiKeys)]
    return secrets.map((secret, index) => {
      const name = index === 0 ? config.name : `${config.name}#${index + 1}`
      const kept = before.find((credential) => credential.secret === secret)
      const credential = kept ?? new CredentialState(config.name, name, secret, this.#environment)
      credential.name = name
      credential.limitTo(config.limits)
      credential.drained = config.drained === true || config.drainedKeys?.includes(secretFingerprint(secret)) === true
      return credential
    })
  }
}
