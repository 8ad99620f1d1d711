// Turns of a WebSocket client to an upstream that takes them over a WebSocket as well: what it is sent, what it is asked
// twice, who pays, and what happens when its connection is no good.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  openRawSocket,
  startFakeProvider,
  startFakeUpstream,
  startSocketUpstream,
  type FakeUpstream,
  type RawSocket,
  type Script,
  type SocketUpstream,
} from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { startGateway, type TestGateway } from './support/gateway.ts'
import { eventually } from './support/processes.ts'
import { SocketClient } from './support/socket-client.ts'

type Event = Readonly<Record<string, unknown>>

interface Bench extends AsyncDisposable {
  readonly behind: FakeUpstream
  readonly upstream: SocketUpstream
  readonly gateway: TestGateway
}

/** @param script of an upstream that says so much, so fast; without one, it says the user's words again */
async function startBench(script?: Partial<Script>): Promise<Bench> {
  const behind = script === undefined ? await startFakeProvider() : await startFakeUpstream({ script })
  const upstream = await startSocketUpstream({ behind })
  const gateway = await startGateway(`health: { check: off }
providers:
  - { name: a, type: openai, base_url: "${upstream.url}", api_keys: [sk-a], websocket: true }
  - { name: b, type: anthropic, base_url: "${behind.url}", api_keys: [sk-b], priority: 1 }
models:
  - { id: m, targets: [{ provider: a, model: gpt-5 }, { provider: b, model: claude-sonnet-4-5 }] }
`)
  return {
    behind,
    upstream,
    gateway,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      await behind[Symbol.asyncDispose]()
    },
  }
}

const terminal = (events: readonly Event[]): Event => events.at(-1) ?? {}
const responseOf = (events: readonly Event[]): Event => (terminal(events)['response'] ?? {}) as Event
const idOf = (events: readonly Event[]): string => String(responseOf(events)['id'])

async function raw({ gateway }: Bench): Promise<RawSocket> {
  const port = Number(new URL(gateway.origin).port)
  return await openRawSocket({ port, headers: { authorization: `Bearer ${gateway.key}` } })
}

