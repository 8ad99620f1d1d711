import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { HttpMessageParser } from './http-message-parser.ts'

type Message = { head: string; body: string }

function parse(pieces: Buffer[]): Message[] {
  const messages: Message[] = []
  let current: Message = { head: '', body: '' }
  const parser = new HttpMessageParser({
    onHead: (head) => {
      current = { head, body: '' }
    },
    onBody: (bytes, start, end) => {
      current.body += bytes.toString('latin1', start, end)
    },
    onEnd: () => {
      messages.push(current)
    },
  })
  for (const piece of pieces) parser.feed(piece)
  expect(parser.idle).toBe(true)
  return messages
}

const WIRE = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello' +
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n' +
    'HTTP/1.1 204 No Content\r\n\r\n' +
    'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
)

test('reads the same messages however the bytes are cut', () => {
  const whole = parse([WIRE])
  expect(whole.map((message) => message.body)).toEqual(['hello', 'abc0123456789', '', ''])
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: WIRE.length }), { maxLength: 12 }), (cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), WIRE.length]
      const pieces = edges.slice(1).map((edge, index) => WIRE.subarray(edges[index], edge))
      expect(parse(pieces)).toEqual(whole)
    }),
  )
})

test('refuses a chunk size that is no number rather than waiting for ever', () => {
  expect(() => parse([Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n')])).toThrow(
    /chunk size/,
  )
})
