// A Stripe of our own, on a real socket: it takes the few calls that the gateway makes, remembers them, and sends signed
// events, right ones and every kind of wrong one. It has Stripe's habits that matter where money is counted twice: an
// Idempotency-Key answers the same again, events come more than once and in any order, and a lost answer has happened
// all the same.
// Source: Stripe's API reference (Checkout Sessions, PaymentIntents, PaymentMethods, Events, webhook signatures).
import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StripeCall {
  readonly method: string
  readonly path: string
  /** As it was sent: `metadata[order]`. */
  readonly form: Readonly<Record<string, string>>
  readonly idempotencyKey: string | null
  readonly authorization: string
  readonly version: string
}

export interface StripeObject {
  readonly [field: string]: unknown
}

/** How the next charges of saved cards end. `lost`: the card is charged, and the connection dies before the answer. */
export type CardMood = 'good' | 'declined' | 'wants-owner' | 'slow' | 'lost'

export interface SentEvent {
  /** The header; null sends none. */
  readonly signature?: string | null
  readonly body?: string | Buffer
}

export class FakeStripe implements AsyncDisposable {
  readonly secretKey = 'sk_test_fake'
  readonly webhookSecret = `whsec_${randomBytes(24).toString('hex')}`
  readonly calls: StripeCall[] = []
  readonly sessions = new Map<string, StripeObject>()
  readonly intents = new Map<string, StripeObject>()
  /** Every other call than a charge fails with this status; 0 = none does. */
  failWith = 0
  card: CardMood = 'good'
  /** Cards that a customer has saved. */
  readonly cards = new Map<string, string[]>()
  /** Unix milliseconds, for signatures. */
  now: () => number = Date.now
  readonly #server: Server
  readonly #answers = new Map<string, { readonly status: number; readonly body: StripeObject }>()
  #count = 0

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<FakeStripe> {
    const server = createServer()
    const stripe = new FakeStripe(server)
    server.on('request', (request, response) => void stripe.#answer(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return stripe
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }

  /** Somebody pays on the page of this session. @returns the event, not sent yet */
  pay(sessionId: string, changes: StripeObject = {}): StripeObject {
    const session = this.sessions.get(sessionId)
    if (session === undefined) throw new Error(`There is no session ${sessionId}.`)
    const customer = typeof session['customer'] === 'string' ? session['customer'] : this.#id('cus')
    const intent = this.#id('pi')
    this.cards.set(customer, [this.#id('pm')])
    const paid = {
      ...session,
      status: 'complete',
      payment_status: 'paid',
      payment_intent: intent,
      customer,
      ...changes,
    }
    this.sessions.set(sessionId, paid)
    this.intents.set(intent, { id: intent, metadata: session['metadata'], amount: session['amount_total'] })
    return this.event('checkout.session.completed', paid)
  }

  event(type: string, object: StripeObject, changes: StripeObject = {}): StripeObject {
    return {
      id: this.#id('evt'),
      object: 'event',
      api_version: '2024-06-20',
      created: Math.floor(this.now() / 1000),
      livemode: false,
      type,
      data: { object },
      ...changes,
    }
  }

  /** Sends it as Stripe does; `wrong` says what is to be wrong about it. */
  async send(to: string, event: StripeObject, wrong: SentEvent = {}): Promise<{ status: number; text: string }> {
    const body = wrong.body ?? JSON.stringify(event)
    const signature = wrong.signature === undefined ? this.sign(body) : wrong.signature
    const response = await fetch(to, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        ...(signature === null ? {} : { 'stripe-signature': signature }),
      },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    })
    return { status: response.status, text: await response.text() }
  }

  sign(body: string | Buffer, { secret = this.webhookSecret, atMs = this.now() } = {}): string {
    const timestamp = Math.floor(atMs / 1000)
    const digest = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')
    return `t=${timestamp},v1=${digest}`
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const url = new URL(request.url ?? '/', 'http://stripe')
    const call: StripeCall = {
      method: request.method ?? '',
      path: url.pathname,
      form: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())),
      idempotencyKey: headerOf(request, 'idempotency-key'),
      authorization: headerOf(request, 'authorization') ?? '',
      version: headerOf(request, 'stripe-version') ?? '',
    }
    this.calls.push(call)
    const known = call.idempotencyKey === null ? undefined : this.#answers.get(call.idempotencyKey)
    const { status, body } = known ?? this.#perform(call)
    if (call.idempotencyKey !== null && status < 500) this.#answers.set(call.idempotencyKey, { status, body })
    if (known === undefined && this.card === 'lost' && call.path === '/v1/payment_intents') {
      response.destroy()
      return
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  #perform({ method, path, form, authorization }: StripeCall): { status: number; body: StripeObject } {
    if (authorization !== `Bearer ${this.secretKey}`) return refusal(401, 'Invalid API Key provided.')
    if (this.failWith !== 0) return refusal(this.failWith, 'Something went wrong.')
    if (method === 'POST' && path === '/v1/checkout/sessions') return { status: 200, body: this.#session(form) }
    if (method === 'POST' && path === '/v1/payment_intents') return this.#charge(form)
    const customer = /^\/v1\/customers\/([^/]+)\/payment_methods$/.exec(path)?.[1]
    if (method === 'GET' && customer !== undefined) {
      const data = (this.cards.get(customer) ?? []).map((id) => ({ id, object: 'payment_method', type: 'card' }))
      return { status: 200, body: { object: 'list', data, has_more: false, url: path } }
    }
    return refusal(404, `Unrecognized request URL (${method}: ${path}).`)
  }

  #session(form: Readonly<Record<string, string>>): StripeObject {
    const id = this.#id('cs_test')
    const session = {
      id,
      object: 'checkout.session',
      mode: form['mode'],
      status: 'open',
      payment_status: 'unpaid',
      amount_total: Number(form['line_items[0][price_data][unit_amount]']),
      currency: form['line_items[0][price_data][currency]'],
      client_reference_id: form['client_reference_id'] ?? null,
      metadata: fieldsUnder(form, 'metadata'),
      payment_intent: null,
      customer: form['customer'] ?? null,
      livemode: false,
      url: `${this.url}/pay/${id}`,
    }
    this.sessions.set(id, session)
    return session
  }

