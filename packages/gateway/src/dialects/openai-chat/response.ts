// Reading a whole JSON reply in OpenAI's dialect: the model's name is replaced by the public id, the usage is read, an
// error that came with status 200 is found. Everything else stays as the provider wrote it.

import { JsonScanError, parseSpan, scanObject } from '../../core/json-scan.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { readUsage } from './usage.ts'

export interface ScannedResponse {
  /** `error` is there and not null: with status 200 this is a failure all the same. */
  readonly isError: boolean
  readonly usage: TokenUsage | null
  /** The body with the public id in place of the upstream's name. */
  readonly body: Buffer
}

/**
 * /!\ Hot path. Reads the head up to the model and the tail from the usage on, and steps over the answer between them
 * where that is safe; anything unusual is scanned whole.
 *
 * @param publicModelJson the public id as a JSON string of ASCII characters
 * @returns null when the body is not one JSON object
 */
export function scanResponse(body: Buffer, publicModelJson: string): ScannedResponse | null {
  const text = body.toString('latin1')
  const quick = text.includes('"error"') ? null : scanEnds(text)
  const found = quick ?? scanWhole(text)
  if (found === null) return null
  const { isError, usage, modelStart, modelEnd } = found
  const same = modelStart === -1 || (modelEnd - modelStart === publicModelJson.length && text.startsWith(publicModelJson, modelStart))
  if (same) return { isError, usage, body }
  const spliced = Buffer.allocUnsafe(body.length - (modelEnd - modelStart) + publicModelJson.length)
  body.copy(spliced, 0, 0, modelStart)
  spliced.write(publicModelJson, modelStart, 'latin1')
  body.copy(spliced, modelStart + publicModelJson.length, modelEnd)
  return { isError, usage, body: spliced }
}

interface Found {
  readonly isError: boolean
  readonly usage: TokenUsage | null
  readonly modelStart: number
  readonly modelEnd: number
}

/** The usual form: the model comes before the choices, the usage behind them. Null = look at all of it. */
function scanEnds(text: string): Found | null {
  const usageAt = text.lastIndexOf('"usage"')
  if (usageAt === -1) return null
  let modelStart = -1
  let modelEnd = -1
  let usage: TokenUsage | null
  try {
    scanObject(text, 0, (key, start, end) => {
      if (key !== 'model') return key === 'choices' || key === 'data'
      if (text.charCodeAt(start) !== QUOTE) return true
      modelStart = start
      modelEnd = end
      return true
    })
    if (modelStart === -1 || modelEnd > usageAt) return null
    // With a brace in front the rest is one valid object only if the key is one of the outermost.
    const tail: unknown = JSON.parse(`{${text.slice(usageAt)}`)
    if (typeof tail !== 'object' || tail === null || !('usage' in tail) || 'model' in tail) return null
    usage = readUsage(tail.usage)
  } catch (error) {
    if (error instanceof JsonScanError || error instanceof SyntaxError) return null
    throw error
  }
  return { isError: false, usage, modelStart, modelEnd }
}

const QUOTE = 0x22

function scanWhole(text: string): Found | null {
  let modelStart = -1
  let modelEnd = -1
  let usage: TokenUsage | null = null
  let isError = false
  try {
    scanObject(text, 0, (key, start, end) => {
      if (key === 'model') {
        if (text.charCodeAt(start) !== QUOTE) return
        modelStart = start
        modelEnd = end
      } else if (key === 'usage') {
        if (text.charCodeAt(start) === 0x7b) usage = readUsage(parseSpan(text, start, end))
      } else if (key === 'error') {
        isError = text.slice(start, end) !== 'null'
      }
    })
  } catch (error) {
    if (error instanceof JsonScanError || error instanceof SyntaxError) return null
    throw error
  }
  return { isError, usage, modelStart, modelEnd }
}

/**
 * The same for the last bytes of a reply that was too large to hold (embeddings end in `"model":"...","usage":{...}}`).
 * A key is known to be an outermost one when everything from it on is, with a brace in front, one valid object.
 */
export function scanTail(tail: Buffer, publicModelJson: string): { readonly usage: TokenUsage | null; readonly tail: Buffer } {
  const text = tail.toString('latin1')
  for (const key of ['"model"', '"usage"']) {
    const at = text.lastIndexOf(key)
    if (at === -1) continue
    const scanned = scanResponse(Buffer.from(`{${text.slice(at)}`, 'latin1'), publicModelJson)
    if (scanned === null) continue
    return { usage: scanned.usage, tail: Buffer.concat([tail.subarray(0, at), scanned.body.subarray(1)]) }
  }
  return { usage: null, tail }
}
