// What is stored, read and deleted over HTTP, in the shapes of OpenAI's own document: responses, their input items,
// conversations and their items.

import { startFakeUpstream, type FakeUpstream } from '@fairlead/testkit'
import { loadOpenaiSchemas } from '@fairlead/testkit/openapi-validator.ts'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MASTER_KEY, providersYaml, startGateway, type TestGateway } from './support/gateway.ts'
import { responsesClient, type ResponsesClient } from './support/responses-client.ts'

const schemas = loadOpenaiSchemas()
let upstream: FakeUpstream
let gateway: TestGateway
let client: ResponsesClient
let sdk: OpenAI

beforeAll(async () => {
  upstream = await startFakeUpstream()
  gateway = await startGateway(providersYaml([upstream.url], 'health: { check: off }\n'))
  client = responsesClient(gateway.url, gateway.key)
  sdk = new OpenAI({ apiKey: gateway.key, baseURL: gateway.url, maxRetries: 0 })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

function expectValid(schema: string, value: unknown): void {
  expect(schemas?.validate(schema, value) ?? []).toEqual([])
}

async function respond(body: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
  const reply = await client.create({ model: 'gpt-4o', ...body })
  expect([reply.status, reply.text.slice(0, 200)]).toEqual([200, expect.any(String)])
  return reply.json
}

interface ItemPage {
  readonly object: string
  readonly data: readonly (Readonly<Record<string, unknown>> & { readonly id: string })[]
  readonly first_id: string
  readonly last_id: string
  readonly has_more: boolean
}

async function page(path: string): Promise<ItemPage> {
  const reply = await client.call('GET', path)
  expect(reply.status).toBe(200)
  return reply.json as unknown as ItemPage
}

describe('a stored response', () => {
  it('is read as it was sent, number for number, until it is deleted', async () => {
    const made = await client.create({ model: 'gpt-4o', input: 'Hello!', temperature: 0.7, metadata: { n: '1' } })
    const id = String(made.json['id'])
    const read = await client.call('GET', `/responses/${id}?include[]=reasoning.encrypted_content&include[]=x`)
    expect(read.json).toEqual(made.json)
    expectValid('Response', read.json)
    expect(await sdk.responses.retrieve(id)).toMatchObject({ id, status: 'completed' })
    const gone = await client.call('DELETE', `/responses/${id}`)
    expect(gone.json).toEqual({ id, object: 'response', deleted: true })
    for (const [method, path] of [
      ['GET', `/responses/${id}`],
      ['DELETE', `/responses/${id}`],
      ['GET', `/responses/${id}/input_items`],
      ['POST', `/responses/${id}/cancel`],
    ] as const) {
      const reply = await client.call(method, path)
      expect([path, reply.status, reply.json.error?.code]).toEqual([path, 404, 'not_found'])
    }
  })

  it('is found under every spelling of the base URL', async () => {
    const { id } = await respond({ input: 'Hello!' })
    for (const base of [gateway.origin, `${gateway.url}/v1`]) {
      const reply = await responsesClient(base, gateway.key).call('GET', `/responses/${String(id)}`)
      expect(reply.json['id']).toBe(id)
    }
  })

  it('is nobody else’s: to other accounts, and to the operator, it is unknown', async () => {
    const { id } = await respond({ input: 'Hello!' })
    const unknown = await client.call('GET', '/responses/resp_none')
    for (const method of ['GET', 'DELETE'] as const) {
      const reply = await responsesClient(gateway.url, MASTER_KEY).call(method, `/responses/${String(id)}`)
      expect(reply.status).toBe(404)
      expect(reply.text.replaceAll(String(id), 'resp_none')).toBe(unknown.text)
    }
    expect((await client.call('GET', `/responses/${String(id)}`)).status).toBe(200)
  })

  it('may be kept from a key that may not make responses', async () => {
    const { id } = await respond({ input: 'Hello!' })
    const made = await fetch(`${gateway.origin}/api/auth`, {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'chat only', account: 'default', endpoints: ['/v1/chat/completions'] }),
    })
    const { key } = (await made.json()) as { readonly key: string }
    const reply = await responsesClient(gateway.url, key).call('GET', `/responses/${String(id)}`)
    expect([reply.status, reply.json.error?.code]).toEqual([403, 'permission_denied'])
  })

  it('refuses what makes no sense, naming it', async () => {
    const { id } = await respond({ input: 'Hello!' })
    for (const [path, param] of [
      [`/responses/${String(id)}?stream=maybe`, 'stream'],
      [`/responses/${String(id)}?stream=true&starting_after=x`, 'starting_after'],
      [`/responses/${String(id)}/input_items?limit=0`, 'limit'],
      [`/responses/${String(id)}/input_items?limit=101`, 'limit'],
      [`/responses/${String(id)}/input_items?order=up`, 'order'],
    ] as const) {
      const reply = await client.call('GET', path)
      expect([path, reply.status, reply.json.error?.param]).toEqual([path, 400, param])
    }
    expect((await client.call('PUT', `/responses/${String(id)}`)).status).toBe(405)
  })
})

