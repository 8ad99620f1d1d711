// Faults 19 to 21 and 23: bodies without end, bombs, drips, too many of anything. Each is answered in OpenAI's shape,
// costs the others nothing, and never reaches the upstream.

import { connect } from 'node:net'
import { once } from 'node:events'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { RawClient } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chatRequest, openAiError, requestHead, startBench, type Bench } from './support/bench.ts'
import { chat, MASTER_KEY, post } from './support/gateway.ts'

const MEBIBYTE = 1024 * 1024

const isServed = async ({ gateway }: Bench): Promise<boolean> =>
  (await post(`${gateway.url}/chat/completions`, gateway.key, chat())).status === 200

describe('fault 19: a body that is too large', () => {
  it('and chunked, without a length: 413 at the limit, the rest is not kept, the connection goes', async () => {
    await using bench = await startBench({ server: 'max_body_bytes: 4194304' })
    await using client = await bench.connect()
    const rssBefore = process.memoryUsage().rss
    await client.send(requestHead(bench.gateway.key, 'Transfer-Encoding: chunked\r\n'))
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MEBIBYTE, 0x61), Buffer.from('\r\n')])
    let sentBytes = 0
    for (; sentBytes < 1024 * MEBIBYTE && !client.closed && !client.ended; sentBytes += MEBIBYTE)
      await client.send(chunk)
    const { status, headers, body } = await client.response()
    expect({ status, connection: headers['connection'] }).toEqual({ status: 413, connection: 'close' })
    expect(openAiError(body).code).toBe('request_too_large')
    await client.whenEnded()
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(150 * MEBIBYTE)
    expect(bench.upstream.ledger.totals.requests).toBe(0)
    expect(await isServed(bench)).toBe(true)
  })

  it('by its own declaration: 413 before any of it was read', async () => {
    await using bench = await startBench()
    await using client = await bench.connect()
    await client.send(requestHead(bench.gateway.key, `Content-Length: ${1024 * MEBIBYTE}\r\n`))
    const { status, headers, body } = await client.response()
    expect({ status, connection: headers['connection'] }).toEqual({ status: 413, connection: 'close' })
    expect(openAiError(body).message).toContain('33554432 bytes')
    await client.whenEnded()
    expect(await isServed(bench)).toBe(true)
  })

  it('is not asked for by "100 Continue", and one of the right size is', async () => {
    await using bench = await startBench()
    await using large = await bench.connect()
    await large.send(requestHead(bench.gateway.key, `Expect: 100-continue\r\nContent-Length: ${1024 * MEBIBYTE}\r\n`))
    expect((await large.response()).status).toBe(413)
    expect(large.received.toString()).not.toContain('100 Continue')
    await using small = await bench.connect()
    const request = chatRequest(bench.gateway.key, {}, 'Expect: 100-continue\r\n')
    const bodyAt = request.indexOf('\r\n\r\n') + 4
    await small.send(request.slice(0, bodyAt))
    await small.until(() => small.received.toString().startsWith('HTTP/1.1 100 Continue\r\n\r\n'))
    await small.send(request.slice(bodyAt))
    expect((await small.response()).status).toBe(200)
  })

  it('of which several together are more than the gateway may hold: 503 for the last, and the others are served', async () => {
    await using bench = await startBench({ server: 'max_body_bytes: 1048576, max_bytes_in_flight: 2097152' })
    const body = JSON.stringify(chat('x'.repeat(900_000)))
    const clients = await Promise.all([1, 2, 3].map(async () => await bench.connect()))
    for (const client of clients) {
      await client.send(requestHead(bench.gateway.key, `Content-Length: ${body.length}\r\n`))
      await client.send(body.slice(0, -1))
    }
    const refused = await Promise.any(clients.map(async (client) => ({ client, response: await client.response() })))
    expect(refused.response.status).toBe(503)
    expect(refused.response.headers['retry-after']).toBe('1')
    expect(openAiError(refused.response.body).code).toBe('service_unavailable')
    for (const client of clients.filter((client) => client !== refused.client)) {
      await client.send('}')
      expect((await client.response()).status).toBe(200)
    }
    for (const client of clients) client.close()
    await bench.untilQuiet()
    expect(bench.upstream.ledger.totals.requests).toBe(2)
  })

  it('for the control plane is a 413 as well', async () => {
    await using bench = await startBench()
    const reply = await post(`${bench.gateway.origin}/api/auth`, MASTER_KEY, { name: 'x'.repeat(2 * MEBIBYTE) })
    expect(reply.status).toBe(413)
    expect(openAiError(reply.text).code).toBe('request_too_large')
  })
})

