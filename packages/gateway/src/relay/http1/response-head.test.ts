import { describe, expect, it } from 'vitest'
import { CHUNKED, parseResponseHead, ResponseFault, UNTIL_CLOSE } from './response-head.ts'

function head(...lines: string[]): ReturnType<typeof parseResponseHead> {
  return parseResponseHead(lines.join('\r\n'))
}

describe('the head of a reply', () => {
  it('tells status, fields in any case, and the first of several values', () => {
    const { status, headers } = head('HTTP/1.1 429 Too Many', 'Retry-After:  7 ', 'X-A: 1', 'x-a: 2', 'Empty:')
    expect(status).toBe(429)
    expect(headers.get('retry-after')).toBe('7')
    expect(headers.get('x-a')).toBe('1')
    expect(head('HTTP/1.1 200 OK', 'Content-Type: a/b; c', 'content-type: d').headers.get('content-type')).toBe(
      'a/b; c',
    )
    expect(headers.get('empty')).toBe('')
    expect(headers.get('absent')).toBeUndefined()
  })

  it('needs no reason phrase and no fields', () => {
    expect(head('HTTP/1.1 200').status).toBe(200)
    expect(head('HTTP/1.1 200 ').status).toBe(200)
  })

  it('keeps the bytes of a value as they are', () => {
    expect(head('HTTP/1.1 200 OK', 'X-Name: caf\u00e9').headers.get('x-name')).toBe('caf\u00e9')
  })

  it('reads a field that goes on in the next line (RFC 9112, 5.2)', () => {
    const { headers, bodyLength } = head('HTTP/1.1 200 OK', 'X-Long: one', '\t two', 'Content-Length: 3')
    expect(headers.get('x-long')).toBe('one two')
    expect(bodyLength).toBe(3)
  })

  it('has no field by the name of what every object has', () => {
    const { headers } = head('HTTP/1.1 200 OK', '__proto__: a', 'constructor: b')
    expect(headers.get('__proto__')).toBe('a')
    expect(headers.get('constructor')).toBe('b')
    expect(headers.get('tostring')).toBeUndefined()
  })

  it.each([
    ['HTTP/2 200 OK'],
    ['HTTP/1.1 099 No'],
    ['HTTP/1.1 20 No'],
    ['HTTP/1.1  200 OK'],
    ['SSH-2.0-OpenSSH_9.2'],
    ['{"error":"plain text"}'],
    [''],
  ])('is refused when it begins with %j', (line) => {
    expect(() => head(line, 'content-length: 0')).toThrow(ResponseFault)
  })

  it.each([
    ['no colon here'],
    [': nameless'],
    ['content-length : 3'],
    ['content-length: -1'],
    ['content-length: 3, 4'],
    ['content-length: 0x10'],
    ['content-length: 9999999999999999'],
    ['content-length:'],
  ])('is refused with the line %j', (line) => {
    expect(() => head('HTTP/1.1 200 OK', line)).toThrow(ResponseFault)
  })

  it('is refused when two of its fields tell different ends (RFC 9112, 6.3)', () => {
    expect(() => head('HTTP/1.1 200 OK', 'content-length: 3', 'content-length: 4')).toThrow(ResponseFault)
    expect(() => head('HTTP/1.1 200 OK', 'content-length: 3', 'transfer-encoding: chunked')).toThrow(ResponseFault)
    expect(() => head('HTTP/1.1 200 OK', 'transfer-encoding: gzip, chunked')).toThrow(ResponseFault)
  })
})

describe('the end of a body (RFC 9112, 6.3)', () => {
  it.each([
    ['a length', 'HTTP/1.1 200 OK', ['Content-Length: 12'], 12],
    ['the same length twice', 'HTTP/1.1 200 OK', ['Content-Length: 12', 'content-length: 12'], 12],
    ['chunks', 'HTTP/1.1 200 OK', ['Transfer-Encoding: Chunked'], CHUNKED],
    ['neither', 'HTTP/1.1 200 OK', [], UNTIL_CLOSE],
    ['a coding that is not chunked', 'HTTP/1.1 200 OK', ['transfer-encoding: gzip'], UNTIL_CLOSE],
    ['204', 'HTTP/1.1 204 No Content', [], 0],
    ['304 with the length of what it stands for', 'HTTP/1.1 304 Not Modified', ['content-length: 9'], 0],
    ['an informational one', 'HTTP/1.1 103 Early Hints', ['link: </a>'], 0],
  ])('is told by %s', (_what, status, lines, expected) => {
    expect(head(status, ...lines).bodyLength).toBe(expected)
  })
})

describe('a connection after its reply (RFC 9112, 9.3)', () => {
  const LENGTH = 'content-length: 0'
  it.each([
    ['is kept when nothing is said', ['HTTP/1.1 200 OK', LENGTH], 55_000],
    [
      'is kept as long as the server says, less a margin',
      ['HTTP/1.1 200 OK', LENGTH, 'Keep-Alive: timeout=5, max=100'],
      3_000,
    ],
    ['is kept ten minutes at most', ['HTTP/1.1 200 OK', LENGTH, 'keep-alive: timeout=99999'], 600_000],
    [
      'is not kept for a moment that is shorter than the margin',
      ['HTTP/1.1 200 OK', LENGTH, 'keep-alive: timeout=2'],
      0,
    ],
    ['is not kept when the server closes it', ['HTTP/1.1 200 OK', LENGTH, 'Connection: Close'], 0],
    ['is not kept when close is one word of several', ['HTTP/1.1 200 OK', LENGTH, 'connection: x, close'], 0],
    ['is not kept with HTTP/1.0', ['HTTP/1.0 200 OK', LENGTH], 0],
    ['is kept with HTTP/1.0 that asks for it', ['HTTP/1.0 200 OK', LENGTH, 'Connection: keep-alive'], 55_000],
    ['is not kept when it ends the body', ['HTTP/1.1 200 OK'], 0],
    ['is not kept when a reply without a body announces one', ['HTTP/1.1 204 No Content', 'content-length: 4'], 0],
  ])('%s', (_what, lines, expected) => {
    expect(head(...lines).keepAliveMs).toBe(expected)
  })
})
