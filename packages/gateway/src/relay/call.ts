// The facts of one call, and its end in the books: what was asked for, what it may cost, what was used, and the one
// line in the journal that says so.

import { costNanos, formatNanos } from '../billing/prices/cost.ts'
import type { Price } from '../billing/prices/price.ts'
import type { Beginning } from '../billing/journal/journal-writer.ts'
import type { AttemptNote } from '../billing/usage/usage-record.ts'
import { NOTHING_CAPTURED } from '../billing/wallets/wallet-authority.ts'
import type { Part } from '../core/conversation.ts'
import type { ReplyContext } from '../core/dialect.ts'
import { ListNode } from '../core/intrusive-list.ts'
import { unguessableId } from '../core/request-id.ts'
import { NO_USAGE, type TokenUsage } from '../core/token-usage.ts'
import { CLIENT_DIALECTS } from '../dialects/client-dialects.ts'
import { NO_TRUTH, type PassFacts, type ReplyTruth } from '../dialects/pass-facts.ts'
import type { ScannedRequest } from '../dialects/pass-request.ts'
import { UNLIMITED, type Admission, type Admitted, type Used, type Wanted } from '../limits/authority.ts'
import type { Candidate } from '../routing/candidate.ts'
import type { Route } from '../routing/route.ts'
import type { AccountInFlight } from './accounts-in-flight.ts'
import type { Accepted } from './accept.ts'
import { Asked } from './asked.ts'
import type { AutoRun } from './auto-run.ts'
import { recordOf } from './call-record.ts'
import { Continuation } from './continuation.ts'
import type { Payment } from './payment.ts'
import type { OpenExchange, RelayPorts, RelayRequest } from './ports.ts'
import { RequestTruth } from './request-truth.ts'
import { salePrice } from './sale-price.ts'
import { successHeaders } from './reply-headers.ts'
import { shareCost } from './stand-in-limits.ts'

/** Bytes of a body that make a token, roughly; only for reservations and estimates. */
const BYTES_PER_TOKEN = 4
/** Of most calls: the first attempt answered. Never added to. */
const NO_TRAIL: AttemptNote[] = []

export class Call {
  readonly ports: RelayPorts
  readonly request: RelayRequest
  readonly scan: ScannedRequest
  readonly asked: Asked
  /** Another one after a fallback to another model. */
  route: Route
  /** Null = the request names its model. */
  readonly auto: AutoRun | null
  /** What the caller pays for the model; null = nobody has said. */
  price: Price | null
  /** What the limits let in, until it is released. */
  admission: Admitted = UNLIMITED
  /** What is held of the caller's wallet; null = the call is not charged, or is not held for yet. */
  payment: Payment | null = null
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

  /** What attempts beside the one that answered may have cost the operator, nano-US$. */
  besideNanos = 0
  /** How each attempt ended; empty where the first answered. */
  trail: AttemptNote[] = NO_TRAIL
  #replyId: string | null = null
  /** In the journal, of a reply that has begun. */
  #beginning: Beginning | null = null
  readonly #node: ListNode<OpenExchange>
  readonly #account: AccountInFlight
  /** Of the request, as it came. */
  readonly bodyBytes: number
  readonly #bodyTokens: number
  #heldBytes: number
  /** Aborted when the call ends; made only where something waits for it. */
  #left: AbortController | null = null
  /** What a credential's own limits let in, for the attempt that is being made. */
  #borrowed: Admitted = UNLIMITED
  /** What limits and budgets let in for models that stand in; null until one is asked. */
  #standIns: Admitted[] | null = null

