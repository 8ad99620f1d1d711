// The WebSocket mode of GET /v1/responses in a whole gateway, over a provider that has none: who may open one, what its
// turns go on from, what they cost, and how it ends.

import {
  openRawSocket,
  seededRandom,
  startFakeProvider,
  startFakeUpstream,
  type FakeUpstream,
  type RawSocket,
  UpgradeRefused,
} from '@fairlead/testkit'
import { setTimeout as sleep } from 'node:timers/promises'
import OpenAI from 'openai'
import { ResponsesWS } from 'openai/resources/responses/ws'
import { describe, expect, it } from 'vitest'
import { OPERATOR } from '../src/identity/principal.ts'
import { startBench } from './support/bench.ts'
import { readBooks, takenNanos } from './support/books.ts'
import { MASTER_KEY, post, startGateway, type TestGateway } from './support/gateway.ts'
import { eventually, spawnGateway } from './support/processes.ts'
import { openAccount, shopYaml } from './support/shop.ts'
import { SocketClient } from './support/socket-client.ts'

type Event = Readonly<Record<string, unknown>>

const yamlFor = (upstream: FakeUpstream, extra = ''): string => `providers:
  - { name: a, type: anthropic, base_url: "${upstream.url}", api_keys: [sk-a] }
models:
  - { id: m, targets: [{ provider: a, model: claude-sonnet-4-5 }] }
  - { id: other, targets: [{ provider: a, model: claude-sonnet-4-5 }] }
${extra}`

const terminal = (events: readonly Event[]): Event => events.at(-1) ?? {}
const responseOf = (events: readonly Event[]): Event => (terminal(events)['response'] ?? {}) as Event
const idOf = (events: readonly Event[]): string => String(responseOf(events)['id'])
const errorOf = (events: readonly Event[]): Event => (terminal(events)['error'] ?? {}) as Event
const textOf = (events: readonly Event[]): string =>
  events
    .filter(({ type }) => type === 'response.output_text.delta')
    .map(({ delta }) => String(delta))
    .join('')

async function raw(gateway: TestGateway, headers: Readonly<Record<string, string>>, path?: string): Promise<RawSocket> {
  const port = Number(new URL(gateway.origin).port)
  return await openRawSocket({ port, headers, ...(path === undefined ? {} : { path }) })
}

describe('An upgrade', () => {
  it('is for somebody with a key that may, and told before 101 that he may not', async () => {
    await using upstream = await startFakeProvider()
    await using gateway = await startGateway(yamlFor(upstream))
    await expect(raw(gateway, {})).rejects.toMatchObject({ status: 401 })
    await expect(raw(gateway, { authorization: 'Bearer sk-fl-nonsense' })).rejects.toMatchObject({ status: 401 })
    const made = await gateway.app.control.keys.create({
      name: 'chat only',
      maker: OPERATOR,
      limits: {},
      endpoints: ['/v1/chat/*'],
    })
    await expect(raw(gateway, { authorization: `Bearer ${made.key}` })).rejects.toMatchObject({ status: 403 })
    const error = await raw(gateway, {}).catch((reason: unknown) => reason)
    if (!(error instanceof UpgradeRefused)) throw new Error('it was let in')
    expect(JSON.parse(error.body)).toMatchObject({ error: { code: 'invalid_api_key', param: null } })
    // No key in the query, where logs would keep it.
    await expect(raw(gateway, {}, `/v1/responses?key=${gateway.key}`)).rejects.toMatchObject({ status: 401 })
    for (const headers of [
      { authorization: `Bearer ${gateway.key}` },
      { 'x-api-key': gateway.key },
      { 'sec-websocket-protocol': `openai-insecure-api-key.${gateway.key}` },
      { authorization: `Bearer ${MASTER_KEY}` },
    ]) {
      await using socket = await raw(gateway, headers)
      expect(socket.head).toContain('101')
    }
  })

  it('is 426 where it is switched off, and where there is no WebSocket', async () => {
    await using upstream = await startFakeProvider()
    await using off = await startGateway(yamlFor(upstream), { server: 'websocket: off' })
    await expect(raw(off, { authorization: `Bearer ${off.key}` })).rejects.toMatchObject({ status: 426 })
    await using on = await startGateway(yamlFor(upstream))
    for (const path of ['/v1/chat/completions', '/v1/realtime', '/'])
      await expect(raw(on, { authorization: `Bearer ${on.key}` }, path)).rejects.toMatchObject({ status: 426 })
  })

  it('is had so many times by one key', async () => {
    await using upstream = await startFakeProvider()
    await using gateway = await startGateway(yamlFor(upstream), { server: 'max_websockets_per_key: 2' })
    const headers = { authorization: `Bearer ${gateway.key}` }
    await using first = await raw(gateway, headers)
    await using second = await raw(gateway, headers)
    await expect(raw(gateway, headers)).rejects.toMatchObject({ status: 429 })
    expect([first.closed, second.closed]).toEqual([false, false])
  })
})

