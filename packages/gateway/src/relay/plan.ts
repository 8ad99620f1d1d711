// Who is asked next: candidates in the balancer's order, within the retry budget and each credential's own limits; once
// more the same one where that may help; a moment's wait where all are at their limit; then the models that the operator
// named as fallbacks.

import { policyText, type DataPolicy } from '../core/data-policy.ts'
import { GatewayError, toGatewayError } from '../core/errors.ts'
import type { RequestTraits } from '../core/target-condition.ts'
import { mayUseModel } from '../identity/permission.ts'
import { NOTHING_USED, UNLIMITED, type Admission, type Admitted } from '../limits/authority.ts'
import { affinityKeyOf } from '../routing/affinity.ts'
import type { Candidate } from '../routing/candidate.ts'
import { hasKeeper } from '../routing/data-keepers.ts'
import { hasChoice, type Route } from '../routing/route.ts'
import type { Selection } from '../routing/selection.ts'
import type { Call } from './call.ts'
import { Failures, type Failure } from './failures.ts'
import { switchPayment } from './payment.ts'
import { standInNeeds } from './stand-in-limits.ts'
import { splitKeyOf, traitsOf } from './target-traits.ts'

const BACKOFF_BASE_MS = 25
const BACKOFF_CAP_MS = 250
/** Attempts that the upstream may have served, and billed, without a byte for us: one more after the first, then no more. */
const MAX_UNANSWERED = 2
const NO_FAILURES = new Failures()

export interface PlanOwner {
  /** This one is next, and its credential's limits allow it. */
  ask(candidate: Candidate, nowMs: number): void
  /** Nobody is left. */
  gaveUp(error: GatewayError): void
  wakeAt(atMs: number, then: () => void): void
}

export class Plan {
  readonly #call: Call
  readonly #owner: PlanOwner
  readonly #affinityKey: string | null
  /** The deployment that is asked first, where it can be; null = any. */
  readonly #origin: string | null
  /** Read when a model with conditions is asked first, while there is a body. */
  #traits: RequestTraits | null = null
  #fallbacks: readonly string[]
  #selection: Selection | null = null
  /** Made when the first attempt fails, which is seldom. */
  #failures = NO_FAILURES
  #unanswered = 0
  /** Why an upstream was not even asked. */
  #unservable: GatewayError | null = null
  #sameTargetRetries = 0
  #waitedForLimitMs = 0

  constructor(call: Call, owner: PlanOwner) {
    const { request, scan, route, ports } = call
    this.#call = call
    this.#owner = owner
    this.#fallbacks = route.fallbacks
    const choice = hasChoice(route) || call.auto !== null
    const sticky = choice && ports.config().balancer.sticky
    this.#affinityKey = sticky ? affinityKeyOf(scan.session, request.headers) : null
    this.#origin = choice ? originOf(call, sticky) : null
  }

