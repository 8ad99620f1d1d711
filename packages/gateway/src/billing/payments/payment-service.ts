// Money that comes in through Stripe.
//
// An order is written down first, under an id of ours; then Stripe is asked for a payment page, or to charge the saved
// card. Money is credited for one reason only: a signed event of Stripe (or its direct answer to our own charge) that names
// the order, with the order's provider, currency and amount. It is credited once per order, in the transaction that marks
// the order as paid and the event as known, whatever is delivered how often, in which order, on how many instances.
//
//   pending ──▶ paid ──▶ (partly) reversed by refunds and disputes
//      └──▶ failed, expired ──▶ paid, should the money come after all
//
// What is taken back comes out of the wallet, as far as it goes; the rest is the operator's loss, and locks the wallet.
import { GatewayError } from '../../core/errors.ts'
import { actorOf } from '../../identity/actor.ts'
import { ownAccount } from '../../identity/account-service.ts'
import { writeAudit } from '../../identity/audit-log.ts'
import { invalid } from '../../identity/checks.ts'
import { randomBase62 } from '../../identity/key-format.ts'
import { NO_ORIGIN, type Origin } from '../../identity/origin.ts'
import type { Page } from '../../identity/page.ts'
import type { Principal } from '../../identity/principal.ts'
import type { MoneyDatabase, MoneyStores } from '../money-database.ts'
import { shownDollars } from '../money-errors.ts'
import type { SendHttp } from './outbound.ts'
import { CURRENCY, NANOS_PER_CENT, type StripeConfig } from './payment-settings.ts'
import type { PaymentOrder } from './payment-store.ts'
import { creditOrder, giveBackDispute, lockForDispute, reverseOrder } from './settle-payment.ts'
import { StripeClient, StripeError } from './stripe/client.ts'
import { readStripeEvent, type StripeEvent, type StripeNews } from './stripe/events.ts'
import { signatureFault } from './stripe/signature.ts'

export interface PaymentLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface PaymentServiceOptions {
  readonly database: MoneyDatabase
  /** Undefined = nobody can pay here. */
  readonly stripe: () => StripeConfig | undefined
  readonly send: SendHttp
  /** What is sold, as the payment page shows it: `Fairlead credit`. */
  readonly title: () => string
  /** Where people come back to. */
  readonly homeUrl: () => string
  readonly now: () => number
  readonly log: PaymentLog
  readonly recall?: (accountId: string) => Promise<void>
}

export interface CheckoutWish {
  readonly amountNanos: number
  /** The card may be charged again when the balance gets low. */
  readonly saveCard: boolean
}

/** `duplicate`: the same event again. `ignored`: nothing that concerns us. */
export type EventOutcome = 'done' | 'duplicate' | 'ignored'

export class PaymentService {
  readonly #options: PaymentServiceOptions
  readonly #database: MoneyDatabase
  readonly #client: StripeClient

  constructor(options: PaymentServiceOptions) {
    this.#options = options
    this.#database = options.database
    this.#client = new StripeClient(() => this.#stripe(), options.send)
  }

  get isOpen(): boolean {
    return this.#options.stripe() !== undefined
  }

