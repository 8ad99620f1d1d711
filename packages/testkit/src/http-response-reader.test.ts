import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { FramingError } from './http-body.ts'
import { HttpResponseReader } from './http-response-reader.ts'

const THREE = Buffer.from(
  'HTTP/1.1 100 Continue\r\n\r\n' +
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n' +
    '5\r\nhello\r\n1;ext=1\r\n \r\n5\r\nworld\r\n0\r\nTrailer: x\r\n\r\n' +
    'HTTP/1.1 204 No Content\r\n\r\n' +
    'HTTP/1.1 429 Too Many Requests\r\nSet-Cookie: a\r\nset-cookie: b\r\nContent-Length: 2\r\n\r\n{}',
)

function read(parts: readonly Buffer[]): HttpResponseReader {
  const reader = new HttpResponseReader()
  for (const part of parts) reader.push(part)
  reader.close()
  return reader
}

test('reads responses one after another in any chunking', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: THREE.length }), { maxLength: 30 }), (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), THREE.length]
      const { finished } = read(edges.slice(1).map((end, index) => THREE.subarray(edges[index], end)))
      expect(finished.map(({ status, body, chunks }) => [status, body.toString(), chunks])).toEqual([
        [200, 'hello world', 3],
        [204, '', 0],
        [429, '{}', 0],
      ])
      expect(finished[2]?.headers['set-cookie']).toBe('a, b')
      expect(finished[2]?.reason).toBe('Too Many Requests')
    }),
  )
})

test('reads a body that runs until the connection closes', () => {
  const [response] = read([Buffer.from('HTTP/1.1 200 OK\r\n\r\nabc')]).finished
  expect(response?.body.toString()).toBe('abc')
})

test.each([
  ['a cut body', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc'],
  ['a cut chunked body', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
  ['a chunk longer than its size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n'],
  ['a chunk size that is no number', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['a cut head', 'HTTP/1.1 200 OK\r\nContent-'],
  ['both length and encoding', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n'],
])('refuses %s', (_what, text) => {
  expect(() => read([Buffer.from(text)])).toThrow(FramingError)
})
