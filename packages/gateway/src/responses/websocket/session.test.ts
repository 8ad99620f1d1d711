import { once } from 'node:events'
import { encodeSocketFrame } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../core/errors.ts'
import type { RelayRequest } from '../../relay/ports.ts'
import type { LocalContexts } from '../local-contexts.ts'
import { answer, begin, CALLER, create, event, finish, Stage } from './__fixtures__/stage.ts'

const type = (name: string) => (frame: Readonly<Record<string, unknown>>) => frame['type'] === name
const completed = type('response.completed')
const failed = type('error')

/** Turns that the test answers when it likes. */
function held(): { readonly turns: RelayRequest[]; serve(request: RelayRequest): void; gone: Promise<void> } {
  const turns: RelayRequest[] = []
  const { promise: gone, resolve } = Promise.withResolvers<void>()
  return {
    turns,
    gone,
    serve: (request) => {
      turns.push(request)
      request.sink.listener = { replyGone: () => resolve(), replyDrained: () => undefined }
      begin(request)
    },
  }
}

describe('A turn', () => {
  it('is answered in bare text frames, which name its lane', async () => {
    await using stage = await Stage.set()
    await using client = await stage.connect()
    client.json(create({ stream_id: 'main' }))
    await client.event(completed)
    expect(client.events.map(({ type: name, stream_id: lane }) => [name, lane])).toEqual([
      ['response.created', 'main'],
      ['response.output_text.delta', 'main'],
      ['response.completed', 'main'],
    ])
    expect(client.frames.every(({ opcode, masked, fin }) => opcode === 'text' && !masked && fin)).toBe(true)
  })

  it('may come in pieces, and in the same packet as the handshake', async () => {
    await using stage = await Stage.set()
    const frame = JSON.stringify(create({ input: 'grüß dich' }))
    await using client = await stage.connect({
      head: Buffer.concat([
        encodeSocketFrame('text', frame.slice(0, 9), { fin: false }),
        encodeSocketFrame('ping', 'in between'),
        encodeSocketFrame('continuation', frame.slice(9)),
      ]),
    })
    await client.event(completed)
    expect(JSON.parse(stage.served[0]?.body.toString() ?? '')).toMatchObject({ stream: true, input: 'grüß dich' })
    expect(client.frames.filter(({ opcode }) => opcode === 'pong').map(({ payload }) => payload.toString())).toEqual([
      'in between',
    ])
  })

  it('waits for the one before it in its lane, and for no other lane', async () => {
    const { turns, serve } = held()
    await using stage = await Stage.set({ serve })
    await using client = await stage.connect()
    for (const [lane, input] of [
      ['a', '1'],
      ['a', '2'],
      ['b', '3'],
      [undefined, '4'],
    ] as const)
      client.json(create({ input, ...(lane === undefined ? {} : { stream_id: lane }) }))
    await client.until(() => (turns.length === 3 ? true : undefined))
    const inputs = (): string[] =>
      turns.map(({ body }) => String((JSON.parse(body.toString()) as { input: string }).input))
    expect(inputs()).toEqual(['1', '3', '4'])
    finish(turns[0] as RelayRequest)
    await client.until(() => (turns.length === 4 ? true : undefined))
    expect(inputs()[3]).toBe('2')
    for (const turn of turns.slice(1)) finish(turn)
    await client.until(() => (client.events.filter(completed).length === 4 ? true : undefined))
  })

  it('that is refused is an error frame, and the socket stays open', async () => {
    let first = true
    await using stage = await Stage.set({
      serve: (request) => {
        if (!first) answer(request)
        else
          request.sink.reply(
            429,
            ['content-type', 'application/json', 'Retry-After', '7', 'x-request-id', 'req_1'],
            '{"error":{"message":"Rate limit exceeded: 10 RPM","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}',
          )
        first = false
      },
    })
    await using client = await stage.connect()
    client.json(create({ stream_id: 'x' }))
    expect(await client.event(failed)).toEqual({
      type: 'error',
      status: 429,
      error: {
        type: 'rate_limit_error',
        code: 'rate_limit_exceeded',
        message: 'Rate limit exceeded: 10 RPM',
        param: null,
      },
      headers: { 'retry-after': '7', 'x-request-id': 'req_1' },
      stream_id: 'x',
    })
    client.json(create({ stream_id: 'x' }))
    await client.event(completed)
  })

  it('is given up when the client leaves, whether it says goodbye, hangs up or breaks off', async () => {
    for (const leave of ['close', 'end', 'reset'] as const) {
      const { serve, gone, turns } = held()
      await using stage = await Stage.set({ serve })
      const client = await stage.connect({ pongs: false })
      client.json(create())
      await client.event(type('response.created'))
      // The first of them leaves the connection half open.
      if (leave === 'close') client.frame('close')
      else if (leave === 'end') client.socket.end()
      else client.socket.resetAndDestroy()
      await gone
      expect(turns[0]?.sink.closed).toBe(true)
      client.socket.destroy()
    }
  })

  it('is asked for by somebody, each time', async () => {
    let revoked = false
    await using stage = await Stage.set({
      identify: () => {
        if (revoked) throw new GatewayError('invalid_api_key', 'The API key is not valid.')
        return CALLER
      },
    })
    await using client = await stage.connect()
    client.json(create())
    await client.event(completed)
    revoked = true
    client.json(create({ stream_id: 's' }))
    expect(await client.event(failed)).toMatchObject({
      status: 401,
      stream_id: 's',
      error: { code: 'invalid_api_key' },
    })
    expect(await client.whenClosed()).toEqual({ code: 1008, reason: 'invalid_api_key' })
  })

  it('of a key that was revoked meanwhile is the last, and an idle session ends with its key', async () => {
    let revoked = false
    const { serve, turns } = held()
    await using stage = await Stage.set({
      serve,
      identify: async () => {
        if (revoked) throw new GatewayError('invalid_api_key', 'The API key is not valid.')
        return await Promise.resolve(CALLER)
      },
    })
    await using idle = await stage.connect()
    await using busy = await stage.connect()
    busy.json(create())
    await busy.event(type('response.created'))
    revoked = true
    stage.sockets.callersChanged()
    expect((await idle.whenClosed())?.code).toBe(1008)
    expect(busy.closed).toBe(false)
    finish(turns[0] as RelayRequest)
    expect((await busy.whenClosed())?.code).toBe(1008)
    expect(busy.events.some(completed)).toBe(true)
  })
})

