// One request's way through the house, from the moment its caller is known to the line in the journal:
//
//   plan -> reserve -> attempt (-> attempt ...) -> pump -> settle
//
// A state machine without promises: callbacks of the upstream, of the client's connection and of the deadline wheel
// move it on. Whatever happens, `#settle` runs exactly once, and it runs before the last byte of the reply.
//
// /!\ Hot path.

import { costNanos, formatNanos } from '../billing/cost.ts'
import { Deadline } from '../core/deadlines.ts'
import { GatewayError, openaiErrorBody, toGatewayError } from '../core/errors.ts'
import { ListNode } from '../core/intrusive-list.ts'
import { NO_USAGE, type TokenUsage } from '../core/token-usage.ts'
import type { UpstreamRefusal } from '../dialects/openai-chat/errors.ts'
import { scanRequest, spliceRequest, type ScannedRequest } from '../dialects/openai-chat/request.ts'
import { ChatStream } from '../dialects/openai-chat/stream.ts'
import { isUnlimited, UNLIMITED, type Admission, type Admitted } from '../limits/authority.ts'
import { limitError } from '../limits/limit-error.ts'
import { rateLimitHeaders } from '../limits/rate-limit-headers.ts'
import { affinityKeyOf } from '../routing/affinity.ts'
import type { Candidate } from '../routing/candidate.ts'
import type { Outcome } from '../routing/outcome.ts'
import type { Route } from '../routing/route.ts'
import type { Selection } from '../routing/selection.ts'
import { headersFor } from './credential-lines.ts'
import { Attempt, headerOf, type AttemptOwner, type BodyReader, type FailureCause } from './attempt.ts'
import { Failures, type Failure } from './failures.ts'
import { JsonReply, type JsonReplyOwner } from './json-reply.ts'
import type { OpenExchange, RelayPorts, RelayRequest } from './ports.ts'
import type { ReplyListener } from './reply-sink.ts'
import { successHeaders } from './reply-headers.ts'
import { RawStreamReply, StreamReply, type StreamReplyOwner } from './stream-reply.ts'
import type { UpstreamHeaders } from './upstreams.ts'

/** Silence towards a client that waits for a stream: then a comment, so that nothing between us gives up. */
const KEEP_ALIVE_MS = 10_000
const KEEP_ALIVE = ': keep-alive\n\n'
/** A finished upstream has this long to end its reply before its connection is given up. */
const LINGER_MS = 5_000
const BACKOFF_BASE_MS = 25
const BACKOFF_CAP_MS = 250
/** Bytes of a body that make a token, roughly; only for reservations and estimates. */
const BYTES_PER_TOKEN = 4
const NO_FAILURES = new Failures()

export class Exchange extends Deadline implements AttemptOwner, JsonReplyOwner, StreamReplyOwner, ReplyListener {
  readonly #ports: RelayPorts
  readonly #request: RelayRequest
  readonly #scan: ScannedRequest
  readonly #reservedTokens: number
  readonly #affinityKey: string | null
  /** Made when the first attempt fails, which is seldom. */
  #failures = NO_FAILURES
  readonly #node = new ListNode<OpenExchange>(this)

  #route: Route
  #fallbacks: readonly string[]
  #selection: Selection | null = null
  #admission: Admitted = UNLIMITED
  #attempt: Attempt | null = null
  #last: Candidate | null = null
  #reader: StreamReply | null = null
  #attempts = 0
  #sentNoByteFailovers = 0
  #sameTargetRetries = 0
  #heldBytes = 0

  #contentSent = false
  #settled = false
  #ended = false
  #stalledSinceMs = 0
  #lastSentMs: number
  #firstContentMs = -1
  /** What the wheel is waiting for, beside the limits that always hold. */
  #wakeAtMs = Infinity
  #onWake: (() => void) | null = null
  #waitedForLimitMs = 0
  #upstreamMs = 0

