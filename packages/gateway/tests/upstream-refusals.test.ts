// Faults 12 to 15: the upstream says no. Whose fault it is decides who hears of it.

import { RATE_LIMIT_FORMATS, refusalsMeaning, startFakeUpstream, type FakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { chat, post, startGateway, type Reply, type TestGateway } from './support/gateway.ts'

/** One provider with these keys, all tried in turn. */
function oneProvider(upstream: FakeUpstream, keys: readonly string[], extra = ''): string {
  return `providers:
  - { name: up, type: openai-compatible, base_url: "${upstream.url}", api_keys: [${keys.join(', ')}] }
models:
  - { id: gpt-4o, targets: [{ provider: up, model: gpt-4o }] }
health: { check: off }
${extra}`
}

const ask = async (gateway: TestGateway, content = 'Hello!'): Promise<Reply> =>
  await post(`${gateway.url}/chat/completions`, gateway.key, chat(content))

describe('fault 12: 429', () => {
  it.each(RATE_LIMIT_FORMATS)('in the form %s: that credential rests, the other one serves', async (format) => {
    await using upstream = await startFakeUpstream()
    await upstream.setFault(`429(${format},30000)`, { forKey: 'sk-a' })
    await using gateway = await startGateway(oneProvider(upstream, ['sk-a', 'sk-b']))
    for (let index = 0; index < 8; index += 1) expect((await ask(gateway)).status).toBe(200)
    const toLimited = upstream.ledger.entries.filter(({ key }) => key === 'sk-a')
    expect(toLimited.length).toBeLessThanOrEqual(2)
  })

  it('waits a moment when all of them rest, for no longer than the limit, and serves', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await startGateway(oneProvider(upstream, ['sk-a'], 'balancer: { limit_wait_ms: 3000 }'))
    await upstream.setFault('429(retry-after-ms,600)', { times: 1 })
    const startedMs = performance.now()
    expect((await ask(gateway)).status).toBe(200)
    expect(performance.now() - startedMs).toBeGreaterThan(550)
  })

  it('is a 503 with the smallest wait when that is too long', async () => {
    await using upstream = await startFakeUpstream()
    await upstream.setFault('429(retry-after,40000)', { forKey: 'sk-a' })
    await upstream.setFault('429(retry-after,20000)', { forKey: 'sk-b' })
    await using gateway = await startGateway(
      oneProvider(upstream, ['sk-a', 'sk-b'], 'balancer: { limit_wait_ms: 100 }'),
    )
    const reply = await ask(gateway)
    expect(reply.status).toBe(503)
    expect(reply.json.error).toMatchObject({ code: 'upstream_error', reason: 'all_limited' })
    const seconds = Number(reply.headers.get('retry-after'))
    expect(seconds).toBeGreaterThanOrEqual(20)
    expect(seconds).toBeLessThanOrEqual(23)
    expect(reply.text).not.toContain('Rate limit reached')
  })
})

describe('fault 13: the operator is out of money', () => {
  it.each(refusalsMeaning('quota'))(
    '%s: the credential is disabled, the other serves, no tenant sees 402',
    async (name) => {
      await using upstream = await startFakeUpstream()
      await upstream.setFault(`refusal(${name})`, { forKey: 'sk-a' })
      await using gateway = await startGateway(oneProvider(upstream, ['sk-a', 'sk-b']))
      for (let index = 0; index < 6; index += 1) expect((await ask(gateway)).status).toBe(200)
      expect(upstream.ledger.entries.filter(({ key }) => key === 'sk-a')).toHaveLength(1)
    },
  )

  it.each(refusalsMeaning('quota'))('%s everywhere: 503, and not a word of the bill', async (name) => {
    await using upstream = await startFakeUpstream()
    await upstream.setFault(`refusal(${name})`)
    await using gateway = await startGateway(oneProvider(upstream, ['sk-a']))
    const reply = await ask(gateway)
    expect(reply.status).toBe(503)
    expect(reply.json.error?.code).toBe('upstream_error')
    expect(reply.text).not.toMatch(/quota|credit|balance|billing|spend|payment|arrear/i)
  })
})

