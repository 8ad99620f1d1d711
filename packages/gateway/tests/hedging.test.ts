// A second attempt for a client that waits unusually long: the first to answer serves, the other is given up, the client
// pays for one answer, and no attempt is left behind.
import { startFakeUpstream, type FakeUpstream } from '@fairlead/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startGateway, type TestGateway } from './support/gateway.ts'
import { openAccount, operate } from './support/shop.ts'

const SOON = { timeout: 5_000, interval: 10 }
const NEVER = { kind: 'stall', after: -1 } as const
const LATE = { kind: 'slowhead', ms: 700 } as const

let first: FakeUpstream
let second: FakeUpstream
let gateway: TestGateway
beforeAll(async () => {
  first = await startFakeUpstream({ script: { tokens: 5 } })
  second = await startFakeUpstream({ script: { tokens: 5 } })
  gateway = await startGateway(`providers:
  - { name: first, type: openai, base_url: "${first.url}", api_keys: [sk-1] }
  - { name: second, type: openai, base_url: "${second.url}", api_keys: [sk-2] }
models:
  - id: gpt-4o
    targets: [{ provider: first, price: { input: 1, output: 2 } }, { provider: second, priority: 1, price: { input: 1, output: 2 } }]
    price: { input: 10, output: 20 }
    hedge: { after_ms: 60 }
  - { id: plain, targets: [{ provider: first, model: gpt-4o, price: { input: 1, output: 2 } }], price: { input: 10, output: 20 } }
  - id: learned
    targets: [{ provider: first, model: gpt-4o }, { provider: second, priority: 1, model: gpt-4o }]
    price: { input: 10, output: 20 }
    hedge: {}
groups: [{ name: paid, billing: prepaid }]
health: { check: off }
timeouts: { first_byte_ms: 1500 }
balancer: { retry_budget: 1, breaker: { consecutive_failures: 1000, min_requests: 1000 } }
`)
})
afterEach(async () => {
  await first.setFault(undefined)
  await second.setFault(undefined)
  await vi.waitUntil(async () => (await gateway.requestsInFlight()) === 0, SOON)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await first[Symbol.asyncDispose]()
  await second[Symbol.asyncDispose]()
})

async function ask(key = gateway.key, more: Record<string, unknown> = {}, signal?: AbortSignal) {
  const response = await fetch(`${gateway.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello!' }], ...more }),
    ...(signal === undefined ? {} : { signal }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** Of the newest call. */
async function record() {
  const [newest] = await gateway.usage()
  if (newest === undefined) throw new Error('nothing was recorded')
  return { ...newest, outcomes: newest.trail.map(({ provider, outcome }) => `${provider} ${outcome}`) }
}

describe('a request that has waited unusually long', () => {
  it('is served by whoever answers first, and paid once', async () => {
    const { key, accountId } = await openAccount(gateway.origin, 1_000_000_000)
    await ask(key, { model: 'plain' })
    const alone = await record()
    expect(alone.outcomes).toEqual([])
    for (const stream of [false, true]) {
      await first.setFault(NEVER)
      const reply = await ask(key, stream ? { stream: true, stream_options: { include_usage: true } } : {})
      expect([reply.status, reply.headers.get('x-fairlead-attempts')]).toEqual([200, '2'])
      const hedged = await record()
      expect(hedged.outcomes).toEqual(['first hedged', 'second ok'])
      expect(hedged).toMatchObject({ provider: 'second', status: 200, costNanos: alone.costNanos })
      expect(hedged.providerCostNanos).toBeGreaterThan(alone.providerCostNanos)
      await first.setFault(undefined)
    }
    await gateway.callBack(accountId)
    const wallet = await operate(gateway.origin, 'GET', `/api/accounts/${accountId}/wallet`)
    expect(Number(wallet['balance'])).toBeCloseTo(1 - (3 * alone.costNanos) / 1e9, 9)
  })

  it('is served by the first where that is faster after all', async () => {
    await first.setFault({ kind: 'slowhead', ms: 250 })
    await second.setFault(NEVER)
    expect((await ask()).status).toBe(200)
    expect((await record()).outcomes).toEqual(['second hedged', 'first ok'])
  })

  it('is served by the first where the second fails, and by the second where the first does', async () => {
    await first.setFault({ kind: 'slowhead', ms: 250 })
    await second.setFault({ kind: '5xx', status: 503, share: 1, seed: 1 })
    expect((await ask()).status).toBe(200)
    expect((await record()).outcomes).toEqual(['second server-error', 'first ok'])
    // It fails while the second is at work.
    await first.setFault(undefined)
    await second.setFault(LATE)
    first.answer({ delayMs: 250, trouble: { kind: 'overloaded' } })
    expect((await ask()).status).toBe(200)
    expect((await record()).outcomes).toEqual(['first server-error', 'second ok'])
  })

  it('times out when neither answers, and leaves nothing behind', async () => {
    await first.setFault(NEVER)
    await second.setFault(NEVER)
    expect((await ask(gateway.key, { stream: true })).status).toBe(504)
    const { outcomes, costNanos } = await record()
    expect(costNanos).toBe(0)
    expect(outcomes.length).toBeGreaterThanOrEqual(2)
  })

  it('lets go of both when its client leaves', async () => {
    await first.setFault(NEVER)
    await second.setFault(NEVER)
    const before = second.ledger.totals.requests
    const leaving = new AbortController()
    const gone = ask(gateway.key, {}, leaving.signal).catch((error: unknown) => error)
    await vi.waitFor(() => expect(second.ledger.totals.requests).toBe(before + 1), SOON)
    leaving.abort()
    await gone
    await vi.waitFor(async () => expect((await record()).status).toBe(499), SOON)
    expect((await record()).outcomes.toSorted()).toEqual(['first abandoned', 'second hedged'])
  })

  it('is one that takes longer than nineteen of twenty did, where no time is set', async () => {
    for (let call = 0; call < 20; call += 1) await ask(gateway.key, { model: 'learned' })
    await first.setFault(NEVER)
    expect((await ask(gateway.key, { model: 'learned' })).status).toBe(200)
    expect((await record()).outcomes).toEqual(['first hedged', 'second ok'])
  })
})
