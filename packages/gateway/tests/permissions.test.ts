// What a key may do on the data plane: no spelling of a model, no carrier of a key, no path and no stand-in gets round it.

import { openStream, startFakeProvider, startFakeUpstream } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { NewKey } from '../src/identity/key-service.ts'
import { OPERATOR } from '../src/identity/principal.ts'
import { MASTER_KEY, startGateway, type TestGateway } from './support/gateway.ts'

type Provider = Awaited<ReturnType<typeof startFakeProvider>>

let provider: Provider
let gateway: TestGateway

beforeAll(async () => {
  provider = await startFakeProvider()
  const { origin } = provider
  gateway = await startGateway(
    `
providers:
  - { name: open, type: openai, base_url: "${origin}/v1", api_keys: [k] }
  - { name: claude, type: anthropic, base_url: "${origin}/v1", api_keys: [k] }
  - { name: google, type: gemini, base_url: "${origin}/v1beta", api_keys: [k] }
  - { name: dead, type: openai, base_url: "http://127.0.0.1:1/v1", api_keys: [k] }
models:
  - { id: gpt, aliases: [cheap], targets: [{ provider: open, model: gpt-4o }] }
  - { id: opus, aliases: [dear], targets: [{ provider: claude, model: claude-opus-4-5 }] }
  - { id: gemini, targets: [{ provider: google, model: gemini-2.5-flash }] }
  - { id: embed, targets: [{ provider: open, model: text-embedding-3-small }] }
  - { id: "wild/*", targets: [{ provider: open, model: "*" }] }
  - { id: broken, targets: [{ provider: dead, model: m }], fallbacks: [opus, gpt] }
  - { id: lost, targets: [{ provider: dead, model: m }], fallbacks: [opus] }
groups:
  - { name: default }
  - { name: small, models: [cheap, "wild/gpt-*", embed] }
`,
    { server: 'trusted_proxies: [127.0.0.1]' },
  )
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

async function keyWith(rules: Partial<NewKey>): Promise<string> {
  return (await gateway.app.control.keys.create({ name: 'k', maker: OPERATOR, ...rules })).key
}

interface Answer {
  readonly status: number
  readonly code: string
  readonly text: string
  readonly model: unknown
}

async function send(path: string, headers: Record<string, string>, body?: object): Promise<Answer> {
  const response = await fetch(gateway.origin + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const json = JSON.parse(text) as { error?: { code?: string | number; type?: string }; model?: unknown }
  return { status: response.status, code: String(json.error?.code ?? json.error?.type ?? ''), text, model: json.model }
}

const CARRIERS: readonly (readonly [string, (key: string) => Record<string, string>])[] = [
  ['Authorization', (key) => ({ authorization: `Bearer ${key}` })],
  ['x-api-key', (key) => ({ 'x-api-key': key })],
  ['x-goog-api-key', (key) => ({ 'x-goog-api-key': key })],
]
const MESSAGES = { messages: [{ role: 'user', content: 'Hello!' }], max_tokens: 5 }
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: 'Hello!' }] }] }

/** Every way to name a model in a request. */
const WAYS: readonly (readonly [string, (model: string) => { path: string; body: object }])[] = [
  ['chat', (model) => ({ path: '/v1/chat/completions', body: { model, ...MESSAGES } })],
  ['chat without /v1', (model) => ({ path: '/chat/completions', body: { model, ...MESSAGES } })],
  ['chat with /v1 twice', (model) => ({ path: '/v1/v1/chat/completions', body: { model, ...MESSAGES } })],
  ['responses', (model) => ({ path: '/v1/responses', body: { model, input: 'Hello!' } })],
  ['messages', (model) => ({ path: '/v1/messages', body: { model, ...MESSAGES } })],
  ['count_tokens', (model) => ({ path: '/v1/messages/count_tokens', body: { model, ...MESSAGES } })],
  ['generateContent', (model) => ({ path: `/v1beta/models/${model}:generateContent`, body: CONTENTS })],
  ['countTokens', (model) => ({ path: `/v1beta/models/${model}:countTokens`, body: CONTENTS })],
]

