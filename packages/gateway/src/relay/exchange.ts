// One request's way through the house, from the moment its caller is known to the line in the journal:
//
//   plan -> reserve -> attempt (-> attempt ...) -> pump -> settle
//
// A state machine without promises: callbacks of the upstream, of the client's connection and of the deadline wheel
// move it on. `Call` has its facts and its books, `Delivery` the way to the client; here is who is asked, in which
// order, for how long, and what happens when that fails.
//
// /!\ Hot path.

import { Deadline } from '../core/deadlines.ts'
import { GatewayError, toGatewayError } from '../core/errors.ts'
import { NO_USAGE } from '../core/token-usage.ts'
import type { UpstreamRefusal } from '../dialects/openai-chat/errors.ts'
import { spliceRequest, type ScannedRequest } from '../dialects/openai-chat/request.ts'
import { isUnlimited, UNLIMITED, type Admission } from '../limits/authority.ts'
import { limitError } from '../limits/limit-error.ts'
import { affinityKeyOf } from '../routing/affinity.ts'
import type { Candidate } from '../routing/candidate.ts'
import type { Route } from '../routing/route.ts'
import type { Selection } from '../routing/selection.ts'
import { accept } from './accept.ts'
import { Attempt, type AttemptOwner, type BodyReader, type FailureCause } from './attempt.ts'
import { Call } from './call.ts'
import { headersFor } from './credential-lines.ts'
import { Delivery, type DeliveryOwner } from './delivery.ts'
import { sendError } from './error-reply.ts'
import { Failures, outcomeOf, type Failure } from './failures.ts'
import type { OpenExchange, RelayPorts, RelayRequest } from './ports.ts'
import type { ReplyListener } from './reply-sink.ts'
import { nextDueMs, wantsKeepAlive, whoIsOverdue, type Progress } from './time-limits.ts'
import type { UpstreamHeaders } from './upstreams.ts'

/** A finished upstream has this long to end its reply before its connection is given up. */
const LINGER_MS = 5_000
const BACKOFF_BASE_MS = 25
const BACKOFF_CAP_MS = 250
/** Attempts that the upstream may have served, and billed, without a byte for us: one more after the first, then no more. */
const MAX_UNANSWERED = 2
const NO_FAILURES = new Failures()

export class Exchange extends Deadline implements AttemptOwner, DeliveryOwner, ReplyListener, OpenExchange, Progress {
  /** The attempt whose answer counts. */
  attempt: Attempt | null = null

  readonly #ports: RelayPorts
  readonly #request: RelayRequest
  readonly #call: Call
  readonly #delivery: Delivery
  readonly #affinityKey: string | null
  #fallbacks: readonly string[]
  #selection: Selection | null = null
  /** Made when the first attempt fails, which is seldom. */
  #failures = NO_FAILURES
  #unanswered = 0
  #sameTargetRetries = 0
  #waitedForLimitMs = 0
  #ended = false
  /** What the wheel is waiting for, beside the limits that always hold. */
  #wakeAtMs = Infinity
  #onWake: (() => void) | null = null

  static begin(ports: RelayPorts, request: RelayRequest): void {
    let exchange: Exchange
    try {
      const { scan, route } = accept(ports, request)
      exchange = new Exchange(ports, request, scan, route)
    } catch (error) {
      refuse(ports, request, toGatewayError(error))
      return
    }
    exchange.#reserve()
  }

  private constructor(ports: RelayPorts, request: RelayRequest, scan: ScannedRequest, route: Route) {
    super()
    this.#ports = ports
    this.#request = request
    this.#call = new Call(ports, request, scan, route, this)
    this.#delivery = new Delivery(this.#call, this)
    this.#fallbacks = route.fallbacks
    const sticky = ports.config().balancer.sticky && hasChoice(route)
    this.#affinityKey = sticky ? affinityKeyOf(scan.session, request.headers) : null
    request.sink.listener = this
  }

  get stream(): boolean {
    return this.#call.scan.stream
  }

  get startedMs(): number {
    return this.#request.startedMs
  }

  get stalledSinceMs(): number {
    return this.#delivery.stalledSinceMs
  }

  get lastSentMs(): number {
    return this.#delivery.lastSentMs
  }

  // --- reserve ---

