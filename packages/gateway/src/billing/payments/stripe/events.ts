// What Stripe tells about payments, reduced to what we act on. Only fields that decide something are read; an event that
// lacks one of them is one that we do not understand, and it is better to say so than to guess about money.
// Source: Stripe's API reference: "The Event object", "Types of events", and the objects that events carry.
import { z } from 'zod'
import { ORDER_FIELD } from './client.ts'

export type StripeNews =
  /** Money has arrived for an order. */
  | {
      readonly kind: 'paid'
      readonly orderId: string
      readonly amountMinor: number
      readonly currency: string
      /** Null where the event does not say. */
      readonly sessionRef: string | null
      readonly paymentRef: string | null
      readonly customer: string | null
    }
  | { readonly kind: 'ended'; readonly orderId: string; readonly state: 'failed' | 'expired'; readonly reason: string }
  /** So much of a payment has been refunded so far, all refunds together. */
  | {
      readonly kind: 'refunded'
      readonly paymentRef: string
      readonly orderId: string | null
      readonly totalMinor: number
      readonly currency: string
    }
  /** A dispute: `opened`, then perhaps the money is `withdrawn`, then perhaps `reinstated`. */
  | {
      readonly kind: 'dispute'
      readonly step: 'opened' | 'withdrawn' | 'reinstated'
      readonly disputeRef: string
      readonly paymentRef: string
      readonly amountMinor: number
      readonly currency: string
    }
  /** Nothing that concerns us. */
  | { readonly kind: 'ignored' }

export interface StripeEvent {
  readonly eventId: string
  readonly type: string
  readonly liveMode: boolean
  readonly news: StripeNews
}

const IGNORED: StripeNews = { kind: 'ignored' }

const envelope = z.object({
  id: z.string().regex(/^[\w-]{1,255}$/),
  object: z.literal('event'),
  type: z.string().max(255),
  livemode: z.boolean(),
  data: z.object({ object: z.record(z.string(), z.unknown()) }),
})

const cents = z.int().nonnegative()
const currency = z.string().regex(/^[a-z]{3}$/)
/** An id, or the whole object where it was expanded. */
const reference = z
  .union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)])
  .nullish()
  .transform((id) => id ?? null)
const metadata = z
  .record(z.string(), z.string())
  .nullish()
  .transform((fields) => fields?.[ORDER_FIELD] ?? null)

const session = z.object({
  id: z.string(),
  object: z.literal('checkout.session'),
  mode: z.string(),
  payment_status: z.string(),
  amount_total: cents.nullish(),
  currency: currency.nullish(),
  client_reference_id: z.string().nullish(),
  metadata,
  payment_intent: reference,
  customer: reference,
})
const intent = z.object({
  id: z.string(),
  object: z.literal('payment_intent'),
  amount_received: cents.default(0),
  currency,
  metadata,
  customer: reference,
  last_payment_error: z.object({ message: z.string().optional() }).nullish(),
})
const charge = z.object({
  object: z.literal('charge'),
  payment_intent: reference,
  amount_refunded: cents,
  currency,
  metadata,
})
const dispute = z.object({
  id: z.string(),
  object: z.literal('dispute'),
  payment_intent: reference,
  amount: cents,
  currency,
  status: z.string(),
})

/** @throws {z.ZodError} for what is no event, and for one that concerns us and lacks what we must know */
export function readStripeEvent(json: unknown): StripeEvent {
  const { id, type, livemode, data } = envelope.parse(json)
  return { eventId: id, type, liveMode: livemode, news: newsOf(type, data.object) }
}

function newsOf(type: string, object: unknown): StripeNews {
  switch (type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return sessionPaid(session.parse(object))
    case 'checkout.session.async_payment_failed':
      return sessionEnded(session.parse(object), 'failed', 'The payment failed.')
    case 'checkout.session.expired':
      return sessionEnded(session.parse(object), 'expired', 'Nobody paid in time.')
    case 'payment_intent.succeeded':
      return intentPaid(intent.parse(object))
    case 'charge.refunded': {
      const {
        payment_intent: paymentRef,
        metadata: orderId,
        amount_refunded: totalMinor,
        ...rest
      } = charge.parse(object)
      return paymentRef === null
        ? IGNORED
        : { kind: 'refunded', paymentRef, orderId, totalMinor, currency: rest.currency }
    }
    case 'charge.dispute.created':
      return disputeOf(dispute.parse(object), 'opened')
    case 'charge.dispute.funds_withdrawn':
      return disputeOf(dispute.parse(object), 'withdrawn')
    case 'charge.dispute.funds_reinstated':
      return disputeOf(dispute.parse(object), 'reinstated')
    default:
      return IGNORED
  }
}

/** Which order it is for stands there twice; two answers are none. */
function orderOf(of: z.output<typeof session>): string | null {
  const named = of.client_reference_id ?? null
  if (of.metadata === null || named === null) return null
  return of.metadata === named ? named : null
}

function sessionPaid(of: z.output<typeof session>): StripeNews {
  const orderId = orderOf(of)
  // Of another kind of sale at the same shop, or a bank that has not paid yet.
  if (orderId === null || of.mode !== 'payment' || of.payment_status !== 'paid') return IGNORED
  return {
    kind: 'paid',
    orderId,
    amountMinor: cents.parse(of.amount_total),
    currency: currency.parse(of.currency),
    sessionRef: of.id,
    paymentRef: of.payment_intent,
    customer: of.customer,
  }
}

function sessionEnded(of: z.output<typeof session>, state: 'failed' | 'expired', reason: string): StripeNews {
  const orderId = orderOf(of)
  return orderId === null ? IGNORED : { kind: 'ended', orderId, state, reason }
}

function intentPaid(of: z.output<typeof intent>): StripeNews {
  if (of.metadata === null) return IGNORED
  return {
    kind: 'paid',
    orderId: of.metadata,
    amountMinor: of.amount_received,
    currency: of.currency,
    sessionRef: null,
    paymentRef: of.id,
    customer: null,
  }
}

function disputeOf(of: z.output<typeof dispute>, step: 'opened' | 'withdrawn' | 'reinstated'): StripeNews {
  // A mere question of the bank: no money moves.
  if (of.payment_intent === null || of.status.startsWith('warning')) return IGNORED
  return {
    kind: 'dispute',
    step,
    disputeRef: of.id,
    paymentRef: of.payment_intent,
    amountMinor: of.amount,
    currency: of.currency,
  }
}
