// Messages out of `application/vnd.amazon.eventstream`, AWS's binary framing, whose bytes may be split anywhere.
//
//   4 bytes total length · 4 bytes length of headers · 4 bytes CRC-32 of those eight
//   headers · payload · 4 bytes CRC-32 of everything before
//
// A header is a length byte and its name, a type byte, and a value of that type. All numbers are big-endian.
// Both checksums are verified: a byte that changed on the way must never become somebody's answer (H81).
// Source: AWS "Event stream encoding" (Amazon Transcribe and Amazon S3 developer guides), the same in every AWS API.

import { crc32 } from 'node:zlib'

/** What a header may hold: 8 to 64-bit integers, bytes, text, a time, a UUID in its usual spelling. */
export type HeaderValue = boolean | number | bigint | Buffer | string | Date

export type FrameHeaders = ReadonlyMap<string, HeaderValue>

/** @param payload lives as long as the call: copy what is kept */
export type OnFrame = (headers: FrameHeaders, payload: Buffer) => void

const PRELUDE_BYTES = 12
const CHECKSUM_BYTES = 4
const SMALLEST_MESSAGE_BYTES = PRELUDE_BYTES + CHECKSUM_BYTES
/** AWS's own bounds: 128 KiB of headers and 24 MiB of payload. */
const MAX_HEADER_BYTES = 128 * 1024
export const MAX_MESSAGE_BYTES = SMALLEST_MESSAGE_BYTES + MAX_HEADER_BYTES + 24 * 1024 * 1024

export class EventStreamFrames {
  /** Why the stream cannot be read any further. */
  broken: string | null = null
  readonly #onFrame: OnFrame
  /** What has come of a message that is not complete. */
  #pieces: Buffer[] = []
  #pendingBytes = 0
  /** How many bytes must be there before it is worth looking again. */
  #wantedBytes = PRELUDE_BYTES
  #lastHeaderBytes: Buffer = Buffer.alloc(0)
  #lastHeaders: FrameHeaders | null = null

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame
  }

  push(chunk: Buffer): void {
    if (this.broken !== null || chunk.length === 0) return
    if (this.#pendingBytes === 0) {
      this.#take(chunk)
      return
    }
    this.#pieces.push(chunk)
    this.#pendingBytes += chunk.length
    // Joined only when something can be made of it: a large message in small pieces is copied twice, not n times.
    if (this.#pendingBytes < this.#wantedBytes) return
    const joined = Buffer.concat(this.#pieces, this.#pendingBytes)
    this.#pieces = []
    this.#pendingBytes = 0
    this.#take(joined)
  }

  /** The stream is over. Half a message is damage. */
  end(): void {
    if (this.#pendingBytes > 0) this.broken ??= 'the stream ended in the middle of a message'
  }

  #take(bytes: Buffer): void {
    let at = 0
    for (;;) {
      const left = bytes.length - at
      if (left < PRELUDE_BYTES) {
        this.#keep(bytes, at, PRELUDE_BYTES)
        return
      }
      const totalBytes = bytes.readUInt32BE(at)
      const headerBytes = bytes.readUInt32BE(at + 4)
      this.broken = preludeFault(bytes, at, totalBytes, headerBytes)
      if (this.broken !== null) return
      if (left < totalBytes) {
        this.#keep(bytes, at, totalBytes)
        return
      }
      this.#message(bytes, at, totalBytes, headerBytes)
      if (this.broken !== null) return
      at += totalBytes
    }
  }

  #keep(bytes: Buffer, at: number, wantedBytes: number): void {
    this.#wantedBytes = wantedBytes
    this.#pendingBytes = bytes.length - at
    if (this.#pendingBytes > 0) this.#pieces.push(bytes.subarray(at))
  }

  /** /!\ Hot path: the headers of a delta are those of the one before it. */
  #headers(bytes: Buffer): FrameHeaders | null {
    if (this.#lastHeaders !== null && bytes.equals(this.#lastHeaderBytes)) return this.#lastHeaders
    this.#lastHeaderBytes = Buffer.from(bytes)
    this.#lastHeaders = readHeaders(bytes)
    return this.#lastHeaders
  }

  #message(bytes: Buffer, at: number, totalBytes: number, headerBytes: number): void {
    const checksumAt = at + totalBytes - CHECKSUM_BYTES
    if (crc32(bytes.subarray(at, checksumAt)) !== bytes.readUInt32BE(checksumAt)) {
      this.broken = 'a message has a wrong checksum'
      return
    }
    const payloadAt = at + PRELUDE_BYTES + headerBytes
    const headers = this.#headers(bytes.subarray(at + PRELUDE_BYTES, payloadAt))
    if (headers === null) this.broken = 'the headers of a message cannot be read'
    else this.#onFrame(headers, bytes.subarray(payloadAt, checksumAt))
  }
}

function preludeFault(bytes: Buffer, at: number, totalBytes: number, headerBytes: number): string | null {
  if (crc32(bytes.subarray(at, at + 8)) !== bytes.readUInt32BE(at + 8)) return 'a message has a wrong prelude checksum'
  if (totalBytes > MAX_MESSAGE_BYTES) return `a message of ${totalBytes} bytes is too large`
  if (headerBytes > MAX_HEADER_BYTES || headerBytes + SMALLEST_MESSAGE_BYTES > totalBytes) {
    return 'a message has impossible lengths'
  }
  return null
}

/** Null when they are cut off, or of a type that nobody knows. */
function readHeaders(bytes: Buffer): FrameHeaders | null {
  const headers = new Map<string, HeaderValue>()
  let at = 0
  while (at < bytes.length) {
    const nameEnd = at + 1 + byteAt(bytes, at)
    if (nameEnd >= bytes.length) return null
    const name = bytes.toString('utf8', at + 1, nameEnd)
    const value = readValue(bytes, nameEnd)
    if (value === null) return null
    headers.set(name, value.value)
    at = value.end
  }
  return headers
}

interface ReadValue {
  readonly value: HeaderValue
  readonly end: number
}

/** @param at of the type byte */
function readValue(bytes: Buffer, at: number): ReadValue | null {
  const start = at + 1
  const type = byteAt(bytes, at)
  if (type === 6 || type === 7) {
    if (start + 2 > bytes.length) return null
    const end = start + 2 + bytes.readUInt16BE(start)
    if (end > bytes.length) return null
    const value = type === 7 ? bytes.toString('utf8', start + 2, end) : Buffer.from(bytes.subarray(start + 2, end))
    return { value, end }
  }
  const length = FIXED_LENGTHS[type]
  if (length === undefined || start + length > bytes.length) return null
  return { value: readFixed(bytes, type, start), end: start + length }
}

/** By type: true, false, byte, short, integer, long, (bytes), (text), timestamp, UUID. */
const FIXED_LENGTHS: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16]

function readFixed(bytes: Buffer, type: number, at: number): HeaderValue {
  switch (type) {
    case 0:
      return true
    case 1:
      return false
    case 2:
      return bytes.readInt8(at)
    case 3:
      return bytes.readInt16BE(at)
    case 4:
      return bytes.readInt32BE(at)
    case 5:
      return bytes.readBigInt64BE(at)
    case 8:
      return new Date(Number(bytes.readBigInt64BE(at)))
    default: {
      const hex = bytes.toString('hex', at, at + 16)
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
    }
  }
}

function byteAt(bytes: Buffer, at: number): number {
  return bytes[at] ?? 0
}
