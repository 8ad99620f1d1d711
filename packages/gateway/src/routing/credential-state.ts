// What is known at run time about one credential of a provider, and about each model that is called with it. One bad key
// never touches its siblings, and one model that is out of quota never touches the other models of its key.
import { secretFingerprint } from '../config/secret-fingerprint.ts'
import { type LimitedScope, limitedScope, type Limits, NO_SCOPES } from '../limits/limits.ts'
import { Circuit } from './circuit.ts'
import type { FleetEnvironment } from './environment.ts'
import { FirstBytes } from './first-bytes.ts'
import { LatencyEstimate } from './latency-estimate.ts'
import { MinuteMeter } from './minute-meter.ts'
import { Suspension } from './suspension.ts'

const FIRST_PROBE_MS = 60_000
const LAST_PROBE_MS = 600_000
const MAX_REST_MS = 60_000
const FIRST_REST_MS = 1_000
/** Rests grow by up to this share, never shrink: a provider's own hint is a minimum. */
const REST_JITTER = 0.1
/** A 403 may be about one tenant's content; from three tenants it is about the key. */
const FORBIDDEN_ACCOUNTS = 3

/** A refusal by the provider: out of service, and probed again after 60 s, 120 s, ... up to 10 minutes. */
export class Refusal {
  readonly suspension: Suspension
  reason = ''
  #delayMs = 0

  constructor(id: string, environment: FleetEnvironment) {
    this.suspension = new Suspension(id, environment)
  }

  get active(): boolean {
    return this.suspension.state !== 'closed'
  }

  /** The time until the next probe when this took it out of service (again), otherwise 0. */
  refuse(nowMs: number, reason: string): number {
    this.reason = reason
    if (this.suspension.state === 'open') return 0
    this.#delayMs = Math.min(this.active ? this.#delayMs * 2 : FIRST_PROBE_MS, LAST_PROBE_MS)
    this.suspension.open(nowMs, this.#delayMs)
    return this.#delayMs
  }

  /** Another process has seen the refusal. */
  adopt(nowMs: number, reason: string, forMs: number): void {
    this.reason = reason
    // What is told to a late starter is what was left of a longer wait.
    this.#delayMs = Math.max(forMs, FIRST_PROBE_MS)
    this.suspension.open(nowMs, forMs)
  }

  /** True when it was out of service until now. */
  lift(sentAtMs: number): boolean {
    if (!this.active || sentAtMs < this.suspension.sinceMs) return false
    this.clear()
    return true
  }

  clear(): void {
    this.suspension.close()
    this.reason = ''
  }
}

/** One model, called with one credential. */
export class CredentialModel {
  /** The upstream's name. */
  readonly model: string
  readonly circuit: Circuit
  /** After 403s. */
  readonly access: Refusal
  readonly latency = new LatencyEstimate()
  readonly firstBytes = new FirstBytes()
  readonly meter = new MinuteMeter()
  readonly errorCounts = new Map<string, number>()
  inFlight = 0
  /** Rests until then after a 429, monotonic ms. */
  restUntilMs = 0
  /** Candidates of live routes that point here; at 0 it can be forgotten. */
  references = 0
  #restStepMs = FIRST_REST_MS
  readonly #forbiddenTo = new Set<string>()
  readonly #random: () => number

  constructor(credential: string, model: string, environment: FleetEnvironment) {
    const access = accessId(credential, model)
    this.model = model
    this.circuit = new Circuit(circuitId(credential, model), environment)
    this.access = new Refusal(access, environment)
    this.#random = environment.random
  }

  /** Rests after a 429. The length in ms when that is news, otherwise 0. */
  rest(nowMs: number, retryAfterMs: number | null): number {
    const resting = nowMs < this.restUntilMs
    const askedMs = retryAfterMs ?? this.#restStepMs
    // A burst of answers to requests that were sent together is one signal.
    if (retryAfterMs === null && resting) return 0
    if (retryAfterMs === null) this.#restStepMs = Math.min(this.#restStepMs * 2, MAX_REST_MS)
    const forMs = Math.min(Math.max(askedMs, 0), MAX_REST_MS) * (1 + REST_JITTER * this.#random())
    const grewMs = nowMs + forMs - this.restUntilMs
    this.restUntilMs = Math.max(this.restUntilMs, nowMs + forMs)
    return resting && grewMs < FIRST_REST_MS ? 0 : forMs
  }

  /** A 403. The time until the next probe when it closes the model to the credential, otherwise 0. */
  forbid(nowMs: number, accountId: string): number {
    this.#forbiddenTo.add(accountId)
    const probeFailed = this.access.suspension.state === 'half-open'
    if (!probeFailed && this.#forbiddenTo.size < FORBIDDEN_ACCOUNTS) return 0
    this.#forbiddenTo.clear()
    return this.access.refuse(nowMs, 'The provider answers 403 for this model.')
  }

  /** What a success proves about rests and 403s. */
  answered(nowMs: number): void {
    if (nowMs >= this.restUntilMs) this.#restStepMs = FIRST_REST_MS
    if (this.#forbiddenTo.size > 0) this.#forbiddenTo.clear()
  }

  countError(status: string): void {
    this.errorCounts.set(status, (this.errorCounts.get(status) ?? 0) + 1)
  }
}

export class CredentialState {
  /** The provider and a fingerprint of the secret: stays when keys change places in the list, the same in every process. */
  readonly id: string
  readonly provider: string
  /** `openai`, `openai#2`: for people, by position. */
  name: string
  /** Never in a log, a header to a client, or a health page. */
  readonly secret: string
  /** What this gateway may ask of it; empty = any. */
  limited: readonly LimitedScope[] = NO_SCOPES
  /** The operator wants no new attempts with it; those under way go on. */
  drained = false
  readonly refusal: Refusal
  readonly models = new Map<string, CredentialModel>()
  readonly #environment: FleetEnvironment

  constructor(provider: string, name: string, secret: string, environment: FleetEnvironment) {
    this.id = credentialId(provider, secret)
    this.provider = provider
    this.name = name
    this.secret = secret
    this.refusal = new Refusal(this.id, environment)
    this.#environment = environment
  }

  limitTo(limits: Limits): void {
    const scope = limitedScope('credential', this.id, this.name, limits)
    this.limited = scope === null ? NO_SCOPES : Object.freeze([scope])
  }

  get disabled(): boolean {
    return this.refusal.active
  }

  get disabledReason(): string {
    return this.refusal.reason
  }

  modelOf(model: string): CredentialModel {
    const known = this.models.get(model)
    if (known !== undefined) return known
    const made = new CredentialModel(this.id, model, this.#environment)
    this.models.set(model, made)
    return made
  }
}

function credentialId(provider: string, secret: string): string {
  return `${provider}:${secretFingerprint(secret)}`
}

function circuitId(credential: string, model: string): string {
  return `${credential}|${model}`
}

/** The probe after 403s; no circuit has this id, because no credential's ends like that. */
export function accessId(credential: string, model: string): string {
  return `${credential}?${model}`
}