describe('fault 20: compressed bodies', () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await startBench()
  })
  afterAll(async () => await bench[Symbol.asyncDispose]())

  const send = async (encoding: string, body: Buffer): Promise<Response> =>
    await fetch(`${bench.gateway.url}/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${bench.gateway.key}`,
        'content-type': 'application/json',
        'content-encoding': encoding,
      },
      body,
    })
  const plain = Buffer.from(JSON.stringify(chat('Grüße')))

  it.each([
    ['gzip', gzipSync(plain)],
    ['GZIP', gzipSync(plain)],
    ['x-gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['zstd', zstdCompressSync(plain)],
    ['identity', plain],
  ])('of %s arrive at the upstream as they were written', async (encoding, body) => {
    expect((await send(encoding, body)).status).toBe(200)
    expect(bench.upstream.ledger.last?.body.equals(plain)).toBe(true)
    expect(bench.upstream.ledger.last?.headers['content-encoding']).toBeUndefined()
  })

  const bomb = Buffer.alloc(64 * MEBIBYTE, 0x20)
  it.each([
    ['gzip', gzipSync(bomb)],
    ['br', brotliCompressSync(bomb)],
    ['zstd', zstdCompressSync(bomb)],
    ['deflate', deflateSync(bomb)],
  ])('that are bombs of %s are a 413', async (encoding, body) => {
    const { requests } = bench.upstream.ledger.totals
    const reply = await send(encoding, body)
    expect(reply.status).toBe(413)
    expect(openAiError(await reply.text()).code).toBe('request_too_large')
    expect(bench.upstream.ledger.totals.requests).toBe(requests)
  })

  it.each(['compress', 'gzip, gzip', 'gzip, br', 'constructor', '__proto__', 'toString', ''])(
    'of the encoding "%s" are a 415 or, unpacked, none at all',
    async (encoding) => {
      const reply = await send(encoding, plain)
      if (encoding === '') {
        expect(reply.status).toBeLessThan(500)
        return
      }
      expect(reply.status).toBe(415)
      expect(openAiError(await reply.text()).code).toBe('unsupported_media_type')
      expect(await isServed(bench)).toBe(true)
    },
  )

  it.each(['gzip', 'br', 'zstd', 'deflate'])('that are not %s at all are a 400', async (encoding) => {
    const reply = await send(encoding, plain)
    expect(reply.status).toBe(400)
    expect(openAiError(await reply.text()).message).toContain(encoding)
  })
})

describe('fault 21: slow requests', () => {
  const server = 'headers_timeout_ms: 500'

  it('whose headers drip are a 408, and nobody else waits for them', async () => {
    await using bench = await startBench({ server })
    const slow = await Promise.all(Array.from({ length: 40 }, async () => await bench.connect()))
    const drips = slow.map(
      async (client) => await client.drip(requestHead(bench.gateway.key, 'X-Long: 1\r\n'.repeat(50)), 100),
    )
    for (let round = 0; round < 10; round += 1) expect(await isServed(bench)).toBe(true)
    for (const client of slow) {
      const { status, headers, body } = await client.response(0, 5_000)
      expect({ status, connection: headers['connection'] }).toEqual({ status: 408, connection: 'close' })
      expect(openAiError(body).code).toBe('request_timeout')
      client.close()
    }
    await Promise.all(drips)
    expect(bench.upstream.ledger.totals.requests).toBe(10)
  })

  it('that never begin lose their connection', async () => {
    await using bench = await startBench({ server })
    await using client = await bench.connect()
    await client.whenEnded(5_000)
  })

  it('that are the second one on their connection have no more time than the first', async () => {
    await using bench = await startBench({ server })
    await using client = await bench.connect()
    await client.send(chatRequest(bench.gateway.key))
    expect((await client.response()).status).toBe(200)
    await client.send('POST /v1/chat/completions HTTP/1.1\r\nHost: te')
    expect((await client.response(1, 5_000)).status).toBe(408)
    await client.whenEnded()
  })
})