describe('input items', () => {
  it('are all that the model was given, in pages, either way round', async () => {
    const first = await respond({ input: 'one' })
    const second = await respond({
      previous_response_id: first['id'],
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'two' }] },
        { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{"a":1.0}' },
        { type: 'function_call_output', call_id: 'call_1', output: 'done' },
      ],
    })
    const path = `/responses/${String(second['id'])}/input_items`
    const all = await page(`${path}?order=asc&limit=100`)
    expectValid('ResponseItemList', all)
    expect(all.data.map(({ type, role }) => role ?? type)).toEqual([
      'user',
      'assistant',
      'user',
      'function_call',
      'function_call_output',
    ])
    expect(all.has_more).toBe(false)
    const newest = await page(`${path}?limit=2`)
    expect(newest.data).toEqual(all.data.slice(-2).toReversed())
    expect(newest).toMatchObject({ has_more: true, first_id: all.data[4]?.id, last_id: all.data[3]?.id })
    const next = await page(`${path}?limit=2&after=${newest.last_id}`)
    expect(next.data).toEqual([all.data[2], all.data[1]])
    const found: unknown[] = []
    for await (const item of sdk.responses.inputItems.list(String(second['id']), { limit: 2, order: 'asc' }))
      found.push(item)
    expect(found).toEqual(all.data)
    // The ids stay: what was listed can be referred to.
    expect(await page(`${path}?order=asc&limit=100`)).toEqual(all)
  })
})

describe('a conversation', () => {
  it('is made, read, changed and deleted as OpenAI’s SDK does it', async () => {
    const made = await sdk.conversations.create({ metadata: { topic: 'demo' } })
    expect(made).toMatchObject({ object: 'conversation', metadata: { topic: 'demo' } })
    expectValid('ConversationResource', made)
    expect(made.id).toMatch(/^conv_/)
    expect(await sdk.conversations.retrieve(made.id)).toEqual(made)
    const changed = await sdk.conversations.update(made.id, { metadata: { topic: 'other', n: '1' } })
    expect(changed).toEqual({ ...made, metadata: { topic: 'other', n: '1' } })
    expect(await sdk.conversations.delete(made.id)).toEqual({
      id: made.id,
      object: 'conversation.deleted',
      deleted: true,
    })
    await expect(sdk.conversations.retrieve(made.id)).rejects.toMatchObject({ status: 404 })
    await expect(sdk.conversations.delete(made.id)).rejects.toMatchObject({ status: 404 })
  })

  it('holds the items that were put in, and what responses add', async () => {
    const { id } = await sdk.conversations.create({
      items: [{ type: 'message', role: 'user', content: 'My name is Ada.' }],
    })
    const added = await sdk.conversations.items.create(id, {
      items: [
        { type: 'message', role: 'assistant', content: 'Hello Ada.' },
        { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'call_1', output: 'done' },
      ],
    })
    expectValid('ConversationItemList', added)
    expect(added.data.map(({ type }) => type)).toEqual(['message', 'function_call', 'function_call_output'])
    const answer = await respond({ conversation: id, input: 'Who am I?' })
    expect(answer['conversation']).toEqual({ id })
    const items = await page(`/conversations/${id}/items?order=asc`)
    expectValid('ConversationItemList', items)
    expect(items.data.map(({ role, type }) => role ?? type)).toEqual([
      'user',
      'assistant',
      'function_call',
      'function_call_output',
      'user',
      'assistant',
    ])
    const sent = upstream.ledger.entries.at(-1)?.body.toString() ?? ''
    expect(sent).toContain('My name is Ada.')
    const [first] = items.data
    expect(await sdk.conversations.items.retrieve(first?.id ?? '', { conversation_id: id })).toEqual(first)
    const left = await sdk.conversations.items.delete(first?.id ?? '', { conversation_id: id })
    expect(left).toMatchObject({ id, object: 'conversation' })
    expect((await page(`/conversations/${id}/items?order=asc`)).data).toEqual(items.data.slice(1))
    await expect(sdk.conversations.items.retrieve(first?.id ?? '', { conversation_id: id })).rejects.toMatchObject({
      status: 404,
    })
    const newest = await page(`/conversations/${id}/items?limit=1`)
    expect(newest).toMatchObject({ has_more: true, data: [items.data.at(-1)] })
  })

  it('takes large items and keeps the spelling of numbers', async () => {
    const text = 'x'.repeat(2 * 1024 * 1024)
    const reply = await client.call(
      'POST',
      '/conversations',
      JSON.stringify({ items: [{ role: 'user', content: text }] }),
    )
    const id = String(reply.json['id'])
    const odd =
      '{"items":[{"type":"custom_thing","role":"user","content":"a","score":1.50,"big":12345678901234567890}]}'
    const added = await client.call('POST', `/conversations/${id}/items`, odd)
    expect(added.text).toContain('"score":1.50')
    expect(added.text).toContain('"big":12345678901234567890')
    const read = await client.call('GET', `/conversations/${id}/items?order=asc&limit=1`)
    expect(read.text).toContain(text)
  })

  it('refuses what OpenAI refuses', async () => {
    const { id } = await sdk.conversations.create()
    const many = Array.from({ length: 21 }, () => ({ role: 'user', content: 'x' }))
    for (const [path, body, param] of [
      ['/conversations', { items: many }, 'items'],
      ['/conversations', { metadata: { a: 1 } }, 'metadata.a'],
      ['/conversations', { metadata: { a: 'x'.repeat(513) } }, 'metadata.a'],
      ['/conversations', { items: [{ type: 'item_reference', id: 'msg_1' }] }, 'items[0]'],
      [`/conversations/${id}`, {}, 'metadata'],
      [`/conversations/${id}/items`, {}, 'items'],
    ] as const) {
      const reply = await client.call('POST', path, body)
      expect([path, reply.status, reply.json.error?.param]).toEqual([path, 400, param])
    }
    expect((await client.call('POST', '/conversations/conv_none/items', { items: [] })).status).toBe(404)
    expect((await client.call('POST', '/conversations/conv_none', { metadata: {} })).status).toBe(404)
    expect((await client.call('GET', '/conversations/conv_none/items')).status).toBe(404)
    expect((await client.call('GET', `/conversations/${id}/items`)).json).toEqual({
      object: 'list',
      data: [],
      first_id: '',
      last_id: '',
      has_more: false,
    })
  })
})
