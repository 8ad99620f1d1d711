// Replies of this API that are no `response` objects: token counts, and compactions, which say what they used.

import type { JsonObject } from '../../core/json.ts'
import { scanReply, type ReplyKeys, type ScannedReply } from '../pass-json.ts'
import { usageOfReply } from './usage.ts'

const KEYS: ReplyKeys = { model: 'model', usage: 'usage', beside: new Map(), usageOfReply }

/** @param text the body as latin1; null when it is not one JSON object */
export function scanSmallReply(text: string, publicModelJson: string): ScannedReply | null {
  return scanReply(text, publicModelJson, KEYS)
}

export function encodeTokenCount(inputTokens: number): JsonObject {
  return { object: 'response.input_tokens', input_tokens: inputTokens }
}
