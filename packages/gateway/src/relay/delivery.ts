// The way of an answer to its client: what is held, what is passed on, when the head goes out, who waits for whom.
//
// Before content has gone out, everything that goes wrong is the exchange's: another candidate may serve. From then on
// it is told in the stream itself. A call is settled before the last byte of its reply is written.
//
// /!\ Hot path: `finishJson`, `writeStream`.

import type { GatewayError } from '../core/errors.ts'
import { NO_USAGE, type TokenUsage } from '../core/token-usage.ts'
import type { UpstreamRefusal } from '../dialects/openai-chat/errors.ts'
import { CLIENT_DIALECTS } from '../dialects/client-dialects.ts'
import { PASS_DIALECTS } from '../dialects/pass-dialects.ts'
import { latin1Of } from '../dialects/pass-events.ts'
import type { Attempt, BodyReader } from './attempt.ts'
import type { Call } from './call.ts'
import { countReply, StreamSample } from './count-missing.ts'
import { sendError } from './error-reply.ts'
import { JsonReply, type JsonReplyOwner } from './json-reply.ts'
import { tellMadeBy } from './made-by.ts'
import type { Payment } from './payment.ts'
import { RawStreamReply, StreamReply, type StreamReplyOwner } from './stream-reply.ts'
import type { UpstreamHeaders } from './http1/upstream-call.ts'

export interface DeliveryOwner {
  /** The attempt whose answer counts; null when none does. */
  readonly attempt: Attempt | null
  /** The first output of a stream has gone out. */
  outputStarted(attempt: Attempt): void
  /** The upstream's answer is complete; called before the call is settled. */
  attemptSucceeded(attempt: Attempt): void
  attemptRefused(attempt: Attempt, refusal: UpstreamRefusal, status: number): void
  attemptFailed(attempt: Attempt, cause: 'reset' | 'bad_reply', detail: string): void
  /** The client takes nothing for now, and nothing is read for it. */
  replyStalled(): void
  /** What was held for the call is used up, and the wallet has no more. */
  balanceUsedUp(attempt: Attempt): void
  /** The reply has been written to its end. */
  replyEnded(): void
}

export class Delivery implements JsonReplyOwner, StreamReplyOwner {
  /** Some of the answer has gone out: nobody else can go on with it. */
  contentSent = false
  /** Since when the client does not take what it is sent, monotonic; 0 = it does. */
  stalledSinceMs = 0
  lastSentMs: number
  /** More money was asked for. */
  waitsForMoney = false
  readonly #call: Call
  readonly #owner: DeliveryOwner
  #reader: StreamReply | null = null
  /** Of a stream that is paid for. */
  #sample: StreamSample | null = null

  constructor(call: Call, owner: DeliveryOwner) {
    this.#call = call
    this.#owner = owner
    this.lastSentMs = call.request.startedMs
  }

  get publicModelJson(): string {
    return this.#call.route.publicIdJson
  }

  holdBytes(count: number): boolean {
    return this.#call.holdBytes(count)
  }

