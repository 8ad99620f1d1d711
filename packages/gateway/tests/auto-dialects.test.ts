// `auto` in every format that chats, in background work and in compaction: the same choice, the same headers, nothing of
// ours upstream.
import { openStream } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAutoShop, type AutoShop } from './support/auto-shop.ts'
import { post, type Reply } from './support/gateway.ts'

let shop: AutoShop
beforeAll(async () => {
  shop = await openAutoShop()
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
})

const ask = (path: string, body: unknown): Promise<Reply> =>
  post(`${shop.gateway.origin}${path}`, shop.gateway.key, body)
const auto = { exclude: ['gpt-4.1'] }
const messages = [{ role: 'user', content: 'Hello!' }]

const CALLS: readonly (readonly [
  what: string,
  path: string,
  body: Record<string, unknown>,
  model: (reply: Reply) => unknown,
])[] = [
  ['chat', '/v1/chat/completions', { model: 'auto', messages }, ({ json }) => json['model']],
  ['responses', '/v1/responses', { model: 'auto', input: 'Hello!' }, ({ json }) => json['model']],
  ['anthropic', '/v1/messages', { model: 'auto', max_tokens: 100, messages }, ({ json }) => json['model']],
  [
    'gemini',
    '/v1beta/models/auto:generateContent',
    { contents: [{ role: 'user', parts: [{ text: 'Hello!' }] }] },
    ({ json }) => json['modelVersion'],
  ],
  [
    'gemini with a preset',
    '/v1beta/models/auto:cheap:generateContent',
    { contents: [{ role: 'user', parts: [{ text: 'Hello!' }] }] },
    ({ json }) => json['modelVersion'],
  ],
]

describe('auto', () => {
  it.each(CALLS)('picks in %s', async (_what, path, body, modelOf) => {
    const reply = await ask(path, { ...body, auto })
    expect([reply.status, reply.status === 200 ? '' : reply.text]).toEqual([200, ''])
    expect(modelOf(reply)).toBe('gpt-4o-mini')
    expect(reply.headers.get('x-fairlead-savings')).toMatch(/^0\.\d*[1-9]/)
    expect(reply.headers.get('x-fairlead-receipt')).toMatch(/^rcpt_/)
    expect(shop.bodiesOf('gpt-4o-mini').at(-1)).not.toContain('"auto"')
  })

  it.each([
    ['responses', '/v1/responses', { model: 'auto', input: 'Hello!', stream: true }],
    ['anthropic', '/v1/messages', { model: 'auto', max_tokens: 100, messages, stream: true }],
  ])('streams in %s, and says in the last events what was saved', async (_what, path, body) => {
    const { gateway } = shop
    const stream = await openStream(`${gateway.origin}${path}`, { ...body, auto }, { key: gateway.key }).result
    expect(stream.status).toBe(200)
    expect(stream.headers['x-fairlead-cost-estimated']).toBe('true')
    const text = stream.events.map(({ data }) => data).join('\n')
    expect(text).toMatch(/"savings":0\.\d*[1-9]\d*,"baseline_model":"gpt-4o","receipt":"rcpt_/)
  })

  it('counts tokens for the model that it would pick, free of charge and without a receipt', async () => {
    const reply = await ask('/v1/messages/count_tokens', { model: 'auto', messages })
    // The fake speaks chat alone, which cannot count: what matters is that somebody was picked for it.
    expect(reply.text).not.toContain('model_not_found')
    expect(reply.headers.get('x-fairlead-receipt')).toBeNull()
  })

  it('goes on from a stored response, whoever made it', async () => {
    const first = await ask('/v1/responses', { model: 'auto', input: 'HARD question' })
    expect(first.json['model']).toBe('gpt-4.1')
    const next = await ask('/v1/responses', {
      model: 'auto',
      input: 'And now?',
      previous_response_id: first.json['id'],
    })
    expect(next.status).toBe(200)
    expect(shop.bodiesOf(String(next.json['model'])).at(-1)).toContain('HARD question')
  })

  it('works in the background', async () => {
    const queued = await ask('/v1/responses', { model: 'auto', input: 'Hello!', background: true, auto })
    expect(queued.status).toBe(200)
    const done = async (): Promise<Record<string, unknown>> => {
      for (;;) {
        const reply = await fetch(`${shop.gateway.url}/responses/${String(queued.json['id'])}`, {
          headers: { authorization: `Bearer ${shop.gateway.key}` },
        })
        const json = (await reply.json()) as Record<string, unknown>
        if (json['status'] !== 'queued' && json['status'] !== 'in_progress') return json
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    expect(await done()).toMatchObject({ status: 'completed', model: 'gpt-4o-mini' })
  })

  it('compacts a conversation with whom it picks', async () => {
    const input = [
      { role: 'user', content: 'Remember the number 7.' },
      { role: 'assistant', content: 'I will.' },
      { role: 'user', content: 'Thanks.' },
    ]
    const reply = await ask('/v1/responses/compact', { model: 'auto', input })
    expect([reply.status, reply.status === 200 ? '' : reply.text]).toEqual([200, ''])
    expect(reply.json).toMatchObject({ object: 'response.compaction' })
  })
})
