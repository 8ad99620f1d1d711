// Faults 19 to 23: bodies without end, bombs, drips, smuggled requests, too many of anything. Each is answered in
// OpenAI's shape, costs the others nothing, and never reaches the upstream in a shape of the client's choosing.

import { connect } from 'node:net'
import { once } from 'node:events'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { RawClient } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chatRequest, openAiError, startBench, type Bench } from './support/bench.ts'
import { chat, MASTER_KEY, post } from './support/gateway.ts'

const MEBIBYTE = 1024 * 1024

const head = (key: string, lines: string): string =>
  `POST /v1/chat/completions HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n${lines}\r\n`

const isServed = async ({ gateway }: Bench): Promise<boolean> =>
  (await post(`${gateway.url}/chat/completions`, gateway.key, chat())).status === 200

describe('fault 19: a body that is too large', () => {
  it('and chunked, without a length: 413 at the limit, the rest is not kept, the connection goes', async () => {
    await using bench = await startBench({ server: 'max_body_bytes: 4194304' })
    await using client = await bench.connect()
    const rssBefore = process.memoryUsage().rss
    await client.send(head(bench.gateway.key, 'Transfer-Encoding: chunked\r\n'))
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
    await client.send(head(bench.gateway.key, `Content-Length: ${1024 * MEBIBYTE}\r\n`))
    const { status, headers, body } = await client.response()
    expect({ status, connection: headers['connection'] }).toEqual({ status: 413, connection: 'close' })
    expect(openAiError(body).message).toContain('33554432 bytes')
    await client.whenEnded()
    expect(await isServed(bench)).toBe(true)
  })

  it('is not asked for by "100 Continue", and one of the right size is', async () => {
    await using bench = await startBench()
    await using large = await bench.connect()
    await large.send(head(bench.gateway.key, `Expect: 100-continue\r\nContent-Length: ${1024 * MEBIBYTE}\r\n`))
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
      await client.send(head(bench.gateway.key, `Content-Length: ${body.length}\r\n`))
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
      async (client) => await client.drip(head(bench.gateway.key, 'X-Long: 1\r\n'.repeat(50)), 100),
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

describe('fault 22: smuggling', () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await startBench()
  })
  afterAll(async () => await bench[Symbol.asyncDispose]())

  const inner = 'POST /v1/chat/completions HTTP/1.1\r\nHost: inner\r\n'
  const good = JSON.stringify(chat())

  it.each([
    [
      'Content-Length and Transfer-Encoding',
      `Content-Length: ${good.length}\r\nTransfer-Encoding: chunked\r\n`,
      `0\r\n\r\n${inner}`,
    ],
    [
      'Transfer-Encoding and Content-Length',
      `Transfer-Encoding: chunked\r\nContent-Length: 3\r\n`,
      `0\r\n\r\n${inner}`,
    ],
    ['two different lengths', `Content-Length: ${good.length}\r\nContent-Length: 5\r\n`, good],
    ['two equal lengths', `Content-Length: ${good.length}\r\nContent-Length: ${good.length}\r\n`, good],
    ['lengths in two spellings', `Content-Length: ${good.length}\r\ncontent-length: ${good.length + 1}\r\n`, good],
    ['a list of lengths', `Content-Length: ${good.length}, ${good.length}\r\n`, good],
    ['a signed length', `Content-Length: +${good.length}\r\n`, good],
    ['a negative length', `Content-Length: -1\r\n`, good],
    ['a hexadecimal length', `Content-Length: 0x10\r\n`, good],
    ['an endless length', `Content-Length: 99999999999999999999999\r\n`, good],
    ['a space before the colon', `Content-Length : ${good.length}\r\n`, good],
    ['a space before the colon of the encoding', `Transfer-Encoding : chunked\r\n`, `0\r\n\r\n${inner}`],
    ['a folded header', `Content-Length: ${good.length}\r\n X-Folded: 1\r\n`, good],
    ['a folded encoding', `Transfer-Encoding:\r\n chunked\r\n`, `0\r\n\r\n${inner}`],
    ['a bare line feed', `Content-Length: ${good.length}\nX-Other: 1\r\n`, good],
    ['a bare carriage return', `X-Other: a\rContent-Length: ${good.length}\r\n`, good],
    ['a NUL in a header', `X-Other: a\u0000b\r\nContent-Length: ${good.length}\r\n`, good],
    ['an unknown transfer encoding', `Transfer-Encoding: xchunked\r\n`, `0\r\n\r\n${inner}`],
    ['chunked twice', `Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n`, `0\r\n\r\n${inner}`],
    ['chunked, but not last', `Transfer-Encoding: chunked, gzip\r\n`, `0\r\n\r\n${inner}`],
    ['a vertical tab in the encoding', `Transfer-Encoding: \u000bchunked\r\n`, `0\r\n\r\n${inner}`],
    ['a chunk size that is none', `Transfer-Encoding: chunked\r\n`, `zz\r\n${good}\r\n0\r\n\r\n`],
    ['a chunk size with a sign', `Transfer-Encoding: chunked\r\n`, `+5\r\nabcde\r\n0\r\n\r\n`],
    ['a chunk size beyond all numbers', `Transfer-Encoding: chunked\r\n`, `fffffffffffffffff\r\nabc`],
    ['a chunk that is longer than its size', `Transfer-Encoding: chunked\r\n`, `1\r\nabc\r\n0\r\n\r\n`],
    ['chunks ended by line feeds', `Transfer-Encoding: chunked\r\n`, `1\na\n0\n\n`],
  ])('by %s is a 400, the end of the connection, and nothing to the upstream', async (_name, lines, body) => {
    const { requests } = bench.upstream.ledger.totals
    await using client = await bench.connect()
    await client.send(Buffer.from(head(bench.gateway.key, lines) + body, 'latin1'))
    const response = await client.response()
    expect(response.status).toBe(400)
    expect(openAiError(response.body).code).toBe('invalid_request')
    await client.whenEnded()
    expect(client.responses).toHaveLength(1)
    expect(bench.upstream.ledger.totals.requests).toBe(requests)
  })

  it.each([
    ['HTTP/0.9', 'GET /v1/models\r\n\r\n'],
    ['a lower-case version', 'GET /v1/models http/1.1\r\nHost: a\r\n\r\n'],
    ['a version that there is not', 'GET /v1/models HTTP/1.7\r\nHost: a\r\n\r\n'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', Buffer.from('16030100c8010000c40303', 'hex')],
    ['an unknown method', 'BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a space in the path', 'GET /v1/mod els HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a header without a name', 'GET /v1/models HTTP/1.1\r\n: a\r\n\r\n'],
    ['a header without a colon', 'GET /v1/models HTTP/1.1\r\nHost\r\n\r\n'],
    ['SSH', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ])('or %s instead of HTTP/1.1 is a 4xx', async (_name, bytes) => {
    await using client = await bench.connect()
    await client.send(bytes)
    client.halfClose()
    const response = await client.response()
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(response.status).toBeLessThan(500)
    openAiError(response.body)
    await client.whenEnded()
  })

  it('of headers fails: the upstream gets ours, and none of the client’s', async () => {
    const odd: readonly (readonly [string, string])[] = [
      ['Cookie', 'session=secret'],
      ['Cookie2', 'x'],
      ['Set-Cookie', 'a=b'],
      ['Proxy-Authorization', 'Basic c2VjcmV0'],
      ['X-Api-Key', 'sk-client'],
      ['X-Goog-Api-Key', 'sk-client'],
      ['Api-Key', 'sk-client'],
      ['X-Auth-Token', 'sk-client'],
      ['X-Forwarded-For', '10.0.0.1'],
      ['X-Forwarded-Host', 'inner'],
      ['X-Forwarded-Proto', 'https'],
      ['Forwarded', 'for=10.0.0.1'],
      ['X-Real-IP', '10.0.0.1'],
      ['Via', '1.1 evil'],
      ['X-Original-URL', '/admin'],
      ['X-Rewrite-URL', '/admin'],
      ['X-HTTP-Method-Override', 'DELETE'],
      ['OpenAI-Organization', 'org-client'],
      ['OpenAI-Project', 'proj-client'],
      ['OpenAI-Beta', 'assistants=v2'],
      ['X-Stainless-Retry-Count', '3'],
      ['Origin', 'https://evil.example'],
      ['Referer', 'https://evil.example/'],
      ['X-Request-Id', 'chosen'],
      ['X-Fairlead-Client-Address', '10.0.0.1'],
      ['X-Fairlead-Cost', '0'],
      ['Range', 'bytes=0-1'],
      ['If-None-Match', '*'],
      ['Accept-Encoding', 'gzip'],
      ['TE', 'trailers'],
      ['Trailer', 'X-T'],
      ['Keep-Alive', 'timeout=1000'],
      ['X-Testkit', 'fault=5xx'],
      ['__proto__', 'x'],
      ['constructor', 'x'],
    ]
    await using client = await bench.connect()
    await client.send(chatRequest(bench.gateway.key, {}, odd.map(([name, value]) => `${name}: ${value}\r\n`).join('')))
    expect((await client.response()).status).toBe(200)
    const entry = bench.upstream.ledger.last
    expect(Object.keys(entry?.headers ?? {}).toSorted()).toEqual([
      'accept-encoding',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ])
    expect(entry?.headers).toMatchObject({
      authorization: 'Bearer sk-up-a',
      'accept-encoding': 'identity',
      host: new URL(bench.upstream.origin).host,
    })
    expect(entry?.headerLines).toHaveLength(7)
    const sent = JSON.stringify(entry?.headerLines)
    for (const [, value] of odd) if (value.length > 5) expect(sent).not.toContain(value)
  })

  it('by a trailer, or a chunk extension, changes nothing', async () => {
    await using client = await bench.connect()
    const chunk = `${good.length.toString(16)};name="value"\r\n${good}\r\n`
    await client.send(
      `${head(bench.gateway.key, 'Transfer-Encoding: chunked\r\n')}${chunk}0\r\nAuthorization: Bearer other\r\nX-Trailer: 5\r\n\r\n`,
    )
    expect((await client.response()).status).toBe(200)
    expect(bench.upstream.ledger.last?.body.toString()).toBe(good)
    expect(bench.upstream.ledger.last?.key).toBe('sk-up-a')
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
    const socket = await answer(
      'GET /v1/responses HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    expect(socket.status).toBe(426)
    openAiError(socket.body)
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
