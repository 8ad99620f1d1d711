// The facts of one call, and its end in the books: what was asked for, what it may cost, what was used, and the one
// line in the journal that says so.

import { costNanos, formatNanos } from '../billing/cost.ts'
import type { Part } from '../core/conversation.ts'
import type { ReplyContext } from '../core/dialect.ts'
import { ListNode } from '../core/intrusive-list.ts'
import { NO_USAGE, type TokenUsage } from '../core/token-usage.ts'
import { CLIENT_DIALECTS } from '../dialects/client-dialects.ts'
import type { PassFacts } from '../dialects/pass-facts.ts'
import type { ScannedRequest } from '../dialects/pass-request.ts'
import { UNLIMITED, type Admission, type Admitted } from '../limits/authority.ts'
import type { Candidate } from '../routing/candidate.ts'
import type { Route } from '../routing/route.ts'
import { Asked } from './asked.ts'
import { Continuation } from './continuation.ts'
import type { OpenExchange, RelayPorts, RelayRequest } from './ports.ts'
import { successHeaders } from './reply-headers.ts'

/** Bytes of a body that make a token, roughly; only for reservations and estimates. */
const BYTES_PER_TOKEN = 4

export class Call {
  readonly ports: RelayPorts
  readonly request: RelayRequest
  readonly scan: ScannedRequest
  readonly asked: Asked
  /** Another one after a fallback to another model. */
  route: Route
  /** What the limits let in, until it is released. */
  admission: Admitted = UNLIMITED
  attempts = 0
  /** Who was asked last. */
  candidate: Candidate | null = null
  /** Time in which an upstream call was open. */
  upstreamMs = 0
  /** -1 until content went to the client. */
  firstContentMs = -1
  settled = false

  /** What could not be sent to the upstream that answers, for `X-Fairlead-Dropped`. */
  dropped = ''
  /** Of the attempts that were made; null where none of them could be continued. */
  underWay: Continuation | null = null

  readonly #node: ListNode<OpenExchange>
  readonly #bodyTokens: number
  #heldBytes: number
  /** Aborted when the call ends; made only where something waits for it. */
  #left: AbortController | null = null
  #borrowed: { readonly candidate: Candidate; readonly admission: Admitted } | null = null

