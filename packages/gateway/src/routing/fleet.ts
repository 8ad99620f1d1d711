// The load balancer: who may serve a model, who serves this request, and what became of it.
//
// A fleet lives in each process that sends requests. It decides alone, from what it sees and from what the others tell it
// (`onChange` out, `apply` in): circuits that opened, keys that were refused, providers whose health check failed. Nothing
// in here waits, opens a connection or reads a clock; times are monotonic milliseconds that the caller passes in.
//
//   select -> next -> (the relay sends) -> report          next again, if mayRetry, until it is served or exhausted
//
import type { Config } from '../config/config.ts'
import type { DataPolicy } from '../core/data-policy.ts'
import type { RequestTraits } from '../core/target-condition.ts'
import type { Candidate } from './candidate.ts'
import type { CredentialState } from './credential-state.ts'
import { probeLeaseMs } from './environment.ts'
import type { FleetEnvironment, ProbeGate } from './environment.ts'
import { viewHealth } from './health-view.ts'
import type { HealthView } from './health-view.ts'
import type { ModelSource } from './model-info.ts'
import type { FailureCause, FleetChange, Outcome, ProviderCheck } from './outcome.ts'
import { ProviderState } from './provider-state.ts'
import { hashText } from './rendezvous.ts'
import { RetryBudget } from './retry-budget.ts'
import { RouteBook } from './route-book.ts'
import type { ListedModel } from './route-book.ts'
import type { Route } from './route.ts'
import { Selection } from './selection.ts'
import type { SelectionContext } from './selection.ts'
import { applyToCredential, circuitOf, standingChanges } from './standing-changes.ts'

/** Retries that are allowed in ten seconds whatever the traffic: Envoy's minimum. */
const LEAST_RETRIES = 3
/** A provider that succeeded after its last failure, this recently, is well: trying it costs no budget. */
const FRESH_SUCCESS_MS = 10_000
/** Failures of local origin: the upstream's models and keys had no part in them. */
const LOCAL_CAUSES: ReadonlySet<FailureCause> = new Set(['connect', 'tls', 'dns'])

export interface FleetOptions {
  readonly config: Config
  readonly catalogue: ModelSource
  /** 0 <= x < 1; tests pass a seeded one. */
  readonly random?: () => number
  /** Who may send a probe; absent = this process always. */
  readonly probeGate?: ProbeGate
  /** News for the other processes and for alerts. */
  readonly onChange?: (change: FleetChange) => void
  /** Wall clock for what people read, unix ms. */
  readonly unixNow?: () => number
}

export class Fleet {
  readonly #catalogue: ModelSource
  readonly #environment: FleetEnvironment
  readonly #onChange: (change: FleetChange) => void
  readonly #unixNow: () => number
  readonly #createdUnixMs: number
  readonly #pool: Candidate[] = []
  #config: Config
  #providers: ReadonlyMap<string, ProviderState> = new Map()
  #providerList: readonly ProviderState[] = []
  #book: RouteBook
  #context: SelectionContext
  #budget: RetryBudget

