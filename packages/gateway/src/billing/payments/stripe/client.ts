// The few calls to Stripe that we need, without its library: a checkout page, and a charge of a saved card.
// Every call that could move money twice carries the order's id as Stripe's Idempotency-Key, so that asking again after a
// crash or a lost answer asks for the same thing.
// Source: Stripe's API reference: "Create a Checkout Session", "Create a PaymentIntent", "List a Customer's PaymentMethods".
import { z } from 'zod'
import type { SendHttp } from '../outbound.ts'
import type { PaymentOrder } from '../payment-store.ts'
import { type FormFields, formBody } from './form.ts'

/** What the events that we read look like depends on it. */
const API_VERSION = '2024-06-20'
/** The field of Stripe's metadata that says whose payment it is. */
export const ORDER_FIELD = 'fairlead_order'

export interface StripeSettings {
  /** `sk_live_…` */
  readonly secretKey: string
  /** https://api.stripe.com */
  readonly apiBase: string
}

export interface Checkout {
  readonly order: PaymentOrder
  /** What is sold, as the page shows it. */
  readonly title: string
  readonly successUrl: string
  readonly cancelUrl: string
  /** Stripe's customer of this account; null = it has none. */
  readonly customer: string | null
  /** The card may be charged later without anybody there. */
  readonly saveCard: boolean
}

export type Charge =
  | { readonly state: 'paid' | 'pending'; readonly paymentRef: string }
  /** Nothing was taken. */
  | { readonly state: 'failed'; readonly reason: string }

/** Stripe said no, or what it said makes no sense. `status` 0 = it could not be asked. */
export class StripeError extends Error {
  override readonly name = 'StripeError'
  readonly status: number
  readonly code: string
  readonly paymentRef: string | null

  constructor(status: number, message: string, code = '', paymentRef: string | null = null) {
    super(message)
    this.status = status
    this.code = code
    this.paymentRef = paymentRef
  }
}

const sessionReply = z.object({ id: z.string(), url: z.string() })
const intentReply = z.object({ id: z.string(), status: z.string() })
const methodsReply = z.object({ data: z.array(z.object({ id: z.string() })) })
const errorReply = z.object({
  error: z.object({
    message: z.string().default(''),
    code: z.string().default(''),
    payment_intent: z.object({ id: z.string() }).optional(),
  }),
})

export class StripeClient {
  readonly #settings: () => StripeSettings
  readonly #send: SendHttp

  constructor(settings: () => StripeSettings, send: SendHttp) {
    this.#settings = settings
    this.#send = send
  }

  /** @throws {StripeError} */
  async createCheckout(checkout: Checkout): Promise<{ readonly sessionRef: string; readonly url: string }> {
    const { order, customer, saveCard } = checkout
    const metadata = { [ORDER_FIELD]: order.orderId }
    const session = await this.#ask('POST', '/v1/checkout/sessions', sessionReply, order.orderId, {
      mode: 'payment',
      client_reference_id: order.orderId,
      metadata,
      success_url: checkout.successUrl,
      cancel_url: checkout.cancelUrl,
      customer: customer ?? undefined,
      customer_creation: customer === null && saveCard ? 'always' : undefined,
      line_items: [
        {
          quantity: 1,
          price_data: {
            currency: order.currency,
            unit_amount: order.amountMinor,
            product_data: { name: checkout.title },
          },
        },
      ],
      // Refunds and disputes name the payment, not the session.
      payment_intent_data: { metadata, setup_future_usage: saveCard ? 'off_session' : undefined },
    })
    return { sessionRef: session.id, url: session.url }
  }

  /** The card that the customer saved last, charged without anybody there. @throws {StripeError} when the outcome is unknown */
  async chargeSavedCard(order: PaymentOrder, customer: string, title: string): Promise<Charge> {
    const path = `/v1/customers/${encodeURIComponent(customer)}/payment_methods?type=card&limit=1`
    const { data } = await this.#ask('GET', path, methodsReply)
    const card = data[0]
    if (card === undefined) return { state: 'failed', reason: 'There is no saved card.' }
    try {
      const intent = await this.#ask('POST', '/v1/payment_intents', intentReply, order.orderId, {
        amount: order.amountMinor,
        currency: order.currency,
        customer,
        payment_method: card.id,
        off_session: true,
        confirm: true,
        description: title,
        metadata: { [ORDER_FIELD]: order.orderId },
      })
      if (intent.status === 'succeeded') return { state: 'paid', paymentRef: intent.id }
      if (intent.status === 'processing') return { state: 'pending', paymentRef: intent.id }
      return { state: 'failed', reason: 'The bank wants to see the owner of the card. Top up by hand once.' }
    } catch (error) {
      // 402 is Stripe's word for a card that was declined; other refusals are final as well, for the same request.
      if (
        error instanceof StripeError &&
        error.status >= 400 &&
        error.status < 500 &&
        ![409, 429].includes(error.status)
      )
        return { state: 'failed', reason: error.message }
      throw error
    }
  }

  async #ask<Schema extends z.ZodType>(
    method: 'GET' | 'POST',
    path: string,
    schema: Schema,
    idempotencyKey?: string,
    fields: FormFields = {},
  ): Promise<z.output<Schema>> {
    const { secretKey, apiBase } = this.#settings()
    const reply = await this.#send({
      method,
      url: apiBase + path,
      headers: {
        authorization: `Bearer ${secretKey}`,
        'stripe-version': API_VERSION,
        ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      body: method === 'POST' ? formBody(fields) : '',
      reach: 'anywhere',
    }).catch((error: unknown) => {
      throw new StripeError(0, error instanceof Error ? error.message : 'The connection failed.')
    })
    const json = jsonOf(reply.text)
    if (reply.status >= 200 && reply.status < 300) {
      const parsed = schema.safeParse(json)
      if (parsed.success) return parsed.data
      throw new StripeError(0, `Stripe's reply to ${method} ${path.split('?')[0]} makes no sense.`)
    }
    const error = errorReply.safeParse(json).data?.error
    throw new StripeError(
      reply.status,
      error === undefined || error.message === '' ? `Stripe answered ${reply.status}.` : error.message,
      error?.code,
      error?.payment_intent?.id ?? null,
    )
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
