// The money that is held for one call of a prepaid account.
//
// Held beforehand is the most that the call may cost: all of it for a reply that comes in one piece; for a stream its
// input and the first tokens of its answer, and more in steps while it goes on. However the call ends, its hold ends with
// it, once, in `end`. What each way out costs is written in `docs/billing.md`.

import {
  type Captured,
  type Hold,
  type HoldAnswer,
  type HoldRefused,
  NOTHING_HELD,
  type WalletAuthority,
} from '../billing/wallets/wallet-authority.ts'
import type { Price } from '../billing/prices/price.ts'
import type { TokenRatio } from '../billing/estimates/token-ratio.ts'
import { STEP_TOKENS, worstCase, type WorstCase } from '../billing/estimates/worst-case.ts'
import { dollarsFromNanos } from '../core/dollars.ts'
import { GatewayError } from '../core/errors.ts'
import type { PriceBounds } from '../core/price-bounds.ts'
import { MAX_TOKENS, type TokenUsage } from '../core/token-usage.ts'
import type { Route } from '../routing/route.ts'
import type { Call } from './call.ts'
import { DeliveredTokens } from './delivered-tokens.ts'
import { salePrice } from './sale-price.ts'

/** More is held when so much of what is held has been delivered. */
const ASK_AT = 0.75
/** What an upstream may report beyond all that the call could use before it is not believed any more. */
const DISBELIEF = 4
/** Steps become longer, up to so many at once: a long answer asks, and writes its progress down, less often. */
const MOST_STEPS = 8

/** What is known of the request for as long as it is paid for; its text may be let go of. */
interface Ordered {
  /** A stream: only its beginning is held at first. */
  readonly inSteps: boolean
  /** Of all answers together, as far as the request says; Infinity = it does not. */
  readonly mostOutputTokens: number
  /** Learns from what the upstream counts; null where not all that it counts stands in the body as text. */
  readonly ratio: TokenRatio | null
  readonly bodyBytes: number
}

export class Payment {
  readonly #wallets: WalletAuthority
  readonly #accountId: string
  readonly #ordered: Ordered
  readonly #delivered = new DeliveredTokens()
  #worst: WorstCase
  #hold: Hold = NOTHING_HELD
  /** Output tokens that what is held pays for. */
  #coveredTokens = Infinity
  #askAtTokens = Infinity
  #steps = 1

  constructor(wallets: WalletAuthority, accountId: string, ordered: Ordered, worst: WorstCase) {
    this.#wallets = wallets
    this.#accountId = accountId
    this.#ordered = ordered
    this.#worst = worst
  }

  /** Before anybody is asked; `began` takes what it gives. */
  begin(): HoldAnswer | Promise<HoldAnswer> {
    return this.#wallets.hold(this.#accountId, this.#needed(this.#worst))
  }

