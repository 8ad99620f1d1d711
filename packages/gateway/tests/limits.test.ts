// Limits as a client meets them: what it is told, in its own dialect, and that a refused call has cost it nothing.

import { startFakeUpstream } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chat, post, providersYaml, startGateway, type Reply } from './support/gateway.ts'
import { callAndEndBadly, IMPATIENT, limitsUsed } from './support/slots.ts'

let upstream: Awaited<ReturnType<typeof startFakeUpstream>>
beforeAll(async () => {
  upstream = await startFakeUpstream()
})
afterAll(async () => {
  await upstream[Symbol.asyncDispose]()
})

const ratelimit = (reply: Reply, name: string): string | null => reply.headers.get(`x-ratelimit-${name}`)

describe('a key at its limit', () => {
  it('is told which limit, when to come again, and how it stands, in its own dialect', async () => {
    await using gateway = await startGateway(providersYaml([upstream.url]))
    const { key } = await gateway.makeKey({ rpm: 2, tpm: 100_000 })
    const ask = async (): Promise<Reply> => await post(`${gateway.url}/chat/completions`, key, chat())
    const first = await ask()
    expect([ratelimit(first, 'limit-requests'), ratelimit(first, 'remaining-requests')]).toEqual(['2', '1'])
    expect(ratelimit(first, 'limit-tokens')).toBe('100000')
    const stream = await post(`${gateway.url}/chat/completions`, key, chat('Hello!', { stream: true }))
    expect([stream.status, ratelimit(stream, 'remaining-requests')]).toEqual([200, '0'])
    const refused = await ask()
    expect(refused).toMatchObject({
      status: 429,
      json: { error: { code: 'rate_limit_exceeded', message: 'Rate limit exceeded: 2 RPM', param: null } },
    })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(59)
    expect([ratelimit(refused, 'remaining-requests'), ratelimit(refused, 'reset-requests')]).toEqual(['0', '1m0s'])
    const message = { model: 'gpt-4o', max_tokens: 10, messages: [{ role: 'user', content: 'Hello!' }] }
    const anthropic = await post(`${gateway.url}/messages`, key, message)
    expect(anthropic).toMatchObject({ status: 429, json: { type: 'error', error: { type: 'rate_limit_error' } } })
    expect(anthropic.headers.get('retry-after')).toMatch(/^(59|60)$/)
    const content = { contents: [{ role: 'user', parts: [{ text: 'Hello!' }] }] }
    const gemini = await post(`${gateway.origin}/v1beta/models/gpt-4o:generateContent`, key, content)
    expect(gemini).toMatchObject({ status: 429, json: { error: { code: 429, status: 'RESOURCE_EXHAUSTED' } } })
    expect(ratelimit(gemini, 'limit-requests')).toBe('2')
    expect(upstream.ledger.totals.requests).toBe(2)
  })

  it('is told when no wait helps', async () => {
    await using gateway = await startGateway(providersYaml([upstream.url]))
    const { key } = await gateway.makeKey({ tpm: 50 })
    const reply = await post(`${gateway.url}/chat/completions`, key, chat('Hello!', { max_tokens: 500 }))
    expect(reply.status).toBe(429)
    expect(reply.json.error?.message).toMatch(/^Request needs \d+ tokens, more than the limit of 50 TPM\./)
    expect(reply.headers.get('retry-after')).toBeNull()
    expect(reply.headers.get('x-should-retry')).toBe('false')
  })

  it('has its tokens corrected by what was used', async () => {
    await using gateway = await startGateway(providersYaml([upstream.url]))
    const { key } = await gateway.makeKey({ tpm: 10_000 })
    const ask = async (): Promise<Reply> =>
      await post(`${gateway.url}/chat/completions`, key, chat('Hello!', { max_tokens: 4000 }))
    const left = Number(ratelimit(await ask(), 'remaining-tokens'))
    expect(left).toBeLessThan(6000)
    // The answer had some 20 tokens, not 4,000.
    expect(Number(ratelimit(await ask(), 'remaining-tokens'))).toBeGreaterThan(left - 200)
  })
})

