// Whose a thing is: every route that takes an id, generated from the table that serves them, and every field of a request that
// takes one, with ids of another account. The answer is the one for an id that nobody has, to the letter.

import { startFakeProvider } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Route } from '../src/http/control/api/route.ts'
import { API_ROUTES } from '../src/http/control/routes.ts'
import { eventually } from './support/processes.ts'
import { post, replyOf, startGateway, type Reply, type TestGateway } from './support/gateway.ts'
import { operate } from './support/shop.ts'
import { SocketClient } from './support/socket-client.ts'

type Provider = Awaited<ReturnType<typeof startFakeProvider>>

let provider: Provider
let gateway: TestGateway
/** The owner has two keys, the stranger one, in an account of its own. */
let owner: { readonly first: string; readonly second: string }
let stranger: string
/** What the owner has, for each parameter of a path, and what nobody has. */
let ids: Readonly<Record<string, string>>
let nobodys: Readonly<Record<string, string>>
/** A compaction item of the owner's. */
let compaction: { readonly encrypted_content: string }

beforeAll(async () => {
  provider = await startFakeProvider()
  gateway = await startGateway(`
providers: [{ name: claude, type: anthropic, base_url: "${provider.origin}", api_key: sk-up }]
models: [{ id: m, targets: [{ provider: claude, model: claude-sonnet-4-5 }] }]
health: { check: off }
`)
  const keyOf = async (account: unknown): Promise<Readonly<Record<string, unknown>>> =>
    await operate(gateway.origin, 'POST', '/api/auth', { name: 'k', account: String(account) })
  const [mine, theirs] = await Promise.all(
    ['owner', 'stranger'].map(async (name) => await operate(gateway.origin, 'POST', '/api/accounts', { name })),
  )
  const [first, second, other] = await Promise.all([keyOf(mine?.['id']), keyOf(mine?.['id']), keyOf(theirs?.['id'])])
  owner = { first: String(first['key']), second: String(second['key']) }
  stranger = String(other['key'])
  const made = await ask(owner.first, '/responses', { model: 'm', input: 'Hello!' })
  const conversation = await ask(owner.first, '/conversations', {
    items: [{ type: 'message', role: 'user', content: 'Hello!' }],
  })
  const conversationId = String(conversation.json['id'])
  const listed = await send(owner.first, 'GET', `/v1/conversations/${conversationId}/items`)
  const compacted = await ask(owner.first, '/responses/compact', { model: 'm', input: 'My name is Alice.' })
  const picked = await ask(owner.first, '/responses', { model: 'auto', input: 'Hello!' })
  compaction = (compacted.json['output'] as { readonly encrypted_content: string }[]).at(-1)!
  ids = {
    response_id: String(made.json['id']),
    conversation_id: conversationId,
    item_id: (listed.json['data'] as { readonly id: string }[])[0]!.id,
    account_id: String(mine?.['id']),
    key_id: String(first['id']),
    request_id: made.headers.get('x-request-id') ?? '',
    receipt_id: picked.headers.get('x-fairlead-receipt') ?? '',
  }
  // As long, of the same letters: nothing but its owner tells it from one that exists.
  nobodys = Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, changed(id)]))
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

async function ask(key: string, path: string, body: unknown): Promise<Reply> {
  return await post(`${gateway.url}${path}`, key, body)
}

async function send(key: string, method: string, path: string, body?: unknown): Promise<Reply> {
  if (body !== undefined) return await post(gateway.origin + path, key, body, { method })
  return await replyOf(await fetch(gateway.origin + path, { method, headers: { authorization: `Bearer ${key}` } }))
}

/** The last character is another one. */
function changed(id: string): string {
  return `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`
}

/** Not at the end: of the last character of base64 some bits say nothing. */
function changedInside(text: string): string {
  const middle = Math.floor(text.length / 2)
  return `${text.slice(0, middle)}${text[middle] === 'A' ? 'B' : 'A'}${text.slice(middle + 1)}`
}

/** Without what differs by nature: the ids that were asked for, and the request's own. */
function plain(text: string, of: Readonly<Record<string, string>>): string {
  const named = Object.entries(of).reduce((rest, [name, id]) => rest.replaceAll(id, name), text)
  return named.replaceAll(/req_\w+/g, 'REQUEST')
}

/** One reply to somebody's ids, one to nobody's. */
function expectSame(reply: Reply, nowhere: Reply): void {
  expect([reply.status, plain(reply.text, ids)]).toEqual([nowhere.status, plain(nowhere.text, nobodys)])
}

/** Every route that a key may call with an id in its path; what people are asked for is `role-matrix.test.ts`. */
const ROUTES = API_ROUTES.filter(
  ({ path, access }) => /\{\w+_id\}/.test(path) && (access === 'key' || access === 'keys:manage'),
)
const titled = ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const)