describe('fault 14: the upstream refuses a key', () => {
  it.each(refusalsMeaning('bad-key'))(
    '%s: that key is out of use, its sibling is not, and the tenant sees neither',
    async (name) => {
      await using upstream = await startFakeUpstream()
      await upstream.setFault(`refusal(${name})`, { forKey: 'sk-a' })
      await using gateway = await startGateway(oneProvider(upstream, ['sk-a', 'sk-b']))
      for (let index = 0; index < 6; index += 1) expect((await ask(gateway)).status).toBe(200)
      expect(upstream.ledger.entries.filter(({ key }) => key === 'sk-a')).toHaveLength(1)
      await upstream.setFault(`refusal(${name})`, { forKey: 'sk-b' })
      const reply = await ask(gateway)
      expect(reply.status).toBe(503)
      expect(reply.text).not.toContain('sk-')
    },
  )

  it.each(refusalsMeaning('forbidden'))('%s: one tenant’s 403 does not take a key from the others', async (name) => {
    await using upstream = await startFakeUpstream()
    await upstream.setFault(`refusal(${name})`, { forKey: 'sk-a', times: 1 })
    await using gateway = await startGateway(oneProvider(upstream, ['sk-a', 'sk-b']))
    for (let index = 0; index < 6; index += 1) expect((await ask(gateway)).status).toBe(200)
    expect(upstream.ledger.entries.filter(({ key }) => key === 'sk-a').length).toBeGreaterThan(1)
  })
})

describe('a tenant’s own mistake', () => {
  it('is told in the provider’s words, and never counts against the upstream', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await startGateway(oneProvider(upstream, ['sk-a']))
    for (let index = 0; index < 12; index += 1) {
      const reply = await post(`${gateway.url}/chat/completions`, gateway.key, {
        model: 'gpt-4o',
        messages: 'not an array',
      })
      expect(reply.status).toBe(400)
      expect(reply.json.error).toMatchObject({ type: 'invalid_request_error' })
      expect(Object.keys(reply.json.error ?? {}).sort()).toEqual(['code', 'message', 'param', 'type'])
    }
    expect((await ask(gateway)).status).toBe(200)
  })
})

describe('fault 15: every upstream answers 5xx', () => {
  it('asks upstream at most 1.2 times for each request, and serves again soon after', async () => {
    await using first = await startFakeUpstream()
    await using second = await startFakeUpstream()
    await using gateway = await startGateway(`providers:
  - { name: a, type: openai-compatible, base_url: "${first.url}", api_keys: [sk-a] }
  - { name: b, type: openai-compatible, base_url: "${second.url}", api_keys: [sk-b] }
models:
  - { id: gpt-4o, targets: [{ provider: a, model: gpt-4o }, { provider: b, model: gpt-4o }] }
health: { check: off }
balancer: { breaker: { open_ms: 1000 } }
`)
    await first.setFault('5xx(503)')
    await second.setFault('5xx(500)')
    const requests = 300
    let refused = 0
    for (let batch = 0; batch < requests / 20; batch += 1) {
      const replies = await Promise.all(Array.from({ length: 20 }, async () => await ask(gateway)))
      refused += replies.filter(({ status, json }) => status === 503 && json.error?.code === 'upstream_error').length
    }
    expect(refused).toBe(requests)
    const hits = first.ledger.totals.requests + second.ledger.totals.requests
    expect(hits).toBeLessThanOrEqual(requests * 1.2 + 3)
    await first.setFault(undefined)
    await second.setFault(undefined)
    const deadline = performance.now() + 5_000
    let recovered = false
    while (!recovered && performance.now() < deadline) recovered = (await ask(gateway)).status === 200
    expect(recovered).toBe(true)
  })
})

describe('a provider credential’s own limits', () => {
  it('never lets more through to a key than its limit, goes to the next key, and then waits or says so', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await startGateway(`providers:
  - { name: up, type: openai-compatible, base_url: "${upstream.url}", api_keys: [sk-a, sk-b], limits: { rpm: 3 } }
models:
  - { id: gpt-4o, targets: [{ provider: up, model: gpt-4o }] }
health: { check: off }
balancer: { limit_wait_ms: 50 }
`)
    const statuses: number[] = []
    for (let index = 0; index < 8; index += 1) statuses.push((await ask(gateway)).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 503, 503])
    expect(upstream.ledger.entries.filter(({ key }) => key === 'sk-a')).toHaveLength(3)
    expect(upstream.ledger.entries.filter(({ key }) => key === 'sk-b')).toHaveLength(3)
    const last = await ask(gateway)
    expect(last.json.error).toMatchObject({ code: 'upstream_error', reason: 'all_limited' })
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(30)
  })

  it('frees a slot of a concurrency limit however an attempt ends', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await startGateway(`providers:
  - { name: up, type: openai-compatible, base_url: "${upstream.url}", api_keys: [sk-a], limits: { concurrency: 1 } }
models:
  - { id: gpt-4o, targets: [{ provider: up, model: gpt-4o }] }
health: { check: off }
`)
    for (const fault of ['5xx(500)', 'rst@-1', '200-error', undefined, undefined]) {
      await upstream.setFault(fault, fault === undefined ? {} : { times: 2 })
      await ask(gateway)
    }
    expect((await ask(gateway)).status).toBe(200)
  })
})