  /**
   * An order of the caller's own account, and where to pay it.
   * @throws {GatewayError} `not_found` where nobody can pay, `invalid_request`, `service_unavailable`
   */
  async checkout(
    principal: Principal,
    { amountNanos, saveCard }: CheckoutWish,
    origin: Origin = NO_ORIGIN,
  ): Promise<{ readonly order: PaymentOrder; readonly url: string }> {
    const stripe = this.#stripe()
    const { accountId } = principal
    if (principal.operator || accountId === 'default')
      throw invalid('amount', "is for a customer's account: the operator's own calls are not charged.")
    const { minimumNanos, maximumNanos } = stripe
    if (amountNanos % NANOS_PER_CENT !== 0 || amountNanos < minimumNanos || amountNanos > maximumNanos) {
      throw invalid(
        'amount',
        `must be whole cents, from US$ ${shownDollars(minimumNanos)} to US$ ${shownDollars(maximumNanos)}.`,
      )
    }
    const order = newOrder('checkout', accountId, amountNanos, actorOf(principal), this.#options.now())
    await this.#database.transaction(async (stores) => {
      await ownAccount(stores, principal, accountId)
      await stores.payments.insertOrder(order)
      await writeAudit(stores.audit, principal, origin, order.createdAtMs, {
        action: 'payment.order',
        objectId: order.orderId,
        accountId,
        before: null,
        after: { provider: order.provider, amountNanos },
      })
    })
    const customer = (await this.#database.payments.customer('stripe', accountId)) ?? null
    // The wallet shows what came of it; the event may be there a moment later than the payer.
    const walletUrl = `${this.#options.homeUrl()}/wallet`
    const page = { title: this.#options.title(), customer, saveCard }
    const urls = { successUrl: stripe.successUrl || walletUrl, cancelUrl: stripe.cancelUrl || walletUrl }
    try {
      const { sessionRef, url } = await this.#client.createCheckout({ order, ...page, ...urls })
      await this.#database.payments.setRefs(order.orderId, { sessionRef, atMs: this.#options.now() })
      return { order: { ...order, sessionRef }, url }
    } catch (error) {
      if (!(error instanceof StripeError)) throw error
      // No page was shown: nobody can have paid, unless the answer alone was lost; then the event still counts.
      await this.#database.payments.end(order.orderId, {
        state: 'failed',
        failure: 'No payment page could be made.',
        atMs: this.#options.now(),
      })
      this.#options.log.error({ err: error, order: order.orderId }, 'Stripe gave no payment page')
      throw new GatewayError('service_unavailable', 'The payment provider gave no payment page. Try again shortly.', {
        retryAfterSeconds: 10,
        cause: error,
      })
    }
  }

  /** The operator all, a key its own account's. Newest first. */
  async orders(
    principal: Principal,
    query: { readonly limit: number; readonly after?: string; readonly accountId?: string },
  ): Promise<Page<PaymentOrder>> {
    const own = principal.operator ? {} : { accountId: principal.accountId }
    return await this.#database.payments.list({ ...query, ...own })
  }

  async order(principal: Principal, orderId: string): Promise<PaymentOrder> {
    const order = await this.#database.payments.find(orderId)
    if (order !== undefined && (principal.operator || order.accountId === principal.accountId)) return order
    throw new GatewayError('not_found', `There is no order "${orderId.slice(0, 64)}".`)
  }

  /**
   * What Stripe has to say. Resolves when it is done, in the database.
   * @param body byte for byte as it was received
   * @throws {GatewayError} for everything that is not believed; Stripe then shows it as failed and sends it again
   */
  async receive(body: Uint8Array, signatureHeader: string | null): Promise<EventOutcome> {
    const { webhookSecret, secretKey } = this.#stripe()
    const { log } = this.#options
    const fault = signatureFault({ header: signatureHeader, body, secret: webhookSecret, nowMs: this.#options.now() })
    if (fault !== null) {
      log.warn({ fault }, 'a payment event is not from Stripe, and is refused')
      // A stranger is told no more than that.
      throw new GatewayError('invalid_request', 'The signature of this event is not valid.', {
        param: 'Stripe-Signature',
      })
    }
    const event = readEvent(body)
    if (event === null) {
      log.error({}, 'a payment event of Stripe is not what its reference says, and is refused')
      throw new GatewayError('invalid_request', 'This event cannot be understood.')
    }
    // A signed event of play money must never become real money.
    if (/^(?:sk|rk)_(?:live|test)_/.test(secretKey) && event.liveMode !== /^.._live_/.test(secretKey)) {
      log.error(
        { event: event.eventId },
        'a payment event is of the other mode (live or test) than our key, and is refused',
      )
      throw new GatewayError('conflict', 'This event is of another mode than this gateway: live or test.')
    }
    return await this.#handle(event)
  }

  /** Charges the saved card for an order that is written down; the same order twice is charged once. */
  async charge(
    order: PaymentOrder,
  ): Promise<{ readonly state: 'paid' | 'pending' } | { readonly state: 'failed'; readonly reason: string }> {
    const customer = await this.#database.payments.customer('stripe', order.accountId)
    const charge =
      customer === undefined
        ? ({ state: 'failed', reason: 'There is no saved card.' } as const)
        : await this.#client.chargeSavedCard(order, customer, this.#options.title())
    const atMs = this.#options.now()
    if (charge.state === 'failed') {
      await this.#database.payments.end(order.orderId, { state: 'failed', failure: charge.reason, atMs })
      return charge
    }
    if (charge.state === 'pending') {
      await this.#database.payments.setRefs(order.orderId, { paymentRef: charge.paymentRef, atMs })
      return { state: 'pending' }
    }
    // The event that says the same is on its way, and may have been quicker.
    await this.#database.transaction(async (stores) => {
      await creditOrder(stores, order.orderId, { ...order, ...charge, sessionRef: null, customer: null }, atMs)
    })
    return { state: 'paid' }
  }

  #stripe(): StripeConfig {
    const stripe = this.#options.stripe()
    if (stripe !== undefined) return stripe
    throw new GatewayError('not_found', 'Nobody can pay here: no payment provider is configured.')
  }

  async #handle(event: StripeEvent): Promise<EventOutcome> {
    const { news } = event
    if (news.kind === 'ignored') return 'ignored'
    const { database, log, now, recall } = { ...this.#options }
    const order = await orderOfNews(database, news)
    if (order === undefined) {
      // Of another shop on the same account, or of another installation.
      log.info({ event: event.eventId, type: event.type }, 'a payment event is of no order of ours')
      return 'ignored'
    }
    if (news.kind === 'refunded' || news.kind === 'dispute') {
      const wallet = await database.wallets.find(order.accountId)
      if (wallet !== undefined && wallet.heldNanos > 0) {
        await recall?.(order.accountId).catch((error: unknown) => {
          log.warn({ err: error }, 'unspent money could not be called back before a refund')
        })
      }
    }
    try {
      return await database.transaction(async (stores) => await this.#settle(stores, event, order.orderId, now()))
    } catch (error) {
      if (error instanceof GatewayError)
        log.error(
          { event: event.eventId, type: event.type, order: order.orderId, reason: error.message },
          'a payment event is refused',
        )
      throw error
    }
  }

  async #settle(stores: MoneyStores, event: StripeEvent, orderId: string, atMs: number): Promise<EventOutcome> {
    const { eventId, type, news } = event
    const isNew = await stores.payments.insertEvent({ provider: 'stripe', eventId, type, orderId, receivedAtMs: atMs })
    if (!isNew) return 'duplicate'
    switch (news.kind) {
      case 'paid':
        await creditOrder(stores, orderId, news, atMs)
        return 'done'
      case 'ended':
        await stores.payments.end(orderId, { state: news.state, failure: news.reason, atMs })
        return 'done'
      case 'refunded':
        await reverseOrder(
          stores,
          orderId,
          { kind: 'refund', totalMinor: news.totalMinor, currency: news.currency },
          atMs,
        )
        return 'done'
      case 'dispute':
        if (news.step === 'reinstated') await giveBackDispute(stores, orderId, news, atMs)
        else await lockForDispute(stores, orderId, news.disputeRef, atMs)
        if (news.step === 'withdrawn') await reverseOrder(stores, orderId, { ...news, kind: 'chargeback' }, atMs)
        return 'done'
      case 'ignored':
        return 'ignored'
    }
  }
}

