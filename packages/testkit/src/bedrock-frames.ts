// Messages of `application/vnd.amazon.eventstream`, as Bedrock sends them: for fake upstreams and for tests.
//
//   4 bytes total length · 4 bytes length of headers · 4 bytes CRC-32 of those eight
//   headers · payload · 4 bytes CRC-32 of everything before
//
// Source: AWS "Event stream encoding". Only text headers are written; Bedrock uses no others.

import { crc32 } from 'node:zlib'

const TEXT = 7

/** One message. @param payload bytes, or text to be written as UTF-8 */
export function encodeFrame(headers: Readonly<Record<string, string>>, payload: Uint8Array | string): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)))
  const body = Buffer.from(payload)
  const message = Buffer.alloc(16 + head.length + body.length)
  message.writeUInt32BE(message.length, 0)
  message.writeUInt32BE(head.length, 4)
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8)
  head.copy(message, 12)
  body.copy(message, 12 + head.length)
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.length - 4)
  return message
}

function encodeHeader(name: string, value: string): Buffer {
  const nameBytes = Buffer.from(name)
  const valueBytes = Buffer.from(value)
  const fixed = Buffer.alloc(4)
  fixed.writeUInt8(nameBytes.length, 0)
  fixed.writeUInt8(TEXT, 1)
  fixed.writeUInt16BE(valueBytes.length, 2)
  return Buffer.concat([fixed.subarray(0, 1), nameBytes, fixed.subarray(1), valueBytes])
}

/** One event of ConverseStream: `bedrockEvent('messageStart', {role: 'assistant'})`. */
export function bedrockEvent(type: string, payload: object): Buffer {
  return encodeFrame(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    JSON.stringify(payload),
  )
}

/** One error of ConverseStream: `bedrockException('throttlingException', 'Too many requests')`. */
export function bedrockException(type: string, message: string): Buffer {
  return encodeFrame(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    JSON.stringify({ message }),
  )
}
