// Orders for money that comes in through a payment provider, and what that provider has told about them.
// `store/payment-store.ts` keeps them.
import type { Page } from '../../identity/page.ts'

export type PaymentProvider = 'stripe'
/** `checkout`: a person pays on the provider's page. `auto`: the saved card is charged when the balance gets low. */
export type OrderKind = 'checkout' | 'auto'
/** Money may still come for one that has failed or expired: what counts is that it came. */
export type OrderState = 'pending' | 'paid' | 'failed' | 'expired'

/** Times are unix milliseconds. */
export interface PaymentOrder {
  /** `ord_` and 16 base62 digits; the provider is told it, and says it back with every event. */
  readonly orderId: string
  readonly accountId: string
  readonly provider: PaymentProvider
  readonly kind: OrderKind
  /** What is paid, in the currency's smallest unit: US cents. */
  readonly amountMinor: number
  /** ISO 4217, lower case. */
  readonly currency: string
  /** What the wallet gets. */
  readonly amountNanos: number
  readonly state: OrderState
  /** The provider's id of what stands for the order: a checkout session. Null until we know it. */
  readonly sessionRef: string | null
  /** The provider's id of the payment itself, which refunds and disputes name. Null until we know it. */
  readonly paymentRef: string | null
  /** Taken back by refunds and disputes so far; at most `amountNanos`. */
  readonly reversedNanos: number
  /** Of them, what the wallet could not cover any more. */
  readonly shortNanos: number
  /** Why it failed, for people; '' = it has not. */
  readonly failure: string
  /** Who ordered: `key_…`, `master`; '' for the gateway itself. */
  readonly actor: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly paidAtMs: number | null
}

/** What an event led to. */
export interface PaymentEvent {
  readonly provider: PaymentProvider
  /** The provider's own id: it counts once. */
  readonly eventId: string
  readonly type: string
  /** '' = none of ours. */
  readonly orderId: string
  readonly receivedAtMs: number
}

export interface PaymentStore {
  insertOrder(order: PaymentOrder): Promise<void>
  find(orderId: string): Promise<PaymentOrder | undefined>
  findByPayment(provider: PaymentProvider, paymentRef: string): Promise<PaymentOrder | undefined>
  /** Newest first. */
  list(query: {
    readonly limit: number
    readonly after?: string
    readonly accountId?: string
  }): Promise<Page<PaymentOrder>>
  /** Nobody else changes it before the transaction ends. */
  lock(orderId: string): Promise<PaymentOrder | undefined>
  /** The provider's ids, as soon as they are known. */
  setRefs(
    orderId: string,
    refs: { readonly sessionRef?: string; readonly paymentRef?: string; readonly atMs: number },
  ): Promise<void>
  /** False when it was paid already: then nothing is changed, and nothing may be credited. */
  pay(orderId: string, paid: { readonly paymentRef: string | null; readonly atMs: number }): Promise<boolean>
  /** Of an order that is not paid. */
  end(
    orderId: string,
    end: { readonly state: 'failed' | 'expired'; readonly failure: string; readonly atMs: number },
  ): Promise<void>
  /** Adds to what was taken back; false when it would be more than was paid. Negative gives back what a dispute had taken. */
  reverse(
    orderId: string,
    reversal: { readonly nanos: number; readonly shortNanos: number; readonly atMs: number },
  ): Promise<boolean>
  /** False when this event is known: whatever it says has been done. */
  insertEvent(event: PaymentEvent): Promise<boolean>
  customer(provider: PaymentProvider, accountId: string): Promise<string | undefined>
  setCustomer(provider: PaymentProvider, accountId: string, customerRef: string): Promise<void>
  /** Ordered by the gateway itself since then, whatever became of it, failures apart. */
  autoOrderedNanos(accountId: string, sinceMs: number): Promise<number>
  /** Orders of the gateway itself that nobody has heard of since: it died while it asked, or the answer was lost. */
  staleAutoOrders(beforeMs: number): Promise<readonly PaymentOrder[]>
}