  constructor(ports: RelayPorts, request: RelayRequest, scan: ScannedRequest, route: Route, owner: OpenExchange) {
    this.ports = ports
    this.request = request
    this.scan = scan
    this.asked = new Asked(ports, request, scan)
    this.route = route
    this.#node = new ListNode(owner)
    this.#bodyTokens = Math.ceil(request.body.length / BYTES_PER_TOKEN)
    this.#heldBytes = request.body.length
    ports.metrics.begin(this.#heldBytes)
    ports.open(this.#node)
  }

  /** The bytes behind the request's URLs. @param taken parts that the upstream takes by URL @throws {GatewayError} */
  async fetchMedia(taken: ReadonlySet<Part['type']>): Promise<void> {
    this.#left ??= new AbortController()
    await this.asked.fetchMedia(taken, this.#left.signal, (bytes) => this.holdBytes(bytes))
  }

  // --- what its answer needs ---

  passFacts(): PassFacts {
    return {
      publicModelJson: this.route.publicIdJson,
      usageAsked: this.scan.usageAsked,
      costJson: (usage) => (this.route.price === null ? null : formatNanos(this.cost(usage))),
    }
  }

  /** That has limits and troubles of its own, which say nothing about answering (H58). */
  get countsTokens(): boolean {
    return this.request.endpoint.operation === 'count-tokens'
  }

  /** A stream that another upstream may go on with, one of a model that stands in included. */
  get continues(): boolean {
    if (this.underWay !== null) return true
    return this.route.continueStreams && this.scan.stream && this.request.endpoint.operation === 'generate'
  }

  /** One for all attempts. @param origin of the first of them */
  continuation(origin: string): Continuation | null {
    if (!this.continues) return null
    const { dialect } = this.request.endpoint
    return (this.underWay ??= new Continuation(CLIENT_DIALECTS[dialect].streamEncoder(this.replyContext(origin))))
  }

  /** @param origin the deployment that answers */
  replyContext(origin: string): ReplyContext {
    const { request, route } = this
    const { conversation, body } = this.asked.withoutHistory()
    return {
      conversation,
      requestBody: body,
      publicModel: route.publicId,
      replyId: request.id.replace(/[^a-zA-Z0-9]/g, ''),
      nowSeconds: Math.floor(Date.now() / 1_000),
      estimatedInputTokens: Math.max(1, this.#bodyTokens),
      costJson: (usage) => (route.price === null ? null : formatNanos(this.cost(usage))),
      envelope: this.asked.envelope(origin),
      arrayStream: request.path.arrayStream,
    }
  }

  /** What is reserved before the call: all that it could use, as far as its text says. */
  get reservedTokens(): number {
    return this.#bodyTokens + this.scan.maxOutputTokens
  }

  /** Takes room for bytes that are held back; false = the process holds too much already. */
  holdBytes(count: number): boolean {
    if (!this.ports.metrics.hold(count, this.ports.config().server.maxBytesInFlight)) return false
    this.#heldBytes += count
    return true
  }

  /** The request will not be sent to anybody else: its text need not be kept for as long as the answer streams. */
  letGoOfBody(): void {
    if (this.continues) return
    const { length } = this.request.body
    this.ports.metrics.heldBytes -= length
    this.#heldBytes -= length
    this.asked.letGo()
  }

  cost(usage: TokenUsage): number {
    return costNanos(this.route.price, usage)
  }

  estimatedCost(): number {
    return this.cost({ ...NO_USAGE, input: this.#bodyTokens, output: this.scan.maxOutputTokens })
  }

  /** Where the provider did not say. @param outputTokens about as many as were delivered */
  estimate(outputTokens: number): TokenUsage {
    // Counting is free, and says how many tokens without being any.
    if (this.request.endpoint.operation === 'count-tokens') return NO_USAGE
    const output = this.request.endpoint.kind === 'generation' ? outputTokens : 0
    return { ...NO_USAGE, input: this.#bodyTokens, output }
  }

  estimateText(bytes: number): TokenUsage {
    return this.estimate(Math.ceil(bytes / BYTES_PER_TOKEN))
  }

  headers(contentType: string, costNanos: number, estimated: boolean): string[] {
    const { route, candidate } = this
    return successHeaders(
      this.ports.headerNames(),
      contentType,
      {
        requestId: this.request.id,
        anthropic: this.request.endpoint.dialect === 'anthropic-messages',
        provider: candidate === null ? route.ownedByHeader : publicProvider(candidate, route),
        model: route.publicIdHeader,
        attempts: this.attempts,
        costNanos,
        costEstimated: estimated,
        dropped: this.dropped,
      },
      this.admission,
    )
  }

  /** Ends the call in the books, once: limits, journal, metrics. Later calls do nothing. */
  settle(status: number, errorCode: string, usage: TokenUsage, estimated: boolean): void {
    if (this.settled) return
    this.settled = true
    this.#left?.abort()
    const { ports, request, route, candidate } = this
    ports.close(this.#node)
    const nowMs = performance.now()
    const durationMs = nowMs - request.startedMs
    const tokens = usage.input + usage.output
    const provider = candidate?.provider.name ?? ''
    if (candidate !== null) ports.fleet.countTokens(candidate, tokens, nowMs)
    this.release(tokens, this.attempts === 0)
    this.giveBack(tokens)
    ports.record({
      requestId: request.id,
      startedAtMs: Date.now() - Math.round(durationMs),
      durationMs: Math.round(durationMs),
      firstByteMs: Math.round(this.scan.stream ? this.firstContentMs : durationMs),
      keyId: request.principal.keyId,
      accountId: request.principal.accountId,
      endpoint: request.endpoint.path,
      model: route.publicId,
      provider,
      upstreamModel: candidate?.upstreamModel ?? '',
      status,
      errorCode,
      stream: this.scan.stream,
      attempts: this.attempts,
      usage,
      estimated: estimated && usage !== NO_USAGE,
      costNanos: this.cost(usage),
    })
    ports.metrics.end({
      endpoint: request.endpoint.path,
      model: route.publicId,
      provider,
      status,
      durationMs,
      firstContentMs: this.firstContentMs,
      overheadMs: Math.max(0, durationMs - this.upstreamMs),
      usage,
      heldBytes: this.#heldBytes,
    })
    this.#heldBytes = 0
  }

  /** Gives back what the limits let in, corrected by what was used. */
  release(tokens: number, refundRequest: boolean): void {
    if (this.admission === UNLIMITED) return
    const { limits, keyId } = this.request.principal
    this.ports.limits.settle(keyId, limits, this.admission, this.reservedTokens, tokens, refundRequest)
    this.admission = UNLIMITED
  }

  /** Takes part of a provider credential's own limits, for one attempt. */
  borrow(candidate: Candidate, admission: Admitted): void {
    this.#borrowed = { candidate, admission }
  }

  giveBack(tokens: number): void {
    if (this.#borrowed === null) return
    const { candidate, admission } = this.#borrowed
    this.#borrowed = null
    if (admission === UNLIMITED) return
    const { limits } = candidate.provider.config
    this.ports.limits.settle(candidate.credential.id, limits, admission, this.reservedTokens, tokens)
  }

  /** For headers of an error: the limits as they were when the call was let in, or refused. */
  limitsSeen(refused: Admission | null): Admission {
    return refused ?? this.admission
  }
}

/** Vendor or type: what a tenant may know of who answered. */
function publicProvider(candidate: Candidate, route: Route): string {
  const { type } = candidate.provider.config
  return type === 'openai-compatible' ? route.ownedByHeader : type
}
