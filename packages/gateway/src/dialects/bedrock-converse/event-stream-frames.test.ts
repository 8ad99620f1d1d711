import { bedrockEvent, bedrockException, encodeFrame } from '@fairlead/testkit/bedrock-frames.ts'
import { EventStreamCodec, Int64, type MessageHeaders } from '@smithy/eventstream-codec'
import { fromUtf8, toUtf8 } from '@smithy/util-utf8'
import fc from 'fast-check'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { EventStreamFrames, type HeaderValue, MAX_MESSAGE_BYTES } from './event-stream-frames.ts'

const codec = new EventStreamCodec(toUtf8, fromUtf8)

interface Frame {
  readonly headers: Readonly<Record<string, HeaderValue>>
  readonly payload: string
}

function read(chunks: readonly Buffer[]): { frames: Frame[]; broken: string | null } {
  const frames: Frame[] = []
  const reader = new EventStreamFrames((headers, payload) => {
    frames.push({ headers: Object.fromEntries(headers), payload: payload.toString('base64') })
  })
  for (const chunk of chunks) reader.push(chunk)
  reader.end()
  return { frames, broken: reader.broken }
}

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length))
}

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })

function int64Bytes(value: bigint): Int64 {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return new Int64(new Uint8Array(bytes))
}

/** What AWS's own codec writes, and what we should read. */
const HEADER = fc.oneof(
  fc.boolean().map((value) => ({ given: { type: 'boolean' as const, value }, expected: value })),
  fc.integer({ min: -128, max: 127 }).map((value) => ({ given: { type: 'byte' as const, value }, expected: value })),
  fc
    .integer({ min: -32_768, max: 32_767 })
    .map((value) => ({ given: { type: 'short' as const, value }, expected: value })),
  fc.integer().map((value) => ({ given: { type: 'integer' as const, value }, expected: value })),
  int64.map((value) => ({ given: { type: 'long' as const, value: int64Bytes(value) }, expected: value })),
  fc
    .uint8Array({ maxLength: 40 })
    .map((value) => ({ given: { type: 'binary' as const, value }, expected: Buffer.from(value) })),
  fc.string({ unit: 'grapheme' }).map((value) => ({ given: { type: 'string' as const, value }, expected: value })),
  fc
    .integer({ min: 0, max: 4_000_000_000_000 })
    .map((ms) => ({ given: { type: 'timestamp' as const, value: new Date(ms) }, expected: new Date(ms) })),
  fc.uuid().map((value) => ({ given: { type: 'uuid' as const, value }, expected: value })),
)

const MESSAGE = fc.record({
  headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme-ascii' }), HEADER, { maxKeys: 6 }),
  body: fc.uint8Array({ maxLength: 300 }),
})

describe('messages of an AWS event stream', () => {
  it("come out as AWS's own codec put them in: headers of all types, any payload, any split", () => {
    fc.assert(
      fc.property(fc.array(MESSAGE, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 20 }), (messages, cuts) => {
        const bytes = Buffer.concat(
          messages.map(({ headers, body }) => {
            const given = Object.entries(headers).map(([name, { given }]) => [name, given] as const)
            return codec.encode({ headers: Object.fromEntries(given) as MessageHeaders, body })
          }),
        )
        const { frames, broken } = read(split(bytes, cuts))
        expect(broken).toBeNull()
        expect(frames).toEqual(
          messages.map(({ headers, body }) => ({
            headers: Object.fromEntries(Object.entries(headers).map(([name, { expected }]) => [name, expected])),
            payload: Buffer.from(body).toString('base64'),
          })),
        )
      }),
      { numRuns: 1_000 },
    )
  })

  it("are written by the testkit as by AWS's own codec", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1, maxLength: 30 }), fc.string({ unit: 'grapheme' })),
        fc.uint8Array(),
        (headers, body) => {
          const given = Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }] as const)
          const theirs = codec.encode({ headers: Object.fromEntries(given) as MessageHeaders, body })
          expect(encodeFrame(headers, body).equals(theirs)).toBe(true)
        },
      ),
    )
  })

  it('come out one byte at a time', () => {
    const bytes = Buffer.concat([bedrockEvent('messageStart', { role: 'assistant' }), bedrockException('x', 'y')])
    const { frames } = read([...bytes].map((byte) => Buffer.from([byte])))
    expect(frames.map((frame) => frame.headers[':message-type'])).toEqual(['event', 'exception'])
  })

  it('H81: with any bit turned over are never passed on', () => {
    const good = bedrockEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hello' } })
    fc.assert(
      fc.property(fc.nat(good.length * 8 - 1), fc.array(fc.nat(), { maxLength: 5 }), (bit, cuts) => {
        const bytes = Buffer.concat([good, good])
        bytes.writeUInt8((bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3)
        const { frames, broken } = read(split(bytes, cuts))
        expect(frames).toEqual([])
        expect(broken).toMatch(/checksum/)
      }),
      { numRuns: 500 },
    )
  })

  it('H81: that are cut off are damage, at every place', () => {
    const good = bedrockEvent('messageStop', { stopReason: 'end_turn' })
    for (let length = 1; length < good.length; length += 1) {
      const { frames, broken } = read([good.subarray(0, length)])
      expect(frames).toEqual([])
      expect(broken).toBe('the stream ended in the middle of a message')
    }
    expect(read([good]).broken).toBeNull()
  })

  it('are refused by their length before they are read', () => {
    const prelude = (total: number, headers: number): Buffer => {
      const bytes = Buffer.alloc(12)
      bytes.writeUInt32BE(total, 0)
      bytes.writeUInt32BE(headers, 4)
      bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8)
      return bytes
    }
    expect(read([prelude(MAX_MESSAGE_BYTES + 1, 0)]).broken).toMatch(/too large/)
    expect(read([prelude(15, 0)]).broken).toMatch(/impossible/)
    expect(read([prelude(40, 25)]).broken).toMatch(/impossible/)
    expect(read([prelude(1_000_000, 200_000)]).broken).toMatch(/impossible/)
  })

  it('of any other bytes are never more than damage', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (chunks) => {
        const { frames } = read(chunks.map((chunk) => Buffer.from(chunk)))
        expect(frames).toEqual([])
      }),
    )
  })

  it('with headers that make no sense are damage, though the checksum is right', () => {
    const seal = (headers: Buffer): Buffer => {
      const bytes = Buffer.alloc(16 + headers.length)
      bytes.writeUInt32BE(bytes.length, 0)
      bytes.writeUInt32BE(headers.length, 4)
      bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8)
      headers.copy(bytes, 12)
      bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.length - 4)
      return bytes
    }
    const odd = [[1], [1, 97], [1, 97, 10], [1, 97, 7, 0, 9, 98], [1, 97, 5, 0], [200, 97, 0], [1, 97, 7, 0]]
    for (const headers of odd) expect(read([seal(Buffer.from(headers))]).broken).toMatch(/headers/)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (headers) => {
        read([seal(Buffer.from(headers))])
      }),
    )
  })
})
