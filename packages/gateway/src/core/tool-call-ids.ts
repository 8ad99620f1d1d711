// Ids of tool calls: kept where the upstream takes them, replaced by a hash where it would not, the same way for the
// call and for its result. Never cut: two ids that share a beginning would become one (H28).

import { createHash } from 'node:crypto'

const LEGAL = /^[a-zA-Z0-9_-]+$/

/** @param maxLength of the upstream's ids: 64, or 40 at some chat servers */
export function legalCallId(id: string, maxLength = 64): string {
  if (id.length <= maxLength && LEGAL.test(id)) return id
  return `call_${createHash('sha256').update(id).digest('hex').slice(0, 24)}`
}

/** For dialects that have none: stable within one conversation, so that a replayed history keeps its cache. */
export function numberedCallId(turnIndex: number, partIndex: number): string {
  return `call_${turnIndex}_${partIndex}`
}
