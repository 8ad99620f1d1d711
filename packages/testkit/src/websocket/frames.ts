// Frames of RFC 6455, written by hand: the gateway's own library must not check itself, and no library would send what a
// hostile client sends.
import { createHash, randomBytes } from 'node:crypto'

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const
export type Opcode = keyof typeof OPCODES

export interface SocketFrame {
  readonly opcode: Opcode | 'unknown'
  readonly fin: boolean
  readonly masked: boolean
  readonly payload: Buffer
}

export interface FrameOptions {
  /** Default true. */
  readonly fin?: boolean
  /** As clients must. Default true. */
  readonly mask?: boolean
  /** What the head says, whatever the payload is. */
  readonly claimedBytes?: number
}

export function encodeFrame(opcode: Opcode, payload: string | Uint8Array = '', options: FrameOptions = {}): Buffer {
  const { fin = true, mask = true } = options
  const body = Buffer.from(payload)
  const length = options.claimedBytes ?? body.length
  const head = [(fin ? 0x80 : 0) | OPCODES[opcode]]
  const maskBit = mask ? 0x80 : 0
  if (length < 126) head.push(maskBit | length)
  else if (length < 65_536) head.push(maskBit | 126, length >> 8, length & 0xff)
  else {
    const long = Buffer.alloc(8)
    long.writeBigUInt64BE(BigInt(length))
    head.push(maskBit | 127, ...long)
  }
  if (!mask) return Buffer.concat([Buffer.from(head), body])
  const key = randomBytes(4)
  for (let index = 0; index < body.length; index += 1) body[index] = (body[index] ?? 0) ^ (key[index & 3] ?? 0)
  return Buffer.concat([Buffer.from(head), key, body])
}

export function closePayload(code: number, reason = ''): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason))
  payload.writeUInt16BE(code)
  payload.write(reason, 2)
  return payload
}

/** The answer to a handshake's key. */
export function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

/** Frames out of bytes that may be split anywhere. */
export class FrameReader {
  readonly #onFrame: (frame: SocketFrame) => void
  #waiting: Buffer = Buffer.alloc(0)

  constructor(onFrame: (frame: SocketFrame) => void) {
    this.#onFrame = onFrame
  }

  push(bytes: Buffer): void {
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes])
    for (;;) {
      const frame = this.#take()
      if (frame === undefined) return
      this.#onFrame(frame)
    }
  }

  #take(): SocketFrame | undefined {
    const bytes = this.#waiting
    if (bytes.length < 2) return undefined
    const [first = 0, second = 0] = bytes
    const masked = (second & 0x80) !== 0
    let at = 2
    let length = second & 0x7f
    if (length === 126) {
      if (bytes.length < 4) return undefined
      length = bytes.readUInt16BE(2)
      at = 4
    } else if (length === 127) {
      if (bytes.length < 10) return undefined
      length = Number(bytes.readBigUInt64BE(2))
      at = 10
    }
    const key = masked ? bytes.subarray(at, at + 4) : undefined
    if (masked) at += 4
    if (bytes.length < at + length) return undefined
    const payload = Buffer.from(bytes.subarray(at, at + length))
    if (key !== undefined)
      for (let index = 0; index < length; index += 1) payload[index] = (payload[index] ?? 0) ^ (key[index & 3] ?? 0)
    this.#waiting = bytes.subarray(at + length)
    return { opcode: opcodeNamed(first & 0x0f), fin: (first & 0x80) !== 0, masked, payload }
  }
}

function opcodeNamed(code: number): SocketFrame['opcode'] {
  for (const [name, value] of Object.entries(OPCODES)) if (value === code) return name as Opcode
  return 'unknown'
}
