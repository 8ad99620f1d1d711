// The hard cases of the Responses API's state and of its WebSocket mode, over upstreams of every dialect.

import { startFakeProvider } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { OPERATOR } from '../src/identity/principal.ts'
import { startDialectBench, UPSTREAM_DIALECTS, UPSTREAM_MODELS, type DialectBench } from './support/dialect-bench.ts'
import { post, replyOf, startGateway, type Reply } from './support/gateway.ts'
import { eventually } from './support/processes.ts'
import { SocketClient } from './support/socket-client.ts'

type Json = Readonly<Record<string, unknown>>

let bench: DialectBench
beforeAll(async () => {
  bench = await startDialectBench()
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
})

const create = async (body: Json): Promise<Reply> =>
  await post(`${bench.gateway.url}/responses`, bench.gateway.key, { model: 'by-anthropic', ...body })

async function get(path: string, method = 'GET'): Promise<Reply> {
  const headers = { authorization: `Bearer ${bench.gateway.key}` }
  return await replyOf(await fetch(`${bench.gateway.url}${path}`, { method, headers }))
}

function eventsOf(text: string): readonly Json[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Json)
}

/** Of the response that these events are about. */
function idIn(events: readonly Json[]): string {
  return /"(resp_\w+)"/.exec(JSON.stringify(events[0]))?.[1] ?? ''
}

/** What the upstream was told last. */
const told = (): string => String(bench.upstream.ledger.entries.findLast(({ method }) => method === 'POST')?.body)

const textOf = ({ json }: Reply): string => JSON.stringify(json['output'])

