// The facts of one call, and its end in the books: what was asked for, what it may cost, what was used, and the one
// line in the journal that says so.

import { costNanos, formatNanos } from '../billing/cost.ts'
import type { Conversation } from '../core/conversation.ts'
import type { ReplyContext } from '../core/dialect.ts'
import { isJsonObject, parseJson, type JsonObject } from '../core/json.ts'
import { hasEnvelope, SealEnvelope } from '../core/seal-envelope.ts'
import { GatewayError } from '../core/errors.ts'
import { CLIENT_DIALECTS } from '../dialects/client-dialects.ts'
import type { ClientDialectName } from '../dialects/pass-dialects.ts'
import type { PassFacts } from '../dialects/pass-facts.ts'
import { ListNode } from '../core/intrusive-list.ts'
import { NO_USAGE, type TokenUsage } from '../core/token-usage.ts'
import { spliceRequest, type ScannedRequest } from '../dialects/pass-request.ts'
import { UNLIMITED, type Admission, type Admitted } from '../limits/authority.ts'
import type { Candidate } from '../routing/candidate.ts'
import type { Route } from '../routing/route.ts'
import { Continuation } from './continuation.ts'
import { ALL_BUT_IMAGES, hasRemoteMedia, withFetchedMedia } from './fetch-media.ts'
import type { OpenExchange, RelayPorts, RelayRequest } from './ports.ts'
import { successHeaders } from './reply-headers.ts'

/** Bytes of a body that make a token, roughly; only for reservations and estimates. */
const BYTES_PER_TOKEN = 4

const NOTHING = Buffer.alloc(0)

export class Call {
  readonly ports: RelayPorts
  readonly request: RelayRequest
  readonly scan: ScannedRequest
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
  #parsed: JsonObject | null = null
  #conversation: Conversation | null = null
  #abort: AbortController | null = null
  #borrowed: { readonly candidate: Candidate; readonly admission: Admitted } | null = null

  constructor(ports: RelayPorts, request: RelayRequest, scan: ScannedRequest, route: Route, owner: OpenExchange) {
    this.ports = ports
    this.request = request
    this.scan = scan
    this.route = route
    this.#node = new ListNode(owner)
    this.#bodyTokens = Math.ceil(request.body.length / BYTES_PER_TOKEN)
    this.#heldBytes = request.body.length
    ports.metrics.begin(this.#heldBytes)
    ports.open(this.#node)
  }

  // --- what was asked, in each of its forms ---

  /**
   * The bytes cannot pass: the body is in another shape than its path promises (H74), it brings back reasoning in our
   * envelope, which no provider reads, or the answer is to be a JSON array.
   */
  get needsDecoding(): boolean {
    const { endpoint, path } = this.request
    if (path.arrayStream && this.scan.stream) return true
    return endpoint.operation === 'generate' && (this.#otherShape !== null || hasEnvelope(this.scan.text))
  }

  get #otherShape(): ClientDialectName | null {
    const { hasInput, hasMessages } = this.scan
    const { dialect } = this.request.endpoint
    if (dialect === 'openai-chat' && hasInput && !hasMessages) return 'openai-responses'
    return dialect === 'openai-responses' && hasMessages && !hasInput ? 'openai-chat' : null
  }

  /** The client's bytes with another model's name. */
  spliced(upstreamModelJson: string, askForUsage: boolean): Buffer {
    return spliceRequest(this.scan, this.request.body, upstreamModelJson, askForUsage)
  }

  /** @throws {GatewayError} `invalid_request` */
  parsed(): JsonObject {
    if (this.#parsed !== null) return this.#parsed
    let value
    try {
      value = parseJson(this.request.body.toString('utf8'))
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      throw new GatewayError('invalid_request', `The body is not valid JSON: ${detail}.`)
    }
    if (!isJsonObject(value)) throw new GatewayError('invalid_request', 'The body must be a JSON object.')
    return (this.#parsed = value)
  }

  /** @throws {GatewayError} `invalid_request`, naming the field */
  conversation(): Conversation {
    if (this.#conversation !== null) return this.#conversation
    const { endpoint, path, headers, principal } = this.request
    const shape = endpoint.operation === 'generate' ? this.#otherShape : null
    const context = { model: path.model, stream: path.stream, envelope: this.#envelope('') }
    const decoded = CLIENT_DIALECTS[shape ?? endpoint.dialect].decodeRequest(this.parsed(), context)
    const betas = headers['anthropic-beta']
    const conversation: Conversation = {
      ...decoded,
      // Asked for by the body that came, not by the dialect that it was read as.
      ...(shape === null ? {} : { usageAsked: this.scan.usageAsked }),
      ...(typeof betas === 'string'
        ? { extensions: { ...decoded.extensions, anthropic_beta: betas.split(',').map((beta) => beta.trim()) } }
        : {}),
    }
    this.#conversation = this.ports.seals.restore(principal.accountId, conversation)
    return this.#conversation
  }

  /** @param exceptImages where the upstream takes those by URL */
  hasRemoteMedia(exceptImages: boolean): boolean {
    return hasRemoteMedia(this.conversation(), exceptImages ? ALL_BUT_IMAGES : undefined)
  }

  /** @throws {GatewayError} `invalid_request`, naming the part that cannot be had */
  async fetchMedia(): Promise<void> {
    if (!this.ports.config().server.fetchMedia) {
      const message =
        'This gateway does not fetch what a URL points to, and the upstream only takes bytes. Send the data itself.'
      throw new GatewayError('invalid_request', message)
    }
    this.#conversation = await withFetchedMedia(this.conversation(), this.#left.signal)
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

  /** A stream that another upstream may go on with. */
  get continues(): boolean {
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
    return {
      // An answer may stream for minutes, and needs none of what was said to it.
      conversation: { ...this.conversation(), turns: [] },
      requestBody: withoutHistory(this.parsed()),
      publicModel: route.publicId,
      replyId: request.id.replace(/[^a-zA-Z0-9]/g, ''),
      nowSeconds: Math.floor(Date.now() / 1_000),
      estimatedInputTokens: Math.max(1, this.#bodyTokens),
      costJson: (usage) => (route.price === null ? null : formatNanos(this.cost(usage))),
      envelope: this.#envelope(origin),
      arrayStream: request.path.arrayStream,
    }
  }

  /** Aborted when the call ends; made only where something waits for it. */
  get #left(): AbortController {
    return (this.#abort ??= new AbortController())
  }

  #envelope(origin: string): SealEnvelope {
    return new SealEnvelope(this.ports.sealKey, this.request.principal.accountId, origin)
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
    const { request, scan, ports } = this
    ports.metrics.heldBytes -= request.body.length
    this.#heldBytes -= request.body.length
    request.body = NOTHING
    scan.text = ''
    this.#parsed = null
    this.#conversation = null
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
    this.#abort?.abort()
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

/** What a reply may echo of its request. */
function withoutHistory(body: JsonObject): JsonObject {
  const { input: _, messages: __, contents: ___, ...rest } = body
  return rest
}

/** Vendor or type: what a tenant may know of who answered. */
function publicProvider(candidate: Candidate, route: Route): string {
  const { type } = candidate.provider.config
  return type === 'openai-compatible' ? route.ownedByHeader : type
}