describe('An upstream that speaks WebSocket', () => {
  it('is sent turns on one connection, each with only what is new, stored or not', async () => {
    await using bench = await startBench()
    await using client = await SocketClient.open(bench.gateway.url, bench.gateway.key)
    const first = await client.turn({ model: 'm', input: 'my name is Ada', store: false, metadata: { n: '1' } })
    expect(responseOf(first)).toMatchObject({ status: 'completed', model: 'm', store: false })
    const second = await client.turn({ model: 'm', input: 'and?', store: false, previous_response_id: idOf(first) })
    expect(responseOf(second)).toMatchObject({ status: 'completed', previous_response_id: idOf(first) })
    expect(bench.upstream.handshakes).toHaveLength(1)
    expect(bench.upstream.handshakes[0]).toMatchObject({ authorization: 'Bearer sk-a' })
    const [one, two] = bench.upstream.framesOf('response.create')
    expect(one?.frame).toMatchObject({
      type: 'response.create',
      model: 'gpt-5',
      input: 'my name is Ada',
      metadata: { n: '1' },
    })
    expect(one?.frame['stream']).toBeUndefined()
    expect(JSON.stringify(two?.frame)).not.toContain('Ada')
    expect(two?.frame['previous_response_id']).toMatch(/^resp_/)
    // The upstream put them together; and both are in the books.
    expect(bench.behind.ledger.last?.body.toString()).toContain('my name is Ada')
    const rows = await bench.gateway.usage()
    expect(rows.map(({ status, provider, estimated }) => [status, provider, estimated])).toEqual([
      [200, 'a', false],
      [200, 'a', false],
    ])
  })

  it('is asked over HTTP for clients of HTTP', async () => {
    await using bench = await startBench()
    const response = await fetch(`${bench.gateway.url}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bench.gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', input: 'x', stream: true }),
    })
    expect(await response.text()).toContain('response.completed')
    expect(bench.upstream.handshakes).toHaveLength(0)
  })

  it('has a connection for each lane, so that leaving one costs the others nothing', async () => {
    await using bench = await startBench({ gapMs: 10, tokens: 20 })
    await using client = await raw(bench)
    for (const lane of ['a', 'b', 'c'])
      client.json({ type: 'response.create', model: 'm', input: `lane ${lane}`, stream_id: lane })
    await client.until(() =>
      client.events.filter(({ type }) => type === 'response.completed').length === 3 ? true : undefined,
    )
    expect(bench.upstream.handshakes).toHaveLength(3)
    expect(client.events.every(({ stream_id: lane }) => typeof lane === 'string')).toBe(true)
    // They are used again, and close with the session.
    client.json({ type: 'response.create', model: 'm', input: 'again', stream_id: 'd' })
    await client.event(({ type, stream_id: lane }) => type === 'response.completed' && lane === 'd')
    expect(bench.upstream.handshakes).toHaveLength(3)
    client.socket.destroy()
    await eventually(() => bench.upstream.open.size === 0, 'its connections are closed')
  })

  it('hears at once that the client has left', async () => {
    await using bench = await startBench({ gapMs: 10, tokens: 2_000 })
    const client = await raw(bench)
    client.json({ type: 'response.create', model: 'm', input: 'x' })
    await client.event(({ type }) => type === 'response.output_text.delta')
    client.socket.destroy()
    await bench.behind.ledger.until(({ totals }) => totals.clientGone === 1, 2_000)
    expect(await bench.gateway.usage()).toMatchObject([{ status: 499, errorCode: 'client_gone', estimated: true }])
  })

  it('is left for another one when it breaks off or refuses before its answer, and told in the stream behind it', async () => {
    await using bench = await startBench()
    await using client = await SocketClient.open(bench.gateway.url, bench.gateway.key)
    bench.upstream.breakAfter = 1
    expect(responseOf(await client.turn({ model: 'm', input: 'x' }))['status']).toBe('completed')
    bench.upstream.nextError = {
      type: 'error',
      status: 429,
      error: { type: 'rate_limit_error', code: 'rate_limit_exceeded', message: 'Slow down.' },
      headers: { 'retry-after': '1' },
    }
    expect(responseOf(await client.turn({ model: 'm', input: 'x' }))['status']).toBe('completed')
    bench.upstream.nextError = {
      type: 'error',
      status: 400,
      error: { type: 'invalid_request_error', code: 'context_length_exceeded', message: 'Too long.', param: 'input' },
    }
    await eventually(async () => {
      const end = terminal(await client.turn({ model: 'm', input: 'x' }))
      return end['type'] === 'error' && JSON.stringify(end).includes('context_length_exceeded') && end['status'] === 400
    }, 'the refusal of the request itself is passed on')
    bench.upstream.breakAfter = 6
    const cut = await client.turn({ model: 'm', input: 'x' })
    expect(cut.some(({ type }) => type === 'response.output_text.delta')).toBe(true)
    expect(['error', 'response.failed']).toContain(terminal(cut)['type'])
  })

  it('keeps its connection for the next turn when it refuses one', async () => {
    await using bench = await startBench()
    await using client = await SocketClient.open(bench.gateway.url, bench.gateway.key)
    const first = await client.turn({ model: 'm', input: 'x', store: false })
    bench.upstream.nextError = {
      type: 'error',
      status: 400,
      error: { type: 'invalid_request_error', code: 'invalid_value', message: 'No.', param: 'input' },
    }
    expect(terminal(await client.turn({ model: 'm', input: 'y', store: false }))).toMatchObject({
      type: 'error',
      status: 400,
      error: { message: 'No.', param: 'input' },
    })
    await client.turn({ model: 'm', input: 'z', store: false, previous_response_id: idOf(first) })
    expect(bench.upstream.handshakes).toHaveLength(1)
    expect(bench.upstream.framesOf('response.create')).toHaveLength(3)
  })

  it('that has grown too old is called again, and nobody notices', async () => {
    await using bench = await startBench()
    await using client = await SocketClient.open(bench.gateway.url, bench.gateway.key)
    const first = await client.turn({ model: 'm', input: 'remember Ada', store: false })
    bench.upstream.nextError = {
      type: 'error',
      status: 400,
      error: { type: 'invalid_request_error', code: 'websocket_connection_limit_reached', message: '60 minutes' },
    }
    const second = await client.turn({ model: 'm', input: 'and?', store: false, previous_response_id: idOf(first) })
    expect(responseOf(second)['status']).toBe('completed')
    expect(bench.upstream.handshakes).toHaveLength(2)
    // The new connection knows nothing of the first turn: the whole conversation came over it at last.
    expect(bench.behind.ledger.last?.body.toString()).toContain('remember Ada')
    expect((await bench.gateway.usage())[0]).toMatchObject({ status: 200, provider: 'a' })
  })

  it('that refuses the upgrade is asked over HTTP, in the same attempt', async () => {
    await using bench = await startBench()
    bench.upstream.upgradeStatus = 426
    await using client = await SocketClient.open(bench.gateway.url, bench.gateway.key)
    for (let turn = 0; turn < 2; turn += 1)
      expect(responseOf(await client.turn({ model: 'm', input: 'x' }))['status']).toBe('completed')
    const rows = await bench.gateway.usage()
    expect(rows.map(({ provider, attempts }) => [provider, attempts])).toEqual([
      ['a', 1],
      ['a', 1],
    ])
  })

  it('is spoken to over TLS, with the authorities that the configuration names', async () => {
    await using behind = await startFakeProvider()
    await using upstream = await startSocketUpstream({ behind, tls: 'good' })
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-ca-'))
    writeFileSync(join(folder, 'ca.pem'), upstream.ca ?? '')
    const provider = (name: string, more: string): string =>
      `  - { name: ${name}, type: openai, base_url: "${upstream.url}", websocket: true${more} }\n`
    await using gateway = await startGateway(`health: { check: off }
providers:
${provider('a', `, ca_file: "${join(folder, 'ca.pem')}"`)}${provider('b', '')}
models:
  - { id: m, targets: [{ provider: a, model: gpt-5 }] }
  - { id: strange, targets: [{ provider: b, model: gpt-5 }] }
`)
    await using client = await SocketClient.open(gateway.url, gateway.key)
    expect(responseOf(await client.turn({ model: 'm', input: 'x' }))['status']).toBe('completed')
    expect(upstream.handshakes).toHaveLength(1)
    expect(terminal(await client.turn({ model: 'strange', input: 'x' }))).toMatchObject({ type: 'error', status: 503 })
    rmSync(folder, { recursive: true })
  })

  it('that does not know our key is left as over HTTP', async () => {
    await using bench = await startBench()
    bench.upstream.upgradeStatus = 401
    await using client = await SocketClient.open(bench.gateway.url, bench.gateway.key)
    expect(responseOf(await client.turn({ model: 'm', input: 'x' }))['status']).toBe('completed')
    expect((await bench.gateway.usage())[0]).toMatchObject({ provider: 'b', attempts: 2 })
  })

  it('is read no faster than the client reads', async () => {
    await using bench = await startBench({ tokens: 2_000, bytes: 2_000 })
    await using client = await raw(bench)
    client.socket.pause()
    client.json({ type: 'response.create', model: 'm', input: 'x' })
    await bench.behind.ledger.until(({ last }) => (last?.eventsWritten ?? 0) > 100)
    const { socket } = [...bench.upstream.open][0] ?? {}
    await eventually(() => (socket?.writableLength ?? 0) > 1_000_000, 'the upstream cannot send any more')
    client.socket.resume()
    await client.event(({ type }) => type === 'response.completed', 20_000)
  })
})

describe('Steering', () => {
  const start = { type: 'response.create', model: 'm', input: 'a long story', store: false, stream_id: 'main' }

  async function steered(client: RawSocket): Promise<string> {
    client.json(start)
    await client.event(({ type }) => type === 'response.output_text.delta')
    const created = await client.event(({ type }) => type === 'response.created')
    const id = String((created['response'] as Event)['id'])
    client.json({ type: 'response.steer', previous_response_id: id, input: 'make it short' })
    return id
  }

  it('goes on behind the response that it was meant for, as a turn of its own', async () => {
    for (const steering of ['cut', 'after'] as const) {
      await using bench = await startBench({ gapMs: 10, tokens: 30 })
      bench.upstream.steering = steering
      await using client = await raw(bench)
      const id = await steered(client)
      expect(await client.event(({ type }) => type === 'response.steer.accepted')).toMatchObject({
        stream_id: 'main',
        steer: { previous_response_id: id },
      })
      const ends = await client.until(() => {
        const found = client.events.filter(({ type }) => /^response\.(completed|incomplete)$/.test(String(type)))
        return found.length === 2 ? found : undefined
      })
      expect(ends[0]).toMatchObject(
        steering === 'cut'
          ? { type: 'response.incomplete', response: { id, incomplete_details: { reason: 'steered' } } }
          : { type: 'response.completed', response: { id } },
      )
      expect(ends[1]).toMatchObject({
        type: 'response.completed',
        stream_id: 'main',
        response: { previous_response_id: id, status: 'completed' },
      })
      // Nobody asked for it again: what the upstream said of itself is the answer.
      expect(bench.upstream.framesOf('response.create')).toHaveLength(1)
      expect(bench.upstream.handshakes).toHaveLength(1)
      await eventually(async () => (await bench.gateway.usage()).length === 2, 'both are in the books')
      expect((await bench.gateway.usage()).every(({ status, provider }) => status === 200 && provider === 'a')).toBe(
        true,
      )
      // And the conversation has it all.
      const last = idOf(ends.slice(1))
      client.json({ ...start, input: 'and then?', previous_response_id: last })
      await client.until(() =>
        client.events.filter(({ type }) => type === 'response.completed').length >= 2 ? true : undefined,
      )
    }
  })

  it('waits with the client for results of tools, and goes in front of them', async () => {
    await using bench = await startBench({ gapMs: 10, tokens: 10 })
    bench.upstream.steering = 'pending'
    await using client = await raw(bench)
    const id = await steered(client)
    const pending = await client.event(({ type }) => type === 'response.steer.pending')
    expect(pending).toMatchObject({ stream_id: 'main', steer: { previous_response_id: id } })
    const types = client.events.map(({ type }) => type)
    expect(types.indexOf('response.steer.pending')).toBeGreaterThan(types.indexOf('response.completed'))
    bench.upstream.steering = 'refused'
    client.json({ ...start, input: 'the result', previous_response_id: id })
    await client.until(() =>
      client.events.filter(({ type }) => type === 'response.completed').length === 2 ? true : undefined,
    )
    const asked = bench.behind.ledger.last?.body.toString() ?? ''
    expect(asked.split('make it short')).toHaveLength(2)
    expect(asked.indexOf('make it short')).toBeLessThan(asked.indexOf('the result'))
  })

  it('comes back with the reason where it cannot be', async () => {
    await using bench = await startBench({ gapMs: 10, tokens: 30 })
    bench.upstream.steering = 'refused'
    await using client = await raw(bench)
    await steered(client)
    expect(await client.event(({ type }) => type === 'response.steer.failed')).toMatchObject({
      stream_id: 'main',
      steer: { input: 'make it short' },
      error: { code: 'steering_not_supported' },
    })
    client.json({ type: 'response.steer', previous_response_id: 'resp_none', input: [] })
    expect(
      await client.event((event) => (event['error'] as Event | undefined)?.['code'] === 'response_not_found'),
    ).toMatchObject({ type: 'response.steer.failed' })
    const done = await client.event(({ type }) => type === 'response.completed')
    client.json({
      type: 'response.steer',
      previous_response_id: (done['response'] as Event)['id'],
      input: 'too late',
    })
    await client.event((event) => (event['error'] as Event | undefined)?.['code'] === 'response_already_completed')
  })
})
