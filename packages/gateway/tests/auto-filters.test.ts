// What cannot serve a request is not picked, whatever it costs, and the reason stands in the receipt; what the caller
// cannot pay, or may not use, is passed over.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAutoShop, type AutoShop, type ShopModel } from './support/auto-shop.ts'
import { post } from './support/gateway.ts'
import { nanosOf, openAccount, operate } from './support/shop.ts'

/** As the catalogue knows them: no tools; no pictures and 8,192 tokens; everything but thinking; everything. */
const MODELS: readonly ShopModel[] = [
  { id: 'gpt-3.5-turbo', input: 0.1, output: 0.2, quality: 0.85 },
  { id: 'gpt-4', input: 0.2, output: 0.4, quality: 0.86, dataPolicy: '{ retention_days: 30, training: false }' },
  { id: 'gpt-4o-mini', input: 0.3, output: 0.6, quality: 0.87, dataPolicy: '{ retention_days: 0, training: false }' },
  { id: 'gpt-5', input: 1.25, output: 10, quality: 0.95 },
]
const EXTRA = `groups:
  - { name: paid, billing: prepaid }
  - { name: small, models: [gpt-4, gpt-4o-mini] }
  - { name: coders }
`
const AUTO = `pools: [{ name: code, models: [gpt-5], groups: [coders] },
  { name: private, models: ['*'], data_policy: { training: false } }]`

let shop: AutoShop
beforeAll(async () => {
  shop = await openAutoShop({ models: MODELS, extra: EXTRA, auto: AUTO })
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
})

interface Decision {
  readonly model: string
  readonly pool: string
  readonly reasons: Readonly<Record<string, string | null>>
}

async function decide(body: Record<string, unknown>, key = shop.gateway.key): Promise<Decision> {
  const reply = await post(`${shop.gateway.url}/route`, key, { model: 'auto', messages, ...body })
  if (reply.status !== 200) throw new Error(reply.text)
  const candidates = reply.json['candidates'] as { model: string; reason: string | null }[]
  return {
    model: String(reply.json['model']),
    pool: String(reply.json['pool']),
    reasons: Object.fromEntries(candidates.map(({ model, reason }) => [model, reason])),
  }
}

const messages = [{ role: 'user', content: 'Hello!' }]
const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }]
const picture = [
  { type: 'text', text: 'What is it?' },
  { type: 'image_url', image_url: { url: 'https://example.com/x.png' } },
]

