// Attacks on the payment webhook, each refused: forged, replayed, doubled, swollen, of another order, of another currency.
// Over HTTP, on the gateway's public port, against its own database.
import { createHmac } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connectRaw } from '@fairlead/testkit'
import { FakeStripe, type StripeObject } from '@fairlead/testkit/stripe/fake-stripe.ts'
import { MASTER_KEY, startGateway, type TestGateway } from './support/gateway.ts'

let stripe: FakeStripe
let gateway: TestGateway
let account: string
let key: string
/** Nobody is asked anything here. */
const UPSTREAM = `providers: [{ name: up, type: openai-compatible, base_url: "http://127.0.0.1:9/v1" }]
health: { check: off }`
const WEBHOOK = '/api/webhooks/stripe'

beforeAll(async () => {
  stripe = await FakeStripe.start()
  gateway = await startGateway(`${UPSTREAM}
payments:
  stripe: { secret_key: ${stripe.secretKey}, webhook_secret: ${stripe.webhookSecret}, api_base: "${stripe.url}" }
`)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await stripe[Symbol.asyncDispose]()
})

beforeEach(async () => {
  account = (await api('POST', '/api/accounts', { name: 'customer' })).id
  key = (await api('POST', '/api/auth', { name: 'k', account })).key
})

// Tests look into replies of many shapes.
// oxlint-disable-next-line typescript/no-explicit-any
async function api(method: string, path: string, body?: unknown, token = MASTER_KEY): Promise<any> {
  const response = await fetch(gateway.origin + path, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return await response.json()
}

const balance = async (): Promise<string> => (await api('GET', '/api/wallet', undefined, key)).balance

/** An order of 25 dollars, and the event that says it is paid. */
async function paidOrder(): Promise<{ id: string; event: StripeObject }> {
  const order = await api('POST', '/api/wallet/checkout', { amount: '25.00' }, key)
  const [session] = [...stripe.sessions.values()].filter(({ client_reference_id: id }) => id === order.id)
  return { id: order.id, event: stripe.pay(String(session?.['id'])) }
}

const send = (event: StripeObject, wrong = {}) => stripe.send(gateway.origin + WEBHOOK, event, wrong)

describe('The payment webhook', () => {
  it('credits what Stripe has signed, at once', async () => {
    const { event, id } = await paidOrder()
    expect(await send(event)).toEqual({ status: 200, text: '{"received":true,"outcome":"done"}' })
    expect(await balance()).toBe('25.000000000')
    expect(await api('GET', `/api/payments/${id}`, undefined, key)).toMatchObject({
      state: 'paid',
      amount: '25.000000000',
    })
    const { data } = await api('GET', '/api/wallet/entries', undefined, key)
    expect(data).toMatchObject([{ kind: 'payment', amount: '25.000000000', reference: id }])
  })

  const forged: readonly (readonly [string, (body: string) => string | null])[] = [
    ['no signature', () => null],
    ['an empty one', () => ''],
    ['one under the empty secret', (body) => stripe.sign(body, { secret: '' })],
    ['one under the secret of somebody else', (body) => stripe.sign(body, { secret: 'whsec_other' })],
    ['one under the public prefix alone', (body) => stripe.sign(body, { secret: 'whsec_' })],
    ['one of six minutes ago', (body) => stripe.sign(body, { atMs: Date.now() - 360_000 })],
    ['one of six minutes from now', (body) => stripe.sign(body, { atMs: Date.now() + 360_000 })],
    [
      'one whose time was moved',
      (body) =>
        stripe.sign(body, { atMs: Date.now() - 600_000 }).replace(/t=\d+/, `t=${Math.floor(Date.now() / 1000)}`),
    ],
    ['one of another body', () => stripe.sign('{}')],
    ['one in the weaker scheme', (body) => stripe.sign(body).replace('v1=', 'v0=')],
    ['one cut short', (body) => stripe.sign(body).slice(0, -2)],
    ['one in capital letters', (body) => stripe.sign(body).toUpperCase().replace('T=', 't=').replace('V1=', 'v1=')],
    [
      'a plain digest',
      (body) =>
        `t=${Math.floor(Date.now() / 1000)},v1=${createHmac('sha256', stripe.webhookSecret).update(body).digest('hex')}`,
    ],
    [
      'a list of guesses',
      () =>
        `t=${Math.floor(Date.now() / 1000)},${Array.from({ length: 20 }, (_, guess) => `v1=${String(guess).padStart(64, '0')}`).join()}`,
    ],
  ]
  it.each(forged)('refuses an event with %s, and says no more than that', async (_what, sign) => {
    const { event } = await paidOrder()
    const body = JSON.stringify(event)
    const reply = await send(event, { body, signature: sign(body) })
    expect(reply.status).toBe(400)
    expect(JSON.parse(reply.text)).toMatchObject({ error: { message: 'The signature of this event is not valid.' } })
    expect(await balance()).toBe('0.000000000')
    // None of it stands in the way of the real one.
    expect((await send(event)).status).toBe(200)
    expect(await balance()).toBe('25.000000000')
  })

  it('counts a replayed event once, and fifty of them at the same moment as well', async () => {
    const { event } = await paidOrder()
    const replies = await Promise.all(Array.from({ length: 50 }, () => send(event)))
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200))
    expect(replies.filter(({ text }) => text.includes('"done"'))).toHaveLength(1)
    // The same payment under another event id.
    expect((await send({ ...event, id: 'evt_other' })).status).toBe(200)
    expect(await balance()).toBe('25.000000000')
  })

  it('refuses what does not fit its order: amount, currency, page', async () => {
    const { event } = await paidOrder()
    const { object } = event['data'] as { object: StripeObject }
    for (const changes of [
      { amount_total: 1 },
      { amount_total: 9_999_999 },
      { currency: 'idr' },
      { id: 'cs_test_x' },
    ]) {
      const wrong = { ...event, id: 'evt_wrong', data: { object: { ...object, ...changes } } }
      expect((await send(wrong)).status).toBe(409)
    }
    expect(await balance()).toBe('0.000000000')
  })

  it('passes over what another shop on the same Stripe account sells', async () => {
    const { event } = await paidOrder()
    const { object } = event['data'] as { object: StripeObject }
    // A payment link of that shop, to which the buyer has added our order as its reference.
    const linked = { ...event, id: 'evt_link', data: { object: { ...object, metadata: {} } } }
    expect(await send(linked)).toMatchObject({ status: 200, text: expect.stringContaining('ignored') })
    expect((await send(stripe.event('invoice.paid', { id: 'in_1' }))).text).toContain('ignored')
    expect(await balance()).toBe('0.000000000')
  })

  it('refuses signed nonsense without falling over', async () => {
    for (const body of [
      '',
      '{',
      'null',
      '[]',
      '"x"',
      '{}',
      '{"id":null}',
      `{"id":"evt","object":"event","type":"checkout.session.completed","livemode":false,"data":{"object":{}}}`,
      Buffer.from([0xff, 0xfe, 0x7b]),
    ]) {
      expect((await send({}, { body })).status).toBe(400)
    }
    const deep = `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`
    expect((await send({}, { body: deep })).status).toBe(400)
  })

  it('reads no body beyond 256 KiB, however its length is told', async () => {
    const large = Buffer.alloc(256 * 1024 + 1, 0x20)
    expect((await send({}, { body: large })).status).toBe(413)
    // Refused on the declared length, before a byte of it has come.
    await using raw = await connectRaw(Number(new URL(gateway.origin).port))
    await raw.send(`POST ${WEBHOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\nStripe-Signature: x\r\n\r\n`)
    expect((await raw.response()).status).toBe(413)
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = httpRequest(gateway.origin + WEBHOOK, { method: 'POST' }, (reply) => {
        resolve(reply.statusCode)
        reply.resume()
        sending.destroy()
      })
      sending.on('error', reject)
      // Chunked: nobody says how long it will be.
      for (let sent = 0; sent < 5; sent++) sending.write(Buffer.alloc(64 * 1024, 0x20))
    })
    expect(status).toBe(413)
  })

  it('takes a body up to 256 KiB', async () => {
    const { event } = await paidOrder()
    const padded = JSON.stringify({ ...event, padding: 'x'.repeat(250 * 1024) })
    expect((await send(event, { body: padded })).status).toBe(200)
    expect(await balance()).toBe('25.000000000')
  })

  it('is not there for other methods, and moves nothing by GET', async () => {
    const reply = await fetch(gateway.origin + WEBHOOK)
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

describe('A gateway without payments', () => {
  it('believes nobody, and has no webhook', async () => {
    await using plain = await startGateway(UPSTREAM)
    const event = stripe.event('checkout.session.completed', {})
    // An HMAC under the empty key can be made by anybody: CVE-2026-41432.
    const body = JSON.stringify(event)
    const reply = await stripe.send(plain.origin + WEBHOOK, event, {
      body,
      signature: stripe.sign(body, { secret: '' }),
    })
    expect(reply.status).toBe(404)
  })

  it.each(['', ' ', 'short'])('does not start with the webhook secret %j', async (secret) => {
    const text = `payments: { stripe: { secret_key: sk_test_x, webhook_secret: "${secret}" } }`
    await expect(startGateway(`${UPSTREAM}\n${text}`)).rejects.toThrow('webhook_secret')
  })
})