describe('fault 21: connections of one address', () => {
  const from = async ({ port }: Bench, localAddress: string): Promise<RawClient> => {
    const socket = connect({ host: '127.0.0.1', port, localAddress, allowHalfOpen: true })
    await once(socket, 'connect')
    return new RawClient(socket, {})
  }

  it('are capped with a 429; what is sent on one too many is not heard; others are free', async () => {
    await using bench = await startBench({ server: 'max_connections_per_address: 4' })
    const clients: RawClient[] = []
    for (let index = 0; index < 4; index += 1) {
      const client = await from(bench, '127.0.0.2')
      clients.push(client)
      await client.send(chatRequest(bench.gateway.key))
      expect((await client.response()).status).toBe(200)
    }
    await using surplus = await from(bench, '127.0.0.2')
    await surplus.send(chatRequest(bench.gateway.key))
    const refusal = await surplus.response()
    expect(refusal.status).toBe(429)
    expect(refusal.headers['retry-after']).toBe('1')
    expect(openAiError(refusal.body).code).toBe('rate_limit_exceeded')
    await surplus.whenEnded()

    await using other = await from(bench, '127.0.0.3')
    await other.send(chatRequest(bench.gateway.key))
    expect((await other.response()).status).toBe(200)
    expect(await isServed(bench)).toBe(true)
    expect(bench.upstream.ledger.totals.requests).toBe(6)

    clients.pop()?.close()
    const gone = (): boolean =>
      bench.gateway.app.plane.server.listening &&
      [...bench.sockets].filter(({ remoteAddress }) => remoteAddress === '127.0.0.2').length < 4
    surplus.close()
    await expect.poll(gone).toBe(true)
    await using next = await from(bench, '127.0.0.2')
    await next.send(chatRequest(bench.gateway.key))
    expect((await next.response()).status).toBe(200)
    for (const client of clients) client.close()
  })
})

describe('fault 23: odd headers', () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await startBench()
  })
  afterAll(async () => await bench[Symbol.asyncDispose]())

  it.each([
    ['more than a hundred of them', 'A: 1\r\n'.repeat(101), 431],
    ['two thousand of them', 'A: 1\r\n'.repeat(2_000), 431],
    ['more than 16 KiB of them', `X-Long: ${'x'.repeat(17_000)}\r\n`, 431],
    ['a megabyte of them', `X-Long: ${'x'.repeat(MEBIBYTE)}\r\n`, 431],
    ['one with a name of 20 KiB', `${'x'.repeat(20_000)}: 1\r\n`, 431],
  ])('are refused when there are %s', async (_name, lines, status) => {
    await using client = await bench.connect()
    await client.send(chatRequest(bench.gateway.key, {}, lines))
    const response = await client.response()
    expect(response.status).toBe(status)
    openAiError(response.body)
    expect(await isServed(bench)).toBe(true)
  })

  it('that name what every object has are headers like others', async () => {
    const lines = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', '__defineGetter__', 'valueOf']
      .map((name) => `${name}: x\r\n`)
      .join('')
    await using client = await bench.connect()
    for (const request of [
      chatRequest(bench.gateway.key, {}, lines),
      chatRequest(bench.gateway.key, { stream: true }, lines),
      `GET /v1/models HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${bench.gateway.key}\r\n${lines}\r\n`,
      `GET /health/live HTTP/1.1\r\nHost: a\r\n${lines}\r\n`,
    ]) {
      const index = client.responses.length
      await client.send(request)
      expect((await client.response(index)).status).toBeLessThan(500)
    }
    expect(await isServed(bench)).toBe(true)
  })

  it('that expect, upgrade or connect get an answer of their own kind', async () => {
    const answer = async (bytes: string): Promise<{ readonly status: number; readonly body: Buffer }> => {
      await using client = await bench.connect()
      await client.send(bytes)
      return await client.response()
    }
    const expectation = await answer(chatRequest(bench.gateway.key, {}, 'Expect: 200-ok\r\n'))
    expect(expectation.status).toBe(400)
    openAiError(expectation.body)
    for (const [path, status] of [
      ['/v1/responses', 401],
      ['/v1/models', 426],
    ] as const) {
      const socket = await answer(
        `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      )
      expect(socket.status).toBe(status)
      openAiError(socket.body)
    }
    // Java's client offers HTTP/2 with every first request, and is content with HTTP/1.1.
    const java = await answer(
      chatRequest(
        bench.gateway.key,
        {},
        'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n',
      ),
    )
    expect(java.status).toBe(200)
    const tunnel = await answer('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n')
    expect(tunnel.status).toBe(405)
    openAiError(tunnel.body)
  })

  it('and targets that name the host mean the path alone', async () => {
    await using client = await bench.connect()
    await client.send(chatRequest(bench.gateway.key).replace('POST /v1', `POST http://elsewhere.example/v1`))
    expect((await client.response()).status).toBe(200)
    await client.send(
      `GET http://127.0.0.1:9/v1/models HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${bench.gateway.key}\r\n\r\n`,
    )
    expect((await client.response(1)).status).toBe(200)
    await client.send('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n')
    expect((await client.response(2)).status).toBe(404)
  })
})