  constructor(options: FleetOptions) {
    const { config } = options
    this.#config = config
    this.#catalogue = options.catalogue
    this.#onChange = options.onChange ?? (() => undefined)
    this.#unixNow = options.unixNow ?? Date.now
    this.#createdUnixMs = Math.round(this.#unixNow())
    this.#environment = {
      random: options.random ?? Math.random,
      probeGate: options.probeGate,
      breaker: config.balancer.breaker,
      probeLeaseMs: probeLeaseMs(config),
    }
    this.#setProviders(config)
    this.#book = new RouteBook(config, this.#catalogue, this.#providers)
    this.#context = this.#contextOf(config)
    this.#budget = new RetryBudget(config.balancer.retryBudget, LEAST_RETRIES)
  }

  get providers(): readonly ProviderState[] {
    return this.#providerList
  }

  /** Takes over a new configuration. Providers (same name and address), keys (same secret) and models keep what is known. */
  update(config: Config): void {
    const before = this.#book
    this.#environment.breaker = config.balancer.breaker
    this.#environment.probeLeaseMs = probeLeaseMs(config)
    if (config.balancer.retryBudget !== this.#config.balancer.retryBudget) {
      this.#budget = new RetryBudget(config.balancer.retryBudget, LEAST_RETRIES)
    }
    this.#config = config
    this.#setProviders(config)
    this.#book = new RouteBook(config, this.#catalogue, this.#providers)
    for (const id of before.madeIds()) this.#book.resolve(id)
    before.release()
    this.#context = this.#contextOf(config)
  }

  /** /!\ Hot path. Order: id, alias, `provider/model`, the catalogue's other spellings, wildcards, providers of any model. */
  resolve(modelId: string): Route | undefined {
    return this.#book.resolve(modelId)
  }

  /** Configured ids, without aliases and wildcards. */
  listModels(): readonly ListedModel[] {
    return this.#book.listed
  }

  /**
   * /!\ Hot path. Once per request; `affinityKey` keeps a conversation where it was.
   * @param traits of a request for a route with conditions
   * @param wanted what candidates must promise of data; null = nothing
   */
  select(
    route: Route,
    affinityKey: string | null,
    nowMs: number,
    origin: string | null = null,
    traits: RequestTraits | null = null,
    wanted: DataPolicy | null = null,
  ): Selection {
    this.#budget.request(nowMs)
    const sticks = this.#config.balancer.sticky || route.splitBy !== null
    const keyHash = affinityKey === null || !sticks ? null : hashText(affinityKey)
    return new Selection(route, keyHash, this.#context, origin, traits, wanted)
  }

  /** Whether a request that has failed once may go to `candidate` too. */
  mayRetry(candidate: Candidate, nowMs: number): boolean {
    const { lastSuccessMs, lastFailureMs } = candidate.provider
    if (lastSuccessMs > lastFailureMs && nowMs - lastSuccessMs <= FRESH_SUCCESS_MS) return true
    return this.#budget.tryRetry(nowMs)
  }

  /** A candidate that `next` gave, and that nothing was sent to. */
  handBack(candidate: Candidate, nowMs: number): void {
    candidate.handBack(nowMs)
  }

  /** Tokens of a finished attempt, for `/health`. */
  countTokens(candidate: Candidate, tokens: number, nowMs: number): void {
    candidate.state.meter.add(nowMs, 0, tokens)
  }

  /** /!\ Hot path. Exactly once for each attempt that was sent; a success as soon as its first byte is there. */
  report(candidate: Candidate, outcome: Outcome, nowMs: number): void {
    candidate.state.meter.add(nowMs, 1, 0)
    switch (outcome.kind) {
      case 'success':
        this.#succeeded(candidate, outcome.firstByteMs, nowMs)
        return
      case 'failure':
        this.#failed(candidate, outcome.cause, outcome.status, nowMs)
        return
      case 'rate-limited':
        this.#rateLimited(candidate, outcome.retryAfterMs, nowMs)
        return
      case 'credential-rejected':
        this.#rejected(candidate, outcome.status, outcome.reason, nowMs)
        return
      case 'forbidden':
        this.#forbidden(candidate, outcome.accountId, nowMs)
        return
      case 'client-fault':
        this.#answered(candidate, nowMs)
        candidate.release(nowMs)
        return
      case 'abandoned':
        candidate.release(nowMs)
        return
    }
  }

  /** What another process, or the active health check, has found. Never told again. */
  apply(change: FleetChange, nowMs: number): void {
    const provider = this.#providers.get(change.provider)
    if (provider === undefined) return
    if (change.kind === 'provider-check') {
      this.#checked(provider, change, nowMs)
    } else if (change.kind === 'circuit-opened') {
      circuitOf(provider, change.circuit)?.open(nowMs, change.forMs)
    } else if (change.kind === 'circuit-closed') {
      circuitOf(provider, change.circuit)?.close(nowMs)
    } else {
      const credential = provider.credentials.find(({ id }) => id === change.credential)
      if (credential !== undefined) applyToCredential(credential, change, nowMs)
    }
  }

  /** All that is out of service now, as changes with what is left of their times: what a process that starts later must know. */
  changes(nowMs: number): readonly FleetChange[] {
    return this.#providerList.flatMap((provider) => standingChanges(provider, nowMs, this.#unixNow()))
  }

  /** For `/health`, with wall-clock times. */
  view(nowMs: number): HealthView {
    return viewHealth(this.#providerList, this.#createdUnixMs, nowMs, this.#unixNow())
  }

  #succeeded(candidate: Candidate, firstByteMs: number, nowMs: number): void {
    const { provider, credential, state } = candidate
    const sentAtMs = nowMs - firstByteMs
    provider.succeeded(nowMs, sentAtMs, firstByteMs)
    state.latency.add(firstByteMs, nowMs)
    state.firstBytes.add(firstByteMs)
    state.answered(nowMs)
    if (provider.circuit.success(nowMs, sentAtMs)) this.#circuitClosed(provider, provider.circuit.id)
    if (state.circuit.success(nowMs, sentAtMs)) this.#circuitClosed(provider, state.circuit.id)
    if (credential.refusal.lift(sentAtMs)) this.#enabled(credential, null)
    if (state.access.lift(sentAtMs)) this.#enabled(credential, state.model)
  }

  #failed(candidate: Candidate, cause: FailureCause, status: number | undefined, nowMs: number): void {
    const { provider, state } = candidate
    provider.failed(nowMs)
    state.countError(status === undefined ? cause : String(status))
    const local = LOCAL_CAUSES.has(cause)
    if (cause === 'server_error' || cause === 'bad_reply') this.#answered(candidate, nowMs)
    const circuit = local ? provider.circuit : state.circuit
    const forMs = circuit.failure(nowMs)
    if (forMs > 0) this.#onChange({ kind: 'circuit-opened', circuit: circuit.id, provider: provider.name, forMs })
    // What was known about its speed belongs to the time before.
    if (forMs > 0 && !local) state.latency.forget()
    candidate.release(nowMs)
  }

  #rateLimited(candidate: Candidate, retryAfterMs: number | null, nowMs: number): void {
    const { provider, credential, state } = candidate
    this.#answered(candidate, nowMs)
    state.countError('429')
    candidate.release(nowMs)
    const forMs = state.rest(nowMs, retryAfterMs)
    if (forMs === 0) return
    const { id, name } = credential
    const base = { provider: provider.name, credential: id, credentialName: name, model: state.model }
    this.#onChange({ kind: 'cooling', ...base, forMs })
  }

  #rejected(candidate: Candidate, status: number, reason: string, nowMs: number): void {
    const { credential, state } = candidate
    this.#answered(candidate, nowMs)
    state.countError(String(status))
    const forMs = credential.refusal.refuse(nowMs, reason)
    if (forMs > 0) this.#disabled(credential, null, reason, forMs)
    candidate.release(nowMs)
  }

  #forbidden(candidate: Candidate, accountId: string, nowMs: number): void {
    const { credential, state } = candidate
    this.#answered(candidate, nowMs)
    state.countError('403')
    const forMs = state.forbid(nowMs, accountId)
    if (forMs > 0) this.#disabled(credential, state.model, state.access.reason, forMs)
    candidate.release(nowMs)
  }

  /** Any HTTP answer shows that the provider can be reached; it says nothing about the model's circuit. */
  #answered({ provider }: Candidate, nowMs: number): void {
    // While it is open this may be an answer from before; the probe will tell.
    if (provider.circuit.state !== 'open' && provider.circuit.success(nowMs, nowMs))
      this.#circuitClosed(provider, provider.circuit.id)
  }

  #checked(provider: ProviderState, check: ProviderCheck, nowMs: number): void {
    const atMs = nowMs - Math.max(0, this.#unixNow() - check.atUnixMs)
    const isBack = provider.down && check.healthy
    provider.checked(check.healthy, check.responseTimeMs, check.reason ?? '', atMs, nowMs)
    if (!isBack) return
    // What its models' circuits learnt while it was dying says little about it now: each may be probed at once.
    for (const { models } of provider.credentials) {
      for (const { circuit } of models.values()) circuit.endRest(nowMs)
    }
  }

  #circuitClosed(provider: ProviderState, circuit: string): void {
    this.#onChange({ kind: 'circuit-closed', circuit, provider: provider.name })
  }

  #disabled({ provider, id, name }: CredentialState, model: string | null, reason: string, forMs: number): void {
    this.#onChange({
      kind: 'credential-disabled',
      provider,
      credential: id,
      credentialName: name,
      model,
      reason,
      forMs,
    })
  }

  #enabled({ provider, id, name }: CredentialState, model: string | null): void {
    this.#onChange({ kind: 'credential-enabled', provider, credential: id, credentialName: name, model })
  }

  #setProviders(config: Config): void {
    const before = this.#providers
    const providers = new Map<string, ProviderState>()
    for (const provider of config.providers) {
      const kept = before.get(provider.name)
      // At another address it is another server, and nothing is known about it.
      if (kept === undefined || kept.config.baseUrl !== provider.baseUrl) {
        providers.set(provider.name, new ProviderState(provider, this.#environment))
      } else {
        kept.reconfigure(provider)
        providers.set(provider.name, kept)
      }
    }
    this.#providers = providers
    this.#providerList = Object.freeze([...providers.values()])
  }

  #contextOf(config: Config): SelectionContext {
    return {
      random: this.#environment.random,
      panicThreshold: config.balancer.panicThreshold,
      checkIntervalMs: config.health.intervalMs,
      pool: this.#pool,
    }
  }
}