describe('an id of another account', () => {
  it('is taken by routes enough', () => {
    const paths = ROUTES.map(({ method, path }) => `${method} ${path}`)
    for (const path of [
      'GET /v1/responses/{response_id}',
      'DELETE /v1/responses/{response_id}',
      'GET /v1/responses/{response_id}/input_items',
      'POST /v1/responses/{response_id}/cancel',
      'GET /v1/conversations/{conversation_id}',
      'POST /v1/conversations/{conversation_id}',
      'DELETE /v1/conversations/{conversation_id}',
      'GET /v1/conversations/{conversation_id}/items',
      'POST /v1/conversations/{conversation_id}/items',
      'GET /v1/conversations/{conversation_id}/items/{item_id}',
      'DELETE /v1/conversations/{conversation_id}/items/{item_id}',
    ])
      expect(paths).toContain(path)
  })

  it.each(titled)('is no id at %s', async (_title, route) => {
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
    const unknownNames = names.filter((name) => ids[name] === undefined)
    // Orders of payments are another matter: `own-wallet.ts` has none without a payment provider.
    if (unknownNames.length > 0) return expect(unknownNames).toEqual(['order_id'])
    const known = Object.keys(route.query?.shape ?? {})
    for (const query of ['', 'stream=true', 'limit=1']) {
      const pathWith = (of: Readonly<Record<string, string>>): string =>
        route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => of[name] ?? '') + (query && `?${query}`)
      if (query !== '' && !known.includes(query.split('=')[0] ?? '')) continue
      const body = route.body === null ? undefined : (route.example?.body ?? {})
      const reply = await send(stranger, route.method, pathWith(ids), body)
      expect(reply.status).toBe(404)
      const nowhere = await send(stranger, route.method, pathWith(nobodys), body)
      expectSame(reply, nowhere)
    }
  })

  it.each(titled.filter(([, { method }]) => method === 'GET'))(
    'is one to both keys of its own, at %s',
    async (_title, route: Route) => {
      const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '')
      if (path.includes('/payments/')) return
      for (const key of [owner.first, owner.second]) {
        // What a call cost is known a moment after it.
        await eventually(async () => (await send(key, 'GET', path)).status === 200, `${path} is there`)
      }
    },
  )

  const FIELDS: readonly (readonly [string, (of: Readonly<Record<string, string>>) => object])[] = [
    ['previous_response_id', (of) => ({ previous_response_id: of['response_id'], input: 'Hi' })],
    ['conversation', (of) => ({ conversation: of['conversation_id'], input: 'Hi' })],
    ['conversation, as an object', (of) => ({ conversation: { id: of['conversation_id'] }, input: 'Hi' })],
    ['an item reference', (of) => ({ input: [{ type: 'item_reference', id: of['item_id'] }] })],
  ]
  const PLACES = ['/responses', '/responses/input_tokens', '/responses/compact'] as const

  it.each(PLACES.flatMap((place) => FIELDS.map(([name, body]) => [place, name, body] as const)))(
    'is not followed by %s in %s',
    async (place, _name, body) => {
      const before = provider.ledger.totals.requests
      const reply = await ask(stranger, place, { model: 'm', ...body(ids) })
      expect([400, 404]).toContain(reply.status)
      const nowhere = await ask(stranger, place, { model: 'm', ...body(nobodys) })
      expectSame(reply, nowhere)
      expect(provider.ledger.totals.requests).toBe(before)
    },
  )

  it.each(FIELDS)('is not followed over a WebSocket: %s', async (_name, body) => {
    await using socket = await SocketClient.open(gateway.url, stranger)
    const [reply] = await socket.turn({ model: 'm', ...body(ids) })
    const [nowhere] = await socket.turn({ model: 'm', ...body(nobodys) })
    expect(plain(JSON.stringify(reply), ids)).toBe(plain(JSON.stringify(nowhere), nobodys))
    expect(reply).toMatchObject({ type: 'error' })
    expect([400, 404]).toContain(reply?.['status'])
  })

  it('opens no compacted history: neither the item itself, nor one that was changed', async () => {
    const answer = { role: 'user', content: 'What is my name?' }
    const before = provider.ledger.totals.requests
    for (const [key, item] of [
      [stranger, compaction],
      [owner.first, { ...compaction, encrypted_content: changedInside(compaction.encrypted_content) }],
    ] as const) {
      const reply = await ask(key, '/responses', { model: 'm', input: [item, answer] })
      expect([reply.status, reply.json.error?.type]).toEqual([400, 'invalid_request_error'])
    }
    expect(provider.ledger.totals.requests).toBe(before)
    expect((await ask(owner.second, '/responses', { model: 'm', input: [compaction, answer] })).status).toBe(200)
    expect(String(provider.ledger.entries.at(-1)?.body)).toContain('My name is Alice.')
  })

  it('stays what it is: nothing of all that has changed the owner’s', async () => {
    const response = await send(owner.first, 'GET', `/v1/responses/${ids['response_id']}`)
    expect([response.status, response.json['status']]).toEqual([200, 'completed'])
    const items = await send(owner.first, 'GET', `/v1/conversations/${ids['conversation_id']}/items`)
    expect(items.json['data']).toHaveLength(1)
  })
})