  /** The upstream accepted: who reads its body? */
  open(attempt: Attempt, status: number, headers: UpstreamHeaders): BodyReader {
    const { scan, request } = this.#call
    const contentType = headers.get('content-type') ?? ''
    const isStream = contentType.includes('text/event-stream') || contentType.includes('amazon.eventstream')
    if (status >= 300) return new Unwanted(this.#owner, attempt, `status ${status}`)
    if (!isStream) return new JsonReply(this, attempt, attempt.conversion, scan.stream)
    if (!scan.stream) return new Unwanted(this.#owner, attempt, 'a stream where JSON was asked for')
    if (request.endpoint.stream === 'raw') return new RawStreamReply(this, attempt)
    this.#reader = new StreamReply(this, attempt, attempt.conversion.streamReader())
    return this.#reader
  }

  /** What a failed attempt had begun to read counts no more. */
  forget(): void {
    if (this.contentSent) this.#call.underWay?.brokeOff(this.partialUsage())
    this.#reader = null
  }

  attemptRefused(attempt: Attempt, refusal: UpstreamRefusal, status: number): void {
    this.#owner.attemptRefused(attempt, refusal, status)
  }

  attemptFailed(attempt: Attempt, cause: 'reset' | 'bad_reply', detail: string): void {
    this.#owner.attemptFailed(attempt, cause, detail)
  }

  // --- JSON ---

  finishJson(attempt: Attempt, body: Buffer | string, usage: TokenUsage | null): void {
    if (attempt !== this.#owner.attempt) return
    const call = this.#call
    attempt.conversion.watch?.(body)
    if (usage !== null && call.believes(usage)) this.#reply(attempt, body, usage, false)
    else void this.#countJson(attempt, body)
  }

  async #countJson(attempt: Attempt, body: Buffer | string): Promise<void> {
    const call = this.#call
    const { endpoint } = call.request
    const tokens = endpoint.kind === 'other' ? null : await countReply(call.ports.counter, endpoint.dialect, body)
    if (attempt !== this.#owner.attempt || call.settled) return
    this.#reply(attempt, body, tokens === null ? call.estimateText(body.length) : call.estimate(tokens), true)
  }

  #reply(attempt: Attempt, body: Buffer | string, usage: TokenUsage, estimated: boolean): void {
    const call = this.#call
    const headers = call.headers('application/json', usage, call.cost(usage), estimated)
    this.#owner.attemptSucceeded(attempt)
    tellMadeBy(call.request, attempt)
    call.settle(200, '', usage, estimated, () => call.request.sink.reply(200, headers, body))
    this.#owner.replyEnded()
  }

  startLargeJson(attempt: Attempt): void {
    if (attempt !== this.#owner.attempt) return
    this.contentSent = true
    const call = this.#call
    call.letGoOfBody()
    call.begin()
    call.request.sink.head(200, call.headers('application/json', call.estimatedUsage, call.estimatedCost(), true))
  }

  writeLarge(attempt: Attempt, chunk: Buffer): void {
    this.writeStream(attempt, chunk)
  }

  finishLargeJson(attempt: Attempt, tail: Buffer, usage: TokenUsage | null): void {
    if (attempt !== this.#owner.attempt) return
    this.#end(attempt, tail, usage, this.#call.estimate(0))
  }

  // --- streams ---

  commitStream(attempt: Attempt): void {
    if (attempt !== this.#owner.attempt || this.contentSent) return
    this.contentSent = true
    this.#owner.outputStarted(attempt)
    this.#startStream()
  }

  writeStream(attempt: Attempt, chunk: Buffer | string): void {
    if (attempt !== this.#owner.attempt || chunk.length === 0) return
    this.lastSentMs = attempt.lastByteMs
    attempt.conversion.watch?.(chunk)
    const { payment, request } = this.#call
    if (!request.sink.write(chunk)) {
      // The client is slower than the upstream: read no more until it has caught up, or is gone.
      attempt.pause()
      this.stalledSinceMs = attempt.lastByteMs
      this.#owner.replyStalled()
    }
    if (payment === null) return
    if (this.#reader !== null) (this.#sample ??= new StreamSample()).add(chunk)
    this.#payFor(attempt, payment, chunk.length)
  }

  /** /!\ Hot path. A stream holds money in steps: the next one is asked for before what is held has been delivered. */
  #payFor(attempt: Attempt, payment: Payment, bytes: number): void {
    if (payment.deliver(bytes, this.#reader?.stream.eventCount ?? 0)) {
      const answer = payment.grow()
      if (answer instanceof Promise) {
        this.waitsForMoney = true
        void answer.then((granted) => {
          this.waitsForMoney = false
          this.#heldMore(attempt, payment, granted)
        })
      } else this.#heldMore(attempt, payment, answer)
    }
    if (this.waitsForMoney && payment.spent) attempt.pause()
  }

  #heldMore(attempt: Attempt, payment: Payment, granted: boolean): void {
    if (attempt !== this.#owner.attempt || this.#call.settled) return
    if (granted) {
      this.#call.progress(this.#reader?.stream.eventCount ?? 0)
      if (this.stalledSinceMs === 0) attempt.resume()
    } else if (payment.spent) this.#owner.balanceUsedUp(attempt)
    else if (this.stalledSinceMs === 0) attempt.resume()
  }

  finishStream(attempt: Attempt, last: Buffer | string | null, told: TokenUsage | null = null): void {
    if (attempt !== this.#owner.attempt) return
    const usage = this.#reader?.stream.usage ?? told
    this.commitStream(attempt)
    const counted = usage === null ? this.#countStream() : null
    if (counted === null) this.#end(attempt, last, usage, this.#estimate())
    else void counted.then((estimate) => this.#end(attempt, last, null, estimate))
  }

  /** The upstream broke off behind a whole answer; false = it was not whole. */
  finishCut(): boolean {
    return this.#reader?.finishCut() ?? false
  }

  /** The head says 200 from here on, so what goes wrong later is told in the stream; other candidates may still serve. */
  keepAlive(nowMs: number): void {
    this.#startStream()
    this.lastSentMs = nowMs
    const { endpoint, path, sink } = this.#call.request
    // Between the elements of an array, white space is all that may stand.
    sink.write(path.arrayStream ? '\n' : PASS_DIALECTS[endpoint.dialect].keepAlive)
  }

  #startStream(): void {
    const call = this.#call
    const { sink, path } = call.request
    if (sink.headersSent) return
    const contentType = path.arrayStream ? 'application/json; charset=utf-8' : 'text/event-stream; charset=utf-8'
    const headers = call.headers(contentType, call.estimatedUsage, call.estimatedCost(), true)
    headers.push('cache-control', 'no-cache', 'x-accel-buffering', 'no')
    call.begin()
    sink.head(200, headers)
  }

  #end(attempt: Attempt, last: Buffer | string | null, usage: TokenUsage | null, estimate: TokenUsage): void {
    if (attempt !== this.#owner.attempt || this.#call.settled) return
    this.#owner.attemptSucceeded(attempt)
    tellMadeBy(this.#call.request, attempt)
    if (usage !== null && this.#call.believes(usage)) this.#call.settle(200, '', usage, false)
    else this.#call.settle(200, '', estimate, true)
    if (last !== null && last.length > 0) attempt.conversion.watch?.(last)
    this.#finish(last)
    this.#owner.replyEnded()
  }

  /** The last that is written of a stream. */
  #finish(last: Buffer | string | null): void {
    const { sink } = this.#call.request
    if (last !== null && last.length > 0) {
      if (sink.finish !== undefined) {
        sink.finish(last)
        return
      }
      sink.write(last)
    }
    sink.end()
  }

  // --- when it goes wrong ---

  /** The provider's own words about a request that is wrong. */
  refuseRequest(error: GatewayError): void {
    const { request, ports, attempts } = this.#call
    if (request.sink.headersSent) {
      this.breakOff(error)
      return
    }
    this.#call.settle(error.status, error.tableCode, NO_USAGE, false)
    sendError(ports, request, error, attempts, this.#call.admission, this.#call.auto?.receiptOfError)
    this.#owner.replyEnded()
  }

  /** After the head has gone out, an error is an event of the stream. */
  breakOff(error: GatewayError): void {
    const { scan, request } = this.#call
    this.#call.settle(200, error.tableCode, this.partialUsage(), true)
    if (scan.stream && request.endpoint.stream !== 'raw') {
      this.#finish(this.#failure(error))
      this.#owner.replyEnded()
      return
    }
    // Half a JSON document must not look like a whole one.
    request.sink.cut()
    this.#owner.replyEnded()
  }

  /** Of all attempts that the client has something of. @param outputTokens of the last of them */
  #estimate(outputTokens = this.#reader?.stream.eventCount ?? 0): TokenUsage {
    const current = this.#call.estimate(outputTokens)
    return this.#call.underWay?.usage(current) ?? current
  }

  /** Null where the events say as much. */
  #countStream(): Promise<TokenUsage> | null {
    const { ports, request } = this.#call
    const events = this.#reader?.stream.eventCount ?? 0
    const counted = this.#sample?.count(ports.counter, request.endpoint.dialect, events) ?? null
    return counted?.then((tokens) => this.#estimate(tokens ?? events)) ?? null
  }

  /** In the words of the stream that is under way, or of one that has not begun. */
  #failure(error: GatewayError): string {
    if (this.#reader !== null) return this.#reader.stream.fail(error)
    const { underWay, request } = this.#call
    if (underWay !== null) return latin1Of(underWay.encoder.fail(error))
    if (request.path.arrayStream) {
      return latin1Of(`[${CLIENT_DIALECTS[request.endpoint.dialect].encodeError(error, request.id).body}]`)
    }
    return PASS_DIALECTS[request.endpoint.dialect].streamReader(this.#call.passFacts()).fail(error)
  }

  /** Whether another upstream can go on with what has gone out. */
  get canGoOn(): boolean {
    return this.#call.underWay?.canGoOn === true
  }

  /** What was delivered before an answer broke off: the provider's figure if it came, else an estimate; nothing for nothing. */
  partialUsage(): TokenUsage {
    const stream = this.#reader?.stream
    if (stream?.usage) return stream.usage
    return this.contentSent ? this.#estimate() : NO_USAGE
  }

  /** The same for a client that does not wait for the end; null where nothing has to be counted. */
  countPartial(): Promise<TokenUsage> | null {
    return this.contentSent && !this.#reader?.stream.usage ? this.#countStream() : null
  }
}

/** A body that nobody wants: reports at once, reads nothing. */
class Unwanted implements BodyReader {
  readonly #owner: DeliveryOwner
  readonly #attempt: Attempt
  readonly #detail: string

  constructor(owner: DeliveryOwner, attempt: Attempt, detail: string) {
    this.#owner = owner
    this.#attempt = attempt
    this.#detail = detail
  }

  push(): void {
    this.end()
  }

  end(): void {
    this.#owner.attemptFailed(this.#attempt, 'bad_reply', this.#detail)
  }
}
