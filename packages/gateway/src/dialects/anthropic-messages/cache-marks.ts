// Anthropic takes four cache marks in a request, and those of an hour must stand before those of five minutes. Of more
// than four the last ones stay: they cover the most (H54).

import { objectOf } from '../../core/json.ts'
import type { Draft } from './wire.ts'

const MAX_MARKS = 4

/**
 * @param blocks everything that may carry a mark, in the order tools, system, messages; changed in place
 * @param reserved marks that stand elsewhere (the top-level one takes a place too)
 * @returns whether marks were taken away
 */
export function limitCacheMarks(blocks: readonly Draft[], reserved: number): boolean {
  const marked: Draft[] = []
  for (const block of blocks) collect(block, marked)
  const surplus = Math.max(0, marked.length - (MAX_MARKS - reserved))
  for (const block of marked.slice(0, surplus)) delete block['cache_control']
  let short = false
  for (const block of marked.slice(surplus)) {
    const hour = objectOf(block['cache_control'])?.['ttl'] === '1h'
    if (hour && short) block['cache_control'] = { type: 'ephemeral' }
    else if (!hour) short = true
  }
  return surplus > 0
}

/** Blocks inside a tool result may carry marks too, and stand before its own. */
function collect(block: Draft, marked: Draft[]): void {
  const inner = block['type'] === 'tool_result' ? block['content'] : undefined
  if (Array.isArray(inner)) for (const nested of inner) if (isDraft(nested)) collect(nested, marked)
  if ((block['cache_control'] ?? null) !== null) marked.push(block)
}

function isDraft(value: unknown): value is Draft {
  return objectOf(value) !== undefined
}
