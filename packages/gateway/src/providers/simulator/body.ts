// Reading a request body: one JSON object, within bounds of size and depth.

import type { IncomingMessage } from 'node:http'
import { SimulatorError } from './errors.ts'
import { isObject } from './fields.ts'
import type { JsonObject } from './fields.ts'

const MAX_BODY_BYTES = 64 * 1024 * 1024

/** Deeper than any real schema; code that walks a body may then recurse without fear for the stack. */
const MAX_DEPTH = 256

export async function readBody(request: IncomingMessage): Promise<JsonObject> {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    throw new SimulatorError(415, `The simulator reads plain bodies only, not content-encoding '${encoding}'.`)
  }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) {
      throw new SimulatorError(413, `The request body is larger than ${MAX_BODY_BYTES} bytes.`, {
        headers: { connection: 'close' },
      })
    }
    chunks.push(chunk)
  }
  return parseBody(Buffer.concat(chunks))
}

function parseBody(bytes: Buffer): JsonObject {
  let body: unknown
  try {
    body = depth(bytes) > MAX_DEPTH ? undefined : JSON.parse(bytes.toString('utf8'))
  } catch {
    body = undefined
  }
  if (isObject(body)) return body
  throw new SimulatorError(
    400,
    `We could not parse the JSON body of your request. Expected one JSON object, nested at most ${MAX_DEPTH} deep.`,
  )
}

/** How deep the brackets of a JSON text nest, those in strings not counted. */
function depth(bytes: Buffer): number {
  let level = 0
  let deepest = 0
  let inString = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (inString) {
      if (byte === 0x5c) i += 1
      else if (byte === 0x22) inString = false
    } else if (byte === 0x22) inString = true
    else if (byte === 0x7b || byte === 0x5b) deepest = Math.max(deepest, ++level)
    else if (byte === 0x7d || byte === 0x5d) level -= 1
  }
  return deepest
}
