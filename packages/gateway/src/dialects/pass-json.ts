// A whole JSON reply on its way to a client of the same dialect: the model's name is replaced by the public id, usage is
// read, an error that came with status 200 is found. Everything else stays as the provider wrote it.

import { JsonScanError, parseSpan, scanObject } from '../core/json-scan.ts'
import type { TokenUsage } from '../core/token-usage.ts'
import type { UpstreamResponse } from './pass-facts.ts'

export interface ScannedReply {
  /** An error with status 200 is a failure all the same. */
  readonly isError: boolean
  readonly usage: TokenUsage | null
  /** The body, as latin1, with the public id in place of the upstream's name. */
  readonly text: string
  /** Of the Responses API. */
  readonly upstream?: UpstreamResponse
}

export interface ReplyKeys {
  readonly model: string
  readonly usage: string
  /**
   * Other members that say something about the price, each with a text without which it does not: an answer need not be
   * parsed to know that nothing was searched for.
   */
  readonly beside: ReadonlyMap<string, string>
  /** @param reply with the members that were named above */
  usageOfReply(reply: Readonly<Record<string, unknown>>): TokenUsage | null
}

/**
 * @param text the body as latin1: one character a byte
 * @param publicModelJson the public id as a JSON string of ASCII characters
 * @returns null when the body is not one JSON object
 */
export function scanReply(text: string, publicModelJson: string, keys: ReplyKeys): ScannedReply | null {
  let modelStart = -1
  let modelEnd = -1
  let usage: TokenUsage | null = null
  const told: Record<string, unknown> = {}
  let isError = false
  let isMessage = false
  try {
    scanObject(text, 0, (key, start, end) => {
      if (key === keys.model && text.charCodeAt(start) === 0x22) {
        modelStart = start
        modelEnd = end
      }
      const mark = key === keys.usage && text.charCodeAt(start) === 0x7b ? '' : keys.beside.get(key)
      if (mark !== undefined && text.slice(start, end).includes(mark)) told[key] = parseSpan(text, start, end)
      else if (key === 'error') isError = text.slice(start, end) !== 'null'
      // AWS's and FastAPI's errors are no more than this.
      else if (key === 'message' || key === 'detail') isMessage = true
    })
    usage = keys.usageOfReply(told)
  } catch (error) {
    if (error instanceof JsonScanError || error instanceof SyntaxError) return null
    throw error
  }
  const spliced = modelStart === -1 ? text : text.slice(0, modelStart) + publicModelJson + text.slice(modelEnd)
  return { isError: isError || (isMessage && modelStart === -1 && usage === null), usage, text: spliced }
}