/** Not yet anywhere but here. */
export function newOrder(
  kind: PaymentOrder['kind'],
  accountId: string,
  amountNanos: number,
  actor: string,
  atMs: number,
): PaymentOrder {
  return {
    orderId: `ord_${randomBase62(16)}`,
    accountId,
    provider: 'stripe',
    kind,
    amountMinor: amountNanos / NANOS_PER_CENT,
    currency: CURRENCY,
    amountNanos,
    state: 'pending',
    sessionRef: null,
    paymentRef: null,
    reversedNanos: 0,
    shortNanos: 0,
    failure: '',
    actor,
    createdAtMs: atMs,
    updatedAtMs: atMs,
    paidAtMs: null,
  }
}

async function orderOfNews(
  { payments }: Pick<MoneyStores, 'payments'>,
  news: Exclude<StripeNews, { kind: 'ignored' }>,
): Promise<PaymentOrder | undefined> {
  if (news.kind === 'paid' || news.kind === 'ended') return await payments.find(news.orderId)
  const byPayment = await payments.findByPayment('stripe', news.paymentRef)
  if (byPayment !== undefined || news.kind === 'dispute' || news.orderId === null) return byPayment
  return await payments.find(news.orderId)
}

function readEvent(body: Uint8Array): StripeEvent | null {
  try {
    return readStripeEvent(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)))
  } catch {
    return null
  }
}
