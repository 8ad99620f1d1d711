import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acceptKey, encodeFrame, FrameReader, type SocketFrame } from './frames.ts'

describe('Frames', () => {
  it('come out as they went in, of any length, masked or not, however they are cut', () => {
    const lengths = fc.constantFrom(0, 1, 125, 126, 65_535, 65_536)
    fc.assert(
      fc.property(
        lengths,
        fc.boolean(),
        fc.boolean(),
        fc.array(fc.nat(70_000), { maxLength: 5 }),
        (length, mask, fin, cuts) => {
          const payload = Buffer.alloc(length, 'abc')
          const bytes = Buffer.concat([encodeFrame('text', payload, { mask, fin }), encodeFrame('ping', 'p', { mask })])
          const frames: SocketFrame[] = []
          const reader = new FrameReader((frame) => frames.push(frame))
          const places = [
            0,
            ...cuts.filter((cut) => cut < bytes.length).sort((one, other) => one - other),
            bytes.length,
          ]
          for (const [index, from] of places.entries())
            reader.push(bytes.subarray(from, places[index + 1] ?? bytes.length))
          expect(frames.map(({ opcode, fin: last, masked }) => ({ opcode, last, masked }))).toEqual([
            { opcode: 'text', last: fin, masked: mask },
            { opcode: 'ping', last: true, masked: mask },
          ])
          expect(frames[0]?.payload.equals(payload)).toBe(true)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('begin behind a handshake whose key is answered as RFC 6455 says', () => {
    expect(acceptKey('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  })
})