describe('Turns on one socket', () => {
  it('have the events of a stream over HTTP', async () => {
    await using upstream = await startFakeProvider()
    await using gateway = await startGateway(yamlFor(upstream))
    await using client = await SocketClient.open(gateway.url, gateway.key)
    const events = await client.turn({ model: 'm', input: 'hello' })
    const streamed = await post(`${gateway.url}/responses`, gateway.key, { model: 'm', input: 'hello', stream: true })
    const types = [...streamed.text.matchAll(/^event: (.*)$/gm)].map(([, type]) => type)
    expect(events.map(({ type }) => type)).toEqual(types)
    expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, index) => index))
    expect(responseOf(events)).toMatchObject({ status: 'completed', model: 'm', store: true })
  })

  it('go on from one another, stored or not; what is not stored is known on its own socket alone', async () => {
    await using upstream = await startFakeProvider()
    await using gateway = await startGateway(yamlFor(upstream))
    await using client = await SocketClient.open(gateway.url, gateway.key)
    await using other = await SocketClient.open(gateway.url, gateway.key)
    for (const store of [true, false]) {
      const first = await client.turn({ model: 'm', input: `my name is Ada ${store}`, store })
      const second = await client.turn({ model: 'm', input: 'and?', store, previous_response_id: idOf(first) })
      expect(responseOf(second)).toMatchObject({ store, previous_response_id: idOf(first), status: 'completed' })
      const asked = upstream.ledger.last?.body.toString() ?? ''
      expect(asked).toContain(`my name is Ada ${store}`)
      expect(asked).toContain(textOf(first))
      const elsewhere = await other.turn({ model: 'm', input: 'and?', previous_response_id: idOf(second) })
      if (store) expect(responseOf(elsewhere)['status']).toBe('completed')
      else expect(errorOf(elsewhere)).toMatchObject({ code: 'previous_response_not_found' })
    }
  })

  it('are told in an error frame what is wrong, and the socket goes on', async () => {
    await using upstream = await startFakeProvider()
    await using gateway = await startGateway(yamlFor(upstream))
    await using client = await SocketClient.open(gateway.url, gateway.key)
    expect(terminal(await client.turn({ model: 'm', input: 'x', previous_response_id: 'resp_none' }))).toMatchObject({
      type: 'error',
      status: 400,
      error: { code: 'previous_response_not_found', param: 'previous_response_id', type: 'invalid_request_error' },
    })
    expect(terminal(await client.turn({ model: 'nobody', input: 'x' }))).toMatchObject({
      status: 404,
      error: { code: 'model_not_found' },
    })
    expect(terminal(await client.turn({ model: 'm', input: 'x', background: true }))).toMatchObject({
      status: 400,
      error: { param: 'background' },
    })
    expect(terminal(await client.turn({ model: 'm', input: 'x', stream_id: 'a b' }))).toMatchObject({
      status: 400,
      error: { code: 'invalid_stream_id' },
    })
    expect(responseOf(await client.turn({ model: 'm', input: 'x' }))['status']).toBe('completed')
  })

  it('may be made ready first, for nothing, and go on from that', async () => {
    await using upstream = await startFakeProvider()
    await using gateway = await startGateway(yamlFor(upstream))
    await using client = await SocketClient.open(gateway.url, gateway.key)
    const warm = await client.turn({ model: 'm', input: 'the long beginning', store: false, generate: false })
    expect(warm.map(({ type }) => type)).toEqual(['response.created', 'response.in_progress', 'response.completed'])
    expect(responseOf(warm)).toMatchObject({ status: 'completed', output: [], usage: { total_tokens: 0 } })
    expect(upstream.ledger.totals.requests).toBe(0)
    const next = await client.turn({ model: 'm', input: 'go', store: false, previous_response_id: idOf(warm) })
    expect(responseOf(next)['status']).toBe('completed')
    expect(upstream.ledger.last?.body.toString()).toContain('the long beginning')
    const refused = await client.turn({ model: 'nobody', input: 'x', generate: false })
    expect(errorOf(refused)).toMatchObject({ code: 'model_not_found' })
    expect(await gateway.usage()).toHaveLength(1)
  })

  it('run side by side in lanes, fork, and never mix', async () => {
    await using upstream = await startFakeProvider({ script: { gapMs: 20, tokens: 10 } })
    await using gateway = await startGateway(yamlFor(upstream))
    await using client = await raw(gateway, { authorization: `Bearer ${gateway.key}` })
    const start = { type: 'response.create', model: 'm', store: false }
    client.json({ ...start, stream_id: 'main', input: 'the root' })
    const root = await client.event(({ type }) => type === 'response.completed')
    const previous = String((root['response'] as Event)['id'])
    const lanes = Array.from({ length: 8 }, (_, index) => `lane-${index}`)
    for (const lane of lanes)
      client.json({ ...start, stream_id: lane, input: `branch ${lane}`, previous_response_id: previous })
    const done = await client.until(() => {
      const ends = client.events.filter(({ type }) => type === 'response.completed').slice(1)
      return ends.length === lanes.length ? ends : undefined
    })
    expect(new Set(done.map(({ stream_id: lane }) => lane))).toEqual(new Set(lanes))
    const order = client.events.map(({ stream_id: lane }) => lane)
    // Side by side: lanes speak between the words of others, and not one after the other.
    expect(order.filter((lane, at) => lane !== order[at - 1]).length).toBeGreaterThan(2 * lanes.length)
    for (const lane of lanes) {
      const events = client.events.filter(({ stream_id: of }) => of === lane)
      expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, index) => index))
      expect(textOf(events)).toContain(lane)
    }
  })

  it('are limited and permitted one by one', async () => {
    await using upstream = await startFakeProvider()
    await using gateway = await startGateway(yamlFor(upstream))
    const { key, id } = await gateway.makeKey({ rpm: 2 })
    await using client = await SocketClient.open(gateway.url, key)
    for (let turn = 0; turn < 2; turn += 1)
      expect(responseOf(await client.turn({ model: 'm', input: 'x' }))['status']).toBe('completed')
    const refused = terminal(await client.turn({ model: 'm', input: 'x', stream_id: 'lane' }))
    expect(refused).toMatchObject({
      type: 'error',
      status: 429,
      stream_id: 'lane',
      error: { code: 'rate_limit_exceeded', type: 'rate_limit_error' },
    })
    expect((refused['headers'] as Event)['retry-after']).toMatch(/^\d+$/)
    // The same socket, with a key that may do less now, and then nothing any more.
    await gateway.app.control.keys.update(OPERATOR, id, { models: ['other'], limits: { rpm: null } })
    await eventually(async () => {
      const turn = await client.turn({ model: 'm', input: 'x' })
      return errorOf(turn)['code'] === 'model_not_found'
    }, 'the model is out of reach')
    expect(responseOf(await client.turn({ model: 'other', input: 'x' }))['status']).toBe('completed')
    await gateway.app.control.keys.revoke(OPERATOR, id)
    await expect(
      (async () => {
        for (;;) await client.turn({ model: 'other', input: 'x' })
      })(),
    ).rejects.toThrow('closed with 1008')
  })
})