  #charge(form: Readonly<Record<string, string>>): { status: number; body: StripeObject } {
    const id = this.#id('pi')
    const mood = this.card
    if (mood === 'declined') return refusal(402, 'Your card was declined.', 'card_declined')
    if (mood === 'wants-owner') return refusal(402, 'This payment requires authentication.', 'authentication_required')
    const intent = {
      id,
      object: 'payment_intent',
      amount: Number(form['amount']),
      amount_received: mood === 'slow' ? 0 : Number(form['amount']),
      currency: form['currency'],
      customer: form['customer'],
      metadata: fieldsUnder(form, 'metadata'),
      status: mood === 'slow' ? 'processing' : 'succeeded',
    }
    this.intents.set(id, intent)
    return { status: 200, body: intent }
  }

  #id(prefix: string): string {
    this.#count += 1
    return `${prefix}_${String(this.#count).padStart(8, '0')}`
  }
}

function refusal(status: number, message: string, code = ''): { status: number; body: StripeObject } {
  return { status, body: { error: { type: 'invalid_request_error', message, ...(code === '' ? {} : { code }) } } }
}

function fieldsUnder(form: Readonly<Record<string, string>>, name: string): StripeObject {
  const fields = Object.entries(form).flatMap(([key, value]) => {
    const inner = new RegExp(`^${name}\\[(\\w+)\\]$`).exec(key)?.[1]
    return inner === undefined ? [] : [[inner, value]]
  })
  return Object.fromEntries(fields) as StripeObject
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name]
  return typeof value === 'string' ? value : null
}