  #reserve(): void {
    const { limits, keyId } = this.#request.principal
    if (isUnlimited(limits)) {
      this.#plan()
      return
    }
    const answer = this.#ports.limits.admit(keyId, limits, this.#call.reservedTokens)
    if (!(answer instanceof Promise)) {
      this.#reserved(answer)
      return
    }
    answer.then(
      (admission) => this.#reserved(admission),
      (error: unknown) => {
        this.#ports.log.error({ err: error, requestId: this.#request.id }, 'limits cannot be asked')
        const message = 'Limits cannot be checked right now. Try again shortly.'
        this.#fail(new GatewayError('service_unavailable', message, { retryAfterSeconds: 1 }))
      },
    )
  }

  #reserved(admission: Admission): void {
    if (!admission.ok) {
      this.#fail(limitError(admission), admission)
      return
    }
    this.#call.admission = admission
    // The client may have left while we asked.
    if (this.#call.settled) this.#call.release(0, true)
    else this.#plan()
  }

  // --- plan, attempt ---

  #plan(): void {
    const nowMs = performance.now()
    this.#selection = this.#ports.fleet.select(this.#call.route, this.#affinityKey, nowMs)
    this.#next(nowMs)
  }

  #next(nowMs: number): void {
    const { fleet } = this.#ports
    const { maxAttempts } = this.#ports.config().balancer
    const candidate = this.#call.attempts < maxAttempts ? (this.#selection?.next(nowMs) ?? null) : null
    if (candidate !== null) {
      const { last } = this.#failures
      if (last === null || last.phase === 'not_sent' || fleet.mayRetry(candidate, nowMs)) {
        this.#try(candidate, nowMs)
        return
      }
      fleet.handBack(candidate, nowMs)
    }
    this.#exhausted(nowMs)
  }

  /** A provider credential's own limits come first: where it is at them, the next one is asked. */
  #try(candidate: Candidate, nowMs: number): void {
    const { limits } = candidate.provider.config
    if (isUnlimited(limits)) {
      this.#send(candidate, nowMs)
      return
    }
    const answer = this.#ports.limits.admit(candidate.credential.id, limits, this.#call.reservedTokens)
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
      this.#call.borrow(candidate, admission)
      if (!this.#call.settled) {
        this.#send(candidate, nowMs)
        return
      }
      // The client left while we asked.
      this.#call.giveBack(0)
      this.#ports.fleet.handBack(candidate, nowMs)
      return
    }
    this.#ports.fleet.handBack(candidate, nowMs)
    if (this.#call.settled) return
    const retryAfterMs = Math.max(1, admission.retryAfterMs)
    // A request that no wait would make fit says nothing about the credential.
    if (!admission.tooLarge) candidate.state.rest(nowMs, retryAfterMs)
    const outcome = { kind: 'rate-limited', retryAfterMs } as const
    this.#remember({ phase: 'not_sent', cause: 'rate-limited', detail: 'at its own limit', outcome })
    this.#next(nowMs)
  }

  #send(candidate: Candidate, nowMs: number): void {
    const { endpoint, body } = this.#request
    const { config } = candidate.provider
    this.#call.attempts += 1
    this.#call.candidate = candidate
    const attempt = new Attempt(this, candidate, nowMs)
    this.attempt = attempt
    const askForUsage = endpoint.stream === 'chat' && config.streamUsage
    const bytes = spliceRequest(this.#call.scan, body, candidate.upstreamModelJson, askForUsage)
    this.#arm(nowMs)
    try {
      const upstream = this.#ports.upstreams.get(config, this.#ports.config().timeouts.connectMs)
      upstream.send(endpoint.upstreamPath, headersFor(candidate), bytes, attempt)
    } catch (error) {
      this.attemptFailed(attempt, 'connect', error instanceof Error ? error.message : String(error))
    }
  }

  /** Nobody new is left to ask. */
  #exhausted(nowMs: number): void {
    if (this.#retrySame(nowMs) || this.#waitForLimit(nowMs) || this.#fallBack(nowMs)) return
    this.#giveUp(nowMs)
  }

  /** A connection that broke, or a server that stumbled, may well do better at once; but not for ever, and not in step. */
  #retrySame(nowMs: number): boolean {
    const { candidate, attempts } = this.#call
    if (candidate === null || !this.#failures.allAreTransient || this.#selection?.desperate !== false) return false
    if (attempts >= this.#ports.config().balancer.maxAttempts || this.#sameTargetRetries > 0) return false
    if (!this.#ports.fleet.mayRetry(candidate, nowMs)) return false
    this.#sameTargetRetries += 1
    const capMs = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** attempts)
    this.#wake(nowMs + Math.random() * capMs, () => this.#try(candidate, performance.now()))
    return true
  }

  /** Every credential rests: the first one that is back may be worth a moment. */
  #waitForLimit(nowMs: number): boolean {
    if (this.#call.attempts > 0 && !this.#failures.allAreLimits) return false
    const exhausted = this.#selection?.exhausted(nowMs)
    const leftMs = this.#ports.config().balancer.limitWaitMs - this.#waitedForLimitMs
    if (exhausted?.reason !== 'all_limited' || exhausted.retryAfterMs > leftMs || !this.#ports.metrics.mayWait())
      return false
    this.#waitedForLimitMs += exhausted.retryAfterMs + 1
    this.#wake(nowMs + exhausted.retryAfterMs + 1, () => this.#plan())
    return true
  }

  #fallBack(nowMs: number): boolean {
    const { timeouts, balancer } = this.#ports.config()
    if (nowMs - this.#request.startedMs >= timeouts.totalMs) return false
    for (;;) {
      const [id, ...rest] = this.#fallbacks
      if (id === undefined) return false
      this.#fallbacks = rest
      const route = this.#ports.fleet.resolve(id)
      if (route === undefined) continue
      this.#call.route = route
      this.#call.attempts = Math.min(this.#call.attempts, balancer.maxAttempts - 1)
      this.#plan()
      return true
    }
  }

  #giveUp(nowMs: number): void {
    this.#fail(this.#failures.toError(this.#call.route.publicId, this.#selection?.exhausted(nowMs) ?? null))
  }

  // --- what attempts report ---

  openBody(attempt: Attempt, status: number, headers: UpstreamHeaders): BodyReader {
    return this.#delivery.open(attempt, status, headers)
  }

  outputStarted(attempt: Attempt): void {
    const nowMs = performance.now()
    this.#call.firstContentMs = nowMs - this.#request.startedMs
    this.#call.letGoOfBody()
    // The balancer learns of a success with its first output, not minutes later with its last.
    this.#ports.fleet.report(attempt.candidate, { kind: 'success', firstByteMs: nowMs - attempt.startedMs }, nowMs)
  }

  attemptSucceeded(attempt: Attempt): void {
    const nowMs = performance.now()
    const tookMs = nowMs - attempt.startedMs
    this.#call.upstreamMs += tookMs
    if (!this.#delivery.contentSent) {
      this.#ports.fleet.report(attempt.candidate, { kind: 'success', firstByteMs: tookMs }, nowMs)
    }
    this.#ports.metrics.attempt(attempt.candidate, 'ok')
    if (attempt.over) this.attempt = null
    else attempt.detach()
  }

  attemptDrained(attempt: Attempt): void {
    if (attempt !== this.attempt) return
    this.attempt = null
    if (this.#ended) this.#ports.deadlines.disarm(this)
  }

  attemptFailed(attempt: Attempt, cause: FailureCause, detail: string): void {
    if (attempt !== this.attempt) return
    const phase = this.#delivery.contentSent ? 'streaming' : attempt.sent ? 'sent_no_byte' : 'not_sent'
    attempt.abandon(detail)
    this.#failed(attempt, { phase, cause, detail, outcome: { kind: 'failure', cause } })
  }

  attemptRefused(attempt: Attempt, refusal: UpstreamRefusal, status: number): void {
    if (attempt !== this.attempt) return
    attempt.abandon('the upstream refused')
    if (refusal.kind === 'client-fault') {
      this.attempt = null
      this.#ports.fleet.report(attempt.candidate, { kind: 'client-fault' }, performance.now())
      this.#delivery.refuseRequest(refusal.status, refusal.body)
      return
    }
    const phase = this.#delivery.contentSent ? 'streaming' : 'sent_no_byte'
    const detail = refusal.kind === 'credential-rejected' ? `${status}: ${refusal.reason}` : `status ${status}`
    this.#failed(attempt, {
      phase,
      cause: refusal.kind,
      detail,
      outcome: outcomeOf(refusal, this.#request.principal.accountId),
    })
  }

  #failed(attempt: Attempt, failure: Failure): void {
    const nowMs = performance.now()
    this.#ports.fleet.report(attempt.candidate, failure.outcome, nowMs)
    this.attempt = null
    this.#call.upstreamMs += nowMs - attempt.startedMs
    this.#call.giveBack(0)
    this.#remember(failure)
    this.#ports.metrics.attempt(attempt.candidate, failure.cause)
    this.#log(attempt, failure)
    if (this.#call.settled) return
    if (this.#delivery.contentSent) {
      const code = failure.cause === 'timeout' ? 'upstream_timeout' : 'upstream_error'
      const message = 'The upstream broke off in the middle of the answer. Ask again, or go on from what has arrived.'
      this.#delivery.breakOff(new GatewayError(code, message, { reason: 'all_failed' }))
      return
    }
    this.#delivery.forget()
    if (isUnanswered(failure)) this.#unanswered += 1
    if (this.#unanswered > MAX_UNANSWERED) this.#giveUp(nowMs)
    else this.#next(nowMs)
  }

  #remember(failure: Failure): void {
    if (this.#failures === NO_FAILURES) this.#failures = new Failures()
    this.#failures.add(failure)
  }

  #log({ candidate }: Attempt, { phase, cause, detail }: Failure): void {
    const { provider, credential, upstreamModel } = candidate
    this.#ports.log.warn(
      {
        requestId: this.#request.id,
        provider: provider.name,
        credential: credential.name,
        model: upstreamModel,
        phase,
        cause,
        detail: detail.slice(0, 300),
      },
      'attempt failed',
    )
  }

  // --- ends ---

  #fail(error: GatewayError, refused: Admission | null = null): void {
    if (this.#call.settled) return
    if (this.#request.sink.headersSent) {
      this.#delivery.breakOff(error)
      return
    }
    const seen = this.#call.limitsSeen(refused)
    this.#call.settle(error.status, error.code, NO_USAGE, false)
    sendError(this.#ports, this.#request, error, this.#call.attempts, seen)
    this.replyEnded()
  }

  /** The reply is complete. What the upstream still has to say is waited for a little. */
  replyEnded(): void {
    this.#ended = true
    this.#request.sink.listener = null
    if (this.attempt === null || this.attempt.over) this.#ports.deadlines.disarm(this)
    else this.#ports.deadlines.arm(this, performance.now() + LINGER_MS)
  }

  replyStalled(): void {
    this.#arm(performance.now())
  }

  replyDrained(): void {
    this.#delivery.stalledSinceMs = 0
    this.attempt?.resume()
  }

  /** The client is gone: nobody waits for the upstream any more. */
  replyGone(): void {
    if (this.#ended) return
    this.#ended = true
    const { attempt } = this
    this.attempt = null
    if (attempt !== null) {
      attempt.abandon('the client is gone')
      this.#ports.fleet.report(attempt.candidate, { kind: 'abandoned' }, performance.now())
    }
    this.#call.settle(499, 'client_gone', this.#delivery.partialUsage(), true)
    this.#ports.deadlines.disarm(this)
  }

  /** The process must end now: say so in the stream. */
  endForShutdown(): void {
    if (this.#call.settled) return
    this.attempt?.abandon('the gateway is shutting down')
    this.attempt = null
    const message = 'The gateway is shutting down. Send the request again.'
    this.#fail(new GatewayError('service_unavailable', message, { retryAfterSeconds: 1 }))
  }

  // --- time ---

  /** Called by the wheel. */
  override onDeadline(nowMs: number): void {
    if (this.#ended) {
      this.attempt?.abandon('the upstream did not end its reply')
      this.attempt = null
    } else if (nowMs >= this.#wakeAtMs) {
      const wake = this.#onWake
      this.#wakeAtMs = Infinity
      this.#onWake = null
      wake?.()
    } else if (!this.#endOverdue(nowMs)) {
      if (wantsKeepAlive(this, nowMs)) this.#delivery.keepAlive(nowMs)
      this.#arm(nowMs)
    }
  }

  /** Ends what has taken too long; false when nothing has. */
  #endOverdue(nowMs: number): boolean {
    const overdue = whoIsOverdue(this, this.#ports.config(), nowMs)
    switch (overdue.who) {
      case 'nobody':
        return false
      case 'client':
        this.#ports.log.info({ requestId: this.#request.id }, 'the client does not read its answer')
        this.#request.sink.cut()
        return true
      case 'all':
        this.#selection = null
        this.#timeOut(overdue.detail)
        return true
      case 'upstream':
        this.#timeOut(overdue.detail)
        return true
    }
  }

  #timeOut(detail: string): void {
    if (this.attempt === null)
      this.#fail(new GatewayError('upstream_timeout', `There was ${detail}.`, { retryAfterSeconds: 1 }))
    else this.attemptFailed(this.attempt, 'timeout', detail)
  }

  #wake(atMs: number, then: () => void): void {
    this.#wakeAtMs = atMs
    this.#onWake = then
    this.#arm(performance.now())
  }

  #arm(nowMs: number): void {
    if (this.#ended) return
    const dueMs = Math.min(nextDueMs(this, this.#ports.config()), this.#wakeAtMs)
    this.#ports.deadlines.arm(this, Math.max(dueMs, nowMs))
  }
}

/** Before there is an exchange: the request itself was wrong. */
function refuse(ports: RelayPorts, request: RelayRequest, error: GatewayError): void {
  if (error.code === 'internal_error') {
    ports.log.error({ err: error.cause, requestId: request.id }, 'a request could not be handled')
  }
  ports.metrics.refused(request.endpoint.path, error.status)
  sendError(ports, request, error, 0)
}

/** Whether there is anything to stick to. */
function hasChoice({ tiers, fallbacks }: Route): boolean {
  return tiers.length > 1 || fallbacks.length > 0 || (tiers[0]?.length ?? 0) > 1
}

/** The upstream may have done the work, and will bill it, though we have nothing of it. */
function isUnanswered({ phase, cause }: Failure): boolean {
  return phase === 'sent_no_byte' && (cause === 'reset' || cause === 'timeout' || cause === 'bad_reply')
}
