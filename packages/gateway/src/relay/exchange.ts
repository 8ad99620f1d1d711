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
import type { HoldAnswer } from '../billing/wallets/wallet-authority.ts'
import { NO_USAGE, type TokenUsage } from '../core/token-usage.ts'
import type { UpstreamRefusal } from '../dialects/openai-chat/errors.ts'
import { IGNORED_PREVIOUS } from '../dialects/openai-responses/errors.ts'
import type { ScannedRequest } from '../dialects/pass-request.ts'
import { type Admission, NOTHING_USED } from '../limits/authority.ts'
import { limitError } from '../limits/limit-error.ts'
import { affinityKeyOf } from '../routing/affinity.ts'
import type { Candidate } from '../routing/candidate.ts'
import { hasChoice, type Route } from '../routing/route.ts'
import { accept } from './accept.ts'
import { Attempt, type AttemptOwner, type BodyReader, type FailureCause } from './attempt.ts'
import { Call } from './call.ts'
import { Delivery, type DeliveryOwner } from './delivery.ts'
import { sendError } from './error-reply.ts'
import { outcomeOf, type Failure } from './failures.ts'
import type { OpenExchange, RelayPorts, RelayRequest } from './ports.ts'
import { Plan, type PlanOwner } from './plan.ts'
import { NeedsMedia, prepare, type Prepared } from './prepare.ts'
import type { ReplyListener } from './reply-sink.ts'
import { send } from './send.ts'
import { balanceUsedUp, type Payment, paymentOf, refusalOf } from './payment.ts'
import { hasLostPrevious } from './refusal.ts'
import { nextDueMs, wantsKeepAlive, whoIsOverdue, type Progress } from './time-limits.ts'
import type { UpstreamHeaders } from './upstreams.ts'

/** A finished upstream has this long to end its reply before its connection is given up. */
const LINGER_MS = 5_000

