// Fault 22: requests that two servers would read differently. They are refused by the first of them, and what goes on to
// the upstream is written anew from an allow-list, so that nothing of the client's framing or headers is left in it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chatRequest, openAiError, requestHead, startBench, type Bench } from './support/bench.ts'
import { chat } from './support/gateway.ts'

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
    await client.send(Buffer.from(requestHead(bench.gateway.key, lines) + body, 'latin1'))
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
      `${requestHead(bench.gateway.key, 'Transfer-Encoding: chunked\r\n')}${chunk}0\r\nAuthorization: Bearer other\r\nX-Trailer: 5\r\n\r\n`,
    )
    expect((await client.response()).status).toBe(200)
    expect(bench.upstream.ledger.last?.body.toString()).toBe(good)
    expect(bench.upstream.ledger.last?.key).toBe('sk-up-a')
  })
})