describe('A session', () => {
  it('has room for so many lanes and so many turns, and refuses the rest', async () => {
    const { serve } = held()
    await using stage = await Stage.set({ serve })
    await using client = await stage.connect()
    for (let lane = 0; lane < 33; lane += 1) client.json(create({ stream_id: `lane${lane}` }))
    expect(await client.event(failed)).toMatchObject({
      status: 400,
      error: { code: 'websocket_stream_limit_reached', param: 'stream_id' },
    })
    expect(stage.served).toHaveLength(16)
    for (let turn = 0; turn < 60; turn += 1) client.json(create({ stream_id: 'lane0' }))
    const full = await client.event(({ status }) => status === 429)
    expect(full).toMatchObject({ error: { code: 'websocket_queue_full' }, headers: { 'retry-after': '1' } })
    expect(client.closed).toBe(false)
  })

  it('takes no larger message than a body may be, whole or in pieces', async () => {
    await using stage = await Stage.set({ limits: { maxFrameBytes: 10_000 } })
    await using whole = await stage.connect()
    whole.json(create({ input: 'x'.repeat(20_000) }))
    expect((await whole.whenClosed())?.code).toBe(1009)
    await using claimed = await stage.connect()
    claimed.frame('text', 'x', { claimedBytes: 2 ** 40 })
    expect((await claimed.whenClosed())?.code).toBe(1009)
    await using pieces = await stage.connect()
    pieces.frame('text', 'x'.repeat(6_000), { fin: false })
    pieces.frame('continuation', 'x'.repeat(6_000))
    expect((await pieces.whenClosed())?.code).toBe(1009)
    expect(stage.served).toHaveLength(0)
    expect(stage.heldBytes).toBe(0)
  })

  it('that breaks the protocol is closed with the code for it', async () => {
    await using stage = await Stage.set()
    const broken: [Buffer, number][] = [
      [encodeSocketFrame('text', 'x', { mask: false }), 1002],
      [encodeSocketFrame('text', Buffer.from([0xff, 0xfe])), 1007],
      [encodeSocketFrame('binary', 'x'), 1003],
      [encodeSocketFrame('continuation', 'x'), 1002],
      [encodeSocketFrame('ping', 'x'.repeat(126)), 1002],
      [Buffer.from([0xf1, 0x80, 0, 0, 0, 0]), 1002],
    ]
    for (const [bytes, code] of broken) {
      await using client = await stage.connect()
      client.socket.write(bytes)
      expect((await client.whenClosed())?.code).toBe(code)
    }
  })

  it('hears out what is no turn, and closes when that does not end', async () => {
    await using stage = await Stage.set()
    await using client = await stage.connect()
    client.frame('text', 'hello')
    expect(await client.event(failed)).toMatchObject({ status: 400, error: { code: 'invalid_request' } })
    client.json(create())
    await client.event(completed)
    for (let index = 0; index < 150; index += 1) client.frame('text', '{}')
    expect(await client.whenClosed()).toEqual({ code: 1008, reason: 'too many bad frames' })
  })

  it('closes on a flood of pings, and answers those of a normal client', async () => {
    await using stage = await Stage.set()
    await using client = await stage.connect()
    for (let index = 0; index < 50; index += 1) client.frame('ping', String(index))
    await client.until(() => (client.frames.filter(({ opcode }) => opcode === 'pong').length === 50 ? true : undefined))
    // Told apart from a hundred other things that may go wrong, where there is time for it; else cut off.
    for (let index = 0; index < 1_000; index += 1) client.frame('ping')
    expect([1008, undefined]).toContain((await client.whenClosed())?.code)
  })

  it('asks a silent client whether it is there, and gives it up when it is not', async () => {
    await using stage = await Stage.set({ timing: { pingMs: 40, pongMs: 60 } })
    await using lively = await stage.connect()
    await using silent = await stage.connect({ pongs: false })
    expect(await silent.whenClosed()).toBeUndefined()
    expect(silent.frames.some(({ opcode }) => opcode === 'ping')).toBe(true)
    await expect.poll(() => stage.sockets.size).toBe(1)
    expect(lively.closed).toBe(false)
  })

  it('closes when nothing happens on it for long, and not while something does', async () => {
    const { serve, turns } = held()
    await using stage = await Stage.set({
      serve,
      limits: { idleTimeoutMs: 80 },
      timing: { pingMs: 20, pongMs: 10_000 },
    })
    await using idle = await stage.connect()
    await using busy = await stage.connect()
    busy.json(create())
    expect(await idle.whenClosed()).toEqual({ code: 1001, reason: 'idle' })
    expect(busy.closed).toBe(false)
    finish(turns[0] as RelayRequest)
    expect((await busy.whenClosed())?.code).toBe(1001)
  })

  it('lives for an hour, lets what runs end, and says so', async () => {
    const { serve, turns } = held()
    await using stage = await Stage.set({ serve, timing: { lifeMs: 100 } })
    await using idle = await stage.connect()
    await using busy = await stage.connect()
    for (let turn = 0; turn < 2; turn += 1) busy.json(create())
    await idle.whenClosed()
    expect(idle.events).toMatchObject([
      { type: 'error', status: 400, error: { code: 'websocket_connection_limit_reached' } },
    ])
    expect(idle.close).toEqual({ code: 1001, reason: 'websocket_connection_limit_reached' })
    // The one that waited is told; the one that runs ends in peace.
    await busy.event(failed)
    busy.json(create())
    await busy.until(() => (busy.events.filter(failed).length === 2 ? true : undefined))
    finish(turns[0] as RelayRequest)
    await busy.whenClosed()
    expect(busy.events.some(completed)).toBe(true)
    expect(turns).toHaveLength(1)
  })

  it('ends with 1012 when the gateway restarts: at once when idle, else after what runs', async () => {
    const { serve, turns } = held()
    await using stage = await Stage.set({ serve })
    await using idle = await stage.connect()
    await using busy = await stage.connect()
    for (let turn = 0; turn < 2; turn += 1) busy.json(create())
    await busy.event(type('response.created'))
    stage.sockets.drain()
    expect(await idle.whenClosed()).toEqual({ code: 1012, reason: 'restart' })
    expect(await busy.event(failed)).toMatchObject({ status: 503, error: { code: 'service_unavailable' } })
    await expect(stage.connect()).rejects.toMatchObject({ status: 503 })
    expect(busy.closed).toBe(false)
    finish(turns[0] as RelayRequest)
    expect((await busy.whenClosed())?.code).toBe(1012)
    expect(busy.events.some(completed)).toBe(true)
  })

  it('has to be asked for by somebody who may, and who has not too many', async () => {
    await using stage = await Stage.set({
      limits: { maxPerKey: 2 },
      identify: ({ headers }) => {
        if (headers['authorization'] === undefined) throw new GatewayError('invalid_api_key', 'The API key is missing.')
        return CALLER
      },
    })
    await expect(stage.connect()).rejects.toMatchObject({ status: 401 })
    const headers = { authorization: 'Bearer x' }
    await using first = await stage.connect({ headers })
    const second = await stage.connect({ headers })
    await expect(stage.connect({ headers })).rejects.toMatchObject({ status: 429 })
    second.socket.destroy()
    await second.whenClosed()
    await expect.poll(() => stage.sockets.size).toBe(1)
    await using third = await stage.connect({ headers })
    expect([first.closed, third.closed]).toEqual([false, false])
  })

  it('takes a key from the subprotocol of browsers, and does not say it back where there is another', async () => {
    const keys: unknown[] = []
    await using stage = await Stage.set({
      identify: ({ headers }) => {
        keys.push(headers['authorization'])
        return CALLER
      },
    })
    await using client = await stage.connect({
      headers: { 'sec-websocket-protocol': 'responses, openai-insecure-api-key.sk-fl-abc' },
    })
    expect(client.head.toLowerCase()).toContain('sec-websocket-protocol: responses')
    expect(client.head).not.toContain('sk-fl-abc')
    expect(keys).toEqual(['Bearer sk-fl-abc'])
  })

  it.each([
    [{ 'sec-websocket-version': '7' }, 400],
    [{ 'sec-websocket-key': 'short' }, 400],
  ])('begins with a whole handshake: not with %j', async (headers, status) => {
    await using stage = await Stage.set()
    await expect(stage.connect({ headers })).rejects.toMatchObject({ status })
  })

  it('compresses nothing, whatever is offered', async () => {
    await using stage = await Stage.set()
    await using client = await stage.connect({ headers: { 'sec-websocket-extensions': 'permessage-deflate' } })
    expect(client.head.toLowerCase()).not.toContain('extensions')
  })
})

