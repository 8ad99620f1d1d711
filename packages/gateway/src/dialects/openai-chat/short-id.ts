// Ids of users and cache keys, which OpenAI's dialects bound.

import { createHash } from 'node:crypto'

/** Characters. Others are laxer, and not much: 128 at OpenRouter and Z.ai. */
const MAX_ID_CHARACTERS = 64

/**
 * Longer ones are refused; OpenAI itself advises to hash them. Claude Code's `user_id` is an object of ids as JSON text,
 * longer than any of them takes (looplj/axonhub#1669, ujisati/claude-code-provider-proxy PR#11).
 */
export function shortId(id: string): string {
  return id.length <= MAX_ID_CHARACTERS ? id : createHash('sha256').update(id).digest('hex')
}
