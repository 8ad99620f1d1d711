// Cache marks of the conversation as Converse's cache points, which stand behind what is to be kept (H54).
//
// Four are allowed; of more, the last ones count, because each of them covers all that is before it. One that lives for
// an hour may not stand behind one that lives for five minutes.

import type { CacheMark, Conversation, Part, Turn } from '../../core/conversation.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject } from '../../core/json.ts'
import { familyOf, hasCachePoints, hasHourCache } from './model-family.ts'

const MAX_POINTS = 4

export class CachePoints {
  readonly #notes: Notes
  readonly #hours: boolean
  /** How many of the marks to come are passed over. */
  #skip: number
  #shortSeen = false

  constructor(conversation: Conversation, turns: readonly Turn[], modelId: string, notes: Notes) {
    const family = familyOf(modelId)
    const marks = countMarks(conversation, turns, family === 'claude')
    this.#notes = notes
    this.#hours = hasHourCache(modelId)
    this.#skip = hasCachePoints(family) ? Math.max(0, marks - MAX_POINTS) : Number.POSITIVE_INFINITY
    if (marks > 0 && !hasCachePoints(family)) notes.drop('cache')
  }

  /** Adds the point that a mark asks for; marks are given in the order of the prompt: tools, system, messages. */
  add(blocks: JsonObject[], mark: CacheMark | undefined): void {
    if (mark === undefined) return
    if (this.#skip > 0) {
      this.#skip -= 1
      return
    }
    const last = blocks.at(-1)
    if (last === undefined || last['cachePoint'] !== undefined) return
    const long = mark.ttl === '1h' && this.#hours && !this.#shortSeen
    if (mark.ttl === '1h' && !long) this.#notes.change('cache', '5m')
    if (!long) this.#shortSeen = true
    // A point directly behind a document is refused.
    if (last['document'] !== undefined) blocks.push({ text: '\n' })
    blocks.push({ cachePoint: long ? { type: 'default', ttl: '1h' } : { type: 'default' } })
  }
}

function countMarks(conversation: Conversation, turns: readonly Turn[], ofTools: boolean): number {
  let marks = conversation.cache === undefined ? 0 : 1
  if (ofTools)
    for (const tool of conversation.tools) if (tool.type === 'function' && tool.cache !== undefined) marks += 1
  for (const turn of turns) for (const part of turn.parts) if (markOf(part) !== undefined) marks += 1
  return marks
}

/** A mark inside a result counts for the result as a whole. */
export function markOf(part: Part): CacheMark | undefined {
  if (part.cache !== undefined || part.type !== 'tool-result') return part.cache
  return part.parts.findLast((inner) => inner.cache !== undefined)?.cache
}