describe('A key for one model', () => {
  it.each(CARRIERS)('is served that one and no other, in whatever way it is asked, by %s', async (_name, carrier) => {
    const headers = carrier(await keyWith({ models: ['gpt'] }))
    const asked = provider.ledger.totals.requests
    for (const [way, request] of WAYS) {
      for (const model of ['opus', 'dear', 'claude%2Fopus', 'open%2Fgpt', 'wild%2Fgpt-4o', 'gemini', 'GPT', 'nobody']) {
        // A slash in a path is written so; in a body it is itself.
        const inPath = request(model)
        const { path, body } = inPath.path.includes('%2F') ? inPath : request(decodeURIComponent(model))
        const answer = await send(path, headers, body)
        expect([way, model, answer.status], answer.text).toEqual([way, model, 404])
        expect(answer.text).toContain('does not exist here, or this key may not use it')
      }
    }
    expect(provider.ledger.totals.requests).toBe(asked)
    for (const [way, request] of WAYS) {
      for (const model of ['gpt', 'cheap']) {
        const { path, body } = request(model)
        expect([way, (await send(path, headers, body)).status]).toEqual([way, 200])
      }
    }
  })

  it('is told in the words of its dialect', async () => {
    const key = await keyWith({ models: ['gpt'] })
    const openai = await send(
      '/v1/chat/completions',
      { authorization: `Bearer ${key}` },
      { model: 'opus', ...MESSAGES },
    )
    expect(openai).toMatchObject({ status: 404, code: 'model_not_found' })
    expect((await send('/v1/messages', { 'x-api-key': key }, { model: 'opus', ...MESSAGES })).code).toBe(
      'not_found_error',
    )
    expect((await send(`/v1beta/models/opus:generateContent?key=${key}`, {}, CONTENTS)).code).toBe('404')
  })

  it('finds that one alone in the list of models, in each of its shapes', async () => {
    const key = await keyWith({ models: ['gpt', 'g*', 'embed'] })
    const bearer = { authorization: `Bearer ${key}` }
    const ids = async (path: string, headers: Record<string, string>): Promise<unknown[]> => {
      const { text } = await send(path, headers)
      const list = JSON.parse(text) as { data?: { id: string }[]; models?: { name: string }[] }
      return (list.data ?? []).map(({ id }) => id).concat((list.models ?? []).map(({ name }) => name))
    }
    // The picker chooses from those that the key may use.
    const own = ['auto', 'gpt', 'gemini', 'embed']
    expect(await ids('/v1/models', bearer)).toEqual(own)
    expect(await ids('/v1/models', { 'x-api-key': key, 'anthropic-version': '2023-06-01' })).toEqual(own)
    expect(await ids(`/v1beta/models?key=${key}`, {})).toEqual(own.map((id) => `models/${id}`))
    expect((await ids('/v1/models', { authorization: `Bearer ${gateway.key}` })).length).toBe(7)
    for (const id of ['gpt', 'cheap', 'gemini']) expect((await send(`/v1/models/${id}`, bearer)).status).toBe(200)
    for (const id of ['opus', 'dear', 'broken', 'claude%2Fopus', 'nobody']) {
      expect((await send(`/v1/models/${id}`, bearer)).status).toBe(404)
    }
    expect((await send('/v1beta/models/opus', { 'x-goog-api-key': key })).status).toBe(404)
  })

  it('is never answered by a model that stands in and is not its own', async () => {
    const ask = async (models: string[], model: string): Promise<Answer> =>
      await send('/v1/chat/completions', { 'x-api-key': await keyWith({ models }) }, { model, ...MESSAGES })
    expect(await ask(['broken', 'gpt'], 'broken')).toMatchObject({ status: 200, model: 'gpt' })
    expect(await ask(['broken', 'gpt', 'opus'], 'broken')).toMatchObject({ status: 200, model: 'opus' })
    const before = provider.ledger.totals.requests
    expect(await ask(['lost'], 'lost')).toMatchObject({ status: 503, code: 'upstream_error' })
    expect(provider.ledger.totals.requests).toBe(before)
  })

  it('embeds with a model for it, and with none other', async () => {
    const headers = { 'x-api-key': await keyWith({ models: ['embed'] }) }
    expect((await send('/v1/embeddings', headers, { model: 'embed', input: 'x' })).status).toBe(200)
    expect((await send('/v1/embeddings', headers, { model: 'gpt', input: 'x' })).status).toBe(404)
    const body = { content: { parts: [{ text: 'x' }] } }
    expect((await send('/v1beta/models/embed:embedContent', headers, body)).status).toBe(200)
    expect((await send('/v1beta/models/gpt:embedContent', headers, body)).status).toBe(404)
    const batch = { requests: [{ model: 'models/gpt', ...body }] }
    expect((await send('/v1beta/models/gpt:batchEmbedContents', headers, batch)).status).toBe(404)
  })
})

describe('A key in a group', () => {
  it('has the group’s models, and its own rules within them', async () => {
    const headers = async (rules: Partial<NewKey>) => ({ 'x-api-key': await keyWith({ group: 'small', ...rules }) })
    const statuses = async (rules: Partial<NewKey>): Promise<number[]> => {
      const carrier = await headers(rules)
      const models = ['gpt', 'cheap', 'wild/gpt-4o', 'wild/o3', 'opus']
      return await Promise.all(
        models.map(async (model) => (await send('/v1/chat/completions', carrier, { model, ...MESSAGES })).status),
      )
    }
    expect(await statuses({})).toEqual([200, 200, 200, 404, 404])
    expect(await statuses({ models: ['*'] })).toEqual([200, 200, 200, 404, 404])
    expect(await statuses({ models: ['wild/*', 'opus'] })).toEqual([404, 404, 200, 404, 404])
  })
})

