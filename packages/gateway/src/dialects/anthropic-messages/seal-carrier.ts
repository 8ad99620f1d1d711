// Seals on text and on tool calls (Gemini's `thoughtSignature`) have no place in a block of this dialect. They travel as
// a block of their own that clients send back unread: `redacted_thinking` whose data is our envelope, directly before
// the block that they belong to, or behind it where the seal came too late for that (H40).

import type { Part, Seal } from '../../core/conversation.ts'
import type { JsonObject } from '../../core/json.ts'
import type { SealEnvelope } from '../../core/seal-envelope.ts'
import { DIALECT } from './wire.ts'

const BEFORE = 'of the next block'
const BEHIND = 'of the block before'

export function sealCarrier(seal: Seal, place: 'before' | 'behind', envelope: SealEnvelope): JsonObject {
  const itemId = place === 'before' ? BEFORE : BEHIND
  return { type: 'redacted_thinking', data: envelope.close({ ...seal, itemId }) }
}

/** Whose seal it is; null = not a carrier, but reasoning that was redacted. */
export function carriedSeal(opened: Seal): { readonly place: 'before' | 'behind'; readonly seal: Seal } | null {
  if (opened.dialect === DIALECT || (opened.itemId !== BEFORE && opened.itemId !== BEHIND)) return null
  const { itemId, ...seal } = opened
  return { place: itemId === BEFORE ? 'before' : 'behind', seal }
}

/** Puts a seal on the last part of a list, where that part can have one. */
export function sealLast(parts: Part[], seal: Seal): void {
  const last = parts.at(-1)
  if (last !== undefined) parts[parts.length - 1] = { ...last, seal }
}