describe('a model is passed over', () => {
  it('when it is no good for the request', async () => {
    expect((await decide({})).model).toBe('gpt-3.5-turbo')
    expect(await decide({ tools })).toMatchObject({ model: 'gpt-4', reasons: { 'gpt-3.5-turbo': 'no_tools' } })
    expect(await decide({ messages: [{ role: 'user', content: picture }] })).toMatchObject({
      model: 'gpt-4o-mini',
      reasons: { 'gpt-3.5-turbo': 'no_vision', 'gpt-4': 'no_vision' },
    })
    expect(await decide({ reasoning_effort: 'high' })).toMatchObject({
      model: 'gpt-5',
      reasons: { 'gpt-4o-mini': 'no_reasoning' },
    })
    const schema = { type: 'json_schema', json_schema: { name: 'x', schema: {} } }
    expect((await decide({ response_format: schema })).reasons['gpt-3.5-turbo']).toBe('no_structured_output')
  })

  it('when the conversation does not fit into its context', async () => {
    const long = [{ role: 'user', content: 'word '.repeat(14_000) }]
    expect(await decide({ messages: long })).toMatchObject({
      model: 'gpt-4o-mini',
      reasons: { 'gpt-3.5-turbo': 'context_window', 'gpt-4': 'context_window' },
    })
  })

  it('when not all of its providers promise what the pool, or the request, wants of them about data', async () => {
    const pool = await decide({ model: 'auto/private' })
    expect(pool).toMatchObject({ model: 'gpt-4', reasons: { 'gpt-3.5-turbo': 'data_policy', 'gpt-5': 'data_policy' } })
    const both = await decide({ model: 'auto/private', auto: { data_policy: { retention_days: 7 } } })
    expect(both).toMatchObject({ model: 'gpt-4o-mini', reasons: { 'gpt-4': 'data_policy', 'gpt-5': 'data_policy' } })
    const none = await post(`${shop.gateway.url}/chat/completions`, shop.gateway.key, {
      model: 'auto',
      messages,
      auto: { models: ['gpt-5'], data_policy: { training: false } },
    })
    expect([none.status, none.json.error?.code]).toEqual([400, 'invalid_request'])
    const wrong = { model: 'auto', messages, auto: { data_policy: { training: true } } }
    const refused = await post(`${shop.gateway.url}/route`, shop.gateway.key, wrong)
    expect(refused.json.error).toMatchObject({ code: 'invalid_request', param: 'auto.data_policy.training' })
  })

  it('when it would cost more than the request allows', async () => {
    const cheap = await decide({ auto: { max_cost: 0.0001, tradeoff: 0 } })
    expect(cheap.reasons['gpt-5']).toBe('price_ceiling')
    expect(cheap.model).not.toBe('gpt-5')
  })

  it('when the key or its group may not use it, and is not even shown', async () => {
    const account = await operate(shop.gateway.origin, 'POST', '/api/accounts', { name: 'small', group: 'small' })
    const made = await operate(shop.gateway.origin, 'POST', '/api/auth', { name: 'small', account: account['id'] })
    const key = String(made['key'])
    const { model, reasons } = await decide({}, key)
    expect(model).toBe('gpt-4')
    expect(Object.keys(reasons).toSorted()).toEqual(['gpt-4', 'gpt-4o-mini'])
    const none = await post(`${shop.gateway.url}/route`, key, { model: 'auto/code', messages })
    expect(none.json.error?.code).toBe('model_not_found')
    const list = await fetch(`${shop.gateway.url}/models`, { headers: { authorization: `Bearer ${key}` } })
    const { data } = (await list.json()) as { data: { id: string }[] }
    expect(data.map(({ id }) => id)).toEqual(['auto', 'auto/private', 'gpt-4', 'gpt-4o-mini'])
  })

  it("for the pool of the caller's group, which plain auto means there", async () => {
    const account = await operate(shop.gateway.origin, 'POST', '/api/accounts', { name: 'coder', group: 'coders' })
    const made = await operate(shop.gateway.origin, 'POST', '/api/auth', { name: 'coder', account: account['id'] })
    expect(await decide({}, String(made['key']))).toMatchObject({ model: 'gpt-5', pool: 'code' })
  })

  it('when the wallet cannot cover it, and the next one answers; a 402 only when none can be covered', async () => {
    const { gateway } = shop
    const asked = { model: 'auto', messages, max_tokens: 1_000, auto: { tradeoff: 0, min_quality: 0.5 } }
    const chat = async (nanos: number) => {
      const { key } = await openAccount(gateway.origin, nanos)
      return { key, reply: await post(`${gateway.url}/chat/completions`, key, asked) }
    }
    // A thousand tokens of the best would be a cent.
    expect((await chat(20_000_000)).reply.json['model']).toBe('gpt-5')
    const poor = await chat(2_000_000)
    expect(poor.reply.json['model']).toBe('gpt-4o-mini')
    const id = poor.reply.headers.get('x-fairlead-receipt')
    const receipt = await fetch(`${gateway.url}/receipts/${id}`, { headers: { authorization: `Bearer ${poor.key}` } })
    const { candidates } = (await receipt.json()) as { candidates: { model: string; reason: string | null }[] }
    expect(candidates.find(({ model }) => model === 'gpt-5')?.reason).toBe('budget')
    expect((await chat(1_000)).reply.status).toBe(402)
  })

  it("when a key's budget cannot cover it", async () => {
    const { gateway } = shop
    const made = await operate(gateway.origin, 'POST', '/api/auth', {
      name: 'b',
      budget: { amount: '0.002', reset: 'month' },
    })
    const body = { model: 'auto', messages, max_tokens: 1_000, auto: { tradeoff: 0, min_quality: 0.5 } }
    const reply = await post(`${gateway.url}/chat/completions`, String(made['key']), body)
    expect(reply.json['model']).toBe('gpt-4o-mini')
  })
})