describe('A key for some endpoints', () => {
  it.each(CARRIERS)('is refused at all others, however they are spelled, by %s', async (_name, carrier) => {
    const headers = carrier(await keyWith({ endpoints: ['/v1/chat/completions', '/v1beta/models/gemini:*'] }))
    const asked = WAYS.map(([, request]) => request('gpt')).concat(
      WAYS.slice(-2).map(([, request]) => request('gemini')),
    )
    const statuses = await Promise.all(asked.map(async ({ path, body }) => (await send(path, headers, body)).status))
    expect(statuses).toEqual([200, 200, 200, 403, 403, 403, 403, 403, 200, 200])
    for (const path of ['/v1/models', '/models', '/v1/models/gpt', '/v1beta/models', '/v1beta/models/gpt']) {
      const { status, text } = await send(path, headers)
      expect([path, status], text).toEqual([path, 403])
    }
  })

  it('may see models where its list has them', async () => {
    const headers = { 'x-api-key': await keyWith({ endpoints: ['/v1/models*'] }) }
    expect((await send('/v1/models', headers)).status).toBe(200)
    expect((await send('/v1/models/gpt', headers)).status).toBe(200)
    expect((await send('/v1beta/models', headers)).status).toBe(403)
  })
})

describe('A key for some addresses', () => {
  it('is refused from all others, behind a trusted proxy too', async () => {
    const key = await keyWith({ addresses: ['203.0.113.0/24'] })
    const from = async (forwarded: string | null): Promise<number> => {
      const headers = { 'x-api-key': key, ...(forwarded === null ? {} : { 'x-forwarded-for': forwarded }) }
      const answers = [
        await send('/v1/chat/completions', headers, { model: 'gpt', ...MESSAGES }),
        await send('/v1/models', headers),
      ]
      expect(answers[0]?.status).toBe(answers[1]?.status)
      return answers[0]?.status ?? 0
    }
    expect(await from(null)).toBe(403)
    expect(await from('198.51.100.1')).toBe(403)
    expect(await from('203.0.113.7')).toBe(200)
    expect(await from('203.0.113.7, 198.51.100.1')).toBe(403)
    expect(await from('198.51.100.1, 203.0.113.7')).toBe(200)
    expect(await from('unknown')).toBe(403)
    const home = await keyWith({ addresses: ['127.0.0.0/8'] })
    expect((await send('/v1/models', { 'x-api-key': home })).status).toBe(200)
  })
})

describe('An account', () => {
  it('has no more under way than it may, whatever its keys, and every end gives room again', async () => {
    // Not one that echoes, whose streams are as long as what it was told: these must outlast the third call.
    await using upstream = await startFakeUpstream()
    await using small = await startGateway(
      `providers: [{ name: a, type: openai, base_url: "${upstream.origin}/v1", api_keys: [k], models: [gpt-4o] }]`,
      { server: 'max_in_flight_per_account: 2' },
    )
    const url = `${small.url}/chat/completions`
    const body = { model: 'gpt-4o', messages: [{ role: 'user', content: '[[testkit: tokens=1000 gapMs=20]]' }] }
    const second = (await small.makeKey()).key
    for (let round = 0; round < 5; round++) {
      const calls = [small.key, second].map((key) => openStream(url, { ...body, stream: true }, { key }))
      await Promise.all(calls.map((call) => call.responded))
      const refused = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${second}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
      expect(await refused.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
      const operator = openStream(url, { ...body, stream: true }, { key: MASTER_KEY })
      await operator.responded
      const open = [...calls, operator]
      for (const call of open) call.abort()
      expect((await Promise.all(open.map(({ result }) => result))).map(({ status }) => status)).toEqual([200, 200, 200])
      // What a client that left has had is counted first, so there is room again a moment after the upstream has noticed.
      await vi.waitUntil(async () => (await small.requestsInFlight()) === 0, { timeout: 5_000, interval: 10 })
    }
    await upstream.ledger.until(({ totals }) => totals.openRequests === 0 && totals.requests === 15)
    // One that fails gives its room back as well.
    for (let time = 0; time < 10; time++) {
      const reply = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${second}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, messages: [{ role: 'user', content: '[[testkit: fault=status(400)]]' }] }),
      })
      await reply.text()
      expect(reply.status).not.toBe(429)
    }
  })
})
