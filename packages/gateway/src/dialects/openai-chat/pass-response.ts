// Reading a whole JSON reply in OpenAI's dialect: the model's name is replaced by the public id, the usage is read, an
// error that came with status 200 is found. Everything else stays as the provider wrote it.

import { JsonScanError, scanEntries, scanObject } from '../../core/json-scan.ts'
import { chargedTier, withExtras, type TokenUsage } from '../../core/token-usage.ts'
import type { ScannedReply } from '../pass-json.ts'
import { readUsageSpan, withPictures } from './usage.ts'

/**
 * /!\ Hot path. Reads the head up to the model and the tail from the usage on, and steps over the answer between them
 * where that is safe; anything unusual is scanned whole.
 *
 * @param text the body as latin1: one character a byte
 * @param publicModelJson the public id as a JSON string of ASCII characters
 * @returns null when the body is not one JSON object
 */
export function scanResponse(text: string, publicModelJson: string): ScannedReply | null {
  try {
    const { isError, usage, modelStart, modelEnd } = scanEnds(text) ?? scanWhole(text)
    const same =
      modelStart === -1 ||
      (modelEnd - modelStart === publicModelJson.length && text.startsWith(publicModelJson, modelStart))
    return { isError, usage, text: same ? text : text.slice(0, modelStart) + publicModelJson + text.slice(modelEnd) }
  } catch (error) {
    if (error instanceof JsonScanError || error instanceof SyntaxError) return null
    throw error
  }
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
  let usual = true
  scanObject(text, 0, (key, start, end) => {
    if (key !== 'model') {
      usual = key === 'id' || key === 'object' || key === 'created'
      return !usual
    }
    modelStart = start
    modelEnd = end
    return true
  })
  if (!usual || modelStart === -1 || modelEnd > usageAt || text.charCodeAt(modelStart) !== QUOTE) return null
  const behindModel = text.slice(modelEnd, modelEnd + NEAR)
  if (behindModel.includes('"data"') || behindModel.includes('"service_tier"')) return null
  // vLLM writes its tier before the usage, OpenAI behind it.
  const near = Math.max(modelEnd, usageAt - NEAR)
  const tierBefore = text.slice(near, usageAt).indexOf('"service_tier"')
  let usage: TokenUsage | null = null
  let tier = ''
  try {
    // It can only come to the end of the text when the key is one of the outermost object's.
    scanEntries(text, tierBefore === -1 ? usageAt : near + tierBefore, (key, start, end) => {
      if (key === 'usage' && text.charCodeAt(start) === OPEN_BRACE) usage = readUsageSpan(text, start, end)
      else if (key === 'service_tier') tier = text.slice(start, end)
      else if (key === 'error' || key === 'model') usual = false
    })
  } catch (error) {
    if (error instanceof JsonScanError) return null
    throw error
  }
  return usual ? { isError: false, usage: tier === '' ? usage : withTier(usage, tier), modelStart, modelEnd } : null
}

/** @param tierJson a JSON string, or null */
function withTier(usage: TokenUsage | null, tierJson: string): TokenUsage | null {
  if (tierJson === '"default"' || tierJson === 'null') return usage
  return withExtras(usage, { serviceTier: chargedTier(JSON.parse(tierJson)) })
}

/** How far from its usual place a member is looked for. */
const NEAR = 100
const QUOTE = 0x22
const OPEN_BRACE = 0x7b

/** @throws {JsonScanError | SyntaxError} */
function scanWhole(text: string): Found {
  let modelStart = -1
  let modelEnd = -1
  let usage: TokenUsage | null = null
  let tier = ''
  let pictures = 0
  let isError = false
  scanObject(text, 0, (key, start, end) => {
    if (key === 'model' && text.charCodeAt(start) === QUOTE) {
      modelStart = start
      modelEnd = end
    } else if (key === 'usage' && text.charCodeAt(start) === OPEN_BRACE) {
      usage = readUsageSpan(text, start, end)
    } else if (key === 'service_tier') {
      tier = text.slice(start, end)
    } else if (key === 'data') {
      pictures = countPictures(text, start, end)
    } else if (key === 'error') {
      isError = text.slice(start, end) !== 'null'
    }
  })
  if (pictures > 0) usage = withPictures(usage, pictures)
  return { isError, usage: tier === '' ? usage : withTier(usage, tier), modelStart, modelEnd }
}

/** Without reading megabytes of base64: inside a string these names cannot stand, their quotes would be escaped. */
function countPictures(text: string, start: number, end: number): number {
  const first = text.slice(start, start + 300)
  // Embeddings stand in a member of the same name.
  if (first.includes('"embedding"')) return 0
  const data = text.slice(start, end)
  return Math.max(data.split('"b64_json"').length, data.split('"url"').length) - 1
}

/** The same for the first bytes of a reply that is too large to hold. */
export function scanHead(head: Buffer, publicModelJson: string): Buffer {
  const text = head.toString('latin1')
  let spliced = head
  try {
    scanObject(text, 0, (key, start, end) => {
      if (key !== 'model') return false
      spliced = Buffer.from(text.slice(0, start) + publicModelJson + text.slice(end), 'latin1')
      return true
    })
  } catch (error) {
    // It breaks off where the first bytes end: then the model is not among them.
    if (!(error instanceof JsonScanError)) throw error
  }
  return spliced
}

/**
 * The same for the last bytes of a reply that was too large to hold (embeddings end in `"model":"...","usage":{...}}`).
 * A key is known to be an outermost one when everything from it on is, with a brace in front, one valid object.
 */
export function scanTail(
  tail: Buffer,
  publicModelJson: string,
): { readonly usage: TokenUsage | null; readonly tail: Buffer } {
  const text = tail.toString('latin1')
  for (const key of ['"model"', '"usage"']) {
    const at = text.lastIndexOf(key)
    if (at === -1) continue
    const scanned = scanResponse(`{${text.slice(at)}`, publicModelJson)
    if (scanned === null) continue
    return {
      usage: scanned.usage,
      tail: Buffer.concat([tail.subarray(0, at), Buffer.from(scanned.text.slice(1), 'latin1')]),
    }
  }
  return { usage: null, tail }
}
