// Reads `application/vnd.amazon.eventstream`, checksums and all. Written apart from the encoder, after AWS's "Event stream encoding".
import { crc32 } from 'node:zlib'
import { FramingError } from '../http-body.ts'

export interface Frame {
  /** Text headers by name: `:event-type`, `:message-type`, `:exception-type`… */
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string
}

/** All frames of a whole body. Throws FramingError where one is broken or cut. */
export function decodeFrames(body: Buffer): Frame[] {
  const frames: Frame[] = []
  for (let rest = body; rest.length > 0;) {
    const length = rest.length < 16 ? Infinity : rest.readUInt32BE(0)
    if (length > rest.length) throw new FramingError(`a frame is cut after ${rest.length} bytes`)
    const frame = rest.subarray(0, length)
    if (crc32(frame.subarray(0, 8)) !== frame.readUInt32BE(8))
      throw new FramingError('the checksum of a prelude is wrong')
    if (crc32(frame.subarray(0, length - 4)) !== frame.readUInt32BE(length - 4)) {
      throw new FramingError('the checksum of a frame is wrong')
    }
    const headEnd = 12 + frame.readUInt32BE(4)
    frames.push({
      headers: readHeaders(frame.subarray(12, headEnd)),
      payload: frame.toString('utf8', headEnd, length - 4),
    })
    rest = rest.subarray(length)
  }
  return frames
}

const TEXT = 7

function readHeaders(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let at = 0; at < bytes.length;) {
    const nameEnd = at + 1 + bytes.readUInt8(at)
    if (bytes.readUInt8(nameEnd) !== TEXT) throw new FramingError('a header that is no text')
    const valueEnd = nameEnd + 3 + bytes.readUInt16BE(nameEnd + 1)
    headers[bytes.toString('utf8', at + 1, nameEnd)] = bytes.toString('utf8', nameEnd + 3, valueEnd)
    at = valueEnd
  }
  return headers
}
