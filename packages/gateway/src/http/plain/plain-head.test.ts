import fc from 'fast-check'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { duplexPair } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { parsePlainHead } from './plain-head.ts'

interface Understood {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What `node:http` makes of the same bytes; null = it refuses them. */
const server = createServer({ requireHostHeader: false, keepAliveTimeout: 0 })
afterAll(() => server.close())

async function nodeReads(bytes: Buffer): Promise<Understood | null> {
  const [near, far] = duplexPair()
  const { promise, resolve } = Promise.withResolvers<Understood | null>()
  server.removeAllListeners('request').removeAllListeners('clientError')
  for (const name of ['upgrade', 'connect', 'checkContinue', 'checkExpectation']) server.removeAllListeners(name)
  server.on('request', (request) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      resolve({ method, url, headers, body: Buffer.concat(parts).toString('latin1') })
    })
  })
  server.on('clientError', () => resolve(null))
  near.on('error', () => resolve(null))
  server.emit('connection', near)
  far.write(bytes)
  const read = await promise
  far.destroy()
  near.destroy()
  return read
}

const LINE = fc.constantFrom(
  'Host: a',
  'host:b',
  'Authorization: Bearer sk-1',
  'Content-Type: application/json; charset=utf-8',
  'X-Empty:',
  'x-blank: \t ',
  'X-Spaces: \t a  b \t',
  'X-Nbsp: \u00a0a\u00a0',
  'X-Latin: caf\u00e9',
  'x_under: 1',
  '__proto__: 1',
  'constructor: 1',
  'toString: 1',
  'X-Twice: 1',
  'x-twice: 2',
  'Cookie: a=1',
  'Cookie: b=2',
  'Set-Cookie: a=1',
  'Connection: keep-alive',
  'Connection: Keep-Alive',
  'Connection: close',
  'Connection: keep-alive, upgrade',
  'Upgrade: websocket',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: identity',
  'Expect: 100-continue',
  'Expect: a',
  'Content-Length: 5',
  'Content-Length: 05',
  'Content-Length: +5',
  'Content-Length: 5, 5',
  'Content-Length: 0x5',
  'content-length: ',
  'X-Fold: a\r\n b',
  'X-Space : 1',
  ' X-Lead: 1',
  'no colon',
  ': no name',
  'X-Nul: a\0b',
  'X-Cr: a\rb',
  'X-Lf: a\nContent-Length: 3',
  'X-Del: \x7f',
)
const START = fc.constantFrom(
  'POST /v1/chat/completions HTTP/1.1',
  'POST /v1beta/models/gemini-2.5-flash:generateContent?key=a&alt=sse HTTP/1.1',
  'POST / HTTP/1.1',
  'POST //v1//messages HTTP/1.1',
  'POST /%zz HTTP/1.1',
  'POST http://a/v1 HTTP/1.1',
  'POST * HTTP/1.1',
  'POST /a b HTTP/1.1',
  'POST  /a HTTP/1.1',
  'POST /a HTTP/1.0',
  'POST /a HTTP/1.12',
  'POST /a HTTP/2.0',
  'post /a HTTP/1.1',
  'GET /a HTTP/1.1',
  'POST /a',
  'POST /a#b HTTP/1.1',
  'POST /caf\u00e9 HTTP/1.1',
  '\r\nPOST /a HTTP/1.1',
)

/** Any head, sometimes with a byte changed, taken out or put in. */
const HEAD = fc
  .tuple(
    START,
    fc.array(LINE, { maxLength: 6 }),
    fc.option(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 2 })), { freq: 3 }),
  )
  .map(([start, lines, change]) => {
    const head = [start, ...lines, 'Content-Length: 3'].join('\r\n')
    if (change === null) return head
    const [place, byte, length] = change
    const at = place % (head.length + 1)
    return head.slice(0, at) + String.fromCharCode(byte) + head.slice(at + length)
  })

describe('the head of a plain request', () => {
  it('means to node:http what is read here, whatever the bytes are', { timeout: 60_000 }, async () => {
    let plain = 0
    await fc.assert(
      fc.asyncProperty(HEAD, async (head) => {
        const read = head.includes('\r\n\r\n') ? null : parsePlainHead(head, 100)
        if (read === null) return
        plain += 1
        const body = 'abcdefgh'.repeat(100).slice(0, read.bodyLength)
        expect(await nodeReads(Buffer.from(`${head}\r\n\r\n${body}`, 'latin1'))).toEqual({
          method: 'POST',
          url: read.target,
          headers: read.headers,
          body,
        })
      }),
      { numRuns: 20_000 },
    )
    expect(plain).toBeGreaterThan(500)
  })

  it('is what the clients of the dialects send', () => {
    const head = [
      'POST /v1/chat/completions HTTP/1.1',
      'Host: 127.0.0.1:4000',
      'accept: application/json',
      'User-Agent: OpenAI/Python 2.8.1',
      'X-Stainless-Retry-Count: 0',
      'Authorization: Bearer sk-fl-1',
      'Content-Type: application/json',
      'Connection: keep-alive',
      'Content-Length: 17',
    ]
    expect(parsePlainHead(head.join('\r\n'), 100)).toEqual({
      target: '/v1/chat/completions',
      bodyLength: 17,
      headers: {
        host: '127.0.0.1:4000',
        accept: 'application/json',
        'user-agent': 'OpenAI/Python 2.8.1',
        'x-stainless-retry-count': '0',
        authorization: 'Bearer sk-fl-1',
        'content-type': 'application/json',
        connection: 'keep-alive',
        'content-length': '17',
      },
    })
    expect(parsePlainHead(head.join('\r\n'), 8)?.bodyLength).toBe(17)
    expect(parsePlainHead(head.join('\r\n'), 7)).toBeNull()
  })

  it.each([
    'Transfer-Encoding: chunked',
    'Expect: 100-continue',
    'Upgrade: websocket',
    'Connection: close',
    'Content-Length: 3',
    'host: twice',
    'X-Fold: a\r\n b',
    'X-Space : 1',
    'X-Lf: a\nb',
    'X-Nul: \0',
    'Set-Cookie: a=1',
    '__proto__: 1',
  ])('is not plain with %j', (line) => {
    const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 3`
    expect(parsePlainHead(head, 100)).not.toBeNull()
    expect(parsePlainHead(`${head}\r\n${line}`, 100)).toBeNull()
  })
})