  static begin(ports: RelayPorts, request: RelayRequest): void {
    let exchange: Exchange
    try {
      const scan = scanRequest(request.body)
      if (scan.stream && request.endpoint.stream === 'none') {
        throw new GatewayError('invalid_request', `${request.endpoint.path} does not stream. Leave "stream" out.`, {
          param: 'stream',
        })
      }
      if (ports.metrics.heldBytes + request.body.length > ports.config().server.maxBytesInFlight) {
        throw new GatewayError(
          'service_unavailable',
          'The gateway holds as many bytes as it may. Try again in a moment.',
          { retryAfterSeconds: 1 },
        )
      }
      const route = ports.fleet.resolve(scan.model)
      if (route === undefined) throw unknownModel(scan.model)
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
    this.#scan = scan
    this.#route = route
    this.#fallbacks = route.fallbacks
    this.#reservedTokens = Math.ceil(request.body.length / BYTES_PER_TOKEN) + scan.maxOutputTokens
    this.#affinityKey = ports.config().balancer.sticky ? affinityKeyOf(scan.session, request.headers) : null
    this.#lastSentMs = request.startedMs
    this.#heldBytes = request.body.length
    ports.metrics.begin(this.#heldBytes)
    ports.open(this.#node)
    request.sink.listener = this
  }

  get publicModelJson(): string {
    return this.#route.publicIdJson
  }

  // --- reserve ---

  #reserve(): void {
    const { limits, keyId } = this.#request.principal
    if (isUnlimited(limits)) {
      this.#plan()
      return
    }
    const answer = this.#ports.limits.admit(keyId, limits, this.#reservedTokens)
    if (!(answer instanceof Promise)) {
      this.#reserved(answer)
      return
    }
    answer.then(
      (admission) => this.#reserved(admission),
      (error: unknown) => {
        this.#ports.log.error({ err: error, requestId: this.#request.id }, 'limits cannot be asked')
        this.#fail(
          new GatewayError('service_unavailable', 'Limits cannot be checked right now. Try again shortly.', {
            retryAfterSeconds: 1,
          }),
        )
      },
    )
  }

  #reserved(admission: Admission): void {
    if (!admission.ok) {
      if (!this.#settled) this.#fail(limitError(admission), admission)
      return
    }
    this.#admission = admission
    if (this.#settled) {
      // The client left while we asked.
      this.#release(0, true)
      return
    }
    this.#plan()
  }

  #release(tokens: number, refund: boolean): void {
    if (this.#admission === UNLIMITED) return
    const { limits, keyId } = this.#request.principal
    this.#ports.limits.settle(keyId, limits, this.#admission, this.#reservedTokens, tokens, refund)
    this.#admission = UNLIMITED
  }

  // --- plan, attempt ---

  #plan(): void {
    const nowMs = performance.now()
    this.#selection = this.#ports.fleet.select(this.#route, this.#affinityKey, nowMs)
    this.#next(nowMs)
  }

