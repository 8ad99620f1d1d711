// One request's way through the house, from the moment its caller is known to the line in the journal:
//
//   plan -> reserve -> attempt (-> attempt ...) -> pump -> settle
//
// A state machine without promises: callbacks of the upstream, of the client's connection and of the deadline wheel
// move it on. `Call` has its facts and its books, `reserve` what must be had first, `Plan` who is asked next, `Delivery`
// the way to the client; here is what each of them does when another has spoken, and for how long all that may take.
//
// /!\ Hot path.

import { Deadline } from '../core/deadlines.ts'
import { GatewayError, toGatewayError } from '../core/errors.ts'
import { NO_USAGE, type TokenUsage } from '../core/token-usage.ts'
import type { UpstreamRefusal } from '../dialects/openai-chat/errors.ts'
import { IGNORED_PREVIOUS } from '../dialects/openai-responses/errors.ts'
import type { Admission } from '../limits/authority.ts'
import type { Candidate } from '../routing/candidate.ts'
import { accept, type Accepted } from './accept.ts'
import { bookFailure, bookFirstOutput, bookLast, bookLostPrevious, bookSuccess } from './attempt-books.ts'
import { Attempt, type BodyReader, type FailureCause } from './attempt.ts'
import { Call } from './call.ts'
import { Delivery, type DeliveryOwner } from './delivery.ts'
import { refuse, sendError } from './error-reply.ts'
import { outcomeOf, type Failure } from './failures.ts'
import { Hedging, type HedgeOwner } from './hedge.ts'
import type { OpenExchange, RelayPorts, RelayRequest } from './ports.ts'
import { Plan, type PlanOwner } from './plan.ts'
import { NeedsMedia, prepare, type Prepared } from './prepare.ts'
import type { ReplyListener } from './reply-sink.ts'
import { send } from './send.ts'
import { balanceUsedUp } from './payment.ts'
import { hasLostPrevious, isOfModel } from './refusal.ts'
import { reserve, type ReserveOwner } from './reserve.ts'
import { nextDueMs, wantsKeepAlive, whoIsOverdue, type Progress } from './time-limits.ts'
import type { UpstreamHeaders } from './http1/upstream-call.ts'

/** A finished upstream has this long to end its reply before its connection is given up. */
const LINGER_MS = 5_000