export class Exchange
  extends Deadline
  implements AttemptOwner, DeliveryOwner, PlanOwner, ReplyListener, OpenExchange, Progress
{
  /** The attempt whose answer counts. */
  attempt: Attempt | null = null

  readonly #ports: RelayPorts
  readonly #request: RelayRequest
  readonly #call: Call
  readonly #delivery: Delivery
  readonly #plan: Plan
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
    const choice = hasChoice(route)
    const sticky = choice && ports.config().balancer.sticky
    const affinityKey = sticky ? affinityKeyOf(scan.session, request.headers) : null
    this.#plan = new Plan(this.#call, affinityKey, choice ? this.#originOf(sticky) : null, this)
    request.sink.listener = this
  }

  /** Who is asked first: whoever holds the conversation, whoever has signed what comes back, whoever answered before. */
  #originOf(sticky: boolean): string | null {
    const { native, prefer } = this.#request
    return native?.origin ?? this.#call.asked.origin ?? (sticky ? prefer : undefined) ?? null
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
    const { limited } = this.#request.principal
    const ofModel = this.#call.route.limited
    if (limited.length + ofModel.length === 0) {
      this.#pay()
      return
    }
    const scopes = ofModel.length === 0 ? limited : [...limited, ...ofModel]
    const answer = this.#ports.limits.admit(scopes, this.#call.wanted())
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
    if (this.#call.settled) this.#call.release(NOTHING_USED, true)
    else this.#pay()
  }

  /** Money for the dearest end that this call may have, from whoever is charged. */
  #pay(): void {
    if (this.#request.principal.pricing.billing === 'off') {
      this.#plan.begin()
      return
    }
    let payment: Payment
    let answer: HoldAnswer | Promise<HoldAnswer>
    try {
      payment = paymentOf(this.#call)
      answer = payment.begin()
    } catch (error) {
      this.#fail(toGatewayError(error))
      return
    }
    if (!(answer instanceof Promise)) {
      this.#paid(payment, answer)
      return
    }
    answer.then(
      (answered) => this.#paid(payment, answered),
      (error: unknown) => this.#fail(toGatewayError(error)),
    )
  }

  #paid(payment: Payment, answer: HoldAnswer): void {
    if (!answer.ok) {
      this.#fail(refusalOf(this.#call, answer))
      return
    }
    payment.began(answer)
    // The client may have left while we asked.
    if (this.#call.settled) {
      payment.end(0)
      return
    }
    this.#call.payment = payment
    this.#plan.begin()
  }

  // --- attempt ---

  ask(candidate: Candidate, nowMs: number): void {
    let prepared: Prepared | NeedsMedia
    try {
      prepared = prepare(this.#call, candidate)
    } catch (error) {
      this.#plan.cannotServe(candidate, error, nowMs)
      return
    }
    if (prepared instanceof NeedsMedia) {
      this.#fetchMedia(candidate, prepared, nowMs)
      return
    }
    this.#call.attempts += 1
    this.#call.candidate = candidate
    this.#call.dropped = prepared.conversion.dropped
    const attempt = new Attempt(this, candidate, prepared.conversion, nowMs)
    this.attempt = attempt
    this.#arm(nowMs)
    send(this.#ports, attempt, prepared, this, this.#request.transport)
  }

  #fetchMedia(candidate: Candidate, { taken }: NeedsMedia, nowMs: number): void {
    this.#arm(nowMs)
    this.#call.fetchMedia(taken).then(
      () => {
        if (this.#call.settled) this.#plan.handBack(candidate, performance.now())
        else this.ask(candidate, performance.now())
      },
      (error: unknown) => this.#plan.cannotServe(candidate, error, performance.now()),
    )
  }

  gaveUp(error: GatewayError): void {
    this.#fail(error)
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
    attempt.praised = true
    this.#ports.fleet.report(attempt.candidate, { kind: 'success', firstByteMs: nowMs - attempt.startedMs }, nowMs)
  }

  attemptSucceeded(attempt: Attempt): void {
    const nowMs = performance.now()
    const tookMs = nowMs - attempt.startedMs
    this.#call.upstreamMs += tookMs
    if (!attempt.praised) {
      this.#ports.fleet.report(attempt.candidate, { kind: 'success', firstByteMs: tookMs }, nowMs)
    }
    this.#ports.metrics.attempt(attempt.candidate, 'ok')
    this.#call.note(attempt, 'ok', nowMs)
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
    // Only the end mark is missing: nothing of the answer is.
    if (cause === 'reset' && this.#delivery.finishCut()) return
    const phase = this.#delivery.contentSent ? 'streaming' : attempt.sent ? 'sent_no_byte' : 'not_sent'
    attempt.abandon(detail)
    this.#failed(attempt, { phase, cause, detail, outcome: { kind: 'failure', cause } })
  }

  attemptRefused(attempt: Attempt, refusal: UpstreamRefusal, status: number): void {
    if (attempt !== this.attempt) return
    attempt.abandon('the upstream refused')
    if (attempt.conversion.native === true && !this.#delivery.contentSent && hasLostPrevious(refusal)) {
      this.#sendWhole(attempt, refusal)
      return
    }
    if (refusal.kind === 'client-fault' || (refusal.kind === 'unknown-model' && this.#call.isBesideAnswers))
      this.#call.note(attempt, refusal.kind, performance.now())
    if (refusal.kind === 'client-fault') {
      this.attempt = null
      this.#ports.fleet.report(attempt.candidate, { kind: 'client-fault' }, performance.now())
      this.#delivery.refuseRequest(refusal.error)
      return
    }
    if (refusal.kind === 'unknown-model' && this.#call.isBesideAnswers) {
      // It may well have the model, and no such endpoint.
      this.attempt = null
      this.#ports.fleet.report(attempt.candidate, { kind: 'abandoned' }, performance.now())
      const message = `The upstream of "${this.#call.route.publicId}" does not offer ${this.#request.endpoint.path}.`
      this.#delivery.refuseRequest(new GatewayError('not_found', message))
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

  /** The upstream does not hold the conversation any more: it is sent to it from the beginning. */
  #sendWhole(attempt: Attempt, refusal: UpstreamRefusal): void {
    const nowMs = performance.now()
    const ignored = refusal.kind === 'client-fault' && refusal.error.code === IGNORED_PREVIOUS
    if (ignored) this.#ports.forgetful.add(attempt.candidate.credential.id)
    const { provider } = attempt.candidate
    const said = ignored ? 'an upstream does not go on from its own responses' : 'an upstream has lost a response'
    this.#ports.log[ignored ? 'warn' : 'info']({ requestId: this.#request.id, provider: provider.name }, said)
    this.attempt = null
    this.#request.native = null
    this.#call.upstreamMs += nowMs - attempt.startedMs
    this.#call.note(attempt, 'previous-response-lost', nowMs)
    this.#ports.fleet.report(attempt.candidate, { kind: 'abandoned' }, nowMs)
    this.#ports.metrics.attempt(attempt.candidate, 'previous_response_lost')
    this.#call.giveBack(NOTHING_USED, false)
    this.#delivery.forget()
    this.#plan.again(attempt.candidate, nowMs)
  }

  #failed(attempt: Attempt, failure: Failure): void {
    const nowMs = performance.now()
    const { outcome } = failure
    const harmless = this.#call.isBesideAnswers && outcome.kind !== 'credential-rejected'
    this.#ports.fleet.report(attempt.candidate, harmless ? { kind: 'abandoned' } : outcome, nowMs)
    this.attempt = null
    this.#call.upstreamMs += nowMs - attempt.startedMs
    this.#call.giveBack(NOTHING_USED, false)
    this.#ports.metrics.attempt(attempt.candidate, failure.cause)
    this.#call.note(attempt, failure.cause, nowMs)
    this.#log(attempt, failure)
    if (this.#call.settled) return
    if (this.#delivery.contentSent && !this.#delivery.canGoOn) {
      const code = failure.cause === 'timeout' ? 'upstream_timeout' : 'upstream_error'
      const message = 'The upstream broke off in the middle of the answer. Ask again, or go on from what has arrived.'
      this.#delivery.breakOff(new GatewayError(code, message, { reason: 'all_failed' }))
      return
    }
    this.#delivery.forget()
    this.#plan.failed(failure, nowMs)
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

  /** What was held is used up, and the wallet has no more. */
  balanceUsedUp(attempt: Attempt): void {
    if (attempt !== this.attempt) return
    this.attempt = null
    attempt.abandon('the balance is used up')
    this.#call.note(attempt, 'abandoned', performance.now())
    this.#ports.fleet.report(attempt.candidate, { kind: 'abandoned' }, performance.now())
    this.#delivery.breakOff(balanceUsedUp())
  }

  // --- ends ---

  #fail(error: GatewayError, refused: Admission | null = null): void {
    if (this.#call.settled) return
    if (this.#request.sink.headersSent) {
      this.#delivery.breakOff(error)
      return
    }
    const seen = this.#call.limitsSeen(refused)
    this.#call.settle(error.status, error.tableCode, NO_USAGE, false)
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
    if (!this.#delivery.waitsForMoney) this.attempt?.resume()
  }

  /** The client is gone: nobody waits for the upstream any more. */
  replyGone(): void {
    if (this.#ended) return
    this.#ended = true
    const { attempt } = this
    this.attempt = null
    if (attempt !== null) {
      attempt.abandon('the client is gone')
      this.#call.note(attempt, 'abandoned', performance.now())
      this.#ports.fleet.report(attempt.candidate, { kind: 'abandoned' }, performance.now())
    }
    const settle = (usage: TokenUsage): void => this.#call.settle(499, 'client_gone', usage, true)
    const counted = this.#delivery.countPartial()
    if (counted === null) settle(this.#delivery.partialUsage())
    else void counted.then(settle)
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
        this.#plan.stop()
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

  wakeAt(atMs: number, then: () => void): void {
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
export function refuse(ports: RelayPorts, request: RelayRequest, error: GatewayError): void {
  if (error.code === 'internal_error') {
    ports.log.error({ err: error.cause, requestId: request.id }, 'a request could not be handled')
  }
  ports.metrics.refused(request.endpoint.path, error.status)
  sendError(ports, request, error, 0)
}