it('goes to the next model when the first is at a limit of its own', async () => {
  await using limited = await openAutoShop({
    models: MODELS.map((model) => (model.id === 'gpt-3.5-turbo' ? { ...model, limits: '{ rpm: 1 }' } : model)),
  })
  const ask = () => post(`${limited.gateway.url}/chat/completions`, limited.gateway.key, { model: 'auto', messages })
  expect((await ask()).json['model']).toBe('gpt-3.5-turbo')
  const second = await ask()
  expect([second.status, second.json['model']]).toEqual([200, 'gpt-4'])
})

it('asks the next model when a provider says that this one does not take the request', async () => {
  await using own = await openAutoShop({ models: MODELS })
  own.upstreamOf('gpt-3.5-turbo').answer({ trouble: { kind: 'context-length' } })
  const reply = await post(`${own.gateway.url}/chat/completions`, own.gateway.key, { model: 'auto', messages })
  expect([reply.status, reply.json['model']]).toEqual([200, 'gpt-4'])
})

describe('when a model fails, one that is dearer', () => {
  const CHAIN: readonly ShopModel[] = [
    { id: 'gpt-4o-mini', input: 0.15, output: 0.6, quality: 0.95 },
    { id: 'gpt-4o', input: 2.5, output: 10, quality: 0.9 },
    { id: 'gpt-4.1-mini', input: 0.4, output: 1.6, quality: 0.85 },
  ]
  const MOST_TOKENS = 1_000
  const prepaid = { models: CHAIN, extra: 'groups: [{ name: paid, billing: prepaid }]\n', tokens: MOST_TOKENS }

  /** What the first model was to cost is held by then. */
  async function fallBack(own: AutoShop, balanceNanos: number, stream: boolean) {
    const { gateway } = own
    await own.upstreamOf('gpt-4o-mini').setFault('refuse')
    const { accountId, key } = await openAccount(gateway.origin, balanceNanos)
    const body = { model: 'auto', messages, max_tokens: MOST_TOKENS, stream, auto: { tradeoff: 0, min_quality: 0.5 } }
    const reply = await post(`${gateway.url}/chat/completions`, key, body)
    const id = reply.headers.get('x-fairlead-receipt')
    const response = await fetch(`${gateway.url}/receipts/${id}`, { headers: { authorization: `Bearer ${key}` } })
    const receipt = (await response.json()) as {
      model: string
      charged: string
      candidates: { reason: string | null }[]
    }
    await gateway.callBack(accountId)
    const wallet = await operate(gateway.origin, 'GET', `/api/accounts/${accountId}/wallet`)
    const left = nanosOf(String(wallet['balance']))
    expect(left + nanosOf(receipt.charged)).toBe(balanceNanos)
    return { model: receipt.model, reasons: receipt.candidates.map(({ reason }) => reason), left }
  }

  it.each([false, true])('is held for and paid in full, where the wallet has as much; stream: %s', async (stream) => {
    await using own = await openAutoShop(prepaid)
    expect(await fallBack(own, 20_000_000, stream)).toMatchObject({ model: 'gpt-4o', reasons: ['failed', null, null] })
  })

  it('is passed over where it has not, by its name in the receipt, and the wallet is never overdrawn', async () => {
    await using own = await openAutoShop(prepaid)
    const { model, reasons, left } = await fallBack(own, 3_000_000, false)
    expect([model, ...reasons]).toEqual(['gpt-4.1-mini', 'failed', 'budget', null])
    expect(left).toBeGreaterThanOrEqual(0)
    expect(own.asked('gpt-4o')).toBe(0)
  })
})
