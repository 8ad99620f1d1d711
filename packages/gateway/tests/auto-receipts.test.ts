// Receipts: they say why, they add up to what the ledger took, and they are nobody else's.
import { openStream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { openAutoShop, type AutoShop } from './support/auto-shop.ts'
import { readBooks, takenNanos } from './support/books.ts'
import { MASTER_KEY, post } from './support/gateway.ts'
import { nanosOf, openAccount } from './support/shop.ts'

const PAID = 'groups: [{ name: paid, billing: prepaid, price_multiplier: 1.25 }]\n'
const BALANCE_NANOS = 2_000_000_000
const hello = (text = 'Hello!'): unknown[] => [{ role: 'user', content: text }]

interface Receipt {
  readonly model: string
  readonly cost: string
  readonly charged: string | null
  readonly savings: string
  readonly baseline_cost: string
  readonly candidates: readonly { readonly model: string; readonly reason: string | null }[]
  readonly [member: string]: unknown
}

async function receiptOf({ gateway }: AutoShop, id: string, key: string): Promise<{ status: number; json: Receipt }> {
  const response = await fetch(`${gateway.url}/receipts/${id}`, { headers: { authorization: `Bearer ${key}` } })
  return { status: response.status, json: (await response.json()) as Receipt }
}

/** `0.5` and `-0.25` to nano-dollars. */
const signed = (text: string): number => (text.startsWith('-') ? -nanosOf(text.slice(1)) : nanosOf(text))

describe('a receipt', () => {
  it('says as soon as the reply has ended who was picked, who was not, and what that saved', async () => {
    await using shop = await openAutoShop()
    const { url, key } = shop.gateway
    const reply = await post(`${url}/chat/completions`, key, { model: 'auto', messages: hello(), tools: [TOOL] })
    const { status, json } = await receiptOf(shop, reply.headers.get('x-fairlead-receipt') ?? '', key)
    expect(status).toBe(200)
    expect(json).toMatchObject({
      object: 'receipt',
      request_id: reply.headers.get('x-request-id'),
      asked_model: 'auto',
      pool: 'default',
      model: 'gpt-4o-mini',
      reason: 'best',
      status: 200,
      baseline_model: 'gpt-4o',
      routing_overhead: '0.000000000',
      previous_model: null,
      fallbacks: ['gpt-4.1', 'gpt-4o'],
      failed: [],
    })
    expect(json.candidates.map(({ model, reason }) => [model, reason])).toEqual([
      ['gpt-4o-mini', null],
      ['gpt-4.1', null],
      ['gpt-4o', null],
    ])
    expect(nanosOf(json.cost)).toBe(nanosOf(reply.headers.get('x-fairlead-cost') ?? ''))
    expect(signed(json.savings)).toBe(signed(reply.headers.get('x-fairlead-savings') ?? ''))
    expect(signed(json.savings)).toBe(nanosOf(json.baseline_cost) - nanosOf(json.cost))
  })

  it('names those that failed before the one that answered', async () => {
    await using shop = await openAutoShop()
    const { url, key } = shop.gateway
    await shop.upstreamOf('gpt-4o-mini').setFault('refuse')
    const reply = await post(`${url}/chat/completions`, key, { model: 'auto', messages: hello() })
    const { json } = await receiptOf(shop, reply.headers.get('x-fairlead-receipt') ?? '', key)
    expect(json).toMatchObject({ model: 'gpt-4.1', failed: ['gpt-4o-mini'], fallbacks: ['gpt-4o'] })
    expect(json.candidates[0]).toMatchObject({ model: 'gpt-4o-mini', reason: 'failed' })
  })

  it('adds up, with all others, to what the ledger took, to the nano-dollar: replies, streams, failures, leavers', async () => {
    await using shop = await openAutoShop({ extra: PAID })
    const { gateway } = shop
    const { accountId, key } = await openAccount(gateway.origin, BALANCE_NANOS)
    const ids: string[] = []
    for (let index = 0; index < 6; index += 1) {
      if (index === 3) await shop.upstreamOf('gpt-4o-mini').setFault('refuse')
      const messages = hello(`${index % 2 === 0 ? 'HARD' : 'Hi'} ${'x'.repeat(index * 100)}`)
      const reply = await post(`${gateway.url}/chat/completions`, key, { model: 'auto', messages, max_tokens: 50 })
      ids.push(reply.headers.get('x-fairlead-receipt') ?? '')
      const body = { model: 'auto', messages, stream: true, max_tokens: 50 }
      const stream = openStream(`${gateway.url}/chat/completions`, body, { key })
      const { headers } = await stream.result
      ids.push(String(headers['x-fairlead-receipt']))
    }
    let charged = 0
    let saved = 0
    for (const id of ids) {
      const { json } = await receiptOf(shop, id, key)
      expect(json.status).toBe(200)
      expect(json.charged).toBe(json.cost)
      expect(signed(json.savings)).toBe(nanosOf(json.baseline_cost) - nanosOf(json.cost))
      charged += nanosOf(json.charged ?? '')
      saved += signed(json.savings)
    }
    await gateway.callBack(accountId)
    const books = await readBooks({ file: gateway.databaseFile }, accountId)
    expect(books.violations).toEqual([])
    expect(takenNanos(books, BALANCE_NANOS)).toBe(charged)
    expect(charged).toBeGreaterThan(0)
    expect(saved).toBeGreaterThan(0)
  })

  it('is found by its own account alone', async () => {
    await using shop = await openAutoShop({ extra: PAID })
    const { gateway } = shop
    const own = await openAccount(gateway.origin, BALANCE_NANOS)
    const other = await openAccount(gateway.origin, BALANCE_NANOS)
    const reply = await post(`${gateway.url}/chat/completions`, own.key, { model: 'auto', messages: hello() })
    const id = reply.headers.get('x-fairlead-receipt') ?? ''
    expect((await receiptOf(shop, id, own.key)).status).toBe(200)
    expect((await receiptOf(shop, id, MASTER_KEY)).status).toBe(200)
    const foreign = await receiptOf(shop, id, other.key)
    const unknown = await receiptOf(
      shop,
      id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      other.key,
    )
    expect([foreign.status, unknown.status]).toEqual([404, 404])
    const words = (json: unknown): string => JSON.stringify(json).replace(/rcpt_\w+/g, 'rcpt')
    expect(words(foreign.json)).toBe(words(unknown.json))
    const feedback = { receipt: id, score: 0 }
    expect((await post(`${gateway.url}/feedback`, other.key, feedback)).status).toBe(404)
  })
})

const TOOL = { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }

describe('feedback', () => {
  it('is kept with the receipt', async () => {
    await using shop = await openAutoShop()
    const { gateway } = shop
    const reply = await post(`${gateway.url}/chat/completions`, gateway.key, { model: 'auto', messages: hello() })
    const receipt = reply.headers.get('x-fairlead-receipt') ?? ''
    const made = await post(`${gateway.url}/feedback`, gateway.key, {
      receipt,
      label: 'bad',
      corrected_model: 'gpt-4o',
    })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({ object: 'feedback', receipt, score: 0, label: 'bad', corrected_model: 'gpt-4o' })
    const empty = await post(`${gateway.url}/feedback`, gateway.key, { receipt })
    expect(empty.json.error).toMatchObject({ code: 'invalid_request', param: 'score' })
    const wrong = await post(`${gateway.url}/feedback`, gateway.key, { receipt, score: 2 })
    expect(wrong.status).toBe(400)
  })
})

describe('POST /v1/route', () => {
  it.each([
    ['chat', { messages: hello('HARD question') }],
    ['responses', { input: 'HARD question' }],
    ['anthropic', { system: 'x', messages: hello('HARD question'), max_tokens: 10 }],
    ['gemini', { contents: [{ role: 'user', parts: [{ text: 'HARD question' }] }] }],
  ])('decides for a body of %s, and asks nobody', async (_dialect, body) => {
    await using shop = await openAutoShop()
    const { gateway } = shop
    const reply = await post(`${gateway.url}/route`, gateway.key, { model: 'auto', ...body })
    expect(reply.status).toBe(200)
    expect(reply.json).toMatchObject({ object: 'route', model: 'gpt-4.1', reason: 'best', baseline_model: 'gpt-4o' })
    expect(['gpt-4o', 'gpt-4.1', 'gpt-4o-mini'].map((id) => shop.asked(id))).toEqual([0, 0, 0])
  })

  it('says that nothing is chosen for a request that names its model', async () => {
    await using shop = await openAutoShop()
    const { gateway } = shop
    const reply = await post(`${gateway.url}/route`, gateway.key, { model: 'gpt-4o', messages: hello() })
    expect(reply.json).toMatchObject({ object: 'route', model: 'gpt-4o', reason: 'named' })
    expect((await post(`${gateway.url}/route`, gateway.key, { model: 'nobody' })).status).toBe(404)
  })
})
