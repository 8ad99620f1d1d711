import { connectRaw, type RawClient } from '@fairlead/testkit'
import fc from 'fast-check'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../core/errors.ts'
import { BodyReader } from '../read-body.ts'
import { PlainExchange } from './plain-exchange.ts'
import { PlainFront, type PlainFrontOptions } from './plain-front.ts'

interface Stage extends AsyncDisposable {
  readonly front: PlainFront
  readonly bodies: BodyReader
  /** Of a reply that nobody waits for any more. */
  readonly events: string[]
  client(paused?: boolean): Promise<RawClient>
}

interface Settings extends Partial<PlainFrontOptions> {
  readonly serve?: (exchange: PlainExchange, body: string) => void
  readonly maxBodyBytes?: number
  readonly writeStallTimeoutMs?: number
  readonly closes?: boolean
}

/** Echoes what it read, and says who read it. `/refused` is refused before its body, `/later` while that comes. */
async function stage(settings: Settings = {}): Promise<Stage> {
  const { maxBodyBytes = 10_000_000, writeStallTimeoutMs = 5_000, closes = false } = settings
  const events: string[] = []
  const bodies = new BodyReader(() => ({ maxBodyBytes, minBytesPerSecond: 0, maxPendingBytes: 100_000_000 }))
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => response.end(`node ${request.url} ${Buffer.concat(parts).toString('latin1')}`))
  })
  const echo = (exchange: PlainExchange, body: string): void =>
    exchange.reply(200, ['content-type', 'text/plain'], `plain ${exchange.url} ${body}`)
  const front = new PlainFront(server, {
    limits: () => ({ headersTimeoutMs: 60_000, maxHeaderBytes: 16_384, maxHeaders: 100, writeStallTimeoutMs }),
    meet: () => true,
    begin: (connection, { target: url, headers }) => {
      if (url === '/other') return false
      const extra = closes ? ['connection', 'close'] : []
      const exchange = new PlainExchange(connection, bodies, { requestId: 'req_1', headers, url, extra, closes })
      connection.exchange = exchange
      exchange.listener = { replyGone: () => events.push('gone'), replyDrained: () => events.push('drained') }
      if (url === '/refused') {
        exchange.refuse('openai-chat', new GatewayError('invalid_api_key', 'No.'))
        return true
      }
      if (url === '/later')
        setTimeout(() => exchange.refuse('openai-chat', new GatewayError('invalid_api_key', 'No.')), 10)
      exchange.readBody((error, body) => {
        if (error !== null) exchange.refuse('openai-chat', error)
        else (settings.serve ?? echo)(exchange, body.toString('latin1'))
      })
      return true
    },
    sweepMs: 10_000,
    keepAliveMs: 75_000,
    ...settings,
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const clients: RawClient[] = []
  return {
    front,
    bodies,
    events,
    async client(paused = false) {
      const made = await connectRaw((server.address() as AddressInfo).port, { paused })
      clients.push(made)
      return made
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close()
      bodies[Symbol.dispose]()
      front[Symbol.dispose]()
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

function post(path: string, body: string, lines = ''): string {
  return `POST ${path} HTTP/1.1\r\nHost: a\r\n${lines}Content-Length: ${body.length}\r\n\r\n${body}`
}

const bodyOf = (client: RawClient, index: number): string => client.responses[index]?.body.toString('latin1') ?? ''

describe('a connection', () => {
  it('answers each request in its turn, wherever the bytes are cut and whoever reads them', async () => {
    await using served = await stage()
    const request = fc.record({
      kind: fc.constantFrom('plain', 'plain', 'plain', 'chunked', 'other'),
      body: fc.string({ unit: fc.constantFrom('a', 'b', '\r', '\n', 'P'), maxLength: 40 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 4 }),
        async (requests, cuts) => {
          const text = requests
            .map(({ kind, body }) => {
              if (kind !== 'chunked') return post(kind === 'plain' ? '/a' : '/other', body)
              const chunk = body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`
              return `POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}0\r\n\r\n`
            })
            .join('')
          const places = [...new Set(cuts.map((cut) => cut % text.length))].sort((a, b) => a - b)
          const client = await served.client()
          for (const [index, from] of [0, ...places].entries()) {
            await client.send(text.slice(from, places[index] ?? text.length))
            await sleep(1)
          }
          await client.response(requests.length - 1)
          for (const [index, { kind, body }] of requests.entries()) {
            const reply = bodyOf(client, index)
            expect(reply.replace(/^(?:plain|node) /, '')).toBe(`${kind === 'other' ? '/other' : '/a'} ${body}`)
          }
          client.close()
        },
      ),
      { numRuns: 150 },
    )
  })

  it('stays for the next request, and says so', async () => {
    await using served = await stage()
    const client = await served.client()
    await client.send(post('/a', 'one'))
    const { headers, status } = await client.response()
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/plain',
      'content-length': '12',
      connection: 'keep-alive',
      'keep-alive': 'timeout=75',
    })
    expect(Math.abs(Date.parse(String(headers['date'])) - Date.now())).toBeLessThan(5_000)
    await client.send(post('/a', 'two'))
    await client.response(1)
    expect([bodyOf(client, 0), bodyOf(client, 1)]).toEqual(['plain /a one', 'plain /a two'])
  })

  it('is taken over by node:http with the first request that is not plain, and lives on there', async () => {
    await using served = await stage()
    const client = await served.client()
    await client.send(post('/a', 'one'))
    await client.response(0)
    await client.send('GET /health HTTP/1.1\r\nHost: a\r\n\r\n')
    await client.response(1)
    await client.send(post('/a', 'three'))
    await client.response(2)
    expect([0, 1, 2].map((index) => bodyOf(client, index))).toEqual(['plain /a one', 'node /health ', 'node /a three'])
  })

  it('ends with its reply where that says so', async () => {
    await using served = await stage({ closes: true })
    const client = await served.client()
    await client.send(post('/a', 'one') + post('/a', 'two'))
    await client.whenEnded()
    expect(client.responses).toHaveLength(1)
    expect(client.responses[0]?.headers).toMatchObject({ connection: 'close' })
    expect(client.responses[0]?.headers['keep-alive']).toBeUndefined()
  })

  it('that is closed half-way, or for good, has no client any more', async () => {
    for (const leave of ['halfClose', 'close', 'reset'] as const) {
      await using served = await stage({ serve: (exchange) => exchange.head(200, []) })
      const client = await served.client()
      await client.send(post('/a', 'one'))
      await sleep(20)
      client[leave]()
      await expect.poll(() => served.events).toEqual(['gone'])
    }
  })

  it('is closed when it has been silent for its time; one that never said anything is told why', async () => {
    const limits = { headersTimeoutMs: 60, maxHeaderBytes: 16_384, maxHeaders: 100, writeStallTimeoutMs: 5_000 }
    await using served = await stage({ sweepMs: 20, keepAliveMs: 150, limits: () => limits })
    const silent = await served.client()
    const used = await served.client()
    await used.send(post('/a', 'one'))
    await used.response()
    expect((await silent.response()).status).toBe(408)
    await silent.whenEnded()
    await used.whenEnded()
    expect(used.responses).toHaveLength(1)
  })

  it('waits for a slow reply for as long as it takes', async () => {
    await using served = await stage({
      sweepMs: 10,
      keepAliveMs: 30,
      serve: (exchange) => setTimeout(() => exchange.reply(200, [], 'late'), 200),
    })
    const client = await served.client()
    await client.send(post('/a', 'one'))
    expect((await client.response()).body.toString()).toBe('late')
  })

  it('that is idle goes when it is told to, one that is in use or new does not', async () => {
    const held: PlainExchange[] = []
    await using served = await stage({
      serve: (exchange, body) => {
        if (body === 'hold') held.push(exchange)
        else exchange.reply(200, [], body)
      },
    })
    const [fresh, idle, busy] = [await served.client(), await served.client(), await served.client()]
    await idle.send(post('/a', 'one'))
    await idle.response()
    await busy.send(post('/a', 'hold'))
    await expect.poll(() => held).toHaveLength(1)
    served.front.closeIdle()
    await idle.whenEnded()
    held[0]?.reply(200, [], 'done')
    expect((await busy.response()).body.toString()).toBe('done')
    await fresh.send(post('/a', 'still here'))
    expect((await fresh.response()).body.toString()).toBe('still here')
  })
})

describe('a refusal before the body has come', () => {
  it('leaves the connection to the next request when little of it is left', async () => {
    await using served = await stage()
    const client = await served.client()
    const text = post('/refused', 'x'.repeat(2_000))
    await client.send(text.slice(0, 1_000))
    expect((await client.response()).status).toBe(401)
    await client.send(text.slice(1_000) + post('/a', 'two'))
    await client.response(1)
    expect(bodyOf(client, 1)).toBe('plain /a two')
  })

  it('while it comes is forgotten with its last byte', async () => {
    await using served = await stage()
    const client = await served.client()
    const text = post('/later', 'x'.repeat(2_000))
    await client.send(text.slice(0, 1_000))
    expect((await client.response()).status).toBe(401)
    expect(served.bodies.waiting).toBe(1)
    await client.send(text.slice(1_000) + post('/a', 'two'))
    await client.response(1)
    expect(bodyOf(client, 1)).toBe('plain /a two')
    expect([served.bodies.waiting, served.bodies.pendingBytes]).toEqual([0, 0])
  })

  it('arrives whole when much of it is left, and ends the connection', async () => {
    await using served = await stage()
    const client = await served.client()
    const text = post('/refused', 'x'.repeat(500_000))
    await client.send(text.slice(0, 1_000))
    const { status, headers } = await client.response()
    expect([status, headers['connection']]).toEqual([401, 'close'])
    await client.send(text.slice(1_000))
    await client.whenEnded()
    expect(client.error).toBeUndefined()
  })

  it('comes at once for a body that says it is too large', async () => {
    await using served = await stage({ maxBodyBytes: 1_000 })
    const client = await served.client()
    await client.send(post('/a', 'x'.repeat(100_000)).slice(0, 500))
    expect((await client.response()).status).toBe(413)
  })
})

describe('a stream', () => {
  it('arrives as it was written, whatever its chunks are and however they are given', async () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 16_000, maxLength: 40_000 }))
    let given: readonly { bytes: Uint8Array; asText: boolean; turn: boolean }[] = []
    let isFinished = false
    const write = async (exchange: PlainExchange): Promise<void> => {
      exchange.head(200, ['content-type', 'text/event-stream'])
      for (const [index, { bytes, asText, turn }] of given.entries()) {
        const chunk = Buffer.from(bytes)
        const piece = asText ? chunk.toString('latin1') : chunk
        if (isFinished && index === given.length - 1) exchange.finish(piece)
        else exchange.write(piece)
        if (turn) await sleep(0)
      }
      exchange.end()
    }
    await using served = await stage({ serve: (exchange) => void write(exchange) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ bytes: piece, asText: fc.boolean(), turn: fc.boolean() }), { maxLength: 6 }),
        fc.boolean(),
        async (pieces, finished) => {
          given = pieces
          isFinished = finished
          const client = await served.client()
          await client.send(post('/a', ''))
          const { body, headers } = await client.response()
          expect(headers).toMatchObject({ 'transfer-encoding': 'chunked', 'content-type': 'text/event-stream' })
          expect(body.equals(Buffer.concat(pieces.map(({ bytes }) => bytes)))).toBe(true)
          client.close()
        },
      ),
      { numRuns: 60 },
    )
  })

  it('tells when its client is slower, and when it has caught up', async () => {
    let isFast = true
    await using served = await stage({
      serve: (exchange) => {
        exchange.head(200, [])
        // More than the sockets of both sides hold.
        for (let count = 0; count < 200; count++) isFast = exchange.write(Buffer.alloc(100_000, 'a'))
      },
    })
    const client = await served.client(true)
    await client.send(post('/a', ''))
    await expect.poll(() => isFast).toBe(false)
    expect(served.events).toEqual([])
    client.resumeReading()
    await expect.poll(() => served.events).toEqual(['drained'])
  })

  it('is cut when it breaks off, so that nobody takes it for the whole', async () => {
    await using served = await stage({
      serve: (exchange) => {
        exchange.head(200, [])
        exchange.write('half')
        exchange.cut()
      },
    })
    const client = await served.client()
    await client.send(post('/a', ''))
    await client.whenEnded()
    expect(client.responses).toHaveLength(0)
    expect(served.events).toEqual(['gone'])
  })
})

describe('a reply', () => {
  it('that its client does not take is given up', async () => {
    await using served = await stage({
      writeStallTimeoutMs: 100,
      serve: (exchange) => exchange.reply(200, [], Buffer.alloc(20_000_000)),
    })
    const client = await served.client(true)
    await client.send(post('/a', ''))
    await sleep(400)
    client.resumeReading()
    await client.whenEnded()
    expect(client.responses).toHaveLength(0)
  })

  it('that its client takes late leaves the connection to the next request', async () => {
    await using served = await stage({
      writeStallTimeoutMs: 200,
      serve: (exchange, body) =>
        exchange.reply(200, [], body === 'large' ? Buffer.alloc(20_000_000) : Buffer.from(body)),
    })
    const client = await served.client(true)
    await client.send(post('/a', 'large'))
    await sleep(50)
    client.resumeReading()
    expect((await client.response()).body).toHaveLength(20_000_000)
    await sleep(300)
    await client.send(post('/a', 'two'))
    await client.response(1)
    expect(bodyOf(client, 1)).toBe('two')
  })

  it('has no line breaks in its fields, whatever they came from', async () => {
    await using served = await stage({
      serve: (exchange) => exchange.reply(200, ['x-model', 'a\r\nx-evil: 1\u4e2d'], Buffer.from('ok')),
    })
    const client = await served.client()
    await client.send(post('/a', ''))
    const { headers } = await client.response()
    expect(headers['x-model']).toBe('a??x-evil: 1?')
    expect(headers['x-evil']).toBeUndefined()
  })
})