  begin(): void {
    const nowMs = performance.now()
    const { auto } = this.#call
    if (this.#selection === null && auto !== null) this.#fallbacks = auto.standIns
    const { route, ports } = this.#call
    const key = route.splitBy === null ? this.#affinityKey : splitKeyOf(this.#call, route)
    const traits = route.isConditional ? (this.#traits ??= traitsOf(this.#call)) : null
    const wanted = this.#wanted
    this.#selection = ports.fleet.select(route, key, nowMs, this.#origin, traits, wanted)
    if (wanted !== null && this.#selection.isEmpty) this.#unservable ??= nobodyPromises(route, wanted)
    this.next(nowMs)
  }

  /** What whoever is asked must promise of data; null = nothing. */
  get #wanted(): DataPolicy | null {
    return this.#call.request.principal.dataPolicy ?? null
  }

  /** Nobody else is asked any more. */
  stop(): void {
    this.#selection = null
    this.#fallbacks = []
  }

  /** For an attempt beside the first. Credentials with limits of their own are asked one at a time. */
  beside(nowMs: number): Candidate | null {
    const { attempts, ports } = this.#call
    if (attempts >= ports.config().balancer.maxAttempts) return null
    const fits = (candidate: Candidate): boolean =>
      candidate.credential.limited.length === 0 && ports.fleet.mayRetry(candidate, nowMs)
    return this.#selection?.beside(nowMs, fits) ?? null
  }

  /** It was given up for a faster one, and may still be asked again. */
  forgive(candidate: Candidate): void {
    this.#selection?.forgive(candidate)
  }

  /** After a failure that nothing of has reached the client. */
  failed(failure: Failure, nowMs: number): void {
    this.#remember(failure)
    if (isUnanswered(failure)) this.#unanswered += 1
    if (this.#unanswered > MAX_UNANSWERED) this.#giveUp(nowMs)
    else this.next(nowMs)
  }

  /** What is asked cannot be said to this upstream; another one may speak another dialect. */
  cannotServe(candidate: Candidate, reason: unknown, nowMs: number): void {
    this.handBack(candidate, nowMs)
    if (this.#call.settled) return
    const error = toGatewayError(reason)
    if (error.tableCode === 'internal_error') {
      const { ports, request } = this.#call
      ports.log.error({ err: reason, requestId: request.id }, 'a request could not be translated')
    }
    this.#unservable ??= error
    this.next(nowMs)
  }

  /** It is the model that cannot serve the request: whoever else the picker had in mind may. @returns false = nobody */
  askAnother(error: GatewayError, nowMs: number): boolean {
    this.#unservable ??= error
    return this.#call.auto !== null && this.#fallBack(nowMs)
  }

  /** The same one is asked once more, in other words. */
  again(candidate: Candidate, nowMs: number): void {
    this.#try(candidate, nowMs)
  }

  /** It was chosen, and nothing was sent to it. */
  handBack(candidate: Candidate, nowMs: number): void {
    this.#call.giveBack(NOTHING_USED, true)
    this.#call.ports.fleet.handBack(candidate, nowMs)
  }

  /** /!\ Hot path. */
  next(nowMs: number): void {
    const { fleet, config } = this.#call.ports
    const mayAsk = this.#call.attempts < config().balancer.maxAttempts
    const candidate = mayAsk ? (this.#selection?.next(nowMs) ?? null) : null
    if (candidate !== null) {
      const { last } = this.#failures
      if (last === null || last.phase === 'not_sent' || fleet.mayRetry(candidate, nowMs)) {
        this.#try(candidate, nowMs)
        return
      }
      fleet.handBack(candidate, nowMs)
    }
    if (this.#retrySame(nowMs) || this.#waitForLimit(nowMs) || this.#fallBack(nowMs)) return
    this.#giveUp(nowMs)
  }

  /** A provider credential's own limits come first: where it is at them, the next one is asked. */
  #try(candidate: Candidate, nowMs: number): void {
    const { limited } = candidate.credential
    if (limited.length === 0) {
      this.#owner.ask(candidate, nowMs)
      return
    }
    const answer = this.#call.ports.limits.admit(limited, this.#call.wanted())
    if (!(answer instanceof Promise)) {
      this.#admitted(candidate, answer)
      return
    }
    answer.then(
      (admission) => this.#admitted(candidate, admission),
      // The limit protects from a 429, and a 429 is survived too.
      () => this.#admitted(candidate, UNLIMITED),
    )
  }

  #admitted(candidate: Candidate, admission: Admission): void {
    const nowMs = performance.now()
    if (admission.ok) {
      this.#call.borrow(admission)
      // The client may have left while we asked.
      if (this.#call.settled) this.handBack(candidate, nowMs)
      else this.#owner.ask(candidate, nowMs)
      return
    }
    this.#call.ports.fleet.handBack(candidate, nowMs)
    if (this.#call.settled) return
    const retryAfterMs = Math.max(1, admission.retryAfterMs)
    // A request that no wait would make fit says nothing about the credential.
    if (!admission.tooLarge) candidate.state.rest(nowMs, retryAfterMs)
    const outcome = { kind: 'rate-limited', retryAfterMs } as const
    this.#remember({ phase: 'not_sent', cause: 'rate-limited', detail: 'at its own limit', outcome })
    this.next(nowMs)
  }

  /** A connection that broke, or a server that stumbled, may well do better at once; but not for ever, and not in step. */
  #retrySame(nowMs: number): boolean {
    const { candidate, attempts, ports } = this.#call
    if (candidate === null || !this.#failures.allAreTransient || this.#selection?.desperate !== false) return false
    if (attempts >= ports.config().balancer.maxAttempts || this.#sameTargetRetries > 0) return false
    if (!ports.fleet.mayRetry(candidate, nowMs)) return false
    this.#sameTargetRetries += 1
    const capMs = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** attempts)
    this.#owner.wakeAt(nowMs + Math.random() * capMs, () => this.#try(candidate, performance.now()))
    return true
  }

  /** Every credential rests: the first one that is back may be worth a moment. */
  #waitForLimit(nowMs: number): boolean {
    const { attempts, ports } = this.#call
    if (attempts > 0 && !this.#failures.allAreLimits) return false
    const exhausted = this.#selection?.exhausted(nowMs)
    const leftMs = ports.config().balancer.limitWaitMs - this.#waitedForLimitMs
    if (exhausted?.reason !== 'all_limited' || exhausted.retryAfterMs > leftMs || !ports.metrics.mayWait()) return false
    this.#waitedForLimitMs += exhausted.retryAfterMs + 1
    this.#owner.wakeAt(nowMs + exhausted.retryAfterMs + 1, () => this.begin())
    return true
  }

  #fallBack(nowMs: number): boolean {
    const { ports, request } = this.#call
    const { timeouts, balancer } = ports.config()
    if (nowMs - request.startedMs >= timeouts.totalMs) return false
    for (;;) {
      const [id, ...rest] = this.#fallbacks
      if (id === undefined) return false
      this.#fallbacks = rest
      const route = ports.fleet.resolve(id)
      // A model that stands in for another is one that the key may use, or none.
      if (route === undefined || !mayUseModel(request.principal, route.publicId)) continue
      if (!hasKeeper(route, this.#wanted)) continue
      this.#call.attempts = Math.min(this.#call.attempts, balancer.maxAttempts - 1)
      this.#standIn(route)
      return true
    }
  }

  /** The model that stands in has limits and a price of its own; what the call counts against already stays. */
  #standIn(route: Route): void {
    const { scopes, wanted } = standInNeeds(this.#call, route)
    if (scopes.length === 0) {
      this.#goOnWith(route, UNLIMITED)
      return
    }
    const answer = this.#call.ports.limits.admit(scopes, wanted)
    if (!(answer instanceof Promise)) {
      this.#goOnWith(route, answer)
      return
    }
    answer.then(
      (admission) => this.#goOnWith(route, admission),
      (error: unknown) => this.#owner.gaveUp(toGatewayError(error)),
    )
  }

  #goOnWith(route: Route, admission: Admission): void {
    const { settled, ports } = this.#call
    if (admission.ok) {
      if (settled) ports.limits.settle(admission, NOTHING_USED, true)
      else this.#payFor(route, admission)
      return
    }
    if (settled) return
    if (admission.limit === 'budget') {
      this.#passOver(route)
      return
    }
    this.#call.auto?.leave(route.publicId, 'rate_limited')
    const nowMs = performance.now()
    const outcome = { kind: 'rate-limited', retryAfterMs: Math.max(1, admission.retryAfterMs) } as const
    this.#remember({ phase: 'not_sent', cause: 'rate-limited', detail: `${route.publicId} is at its limit`, outcome })
    if (!this.#fallBack(nowMs)) this.#giveUp(nowMs)
  }

  /** It has a price of its own: where the wallet cannot pay that, it does not stand in. */
  #payFor(route: Route, admission: Admitted): void {
    const answer = switchPayment(this.#call, route)
    if (answer instanceof Promise) void answer.then((paid) => this.#paid(route, admission, paid))
    else this.#paid(route, admission, answer)
  }

  #paid(route: Route, admission: Admitted, paid: boolean): void {
    if (paid && !this.#call.settled) {
      this.#call.goOnWith(route, admission)
      this.begin()
      return
    }
    if (admission !== UNLIMITED) this.#call.ports.limits.settle(admission, NOTHING_USED, true)
    if (!this.#call.settled) this.#passOver(route)
  }

  /** There is not the money for it. */
  #passOver(route: Route): void {
    this.#call.auto?.leave(route.publicId, 'budget')
    const nowMs = performance.now()
    if (!this.#fallBack(nowMs)) this.#giveUp(nowMs)
  }

  #giveUp(nowMs: number): void {
    const onlyUnservable = this.#failures.last === null ? this.#unservable : null
    const exhausted = this.#selection?.exhausted(nowMs) ?? null
    const { route, auto } = this.#call
    const error = this.#failures.toError(route.publicId, exhausted, auto !== null)
    this.#owner.gaveUp(onlyUnservable ?? error)
  }

  #remember(failure: Failure): void {
    if (this.#failures === NO_FAILURES) this.#failures = new Failures()
    this.#failures.add(failure)
  }
}

/** Whoever holds the conversation, whoever has signed what comes back, whoever answered before. */
function originOf({ request, asked }: Call, sticky: boolean): string | null {
  const { native, prefer } = request
  return native?.origin ?? asked.origin ?? (sticky ? prefer : undefined) ?? null
}

function nobodyPromises({ publicId }: Route, wanted: DataPolicy): GatewayError {
  const message = `No provider of "${publicId}" promises what the data policy of this key asks for (${policyText(wanted)}). Ask for another model, or for a key without it.`
  return new GatewayError('permission_denied', message, { param: 'model' })
}

/** The upstream may have done the work, and will bill it, though we have nothing of it. */
function isUnanswered({ phase, cause }: Failure): boolean {
  return phase === 'sent_no_byte' && (cause === 'reset' || cause === 'timeout' || cause === 'bad_reply')
}