  #next(nowMs: number): void {
    const { balancer } = this.#ports.config()
    const candidate = this.#attempts < balancer.maxAttempts ? (this.#selection?.next(nowMs) ?? null) : null
    if (candidate !== null) {
      const last = this.#failures.last
      if (last === null || last.phase === 'not_sent' || this.#ports.fleet.mayRetry(candidate, nowMs)) {
        this.#try(candidate, nowMs)
        return
      }
      this.#ports.fleet.handBack(candidate, nowMs)
    }
    this.#exhausted(nowMs)
  }

  #try(candidate: Candidate, nowMs: number): void {
    const { provider } = candidate
    this.#attempts += 1
    this.#last = candidate
    const attempt = new Attempt(this, candidate, nowMs)
    this.#attempt = attempt
    const body = spliceRequest(
      this.#scan,
      this.#request.body,
      candidate.upstreamModelJson,
      this.#request.endpoint.stream === 'chat' && provider.config.streamUsage,
    )
    this.#arm(nowMs)
    try {
      const upstream = this.#ports.upstreams.get(provider.config, this.#ports.config().timeouts.connectMs)
      upstream.send(this.#request.endpoint.upstreamPath, headersFor(candidate), body, attempt)
    } catch (error) {
      attempt.abandon('it could not be sent')
      this.#failed(attempt, {
        phase: 'not_sent',
        cause: 'connect',
        detail: toMessage(error),
        outcome: { kind: 'failure', cause: 'connect' },
      })
    }
  }

  /** Nobody is left to ask. */
  #exhausted(nowMs: number): void {
    const { balancer, timeouts } = this.#ports.config()
    const last = this.#failures.last
    // A connection that broke, or a server that stumbled, may well do better at once; but not for ever, and not in step.
    if (
      last !== null &&
      this.#last !== null &&
      this.#selection?.desperate !== true &&
      this.#failures.allAreTransient &&
      this.#attempts < balancer.maxAttempts &&
      this.#sameTargetRetries < 1 &&
      this.#ports.fleet.mayRetry(this.#last, nowMs)
    ) {
      const candidate = this.#last
      this.#sameTargetRetries += 1
      const capMs = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** this.#attempts)
      this.#wake(nowMs + Math.random() * capMs, () => this.#try(candidate, performance.now()))
      return
    }
    if (this.#attempts === 0 || this.#failures.allAreLimits) {
      const exhausted = this.#selection?.exhausted(nowMs)
      const leftMs = balancer.limitWaitMs - this.#waitedForLimitMs
      if (exhausted?.reason === 'all_limited' && exhausted.retryAfterMs <= leftMs && this.#ports.metrics.mayWait()) {
        this.#waitedForLimitMs += exhausted.retryAfterMs + 1
        this.#wake(nowMs + exhausted.retryAfterMs + 1, () => this.#plan())
        return
      }
    }
    const fallback = this.#nextFallback()
    if (fallback !== null && nowMs - this.#request.startedMs < timeouts.totalMs) {
      this.#route = fallback
      this.#attempts = Math.min(this.#attempts, balancer.maxAttempts - 1)
      this.#plan()
      return
    }
    this.#fail(this.#failures.toError(this.#route.publicId, this.#selection?.exhausted(nowMs) ?? null))
  }

  #nextFallback(): Route | null {
    for (;;) {
      const [id, ...rest] = this.#fallbacks
      if (id === undefined) return null
      this.#fallbacks = rest
      const route = this.#ports.fleet.resolve(id)
      if (route !== undefined) return route
    }
  }

  // --- what attempts report ---

  openBody(attempt: Attempt, status: number, headers: UpstreamHeaders): BodyReader {
    const isStream = (headerOf(headers, 'content-type') ?? '').includes('text/event-stream')
    if (status >= 300) return new Refuser(() => this.attemptFailed(attempt, 'bad_reply', `status ${status}`))
    if (!isStream) return new JsonReply(this, attempt, this.#scan.stream)
    if (!this.#scan.stream)
      return new Refuser(() => this.attemptFailed(attempt, 'bad_reply', 'a stream where JSON was asked for'))
    if (this.#request.endpoint.stream === 'raw') return new RawStreamReply(this, attempt)
    const { price } = this.#route
    this.#reader = new StreamReply(
      this,
      attempt,
      new ChatStream({
        publicModelJson: this.#route.publicIdJson,
        usageAsked: this.#scan.usageAsked,
        costJson: (usage) => (price === null ? null : formatNanos(costNanos(price, usage))),
      }),
    )
    return this.#reader
  }

  attemptFailed(attempt: Attempt, cause: FailureCause, detail: string): void {
    if (attempt !== this.#attempt) return
    const phase = this.#contentSent ? 'streaming' : attempt.sent ? 'sent_no_byte' : 'not_sent'
    attempt.abandon(detail)
    this.#failed(attempt, { phase, cause, detail, outcome: { kind: 'failure', cause } })
  }

  attemptRefused(attempt: Attempt, refusal: UpstreamRefusal, status: number): void {
    if (attempt !== this.#attempt) return
    attempt.abandon('the upstream refused')
    const phase = this.#contentSent ? 'streaming' : 'sent_no_byte'
    if (refusal.kind === 'client-fault') {
      this.#report(attempt, { kind: 'client-fault' })
      this.#clientFault(refusal.status, refusal.body)
      return
    }
    const outcome = outcomeOf(refusal, this.#request.principal.accountId)
    const detail = refusal.kind === 'credential-rejected' ? `${status}: ${refusal.reason}` : `status ${status}`
    this.#failed(attempt, { phase, cause: refusal.kind, detail, outcome })
  }

  #failed(attempt: Attempt, failure: Failure): void {
    const nowMs = performance.now()
    this.#report(attempt, failure.outcome)
    this.#attempt = null
    this.#upstreamMs += nowMs - attempt.startedMs
    if (this.#failures === NO_FAILURES) this.#failures = new Failures()
    this.#failures.add(failure)
    this.#ports.metrics.attempt(attempt.candidate, failure.cause)
    this.#ports.log.warn(
      {
        requestId: this.#request.id,
        provider: attempt.candidate.provider.name,
        credential: attempt.candidate.credential.name,
        model: attempt.candidate.upstreamModel,
        phase: failure.phase,
        cause: failure.cause,
        detail: failure.detail.slice(0, 300),
      },
      'attempt failed',
    )
    if (this.#settled) return
    if (this.#contentSent) {
      this.#breakOff(
        new GatewayError(
          failure.cause === 'timeout' ? 'upstream_timeout' : 'upstream_error',
          'The upstream broke off in the middle of the answer. Ask again, or go on from what has arrived.',
          { reason: 'all_failed' },
        ),
      )
      return
    }
    this.#reader = null
    // The upstream may have done the work, and will bill it: that is risked once more, and not again.
    const ambiguous =
      failure.phase === 'sent_no_byte' &&
      (failure.cause === 'reset' || failure.cause === 'timeout' || failure.cause === 'bad_reply')
    if (ambiguous) {
      this.#sentNoByteFailovers += 1
      if (this.#sentNoByteFailovers > 2) {
        this.#exhaustedFor(nowMs)
        return
      }
    }
    this.#next(nowMs)
  }

  #exhaustedFor(nowMs: number): void {
    this.#fail(this.#failures.toError(this.#route.publicId, this.#selection?.exhausted(nowMs) ?? null))
  }

  #report(attempt: Attempt, outcome: Outcome): void {
    this.#ports.fleet.report(attempt.candidate, outcome, performance.now())
  }

  // --- pump: JSON ---

  holdBytes(count: number): boolean {
    if (!this.#ports.metrics.hold(count, this.#ports.config().server.maxBytesInFlight)) return false
    this.#heldBytes += count
    return true
  }

  finishJson(attempt: Attempt, text: string, usage: TokenUsage | null): void {
    if (attempt !== this.#attempt) return
    const counted = usage ?? this.#estimate(text.length)
    const cost = costNanos(this.#route.price, counted)
    this.#succeeded(attempt)
    const headers = this.#headers('application/json', attempt, cost, usage === null)
    this.#settle(200, '', counted, usage === null)
    this.#request.sink.reply(200, headers, text)
    this.#close()
  }

  startLargeJson(attempt: Attempt): void {
    if (attempt !== this.#attempt) return
    this.#contentSent = true
    this.#request.sink.head(200, this.#headers('application/json', attempt, this.#estimatedCost(), true))
  }

  writeLarge(attempt: Attempt, chunk: Buffer): void {
    this.writeStream(attempt, chunk)
  }

  finishLargeJson(attempt: Attempt, tail: Buffer, usage: TokenUsage | null): void {
    if (attempt !== this.#attempt) return
    this.#succeeded(attempt)
    this.#settle(200, '', usage ?? this.#estimate(0), usage === null)
    this.#request.sink.write(tail)
    this.#request.sink.end()
    this.#close()
  }

  // --- pump: streams ---

  commitStream(attempt: Attempt): void {
    if (attempt !== this.#attempt || this.#contentSent) return
    this.#contentSent = true
    const nowMs = performance.now()
    this.#firstContentMs = nowMs - this.#request.startedMs
    // The balancer learns of a success with its first output, not minutes later with its last.
    this.#ports.fleet.report(attempt.candidate, { kind: 'success', firstByteMs: nowMs - attempt.startedMs }, nowMs)
    this.#startStream(attempt)
  }

  #startStream(attempt: Attempt | null): void {
    const { sink } = this.#request
    if (sink.headersSent) return
    const headers = this.#headers('text/event-stream; charset=utf-8', attempt, this.#estimatedCost(), true)
    headers.push('cache-control', 'no-cache', 'x-accel-buffering', 'no')
    sink.head(200, headers)
  }

  writeStream(attempt: Attempt, chunk: Buffer | string): void {
    if (attempt !== this.#attempt || chunk.length === 0) return
    const { sink } = this.#request
    this.#lastSentMs = attempt.lastByteMs
    if (sink.write(chunk)) return
    // The client is slower than the upstream: read no more until it has caught up, or is gone.
    attempt.pause()
    this.#stalledSinceMs = attempt.lastByteMs
  }

  finishStream(attempt: Attempt, last: Buffer | string | null): void {
    if (attempt !== this.#attempt) return
    const usage = this.#reader?.stream.usage ?? null
    const counted = usage ?? this.#estimate((this.#reader?.stream.eventCount ?? 0) * BYTES_PER_TOKEN)
    this.#startStreamOnce(attempt)
    this.#succeeded(attempt)
    this.#settle(200, '', counted, usage === null)
    const { sink } = this.#request
    if (last !== null && last.length > 0) sink.write(last)
    sink.end()
    this.#close()
  }

  #startStreamOnce(attempt: Attempt): void {
    if (!this.#contentSent) this.commitStream(attempt)
  }

  // --- ends ---

  #succeeded(attempt: Attempt): void {
    const nowMs = performance.now()
    this.#upstreamMs += nowMs - attempt.startedMs
    if (!this.#contentSent)
      this.#ports.fleet.report(attempt.candidate, { kind: 'success', firstByteMs: nowMs - attempt.startedMs }, nowMs)
    this.#ports.metrics.attempt(attempt.candidate, 'ok')
    if (attempt.over) {
      this.#attempt = null
      return
    }
    attempt.detach()
  }

  /** The reply is complete. What the upstream still has to say is waited for a little. */
  #close(): void {
    this.#ended = true
    this.#request.sink.listener = null
    if (this.#attempt === null || this.#attempt.over) {
      this.#ports.deadlines.disarm(this)
      return
    }
    this.#ports.deadlines.arm(this, performance.now() + LINGER_MS)
  }

  #clientFault(status: number, body: string): void {
    if (this.#request.sink.headersSent) {
      this.#settle(200, 'invalid_request', this.#partialUsage(), true)
      this.#writeLastEvent(body)
      return
    }
    this.#attempt = null
    this.#settle(status, 'invalid_request', NO_USAGE, false)
    this.#request.sink.reply(status, this.#errorHeaders(), body)
    this.#close()
  }

  #fail(error: GatewayError, admission: Admission | null = null): void {
    if (this.#settled) return
    if (this.#request.sink.headersSent) {
      this.#breakOff(error)
      return
    }
    this.#settle(error.status, error.code, NO_USAGE, false)
    sendError(this.#ports, this.#request, error, admission ?? this.#admission, this.#attempts)
    this.#close()
  }

  /** After the head has gone out, an error is an event of the stream. */
  #breakOff(error: GatewayError): void {
    this.#settle(200, error.code, this.#partialUsage(), true)
    if (this.#scan.stream) {
      this.#writeLastEvent(openaiErrorBody(error))
      return
    }
    // Half a JSON document must not look like a whole one.
    this.#request.sink.cut()
    this.#close()
  }

  #writeLastEvent(payload: string): void {
    this.#attempt = null
    const { sink } = this.#request
    sink.write(Buffer.from(`data: ${payload}\n\n`))
    sink.end()
    this.#close()
  }

  replyDrained(): void {
    this.#stalledSinceMs = 0
    this.#attempt?.resume()
  }

  replyGone(): void {
    if (this.#ended) return
    this.#ended = true
    const attempt = this.#attempt
    const usage = this.#partialUsage()
    this.#attempt = null
    if (attempt !== null) {
      attempt.abandon('the client is gone')
      this.#ports.fleet.report(attempt.candidate, { kind: 'abandoned' }, performance.now())
    }
    this.#settle(499, 'client_gone', usage, true)
    this.#ports.deadlines.disarm(this)
  }

  /** The process must end now: say so in the stream. */
  endForShutdown(): void {
    if (this.#settled) return
    this.#attempt?.abandon('the gateway is shutting down')
    this.#attempt = null
    this.#fail(
      new GatewayError('service_unavailable', 'The gateway is shutting down. Send the request again.', {
        retryAfterSeconds: 1,
      }),
    )
  }

  // --- settle ---

  #settle(status: number, errorCode: string, usage: TokenUsage, estimated: boolean): void {
    if (this.#settled) return
    this.#settled = true
    this.#ports.close(this.#node)
    const { id, endpoint, principal, startedMs } = this.#request
    const durationMs = performance.now() - startedMs
    const provider = this.#last?.provider.name ?? ''
    if (this.#last !== null) this.#ports.fleet.countTokens(this.#last, usage.input + usage.output, performance.now())
    this.#release(usage.input + usage.output, this.#attempts === 0)
    this.#ports.record({
      requestId: id,
      startedAtMs: Date.now() - Math.round(durationMs),
      durationMs: Math.round(durationMs),
      firstByteMs: this.#scan.stream ? Math.round(this.#firstContentMs) : Math.round(durationMs),
      keyId: principal.keyId,
      accountId: principal.accountId,
      endpoint: endpoint.path,
      model: this.#route.publicId,
      provider,
      upstreamModel: this.#last?.upstreamModel ?? '',
      status,
      errorCode,
      stream: this.#scan.stream,
      attempts: this.#attempts,
      usage,
      estimated: estimated && usage !== NO_USAGE,
      costNanos: costNanos(this.#route.price, usage),
    })
    this.#ports.metrics.end({
      endpoint: endpoint.path,
      model: this.#route.publicId,
      provider,
      status,
      durationMs,
      firstContentMs: this.#firstContentMs,
      overheadMs: Math.max(0, durationMs - this.#upstreamMs),
      usage,
      heldBytes: this.#heldBytes,
    })
    this.#heldBytes = 0
  }

  // --- time ---

  /** Called by the wheel. */
  override onDeadline(nowMs: number): void {
    if (this.#ended) {
      this.#attempt?.abandon('the upstream did not end its reply')
      this.#attempt = null
      return
    }
    if (nowMs >= this.#wakeAtMs) {
      const wake = this.#onWake
      this.#wakeAtMs = Infinity
      this.#onWake = null
      wake?.()
      return
    }
    const { timeouts, server } = this.#ports.config()
    if (nowMs - this.#request.startedMs >= timeouts.totalMs) {
      this.#timeOut(`no complete answer within ${timeouts.totalMs} ms`, true)
      return
    }
    const attempt = this.#attempt
    if (this.#stalledSinceMs > 0) {
      if (nowMs - this.#stalledSinceMs >= server.writeStallTimeoutMs) {
        this.#ports.log.info({ requestId: this.#request.id }, 'the client does not read its answer')
        this.#request.sink.cut()
        return
      }
    } else if (attempt !== null) {
      const limitMs = this.#patienceMs(attempt)
      if (nowMs - attempt.lastByteMs >= limitMs) {
        this.#timeOut(
          attempt.firstByteMs < 0 ? `no first byte within ${limitMs} ms` : `silent for ${limitMs} ms`,
          false,
        )
        return
      }
    }
    if (this.#scan.stream && this.#stalledSinceMs === 0 && nowMs - this.#lastSentMs >= KEEP_ALIVE_MS) {
      // The head says 200 from here on, so what goes wrong later is told in the stream; other candidates may still serve.
      this.#startStream(attempt)
      this.#lastSentMs = nowMs
      this.#request.sink.write(KEEP_ALIVE)
    }
    this.#arm(nowMs)
  }

  #timeOut(detail: string, total: boolean): void {
    const attempt = this.#attempt
    if (attempt === null) {
      this.#fail(new GatewayError('upstream_timeout', `There was ${detail}.`, { retryAfterSeconds: 1 }))
      return
    }
    if (total) this.#selection = null
    this.attemptFailed(attempt, 'timeout', detail)
  }

  #patienceMs(attempt: Attempt): number {
    const { timeouts } = this.#ports.config()
    if (attempt.firstByteMs >= 0) return timeouts.idleMs
    return this.#scan.stream ? timeouts.firstByteMs : timeouts.replyMs
  }

  #wake(atMs: number, then: () => void): void {
    this.#wakeAtMs = atMs
    this.#onWake = then
    this.#arm(performance.now())
  }

  #arm(nowMs: number): void {
    if (this.#ended) return
    const { timeouts, server } = this.#ports.config()
    let dueMs = Math.min(this.#request.startedMs + timeouts.totalMs, this.#wakeAtMs)
    const attempt = this.#attempt
    if (this.#stalledSinceMs > 0) dueMs = Math.min(dueMs, this.#stalledSinceMs + server.writeStallTimeoutMs)
    else if (attempt !== null) dueMs = Math.min(dueMs, attempt.lastByteMs + this.#patienceMs(attempt))
    if (this.#scan.stream) dueMs = Math.min(dueMs, this.#lastSentMs + KEEP_ALIVE_MS)
    this.#ports.deadlines.arm(this, Math.max(dueMs, nowMs))
  }

  // --- figures ---

  #headers(contentType: string, attempt: Attempt | null, cost: number, estimated: boolean): string[] {
    const candidate = attempt?.candidate ?? this.#last
    return successHeaders(
      this.#ports.headerNames(),
      contentType,
      {
        requestId: this.#request.id,
        provider: candidate === null ? this.#route.ownedBy : publicProvider(candidate, this.#route),
        model: this.#route.publicId,
        attempts: this.#attempts,
        costNanos: cost,
        costEstimated: estimated,
      },
      this.#admission,
    )
  }

  #errorHeaders(): string[] {
    return [
      'content-type',
      'application/json',
      'x-request-id',
      this.#request.id,
      this.#ports.headerNames().attempts,
      String(this.#attempts),
    ]
  }

  #estimate(outputBytes: number): TokenUsage {
    const generated = this.#request.endpoint.kind === 'generation' ? Math.ceil(outputBytes / BYTES_PER_TOKEN) : 0
    return {
      input: Math.ceil(this.#request.body.length / BYTES_PER_TOKEN),
      cacheRead: 0,
      output: generated,
      reasoning: 0,
    }
  }

  #estimatedCost(): number {
    const input = Math.ceil(this.#request.body.length / BYTES_PER_TOKEN)
    return costNanos(this.#route.price, { input, cacheRead: 0, output: this.#scan.maxOutputTokens, reasoning: 0 })
  }

  /** What was delivered before an answer broke off: the provider's figure if it came, else an estimate; nothing for nothing. */
  #partialUsage(): TokenUsage {
    const stream = this.#reader?.stream
    if (stream?.usage) return stream.usage
    if (!this.#contentSent) return NO_USAGE
    return this.#estimate((stream?.eventCount ?? 0) * BYTES_PER_TOKEN)
  }
}

/** A body that nobody wants: reports at once, reads nothing. */
class Refuser implements BodyReader {
  #report: (() => void) | null

  constructor(report: () => void) {
    this.#report = report
  }

  push(): void {
    this.end()
  }

  end(): void {
    const report = this.#report
    this.#report = null
    report?.()
  }
}

function outcomeOf(refusal: Exclude<UpstreamRefusal, { kind: 'client-fault' }>, accountId: string): Outcome {
  switch (refusal.kind) {
    case 'rate-limited':
      return { kind: 'rate-limited', retryAfterMs: refusal.retryAfterMs }
    case 'credential-rejected':
      return { kind: 'credential-rejected', status: refusal.status, reason: refusal.reason }
    case 'forbidden':
      return { kind: 'forbidden', accountId }
    case 'unknown-model':
      return { kind: 'failure', cause: 'server_error', status: 404 }
    case 'server-error':
      return { kind: 'failure', cause: 'server_error', status: refusal.status }
  }
}

/** Vendor or type: what a tenant may know of who answered. */
function publicProvider(candidate: Candidate, route: Route): string {
  const { type } = candidate.provider.config
  return type === 'openai-compatible' ? route.ownedBy : type
}

function unknownModel(model: string): GatewayError {
  return new GatewayError(
    'model_not_found',
    `The model "${model.slice(0, 200)}" does not exist here, or this key may not use it. GET /v1/models lists what it may use.`,
    { param: 'model' },
  )
}

/** Before there is an exchange: the request itself was wrong. */
function refuse(ports: RelayPorts, request: RelayRequest, error: GatewayError): void {
  if (error.code === 'internal_error')
    ports.log.error({ err: error.cause, requestId: request.id }, 'a request could not be handled')
  ports.metrics.refused(request.endpoint.path, error.status)
  sendError(ports, request, error, null, 0)
}

function sendError(
  ports: RelayPorts,
  request: RelayRequest,
  error: GatewayError,
  admission: Admission | null,
  attempts: number,
): void {
  const headers = [
    'content-type',
    'application/json',
    'x-request-id',
    request.id,
    ports.headerNames().attempts,
    String(attempts),
  ]
  if (error.retryAfterSeconds !== undefined) headers.push('retry-after', String(error.retryAfterSeconds))
  for (const [name, value] of Object.entries(error.headers)) headers.push(name, value)
  if (admission !== null) headers.push(...rateLimitHeaders(admission.requests, admission.tokens))
  request.sink.reply(error.status, headers, Buffer.from(openaiErrorBody(error)))
}

function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