describe('limits of others', () => {
  it('say whose they are: the group’s for each account, and a model’s for everybody', async () => {
    const groups = 'groups: [{ name: default, preset: free }, { name: other, limits: { rpm: 3 } }]'
    await using gateway = await startGateway(
      `${providersYaml([upstream.url])}  - { id: gpt-4o-mini, targets: [{ provider: a, model: gpt-4o }], limits: { rpm: 1 } }\n${groups}\n`,
    )
    const ask = async (model: string): Promise<Reply> =>
      await post(`${gateway.url}/chat/completions`, gateway.key, chat('Hello!', { model }))
    const first = await ask('gpt-4o-mini')
    // Of what others share in, tenants see no figures.
    expect([first.status, ratelimit(first, 'limit-requests')]).toEqual([200, '100'])
    const refused = await ask('gpt-4o-mini')
    expect(refused.status).toBe(429)
    expect(refused.json.error?.message).toBe(
      'Rate limit exceeded: 1 RPM. This is the limit of model "gpt-4o-mini" for all of its users.',
    )
    const replies = await Promise.all(Array.from({ length: 120 }, () => ask('gpt-4o')))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(99)
    expect(replies.find(({ status }) => status === 429)?.json.error?.message).toMatch(
      /^Rate limit exceeded: 100 RPM\. This is the limit of account ".+"\.$/,
    )
  })

  it('of a model: one that stands in for another serves as much as its own limit says', async () => {
    await using broken = await startFakeUpstream({ fault: '5xx(500)' })
    await using gateway = await startGateway(`providers:
  - { name: a, type: openai-compatible, base_url: "${broken.url}", api_keys: [sk-up-a] }
  - { name: b, type: openai-compatible, base_url: "${upstream.url}", api_keys: [sk-up-b] }
models:
  - { id: gpt-4o, targets: [{ provider: a, model: gpt-4o }], fallbacks: [gpt-4o-mini] }
  - { id: gpt-4o-mini, targets: [{ provider: b, model: gpt-4o }], limits: { rpm: 2, concurrency: 1 } }
`)
    const statuses: number[] = []
    for (let call = 0; call < 4; call++)
      statuses.push((await post(`${gateway.url}/chat/completions`, gateway.key, chat())).status)
    expect(statuses).toEqual([200, 200, 503, 503])
  })

  it('of a credential: the next one is asked, and a client never hears of it', async () => {
    const before = upstream.ledger.totals.requests
    await using gateway = await startGateway(`providers:
  - { name: a, type: openai-compatible, base_url: "${upstream.url}", api_keys: [sk-up-1, sk-up-2], limits: { rpm: 3 } }
models:
  - { id: gpt-4o, targets: [{ provider: a, model: gpt-4o }] }
`)
    const replies = []
    for (let call = 0; call < 7; call++)
      replies.push(await post(`${gateway.url}/chat/completions`, gateway.key, chat()))
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 503])
    expect(replies.at(-1)?.json.error).toMatchObject({ reason: 'all_limited' })
    expect(replies.every((reply) => ratelimit(reply, 'limit-requests') === null)).toBe(true)
    expect(upstream.ledger.totals.requests - before).toBe(6)
  })
})

describe('a slot of a concurrency limit', () => {
  it('is free again after 1,000 calls that were aborted, failed or timed out', async () => {
    await using gateway = await startGateway(providersYaml([upstream.url], IMPATIENT))
    const { key } = await gateway.makeKey({ concurrency: 64, rpm: 1_000_000 })
    const before = upstream.ledger.totals.requests
    const ends = await callAndEndBadly({ url: gateway.url, key, calls: 1000, atOnce: 32, seed: 11 })
    expect(ends['aborted']).toBeGreaterThan(0)
    expect(ends['done']).toBeGreaterThan(0)
    expect(upstream.ledger.totals.requests - before).toBeGreaterThan(900)
    await expect.poll(async () => await limitsUsed(gateway.origin, key)).toMatchObject({ concurrency: 0 })
  }, 120_000)

  it('of a credential is free again after calls that failed', async () => {
    await using broken = await startFakeUpstream({ fault: 'rst@0' })
    await using gateway = await startGateway(`providers:
  - { name: a, type: openai-compatible, base_url: "${broken.url}", api_keys: [sk-up-1], limits: { concurrency: 2 } }
models:
  - { id: gpt-4o, targets: [{ provider: a, model: gpt-4o }] }
${IMPATIENT}`)
    for (let call = 0; call < 6; call++)
      expect([503, 504]).toContain((await post(`${gateway.url}/chat/completions`, gateway.key, chat())).status)
    // Each of them was asked: none was kept away by a slot that somebody still held.
    expect(broken.ledger.totals.requests).toBeGreaterThanOrEqual(6)
  })
})