describe.each(UPSTREAM_DIALECTS)('over %s', (form) => {
  const model = UPSTREAM_MODELS[form]

  it('H84, H85: has one id from created to the store, and can be gone on from as soon as completed is heard', async () => {
    const response = await fetch(`${bench.gateway.url}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bench.gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, input: 'My name is Alice.', stream: true }),
    })
    let text = ''
    const decoder = new TextDecoder()
    const reader = response.body!.getReader()
    let chained: Promise<Reply> | undefined
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value, { stream: true })
      const id = /"type":"response.completed".*?"id":"(resp_\w+)"/s.exec(text)?.[1]
      // Not a moment later: the stream is still open.
      if (id !== undefined) chained ??= create({ model, previous_response_id: id, input: 'What is my name?' })
    }
    const ids = new Set(eventsOf(text).flatMap(({ response }) => (response ? [(response as Json)['id']] : [])))
    expect(ids.size).toBe(1)
    const second = await chained
    expect(second?.status).toBe(200)
    expect((await get(`/responses/${[...ids].join('')}`)).json).toMatchObject({ status: 'completed', store: true })
  })

  it('H86: an id that is not known is a 400, and nobody is asked', async () => {
    const kept = await create({ model, input: 'Hi', store: false })
    expect(kept.json['store']).toBe(false)
    const before = bench.upstream.ledger.totals.requests
    for (const id of ['resp_unknown', String(kept.json['id'])]) {
      const reply = await create({ model, input: 'Hi', previous_response_id: id })
      expect([reply.status, reply.json.error?.code, reply.json.error?.param]).toEqual([
        400,
        'previous_response_not_found',
        'previous_response_id',
      ])
    }
    expect(bench.upstream.ledger.totals.requests).toBe(before)
  })

  it('H91: background work is queued at once, polled, replayed, and cancelled as often as anybody likes', async () => {
    const slow = '[[testkit: tokens=40, gapMs=50]]'
    const begun = await create({ model, input: `Go. ${slow}`, background: true })
    expect([begun.status, begun.json['status'], begun.json['background']]).toEqual([200, 'queued', true])
    const path = `/responses/${String(begun.json['id'])}`
    expect((await post(`${bench.gateway.url}${path}/cancel`, bench.gateway.key, {})).json['status']).toBe('cancelled')
    expect((await post(`${bench.gateway.url}${path}/cancel`, bench.gateway.key, {})).json['status']).toBe('cancelled')
    await eventually(() => bench.upstream.ledger.totals.openRequests === 0, 'the upstream is let go of')

    const whole = eventsOf((await create({ model, input: 'Hi', background: true, stream: true })).text)
    expect(whole.map(({ sequence_number: number }) => number)).toEqual(whole.map((_, index) => index))
    expect(whole[0]).toMatchObject({ type: 'response.created', response: { status: 'queued' } })
    expect(whole.at(-1)).toMatchObject({ type: 'response.completed', response: { status: 'completed' } })
    const id = idIn(whole)
    const rest = eventsOf((await get(`/responses/${id}?stream=true&starting_after=3`)).text)
    expect(rest).toEqual(whole.slice(4))

    const plain = await create({ model, input: 'Hi' })
    const refused = await post(
      `${bench.gateway.url}/responses/${String(plain.json['id'])}/cancel`,
      bench.gateway.key,
      {},
    )
    expect(refused.status).toBe(400)
  })

  it('H93: a compacted conversation goes on anywhere', async () => {
    const input = [
      { role: 'user', content: 'My name is Alice and the code is QX-4417.' },
      { role: 'assistant', content: 'Noted.' },
    ]
    const reply = await post(`${bench.gateway.url}/responses/compact`, bench.gateway.key, { model, input })
    expect([reply.status, reply.json['object']]).toEqual([200, 'response.compaction'])
    expect(reply.json['usage']).toMatchObject({ input_tokens: expect.any(Number), output_tokens: expect.any(Number) })
    const output = reply.json['output'] as readonly Json[]
    expect(output.at(-1)).toMatchObject({ type: 'compaction', encrypted_content: expect.any(String) })
    for (const next of UPSTREAM_DIALECTS) {
      const asked = [...output, { role: 'user', content: 'What is the code?' }]
      expect((await create({ model: UPSTREAM_MODELS[next], input: asked })).status).toBe(200)
      // Its own maker gets its own item back.
      if (next !== 'openai-responses' || form !== 'openai-responses') expect(told()).toContain('QX-4417')
    }
  })

  it('H94: item references are resolved, and context_management and compaction_trigger are taken', async () => {
    const first = await create({ model, input: 'The code is QX-4418.' })
    const [item] = first.json['output'] as readonly Json[]
    const listed = await get(`/responses/${String(first.json['id'])}/input_items`)
    const [said] = listed.json['data'] as readonly Json[]
    const references = [said, item].map((one) => ({ type: 'item_reference', id: one?.['id'] }))
    const input = [...references, { role: 'user', content: 'Go on.' }]
    expect((await create({ model, input, store: false })).status).toBe(200)
    expect(told()).toContain('QX-4418')
    const unknown = await create({ model, input: [{ type: 'item_reference', id: 'msg_unknown' }] })
    expect([unknown.status, unknown.text]).toEqual([400, expect.stringContaining('msg_unknown')])

    const management = [{ type: 'compaction', compact_threshold: 100_000 }]
    expect((await create({ model, input: 'Hi', context_management: management })).status).toBe(200)
    const trigger = [{ role: 'user', content: 'The code is QX-4419.' }, { type: 'compaction_trigger' }]
    const compacted = await create({ model, input: trigger })
    expect(textOf(compacted)).toContain('"type":"compaction"')
  })
})

it('H92: what is stored can be read, listed in pages, and deleted', async () => {
  const items = Array.from({ length: 5 }, (_, at) => ({ role: 'user', content: `Item ${at}` }))
  const made = await create({ input: items })
  const path = `/responses/${String(made.json['id'])}`
  expect((await get(path)).json).toEqual(made.json)
  const page = async (query: string): Promise<[readonly string[], Json]> => {
    const { json } = await get(`${path}/input_items?${query}`)
    const data = json['data'] as readonly { readonly content: readonly { readonly text: string }[] }[]
    return [data.map(({ content }) => content[0]!.text), json]
  }
  expect((await page(''))[0]).toEqual(['Item 4', 'Item 3', 'Item 2', 'Item 1', 'Item 0'])
  const [first, list] = await page('order=asc&limit=2')
  expect([first, list['has_more']]).toEqual([['Item 0', 'Item 1'], true])
  const [rest, end] = await page(`order=asc&limit=10&after=${String(list['last_id'])}`)
  expect([rest, end['has_more']]).toEqual([['Item 2', 'Item 3', 'Item 4'], false])
  expect((await get(path, 'DELETE')).json).toEqual({ id: made.json['id'], object: 'response', deleted: true })
  for (const method of ['GET', 'DELETE']) expect((await get(path, method)).status).toBe(404)

  const kept = await post(`${bench.gateway.url}/conversations`, bench.gateway.key, { metadata: { topic: 'x' } })
  const conversation = String(kept.json['id'])
  expect((await create({ conversation, input: 'The code is QX-4420.' })).json['conversation']).toEqual({
    id: conversation,
  })
  await create({ conversation, input: 'What is it?' })
  expect(told()).toContain('QX-4420')
  expect((await get(`/conversations/${conversation}/items`)).json['data']).toHaveLength(4)
  const both = await create({ conversation, previous_response_id: 'resp_1', input: 'Hi' })
  expect(both.status).toBe(400)
})

describe('H95: the WebSocket mode', () => {
  const open = async (): Promise<SocketClient> => await SocketClient.open(bench.gateway.url, bench.gateway.key)
  const model = 'by-anthropic'

  it('H95: answers turn after turn, also with what is stored nowhere', async () => {
    await using socket = await open()
    const first = await socket.turn({ model, input: 'The code is QX-4421.', store: false })
    const previous = idIn(first)
    const second = await socket.turn({ model, input: 'What is it?', store: false, previous_response_id: previous })
    expect(second.at(-1)).toMatchObject({ type: 'response.completed', response: { previous_response_id: previous } })
    expect(told()).toContain('QX-4421')
    // Another connection knows nothing of it.
    await using other = await open()
    const [refused] = await other.turn({ model, input: 'What is it?', previous_response_id: previous })
    expect(refused).toMatchObject({ type: 'error', status: 400, error: { code: 'previous_response_not_found' } })
  })

  it('H95: warms up without asking a model, and goes on from there', async () => {
    await using socket = await open()
    const before = bench.upstream.ledger.totals.requests
    const warm = await socket.turn({ model, input: 'The code is QX-4422.', store: false, generate: false })
    expect(warm.at(-1)).toMatchObject({ type: 'response.completed', response: { output: [] } })
    expect(bench.upstream.ledger.totals.requests).toBe(before)
    const previous = idIn(warm)
    await socket.turn({ model, input: 'What is it?', store: false, previous_response_id: previous })
    expect(told()).toContain('QX-4422')
  })

  it('H95: lets a lane wait for itself, and for no other', async () => {
    await using socket = await open()
    const slow = 'Slow. [[testkit: tokens=20, gapMs=30]]'
    socket.send({ type: 'response.create', stream_id: 'a', model, input: slow })
    socket.send({ type: 'response.create', stream_id: 'a', model, input: 'Second.' })
    socket.send({ type: 'response.create', stream_id: 'b', model, input: 'Quick.' })
    const ends = await socket.ends(3)
    expect(ends.map(({ stream_id: lane }) => lane)).toEqual(['b', 'a', 'a'])
  })

  it.each([
    ['what is no JSON', '{', 400],
    ['another type', '{"type":"response.cancel"}', 400],
    ['background', '{"type":"response.create","model":"by-anthropic","input":"Hi","background":true}', 400],
    ['an unknown model', '{"type":"response.create","model":"nope","input":"Hi"}', 404],
  ])('H95: answers %s with an error frame, and stays open', async (_what, frame, status) => {
    await using socket = await open()
    socket.sendText(frame)
    const [refused] = await socket.ends(1)
    expect(refused).toMatchObject({
      type: 'error',
      status,
      error: { code: expect.any(String), message: expect.any(String) },
    })
    expect((await socket.turn({ model, input: 'Hi' })).at(-1)).toMatchObject({ type: 'response.completed' })
  })

  it('H95: ends the call upstream when the client goes', async () => {
    const socket = await open()
    const { totals } = bench.upstream.ledger
    const before = totals.clientGone
    // It says its words again, and these take seconds.
    socket.send({ type: 'response.create', model, input: `[[testkit: gapMs=50]] ${'Go on. '.repeat(50)}` })
    await eventually(() => totals.openRequests === 1, 'it has begun')
    await socket[Symbol.asyncDispose]()
    await eventually(() => totals.clientGone === before + 1, 'the upstream is let go of')
    expect(totals.openRequests).toBe(0)
  })
})

/** The status with which an upgrade is refused; 101 = it was not. */
async function upgradeStatus(
  url: string,
  protocols: readonly string[],
  headers: Record<string, string>,
): Promise<number> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), [...protocols], { headers })
  const { promise, resolve } = Promise.withResolvers<number>()
  socket.on('open', () => resolve(101))
  socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
  socket.on('error', () => undefined)
  const status = await promise
  socket.terminate()
  return status
}

it('H96: answers 426 where the mode is switched off, and anywhere but at its path', async () => {
  await using upstream = await startFakeProvider()
  const yaml = `providers: [{ name: a, type: anthropic, base_url: "${upstream.origin}", api_key: k }]
models: [{ id: m, targets: [{ provider: a, model: claude-sonnet-4-5 }] }]
health: { check: off }\n`
  await using gateway = await startGateway(yaml, { server: 'websocket: off' })
  const auth = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })
  expect(await upgradeStatus(`${gateway.url}/responses`, [], auth(gateway.key))).toBe(426)
  const { url, key } = bench.gateway
  expect(await upgradeStatus(`${url}/responses`, [], auth(key))).toBe(101)
  expect(await upgradeStatus(`${url}/chat/completions`, [], auth(key))).toBe(426)
})

it('H97: takes the key from the header or the subprotocol, not from the address, and asks for it before the upgrade', async () => {
  const { url, key } = bench.gateway
  const at = `${url}/responses`
  expect(await upgradeStatus(at, [], {})).toBe(401)
  expect(await upgradeStatus(at, [], { authorization: 'Bearer sk-fl-wrong' })).toBe(401)
  expect(await upgradeStatus(`${at}?key=${key}`, [], {})).toBe(401)
  expect(await upgradeStatus(at, ['realtime', `openai-insecure-api-key.${key}`], {})).toBe(101)
  expect(await upgradeStatus(at, [`openai-insecure-api-key.${key}x`], {})).toBe(401)
})

it('H97: asks again at each turn, because a key may be revoked', async () => {
  const { id, key } = await bench.gateway.makeKey()
  await using socket = await SocketClient.open(bench.gateway.url, key)
  expect((await socket.turn({ model: 'by-anthropic', input: 'Hi' })).at(-1)).toMatchObject({
    type: 'response.completed',
  })
  await bench.gateway.app.control.keys.revoke(OPERATOR, id)
  await eventually(async () => {
    const [first] = await socket.turn({ model: 'by-anthropic', input: 'Hi' }).catch(() => [{ type: 'closed' }])
    return first?.['type'] !== 'response.created'
  }, 'the key is known to be revoked')
})