export class Exchange
  extends Deadline
  implements ReserveOwner, HedgeOwner, DeliveryOwner, PlanOwner, ReplyListener, OpenExchange, Progress
{
  /** The attempt whose answer counts. */
  attempt: Attempt | null = null

  readonly #ports: RelayPorts
  readonly #request: RelayRequest
  readonly #call: Call
  readonly #delivery: Delivery
  readonly #plan: Plan
  #ended = false
  /** A second attempt beside the first, where the route wants that. */
  #hedging: Hedging | null = null
  /** What the wheel is waiting for, beside the limits that always hold. */
  #wakeAtMs = Infinity
  #onWake: (() => void) | null = null

  static begin(ports: RelayPorts, request: RelayRequest): void {
    let exchange: Exchange
    try {
      exchange = new Exchange(ports, request, accept(ports, request))
    } catch (error) {
      refuse(ports, request, toGatewayError(error))
      return
    }
    reserve(exchange.#call, exchange)
  }

  private constructor(ports: RelayPorts, request: RelayRequest, accepted: Accepted) {
    super()
    this.#ports = ports
    this.#request = request
    this.#call = new Call(ports, request, accepted, this)
    this.#delivery = new Delivery(this.#call, this)
    this.#plan = new Plan(this.#call, this)
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

  reserved(): void {
    const { route, scan, auto } = this.#call
    if (route.mirror !== null && auto?.choice.isConfidential !== true)
      this.#ports.mirror?.offered(this.#request, scan, route)
    this.#plan.begin()
  }

  notReserved(error: GatewayError, refused: Admission | null): void {
    this.#fail(error, refused)
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
    if (this.#call.route.hedge !== null)
      (this.#hedging ??= new Hedging(this.#call, this.#plan, this)).asked(attempt, nowMs)
  }

  hedgeWon(attempt: Attempt): void {
    this.attempt = attempt
    this.#call.candidate = attempt.candidate
    this.#call.dropped = attempt.conversion.dropped
    this.#arm(performance.now())
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
    this.#hedging?.cancel()
    return this.#delivery.open(attempt, status, headers)
  }

  outputStarted(attempt: Attempt): void {
    const nowMs = performance.now()
    this.#call.firstContentMs = nowMs - this.#request.startedMs
    this.#call.letGoOfBody()
    bookFirstOutput(this.#call, attempt, nowMs)
  }

  attemptSucceeded(attempt: Attempt): void {
    bookSuccess(this.#call, attempt, performance.now())
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
    if (refusal.kind === 'client-fault') {
      this.#hedging?.cancel()
      this.attempt = null
      bookLast(this.#call, attempt, refusal.kind, 'client-fault')
      if (!this.#delivery.contentSent && isOfModel(refusal.error)) {
        this.#delivery.forget()
        if (this.#plan.askAnother(refusal.error, performance.now())) return
      }
      this.#delivery.refuseRequest(refusal.error)
      return
    }
    if (refusal.kind === 'unknown-model' && this.#call.isBesideAnswers) {
      // It may well have the model, and no such endpoint.
      this.attempt = null
      bookLast(this.#call, attempt, refusal.kind, 'abandoned')
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
    bookLostPrevious(this.#call, attempt, nowMs)
    this.#delivery.forget()
    this.#plan.again(attempt.candidate, nowMs)
  }

  #failed(attempt: Attempt, failure: Failure): void {
    const nowMs = performance.now()
    this.attempt = null
    bookFailure(this.#call, attempt, failure, nowMs)
    if (this.#call.settled) return
    if (this.#delivery.contentSent && !this.#delivery.canGoOn) {
      const code = failure.cause === 'timeout' ? 'upstream_timeout' : 'upstream_error'
      const message = 'The upstream broke off in the middle of the answer. Ask again, or go on from what has arrived.'
      this.#delivery.breakOff(new GatewayError(code, message, { reason: 'all_failed' }))
      return
    }
    this.#delivery.forget()
    if (this.#hedging?.adopt() !== true) this.#plan.failed(failure, nowMs)
  }

  /** What was held is used up, and the wallet has no more. */
  balanceUsedUp(attempt: Attempt): void {
    if (attempt !== this.attempt) return
    this.attempt = null
    attempt.abandon('the balance is used up')
    bookLast(this.#call, attempt, 'abandoned', 'abandoned')
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
    sendError(this.#ports, this.#request, error, this.#call.attempts, seen, this.#call.auto?.receiptOfError)
    this.replyEnded()
  }

  /** The reply is complete. What the upstream still has to say is waited for a little. */
  replyEnded(): void {
    this.#ended = true
    this.#hedging?.cancel()
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
    this.#abandon('the client is gone')
    const settle = (usage: TokenUsage): void => this.#call.settle(499, 'client_gone', usage, true)
    const counted = this.#delivery.countPartial()
    if (counted === null) settle(this.#delivery.partialUsage())
    else void counted.then(settle)
    this.#ports.deadlines.disarm(this)
  }

  /** The process must end now: say so in the stream. */
  endForShutdown(): void {
    if (this.#call.settled) return
    this.#abandon('the gateway is shutting down')
    const message = 'The gateway is shutting down. Send the request again.'
    this.#fail(new GatewayError('service_unavailable', message, { retryAfterSeconds: 1 }))
  }

  /** It says nothing about the upstream, which did not fail. */
  #abandon(why: string): void {
    const { attempt } = this
    this.attempt = null
    this.#hedging?.cancel()
    if (attempt === null) return
    attempt.abandon(why)
    bookLast(this.#call, attempt, 'abandoned', 'abandoned')
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
      this.#arm(nowMs)
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
        this.#hedging?.cancel()
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
