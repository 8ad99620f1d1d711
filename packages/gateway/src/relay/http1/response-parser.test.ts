import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ResponseFault } from './response-head.ts'
import { ResponseParser } from './response-parser.ts'

interface Seen {
  readonly replies: { status: number; body: string; isClean: boolean | null }[]
  fault: string
}

/** Feeds the pieces as a connection does: in a buffer that is used again for the next read. */
function read(pieces: readonly Buffer[], { owned = false, ends = false } = {}): Seen {
  const seen: Seen = { replies: [], fault: '' }
  const parser = new ResponseParser({
    responseStarted: ({ status }) => seen.replies.push({ status, body: '', isClean: null }),
    responseData: (chunk) => chunks.push(chunk),
    responseEnded: (isClean) => {
      const reply = seen.replies.at(-1)
      if (reply) reply.isClean = isClean
    },
  })
  const chunks: Buffer[] = []
  parser.expect()
  const shared = Buffer.alloc(128 * 1024)
  try {
    for (const piece of pieces) {
      if (owned) parser.push(Buffer.from(piece), true)
      else {
        const count = piece.copy(shared)
        parser.push(shared.subarray(0, count), false)
        shared.fill('#')
      }
    }
    if (ends) parser.end()
  } catch (error) {
    if (!(error instanceof ResponseFault)) throw error
    seen.fault = error.message
  }
  const reply = seen.replies.at(-1)
  if (reply) reply.body = Buffer.concat(chunks).toString('latin1')
  return seen
}

function wire(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** Cuts the bytes at the given places, wherever they fall. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length))
}

const WHOLE = { replies: [{ status: 200, body: 'hello world', isClean: true }], fault: '' }
const FRAMINGS: Readonly<Record<string, string>> = {
  length: 'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world',
  chunks: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n',
  'chunks with extensions, leading zeros and trailers':
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0005;a="b"\r\nhello\r\n6 \r\n world\r\n000\r\nX-Sum: 1\r\nX-B: 2\r\n\r\n',
  'informational replies first':
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world',
}

describe('a reply from a connection', () => {
  for (const [what, text] of Object.entries(FRAMINGS)) {
    it(`is the same however its bytes are split: ${what}`, () => {
      const bytes = wire(text)
      expect(read([bytes])).toEqual(WHOLE)
      for (let at = 0; at <= bytes.length; at++) expect(read(cut(bytes, [at])), `cut at ${at}`).toEqual(WHOLE)
      expect(read(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(WHOLE)
      fc.assert(
        fc.property(fc.array(fc.nat(400), { maxLength: 12 }), fc.boolean(), (places, owned) => {
          expect(read(cut(bytes, places), { owned })).toEqual(WHOLE)
        }),
        { numRuns: 300 },
      )
    })
  }

  it('comes back byte for byte, of any size, in any chunks, in any split', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), { maxLength: 12 }),
        fc.array(fc.nat(40_000), { maxLength: 20 }),
        (chunks, places) => {
          const bodies = chunks.map((chunk) => Buffer.from(chunk))
          const framed = bodies.flatMap((body) => [wire(`${body.length.toString(16)}\r\n`), body, wire('\r\n')])
          const bytes = Buffer.concat([
            wire('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'),
            ...framed,
            wire('0\r\n\r\n'),
          ])
          const body = Buffer.concat(bodies).toString('latin1')
          expect(read(cut(bytes, places))).toEqual({ replies: [{ status: 200, body, isClean: true }], fault: '' })
        },
      ),
      { numRuns: 200 },
    )
  })

  it('without a length ends with its connection, and not before', () => {
    const bytes = wire('HTTP/1.0 200 OK\r\n\r\nhello world')
    expect(read([bytes]).replies[0]?.isClean).toBe(null)
    expect(read([bytes], { ends: true }).replies).toEqual([{ status: 200, body: 'hello world', isClean: false }])
  })

  it('that is cut off does not end', () => {
    for (const text of [FRAMINGS['length'] ?? '', FRAMINGS['chunks'] ?? '']) {
      const bytes = wire(text)
      expect(read([bytes.subarray(0, -1)], { ends: true }).replies[0]?.isClean).toBe(null)
    }
  })

  it('without a body ends with its head', () => {
    expect(read([wire('HTTP/1.1 204 No Content\r\n\r\n')]).replies).toEqual([{ status: 204, body: '', isClean: true }])
  })

  it('says when bytes come behind it: its connection is not to be used again', () => {
    for (const text of Object.values(FRAMINGS)) {
      const { replies } = read([wire(`${text}HTTP/1.1 200 OK\r\n\r\n`)])
      expect(replies).toEqual([{ status: 200, body: 'hello world', isClean: false }])
    }
  })

  it('is a fault when the bytes behind it come by themselves', () => {
    expect(read([wire(FRAMINGS['length'] ?? ''), wire('x')]).fault).toContain('behind the reply')
  })

  it.each([
    ['a chunk without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\nhello\r\n0\r\n\r\n'],
    ['a size that is no number', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\nhello'],
    ['a size beyond all numbers', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n'],
    [
      'a chunk that is longer than its size',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n',
    ],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n'],
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
  ])('is a fault with %s', (_what, text) => {
    expect(read([wire(text)]).fault).not.toBe('')
    expect(read(Array.from(wire(text), (byte) => Buffer.from([byte]))).fault).not.toBe('')
  })

  it('has passed on what came before a fault, also within one read', () => {
    const text = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n'
    expect(read([wire(text)])).toMatchObject({
      replies: [{ body: 'hello', isClean: null }],
      fault: expect.stringContaining('size'),
    })
  })

  it('may not have a head, a line between chunks or trailers without end', () => {
    const endless = (start: string, more: string): string => {
      const pieces = [wire(start), ...Array.from({ length: 200 }, () => wire(more.repeat(100)))]
      return read(pieces).fault
    }
    expect(endless('HTTP/1.1 200 OK\r\n', 'x-a: b\r\n')).toContain('the head of the reply')
    const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'
    expect(endless(`${chunked}5;`, 'aaaaaaaa')).toContain('too long')
    expect(endless(`${chunked}0\r\n`, 'x-a: b\r\n')).toContain('too long')
  })

  it('is not read on when its sink has had enough, not even within one read', () => {
    let count = 0
    const parser = new ResponseParser({
      responseStarted: () => parser.stop(),
      responseData: () => (count += 1),
      responseEnded: () => (count += 1),
    })
    parser.expect()
    parser.push(wire(FRAMINGS['chunks'] ?? ''), true)
    expect(count).toBe(0)
  })
})