  /** @throws {GatewayError} `rate_limit_exceeded` when the account has too many under way */
  constructor(ports: RelayPorts, request: RelayRequest, { scan, route, auto }: Accepted, owner: OpenExchange) {
    this.ports = ports
    this.request = request
    this.scan = scan
    this.asked = new Asked(ports, request, scan)
    this.route = route
    this.auto = auto
    this.price = salePrice(request.principal, route)
    this.#node = new ListNode(owner)
    this.bodyBytes = request.body.length
    this.#bodyTokens = Math.ceil(request.body.length / BYTES_PER_TOKEN)
    this.#heldBytes = request.body.length
    // Nothing is held yet if this one is too many.
    this.#account = ports.accounts.enter(request.principal, ports.config().server.maxInFlightPerAccount)
    ports.metrics.begin(this.#heldBytes)
    ports.open(this.#node)
  }

  /** The bytes behind the request's URLs. @param taken parts that the upstream takes by URL @throws {GatewayError} */
  async fetchMedia(taken: ReadonlySet<Part['type']>): Promise<void> {
    this.#left ??= new AbortController()
    await this.asked.fetchMedia(taken, this.#left.signal, (bytes) => this.holdBytes(bytes))
  }

  // --- what its answer needs ---

  /** Of letters and digits, the same for all attempts; each dialect puts its own prefix in front. */
  get replyId(): string {
    // A response may be asked for by its id later.
    this.#replyId ??=
      this.request.endpoint.dialect === 'openai-responses'
        ? unguessableId()
        : this.request.id.replace(/[^a-zA-Z0-9]/g, '')
    return this.#replyId
  }

  /** @param previousId as of `ReplyTruth` */
  truth(previousId: string | null = null): ReplyTruth {
    return this.request.endpoint.dialect === 'openai-responses' ? new RequestTruth(this, previousId) : NO_TRUTH
  }

  passFacts(truth: ReplyTruth = this.truth()): PassFacts {
    return {
      publicModelJson: this.route.publicIdJson,
      truth,
      usageAsked: this.scan.usageAsked,
      costJson: (usage) => (this.price === null ? null : formatNanos(this.cost(usage))),
      besideCost: this.#besideCost(),
    }
  }

  #besideCost(): PassFacts['besideCost'] {
    const { auto } = this
    return auto === null ? undefined : (usage) => auto.members(this.route, usage, this.cost(usage))
  }

  /** That has limits and troubles of its own, which say nothing about answering (H58). */
  get isBesideAnswers(): boolean {
    const { operation } = this.request.endpoint
    return operation === 'count-tokens' || operation === 'compact'
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
    const { request, route, price } = this
    const { conversation, body } = this.asked.withoutHistory()
    return {
      conversation,
      requestBody: request.echo === undefined ? body : { ...body, ...request.echo },
      publicModel: route.publicId,
      replyId: this.replyId,
      nowSeconds: Math.floor(Date.now() / 1_000),
      estimatedInputTokens: Math.max(1, this.#bodyTokens),
      costJson: (usage) => (price === null ? null : formatNanos(this.cost(usage))),
      besideCost: this.#besideCost(),
      envelope: this.asked.envelope(origin),
      arrayStream: request.path.arrayStream,
    }
  }

  /** What is reserved before the call: all that it could use, as far as its text says. */
  wanted(): Wanted {
    return { tokens: this.#bodyTokens + this.scan.maxOutputTokens, costNanos: this.estimatedCost() }
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
    this.request.native = null
  }

  /** What the caller pays. An answer without a single token is free, whatever it cost the operator. */
  cost(usage: TokenUsage): number {
    if (usage === NO_USAGE || (usage.output === 0 && this.request.endpoint.kind === 'generation')) return 0
    return costNanos(this.price, usage, this.request.principal.pricing.multiplierPpm)
  }

  /** Whether the call can have used so much, so that somebody may be charged for it. Else it is counted by us. */
  believes(usage: TokenUsage): boolean {
    if (this.payment === null || this.cost(usage) <= this.payment.mostNanos) return true
    const { ports, request, candidate } = this
    const provider = candidate?.provider.name
    ports.log.error({ requestId: request.id, provider, usage }, 'a provider reports more than the call can have used')
    return false
  }

  /** Before anybody has counted. */
  get estimatedUsage(): TokenUsage {
    return { ...NO_USAGE, input: this.#bodyTokens, output: this.scan.maxOutputTokens }
  }

  estimatedCost(): number {
    return costNanos(this.price, this.estimatedUsage, this.request.principal.pricing.multiplierPpm)
  }

  /** Where the provider did not say. @param outputTokens about as many as were delivered */
  estimate(outputTokens: number): TokenUsage {
    // Counting is free, and says how many tokens without being any.
    if (this.request.endpoint.operation === 'count-tokens') return NO_USAGE
    const most = this.payment?.mostOutputTokens ?? Infinity
    const output = this.request.endpoint.kind === 'generation' ? Math.min(outputTokens, most) : 0
    return { ...NO_USAGE, input: this.payment?.likelyInputTokens ?? this.#bodyTokens, output }
  }

  estimateText(bytes: number): TokenUsage {
    return this.estimate(Math.ceil(bytes / BYTES_PER_TOKEN))
  }

  /** @param usage that the cost is of */
  headers(contentType: string, usage: TokenUsage, costNanos: number, estimated: boolean): string[] {
    const { route, candidate, auto } = this
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
        auto: auto === null ? null : auto.facts(route, usage, costNanos),
      },
      this.admission,
    )
  }

  /** Ends the call in the books, once: limits, journal, metrics. Later calls do nothing. */
  settle(status: number, errorCode: string, told: TokenUsage, estimated: boolean, then?: () => void): void {
    if (this.settled) return
    this.settled = true
    const usage = this.request.run?.discarded === true ? NO_USAGE : told
    this.#left?.abort()
    const { ports, request, route, candidate } = this
    ports.close(this.#node)
    ports.accounts.leave(this.#account)
    const nowMs = performance.now()
    const durationMs = nowMs - request.startedMs
    const tokens = usage.input + usage.output
    const used = { tokens, costNanos: this.cost(usage) }
    const provider = candidate?.provider.name ?? ''
    if (candidate !== null) ports.fleet.countTokens(candidate, tokens, nowMs)
    if (!estimated) this.payment?.learn(usage)
    this.release(used, this.attempts === 0)
    this.giveBack(used, false)
    // Nothing may come between the capture and its line: what is captured and not written down is nobody's.
    const heldNanos = this.payment?.heldNanos ?? 0
    const captured = this.payment?.end(used.costNanos) ?? NOTHING_CAPTURED
    const end = { status, errorCode, usage, estimated, durationMs, costNanos: used.costNanos, captured, heldNanos }
    ports.record(recordOf(this, end), this.#beginning, then)
    this.auto?.ended({ route, status, usage, estimated, costNanos: used.costNanos })
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

  /** The status line goes out before the end is known: should this process die in between, that much is on the disk. */
  begin(): void {
    if (this.#beginning === null && this.request.journal === undefined) this.#writeDown(this.estimate(0))
  }

  /** So much of the answer has gone out, and is to be paid even if this process should die. */
  progress(outputTokens: number): void {
    if (this.#beginning !== null) this.#writeDown(this.estimate(outputTokens))
  }

  #writeDown(usage: TokenUsage): void {
    if (this.settled) return
    const durationMs = performance.now() - this.request.startedMs
    const costNanos = this.cost(usage)
    const captured = this.payment?.progress(costNanos) ?? NOTHING_CAPTURED
    const heldNanos = this.payment?.heldNanos ?? 0
    const how = { status: 200, errorCode: 'interrupted', estimated: true } as const
    const end = { ...how, usage, durationMs, costNanos, captured, heldNanos }
    this.#beginning = this.ports.begin(recordOf(this, end), this.#beginning)
  }

  /** How an attempt ended; the first that answers leaves no note. */
  note(attempt: { readonly candidate: Candidate; readonly startedMs: number }, outcome: string, nowMs: number): void {
    if (outcome === 'ok' && this.trail === NO_TRAIL) return
    if (this.trail === NO_TRAIL) this.trail = []
    const { candidate, startedMs } = attempt
    this.trail.push({
      provider: candidate.provider.name,
      credential: candidate.credential.name,
      upstreamModel: candidate.upstreamModel,
      outcome,
      startMs: Math.round(startedMs - this.request.startedMs),
      durationMs: Math.round(nowMs - startedMs),
    })
  }

  /** Gives back what the limits let in, corrected by what was used. */
  release(used: Used, refundRequest: boolean): void {
    const { limits } = this.ports
    const standIns = this.#standIns
    this.#standIns = null
    const own = standIns === null ? used : shareCost(standIns, used, (one, part) => limits.settle(one, part))
    if (this.admission === UNLIMITED) return
    limits.settle(this.admission, own, refundRequest)
    this.admission = UNLIMITED
  }

  /** Of budgets, nano-US$. */
  get reservedNanos(): number {
    const { wanted } = this.admission
    return (this.#standIns ?? []).reduce((sum, one) => sum + one.wanted.costNanos, wanted.costNanos)
  }

  /** Takes part of a provider credential's own limits, for one attempt. */
  borrow(admission: Admitted): void {
    this.#borrowed = admission
  }

  /** @param notSent the attempt was never made, and does not count as a request */
  giveBack(used: Used, notSent: boolean): void {
    if (this.#borrowed === UNLIMITED) return
    const admission = this.#borrowed
    this.#borrowed = UNLIMITED
    this.ports.limits.settle(admission, used, notSent)
  }

  /** Goes on with a model that stands in for the one that was asked for. */
  goOnWith(route: Route, admission: Admitted): void {
    this.auto?.leave(this.route.publicId, 'failed')
    this.route = route
    this.price = salePrice(this.request.principal, route)
    if (admission !== UNLIMITED) (this.#standIns ??= []).push(admission)
  }

  /** Before anybody was asked. @returns false = the picker has no other */
  pickAnother(reason: 'rate_limited' | 'budget'): boolean {
    const route = this.auto?.another(this.route, reason) ?? null
    if (route === null) return false
    this.route = route
    this.price = salePrice(this.request.principal, route)
    return true
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
