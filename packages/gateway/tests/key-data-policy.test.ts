// A key that wants something of whoever is sent its requests: no provider that does not promise it is asked, whether the
// model was named, stands in for another or was picked.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAutoShop, type AutoShop, type ShopModel } from './support/auto-shop.ts'
import { MASTER_KEY, post, type Reply } from './support/gateway.ts'

/** The first promises nothing, the second a month and no training, the third everything. */
const MODELS: readonly ShopModel[] = [
  { id: 'gpt-4o', input: 0.1, output: 0.2, quality: 0.95, fallbacks: ['gpt-4.1', 'gpt-4o-mini'] },
  { id: 'gpt-4.1', input: 1, output: 2, quality: 0.9, dataPolicy: '{ retention_days: 30, training: false }' },
  { id: 'gpt-4o-mini', input: 2, output: 4, quality: 0.85, dataPolicy: '{ retention_days: 0, training: false }' },
  // Two providers, of which the second alone promises anything.
  { id: 'both', input: 9, output: 9, quality: 0.5, targets: '[{ provider: p0 }, { provider: p2 }]' },
]
const MOST = { retention_days: 0, training: false }

let shop: AutoShop
beforeAll(async () => {
  shop = await openAutoShop({ models: MODELS })
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
})

interface Made {
  readonly id: string
  readonly key: string
  readonly data_policy: object | null
  readonly error?: { readonly code: string; readonly message: string; readonly param: string }
}

async function call(method: string, path: string, body?: object, key = MASTER_KEY): Promise<Made> {
  const response = await fetch(`${shop.gateway.origin}/api/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return (await response.json()) as Made
}

const make = async (policy: object | null, maker = MASTER_KEY): Promise<Made> =>
  await call('POST', 'auth', { name: 'k', data_policy: policy }, maker)

const ask = async (key: string, model: string, more = {}): Promise<Reply> =>
  await post(`${shop.gateway.url}/chat/completions`, key, {
    model,
    messages: [{ role: 'user', content: 'Hello!' }],
    ...more,
  })

describe('a key with a data policy', () => {
  it('has its fallbacks answer where the named model promises nothing, and is not sent to it', async () => {
    const { key } = await make({ training: false })
    const before = shop.asked('gpt-4o')
    for (const stream of [false, true]) {
      const reply = await ask(key, 'gpt-4o', { stream })
      expect([reply.status, reply.headers.get('x-fairlead-model')]).toEqual([200, 'gpt-4.1'])
    }
    expect((await ask((await make(MOST)).key, 'gpt-4o')).headers.get('x-fairlead-model')).toBe('gpt-4o-mini')
    expect(shop.asked('gpt-4o')).toBe(before)
  })

  it('is told what to do where nobody is left, and nothing is charged or counted', async () => {
    const { key } = await make(MOST)
    const before = shop.asked('gpt-4.1')
    const reply = await ask(key, 'gpt-4.1')
    expect(reply).toMatchObject({ status: 403, json: { error: { code: 'permission_denied', param: 'model' } } })
    expect(reply.json.error?.message).toMatch(
      /"gpt-4\.1" promises .*nothing is kept, not trained on.* Ask for another model/,
    )
    const embed = await post(`${shop.gateway.url}/embeddings`, key, { model: 'gpt-4.1', input: 'Hello!' })
    expect(embed.json.error?.code).toBe('permission_denied')
    expect(shop.asked('gpt-4.1')).toBe(before)
  })

  it('has of a model with several providers only those asked that promise it', async () => {
    const { key } = await make({ retention_days: 7 })
    const [before, served] = [shop.asked('gpt-4o'), shop.asked('gpt-4o-mini')]
    for (const _ of [1, 2, 3, 4]) expect((await ask(key, 'both')).status).toBe(200)
    expect([shop.asked('gpt-4o') - before, shop.asked('gpt-4o-mini') - served]).toEqual([0, 4])
  })

  it('has auto pick among those alone, with the reason in the decision', async () => {
    const { key } = await make(MOST)
    const body = { model: 'auto', messages: [{ role: 'user', content: 'Hello!' }] }
    const { json } = await post(`${shop.gateway.url}/route`, key, body)
    const reasons = Object.fromEntries(
      (json['candidates'] as { model: string; reason: string | null }[]).map(({ model, reason }) => [model, reason]),
    )
    expect(reasons).toMatchObject({ 'gpt-4o': 'data_policy', 'gpt-4.1': 'data_policy', 'gpt-4o-mini': null })
    expect((await ask(key, 'auto')).json['model']).toBe('gpt-4o-mini')
  })

  it('binds the keys that are made with it, which may want more and never less', async () => {
    const parent = await make({ retention_days: 30 })
    const same = await make(null, parent.key)
    expect(await call('GET', 'me', undefined, same.key)).toMatchObject({ data_policy: { retention_days: 30 } })
    const stricter = await make({ training: false }, parent.key)
    expect(stricter.data_policy).toEqual({ training: false })
    const both = { retention_days: 30, training: false }
    expect(await call('GET', 'me', undefined, stricter.key)).toMatchObject({ data_policy: both })
    const looser = await make({ retention_days: 31 }, parent.key)
    expect(looser.error).toMatchObject({ code: 'permission_denied', param: 'data_policy.retention_days' })
    const wrong = await make({ training: true })
    expect(wrong.error).toMatchObject({ code: 'invalid_request', param: 'data_policy.training' })
  })

  it('is changed and taken away by a patch, and holds at once', async () => {
    const { id, key, data_policy: policy } = await make(MOST)
    expect(policy).toEqual(MOST)
    expect((await call('PATCH', `auth/${id}`, { name: 'renamed' })).data_policy).toEqual(MOST)
    expect((await call('PATCH', `auth/${id}`, { data_policy: null })).data_policy).toBeNull()
    await expect.poll(async () => (await ask(key, 'gpt-4.1')).status).toBe(200)
    await call('PATCH', `auth/${id}`, { data_policy: { retention_days: 0 } })
    await expect.poll(async () => (await ask(key, 'gpt-4.1')).status).toBe(403)
    expect((await call('GET', `auth/${id}`)).data_policy).toEqual({ retention_days: 0 })
  })
})