describe('Money', () => {
  const ask = { model: 'gpt-4o', input: 'hello', max_output_tokens: 5_000 }

  it('is taken for each turn, and its end is an error frame', async () => {
    await using upstream = await startFakeUpstream({ script: { tokens: 12 } })
    await using gateway = await startGateway(shopYaml([upstream.url]))
    const account = await openAccount(gateway.origin, 2_000_000_000)
    await using client = await SocketClient.open(gateway.url, account.key)
    for (let turn = 0; turn < 3; turn += 1) expect(responseOf(await client.turn(ask))['status']).toBe('completed')
    const poor = await openAccount(gateway.origin, 0)
    await using theirs = await SocketClient.open(gateway.url, poor.key)
    for (let turn = 0; turn < 2; turn += 1)
      expect(terminal(await theirs.turn(ask))).toMatchObject({ status: 402, error: { code: 'insufficient_balance' } })
    expect(responseOf(await client.turn(ask))['status']).toBe('completed')
    const rows = await gateway.usage()
    const paid = rows.filter((row) => row.status === 200 && row.accountId === account.accountId)
    expect(paid).toHaveLength(4)
    await gateway.callBack(account.accountId)
    const books = await readBooks({ file: gateway.databaseFile }, account.accountId)
    expect(books.violations).toEqual([])
    expect(takenNanos(books, account.balanceNanos)).toBe(paid.reduce((sum, { costNanos }) => sum + costNanos, 0))
  })

  it('is taken for what was delivered when the client leaves, and the upstream is told at once', async () => {
    await using upstream = await startFakeUpstream({ script: { tokens: 2_000, gapMs: 5 } })
    await using gateway = await startGateway(shopYaml([upstream.url]))
    const account = await openAccount(gateway.origin, 2_000_000_000)
    const client = await raw(gateway, { authorization: `Bearer ${account.key}` })
    for (const lane of ['a', 'b']) client.json({ type: 'response.create', ...ask, stream_id: lane })
    await client.until(() =>
      client.events.filter(({ type }) => type === 'response.output_text.delta').length > 20 ? true : undefined,
    )
    client.socket.destroy()
    await upstream.ledger.until(({ totals }) => totals.clientGone === 2, 2_000)
    const rows = await gateway.usage()
    expect(rows).toHaveLength(2)
    for (const row of rows) {
      expect(row).toMatchObject({ status: 499, errorCode: 'client_gone', estimated: true })
      expect(row.usage.output).toBeGreaterThan(0)
      expect(row.usage.output).toBeLessThan(1_000)
    }
    await gateway.callBack(account.accountId)
    const books = await readBooks({ file: gateway.databaseFile }, account.accountId)
    expect(books.violations).toEqual([])
    expect(takenNanos(books, account.balanceNanos)).toBe(rows.reduce((sum, { costNanos }) => sum + costNanos, 0))
  })
})