describe('Backpressure', () => {
  it('reaches the upstream when a client does not read, and goes when it does', async () => {
    const { promise: stalled, resolve: stall } = Promise.withResolvers<void>()
    const { promise: drained, resolve: drain } = Promise.withResolvers<void>()
    let written = 0
    await using stage = await Stage.set({
      serve: (request) => {
        const { sink } = request
        const piece = event('response.output_text.delta', { delta: 'x'.repeat(60_000) })
        const more = (): void => {
          while (written < 1_000) {
            written += 1
            if (sink.write(piece)) continue
            stall()
            return
          }
          finish(request)
        }
        sink.listener = {
          replyGone: () => undefined,
          replyDrained: () => {
            drain()
            more()
          },
        }
        begin(request)
        more()
      },
    })
    await using client = await stage.connect()
    client.socket.pause()
    client.json(create())
    await stalled
    expect(written).toBeLessThan(1_000)
    client.socket.resume()
    await drained
    await client.event(completed)
    expect(client.events).toHaveLength(1_002)
  })

  it('ends in cutting off a client that never reads, and hurts nobody else', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>()
    await using stage = await Stage.set({
      limits: { writeStallTimeoutMs: 100 },
      serve: (request) => {
        if (JSON.parse(request.body.toString()).input !== 'flood') {
          answer(request)
          return
        }
        const { sink } = request
        sink.listener = { replyGone: resolve, replyDrained: () => undefined }
        begin(request)
        while (sink.write(event('response.output_text.delta', { delta: 'x'.repeat(60_000) })));
      },
    })
    await using other = await stage.connect()
    const deaf = await stage.connect()
    deaf.socket.pause()
    deaf.json(create({ input: 'flood' }))
    other.json(create())
    await other.event(completed)
    await gone
    await expect.poll(() => stage.sockets.size).toBe(1)
    deaf.socket.destroy()
  })

  it('holds no more of unfinished messages than the process may hold', async () => {
    await using stage = await Stage.set({ maxBytes: 300_000 })
    const clients = await Promise.all([1, 2, 3, 4].map(async () => await stage.connect()))
    for (const client of clients) client.frame('text', Buffer.alloc(200_000, 'x'), { fin: false })
    await Promise.any(clients.map(async (client) => await client.whenClosed()))
    expect(clients.find(({ closed }) => closed)?.close?.code).toBe(1013)
    expect(stage.heldBytes).toBeLessThanOrEqual(300_000)
    for (const client of clients) client.socket.destroy()
    await expect.poll(() => [stage.sockets.size, stage.heldBytes]).toEqual([0, 0])
  })

  it('is kept from the memory of all sessions together: who had no turn for longest forgets first', async () => {
    const locals: LocalContexts[] = []
    await using stage = await Stage.set({
      limits: { maxBytesInFlight: 2_500 },
      serve: (request, local) => {
        locals.push(local)
        local.remember(request.id, { items: ['x'.repeat(1_000)], made: null })
        answer(request)
      },
    })
    await using first = await stage.connect()
    await using second = await stage.connect()
    await using third = await stage.connect()
    for (const client of [first, second, first, third]) {
      const turns = client.events.filter(completed).length
      client.json(create())
      await client.until(() => (client.events.filter(completed).length > turns ? true : undefined))
    }
    // The first session has two turns, one of them later than the second's.
    await expect.poll(() => locals.map((local) => local.size)).toEqual([0, 0, 0, 1])
  })

  it('is forgotten with its session: what was remembered and held is given back', async () => {
    const { serve } = held()
    await using stage = await Stage.set({ serve })
    const client = await stage.connect()
    for (let turn = 0; turn < 10; turn += 1) client.json(create({ input: 'x'.repeat(1_000) }))
    await client.event(type('response.created'))
    await expect.poll(() => stage.heldBytes).toBeGreaterThan(9_000)
    const closed = once(client.socket, 'close')
    client.socket.destroy()
    await closed
    await expect.poll(() => [stage.sockets.size, stage.heldBytes]).toEqual([0, 0])
  })
})
