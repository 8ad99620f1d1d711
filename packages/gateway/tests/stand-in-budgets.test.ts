// A budget and the dearer model that stands in for a cheap one that failed: it has room for the whole of that call, or the
// model is not asked. What is reserved and not used comes back, however the call ends.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAutoShop, type AutoShop, type ShopModel } from './support/auto-shop.ts'
import { post, type Reply } from './support/gateway.ts'
import { dollars, nanosOf, operate } from './support/shop.ts'
import { limitsUsed } from './support/slots.ts'

const MOST_TOKENS = 1_000
/** A full answer of each is 600,000, 10,000,000 and 1,600,000 nano-US$. */
const CHAIN: readonly ShopModel[] = [
  { id: 'gpt-4o-mini', input: 0.15, output: 0.6, quality: 0.95, fallbacks: ['gpt-4o', 'gpt-4.1-mini'] },
  { id: 'gpt-4o', input: 2.5, output: 10, quality: 0.9 },
  { id: 'gpt-4.1-mini', input: 0.4, output: 1.6, quality: 0.85 },
]
/** None is ever taken out of service. */
const NEVER_OUT =
  'balancer: { panic_threshold: 1, breaker: { consecutive_failures: 1000, failure_share: 1, min_requests: 10000 } }\n'
/** A little for what is asked. */
const ASKED_NANOS = 100_000
const FIRST_ONLY = 600_000 + ASKED_NANOS
const FIRST_AND_LAST = 1_600_000 + ASKED_NANOS
const ALL = 10_000_000 + ASKED_NANOS

let shop: AutoShop
beforeAll(async () => {
  shop = await openAutoShop({ models: CHAIN, tokens: MOST_TOKENS, extra: NEVER_OUT })
  await shop.upstreamOf('gpt-4o-mini').setFault('refuse')
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
})

const AUTO = { tradeoff: 0, min_quality: 0.5 }
const ask = async (key: string, model: string, more = {}): Promise<Reply> =>
  await post(`${shop.gateway.url}/chat/completions`, key, {
    model,
    messages: [{ role: 'user', content: 'Hello!' }],
    max_tokens: MOST_TOKENS,
    ...(model === 'auto' ? { auto: AUTO } : {}),
    ...more,
  })

/** @param of whose budget it is */
async function keyWith(nanos: number, of: 'key' | 'account' = 'key'): Promise<string> {
  const { origin } = shop.gateway
  const budget = { amount: dollars(nanos), reset: 'month' }
  const account = await operate(origin, 'POST', '/api/accounts', { name: 'a', ...(of === 'account' ? { budget } : {}) })
  const own = of === 'key' ? { budget } : {}
  return String((await operate(origin, 'POST', '/api/auth', { name: 'k', account: account['id'], ...own }))['key'])
}

async function reasonsOf(key: string, reply: Reply): Promise<Record<string, string | null>> {
  const id = reply.headers.get('x-fairlead-receipt')
  const found = await fetch(`${shop.gateway.url}/receipts/${id}`, { headers: { authorization: `Bearer ${key}` } })
  const { candidates } = (await found.json()) as { candidates: { model: string; reason: string | null }[] }
  return Object.fromEntries(candidates.map(({ model, reason }) => [model, reason]))
}

const spentOf = async (key: string): Promise<number> =>
  nanosOf(String((await limitsUsed(shop.gateway.origin, key))['budget']))

describe.each(['key', 'account'] as const)('the budget of a %s', (of) => {
  it('pays for the dearer model where it has room for it, once and exactly', async () => {
    const key = await keyWith(ALL, of)
    const reply = await ask(key, 'auto')
    expect([reply.status, reply.json['model']]).toEqual([200, 'gpt-4o'])
    const { prompt_tokens: input = 0, completion_tokens: output = 0 } = reply.json['usage'] as Record<string, number>
    expect(output).toBe(MOST_TOKENS)
    await expect.poll(() => spentOf(key)).toBe(input * 2_500 + output * 10_000)
  })

  it('passes it over where it has not, says so in the receipt, and is not overshot', async () => {
    const key = await keyWith(FIRST_AND_LAST, of)
    const before = shop.asked('gpt-4o')
    const reply = await ask(key, 'auto')
    expect([reply.status, reply.json['model']]).toEqual([200, 'gpt-4.1-mini'])
    expect(await reasonsOf(key, reply)).toMatchObject({ 'gpt-4o-mini': 'failed', 'gpt-4o': 'budget' })
    expect(shop.asked('gpt-4o')).toBe(before)
    await expect.poll(() => spentOf(key)).toBeLessThanOrEqual(FIRST_AND_LAST)
    expect(await spentOf(key)).toBeGreaterThanOrEqual(MOST_TOKENS * 1_600)
  })

  it('gives all of it back when nobody can be paid, or nobody answers', async () => {
    const key = await keyWith(FIRST_ONLY, of)
    expect((await ask(key, 'auto')).status).toBe(503)
    await expect.poll(() => spentOf(key)).toBe(0)
    const rich = await keyWith(ALL, of)
    const down = { ...AUTO, models: ['gpt-4o-mini', 'gpt-4o'] }
    await shop.upstreamOf('gpt-4o').setFault('refuse')
    expect((await ask(rich, 'auto', { auto: down })).status).toBe(503)
    await shop.upstreamOf('gpt-4o').setFault(undefined)
    await expect.poll(() => spentOf(rich)).toBe(0)
  })
})

it('holds for the fallbacks of a model that is named as well, streams included', async () => {
  const key = await keyWith(FIRST_AND_LAST)
  const reply = await ask(key, 'gpt-4o-mini', { stream: true })
  expect([reply.status, reply.headers.get('x-fairlead-model')]).toEqual([200, 'gpt-4.1-mini'])
  await expect.poll(() => spentOf(key)).toBeGreaterThanOrEqual(MOST_TOKENS * 1_600)
  expect(await spentOf(key)).toBeLessThanOrEqual(FIRST_AND_LAST)
})

it('counts of requests and slots once, whoever stands in', async () => {
  const { origin } = shop.gateway
  const limits = { rpm: 5, concurrency: 1 }
  const made = await operate(origin, 'POST', '/api/auth', {
    name: 'k',
    limits,
    budget: { amount: '1', reset: 'month' },
  })
  const key = String(made['key'])
  for (const _ of [1, 2]) expect((await ask(key, 'auto')).json['model']).toBe('gpt-4o')
  await expect.poll(() => limitsUsed(origin, key)).toMatchObject({ rpm: 2, concurrency: 0 })
})