describe('Clients that leave', () => {
  it('at any moment, in any manner, leave nothing behind, and each turn is in the books once', async () => {
    const seed = Number(process.env['FAIRLEAD_SEED'] ?? 20_261_121)
    const random = seededRandom(seed)
    await using bench = await startBench({ upstream: { script: { tokens: 30, gapMs: 5 } } })
    const headers = { authorization: `Bearer ${bench.gateway.key}` }
    let asked = 0
    const client = async (): Promise<void> => {
      for (let round = 0; round < 8; round += 1) {
        const socket = await openRawSocket({ port: bench.port, headers })
        const lanes = 1 + Math.floor(random() * 4)
        for (let turn = 0; turn < 6; turn += 1) {
          socket.json({
            type: 'response.create',
            model: 'gpt-4o',
            input: 'x',
            store: random() < 0.5,
            stream_id: `lane${turn % lanes}`,
            ...(random() < 0.1 ? { generate: false } : {}),
          })
        }
        await sleep(random() * 250)
        const manner = random()
        if (manner < 0.3) socket.socket.destroy()
        else if (manner < 0.6) socket.socket.resetAndDestroy()
        else if (manner < 0.8) socket.socket.end()
        else await socket[Symbol.asyncDispose]()
        asked += 1
      }
    }
    await Promise.all(Array.from({ length: 8 }, client))
    expect(asked).toBe(64)
    await bench.untilQuiet(5_000)
    const rows = await bench.gateway.app.control.recentUsage(1_000)
    expect(bench.upstream.ledger.totals.requests, `seed ${seed}`).toBeGreaterThan(asked)
    expect(rows.length, `seed ${seed}`).toBeGreaterThanOrEqual(bench.upstream.ledger.totals.requests)
    expect(new Set(rows.map(({ requestId }) => requestId)).size).toBe(rows.length)
    expect(rows.every(({ status }) => status === 200 || status === 499)).toBe(true)
  })
})