  began(hold: Hold): void {
    this.#hold = hold
    if (this.#ordered.inSteps && hold.amountNanos < this.#worst.wholeNanos) this.#cover(this.#worst.firstStepTokens)
  }

  /** Another model stands in, at a price of its own; false = the wallet cannot pay for it, and all is as it was. */
  switchTo(worst: WorstCase): boolean | Promise<boolean> {
    const more = this.#needed(worst) - this.#hold.amountNanos
    const answer = more <= 0 || this.#wallets.grow(this.#hold, more)
    if (answer instanceof Promise) return answer.then((granted) => this.#switched(worst, granted))
    return this.#switched(worst, answer)
  }

  /**
   * /!\ Hot path: for every read of a stream.
   * @param bytes of this read
   * @param events with output so far
   * @returns true when it is time to `grow`
   */
  deliver(bytes: number, events: number): boolean {
    if (this.#coveredTokens === Infinity) return false
    this.#delivered.add(bytes, events)
    return this.#delivered.count >= this.#askAtTokens
  }

  get mostOutputTokens(): number {
    return this.#ordered.mostOutputTokens
  }

  /** About what the input is, where the upstream does not say. */
  get likelyInputTokens(): number {
    return this.#worst.likelyInputTokens
  }

  /** @param usage as the upstream counted */
  learn({ input }: TokenUsage): void {
    this.#ordered.ratio?.observe(this.#ordered.bodyBytes, input)
  }

  /** What an upstream reports beyond this is not believed. */
  get mostNanos(): number {
    return DISBELIEF * this.#worst.wholeNanos
  }

  /** All that is held has been delivered: nothing more may be read until there is more. */
  get spent(): boolean {
    return this.#delivered.count >= this.#coveredTokens
  }

  /**
   * More for what is still to come; false = the wallet is empty, and is asked once more when all that is held has been
   * delivered. Until the answer is there, `deliver` does not ask for another.
   */
  grow(): boolean | Promise<boolean> {
    this.#askAtTokens = Infinity
    const steps = Math.min(MOST_STEPS, this.#steps * 2)
    const left = this.#worst.wholeNanos - this.#hold.amountNanos
    const answer = this.#wallets.grow(this.#hold, Math.min(left, steps * this.#worst.perOutputStepNanos))
    if (answer instanceof Promise) return answer.then((granted) => this.#grown(steps, granted))
    return this.#grown(steps, answer)
  }

  get heldNanos(): number {
    return this.#hold.amountNanos
  }

  /** The call has ended, and this is what it costs. Later calls take nothing. */
  end(costNanos: number): Captured {
    return this.#wallets.capture(this.#hold, costNanos)
  }

  /** What stands in the journal while the call is under way, should this process die. */
  progress(costNanos: number): Captured {
    const { sliceId, amountNanos } = this.#hold
    return { sliceId, paidNanos: Math.min(costNanos, amountNanos) }
  }

  #needed(worst: WorstCase): number {
    return this.#ordered.inSteps ? worst.firstStepNanos : worst.wholeNanos
  }

  #switched(worst: WorstCase, granted: boolean): boolean {
    if (!granted) return false
    this.#worst = worst
    this.began(this.#hold)
    return true
  }

  #grown(steps: number, granted: boolean): boolean {
    if (!granted) {
      this.#askAtTokens = this.#coveredTokens
      return false
    }
    this.#steps = steps
    if (this.#hold.amountNanos >= this.#worst.wholeNanos) this.#coveredTokens = Infinity
    else this.#cover(this.#coveredTokens + steps * STEP_TOKENS)
    return true
  }

  #cover(tokens: number): void {
    this.#coveredTokens = tokens
    this.#askAtTokens = tokens * ASK_AT
  }
}

/**
 * For a call that its account pays for.
 * @throws {GatewayError} `service_unavailable` when nobody has said what the model costs
 */
export function paymentOf(call: Call): Payment {
  const { request, route, scan, price } = call
  const worst = worstOf(call, route, price)
  if (worst === null) throw unpriced(call, route)
  const { bounds } = scan
  const most = bounds.maxOutputTokens * bounds.answers * bounds.prompts
  const ordered = {
    inSteps: scan.stream && request.endpoint.stream === 'events',
    mostOutputTokens: most === 0 ? Infinity : most,
    ratio: isTextOnly(bounds) ? call.ports.ratios.of(route.publicId) : null,
    bodyBytes: call.bodyBytes,
  }
  return new Payment(call.ports.wallets, request.principal.accountId, ordered, worst)
}

function isTextOnly({ mediaBytes, pictures, hostedCalls, inputElsewhere }: PriceBounds): boolean {
  return mediaBytes === 0 && pictures === 0 && hostedCalls === 0 && !inputElsewhere
}

/** Before another model stands in; false = it cannot be paid for. */
export function switchPayment(call: Call, route: Route): boolean | Promise<boolean> {
  if (call.payment === null) return true
  const worst = worstOf(call, route, salePrice(call.request.principal, route))
  if (worst !== null) return call.payment.switchTo(worst)
  unpriced(call, route)
  return false
}

/** What a refused call reads. */
export function refusalOf(call: Call, refused: HoldRefused): GatewayError {
  return paymentError(refused, (maxOutputTokens) => {
    const bounds = { ...call.scan.bounds, maxOutputTokens }
    return worstOf(call, call.route, call.price, bounds)?.wholeNanos ?? 0
  })
}

function worstOf(
  { request, scan, ports, bodyBytes }: Call,
  route: Route,
  price: Price | null,
  bounds = scan.bounds,
): WorstCase | null {
  const { endpoint, principal } = request
  if (endpoint.operation === 'count-tokens') return FREE
  if (price === null) return null
  return worstCase(price, principal.pricing.multiplierPpm, {
    bodyBytes,
    bounds,
    answer: endpoint.operation === 'images' ? 'pictures' : endpoint.kind === 'generation' ? 'tokens' : 'none',
    model: {
      contextLength: route.contextLength ?? 0,
      maxOutputTokens: route.maxOutputTokens ?? 0,
      hiddenReasoning: route.hiddenReasoning,
    },
    ratio: ports.ratios.of(route.publicId),
  })
}

/** Counting tokens. */
const FREE: WorstCase = Object.freeze({
  wholeNanos: 0,
  firstStepNanos: 0,
  firstStepTokens: 0,
  likelyInputTokens: 0,
  perOutputStepNanos: 0,
})

/** The operator hears of it too: nobody else can do anything about it. */
function unpriced({ ports, request }: Call, { publicId }: Route): GatewayError {
  ports.log.warn({ requestId: request.id, model: publicId }, 'a prepaid account asked for a model without a price')
  const message = `The model "${publicId}" has no price yet, so prepaid accounts cannot use it. Choose another one, or ask the operator of this gateway to set its price.`
  return new GatewayError('service_unavailable', message, { headers: { 'x-should-retry': 'false' } })
}

/**
 * 402 `insufficient_balance`, with what would help.
 * @param wholeNanos what the call may cost when its answer has so many tokens at most
 */
export function paymentError(refused: HoldRefused, wholeNanos: (maxOutputTokens: number) => number): GatewayError {
  if (refused.reason === 'locked') {
    const message = 'The wallet of this account is locked. Ask the operator of this gateway why.'
    return new GatewayError('insufficient_balance', message)
  }
  const { availableNanos, neededNanos } = refused
  const need = `This request may cost up to US$ ${dollarsFromNanos(neededNanos)}, and US$ ${dollarsFromNanos(availableNanos)} can be spent.`
  const tokens = affordableTokens(availableNanos, neededNanos, wholeNanos)
  const less = tokens < 1 ? '' : `, or send a max_tokens of ${tokens} or less`
  return new GatewayError('insufficient_balance', `Insufficient balance. ${need} Top up the wallet${less}.`)
}

/** The most tokens of an answer that can be paid for; 0 = none, or a shorter answer would not help. */
function affordableTokens(
  availableNanos: number,
  neededNanos: number,
  wholeNanos: (maxOutputTokens: number) => number,
): number {
  if (wholeNanos(1) >= neededNanos) return 0
  let fits = 0
  let tooMany = MAX_TOKENS
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2)
    if (wholeNanos(middle) <= availableNanos) fits = middle
    else tooMany = middle
  }
  return fits
}

/** After the status line, when a stream has used up what there was. */
export function balanceUsedUp(): GatewayError {
  const message =
    'The balance is used up in the middle of the answer. Top up the wallet, and go on from what has arrived.'
  return new GatewayError('insufficient_balance', message)
}