describe('The end of a process', () => {
  it('closes idle sockets with 1012 at once and busy ones behind their turn; the next process takes them', async () => {
    await using upstream = await startFakeProvider({ script: { tokens: 30, gapMs: 40 } })
    await using gateway = await spawnGateway({ yaml: yamlFor(upstream), workers: 1, server: 'shutdown_delay_ms: 0' })
    const port = Number(new URL(gateway.url).port)
    const headers = { authorization: `Bearer ${MASTER_KEY}` }
    const idle = await openRawSocket({ port, headers })
    const busy = await openRawSocket({ port, headers })
    busy.json({ type: 'response.create', model: 'm', input: 'x' })
    await busy.event(({ type }) => type === 'response.output_text.delta')
    gateway.signal('SIGTERM')
    expect((await idle.whenClosed())?.code).toBe(1012)
    expect(busy.closed).toBe(false)
    expect((await busy.whenClosed())?.code).toBe(1012)
    expect(busy.events.at(-1)).toMatchObject({ type: 'response.completed' })
    expect(await gateway.ended).toEqual({ code: 0, signal: null })
    expect(gateway.usageRows().map(({ status }) => status)).toEqual([200])
  })
})

describe("OpenAI's SDK", () => {
  it('speaks to it as to its own, two turns on one socket', async () => {
    await using upstream = await startFakeProvider()
    await using gateway = await startGateway(yamlFor(upstream))
    const socket = new ResponsesWS(new OpenAI({ baseURL: gateway.url, apiKey: gateway.key }))
    const events = socket.stream()
    const turn = async (members: Record<string, unknown>): Promise<{ id: string; text: string }> => {
      socket.send({ type: 'response.create', model: 'm', store: false, ...members })
      let text = ''
      for (;;) {
        const { value, done } = await events.next()
        if (done === true) throw new Error('the socket closed')
        if (value.type === 'error') throw value.error
        if (value.type !== 'message') continue
        const { message } = value
        if (message.type === 'response.output_text.delta') text += message.delta
        if (message.type === 'response.completed') return { id: message.response.id, text }
      }
    }
    try {
      const first = await turn({ input: 'remember the word lighthouse' })
      const second = await turn({ input: 'again', previous_response_id: first.id, stream_id: 'main' })
      expect(second.id).not.toBe(first.id)
      expect(upstream.ledger.last?.body.toString()).toContain('lighthouse')
    } finally {
      await events.return?.()
      socket.close()
    }
  })
})
