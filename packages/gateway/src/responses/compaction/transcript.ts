// A conversation as one text, for a model that is to write a summary of it.

import type { ItemView } from './item-view.ts'
import type { Notes } from './payload.ts'
import { renderNotes } from './render-notes.ts'
import { shortText } from './shorten-item.ts'

/** How many times the room of an output the same text has, where everything has to be cut: what people said is dearer. */
const SHARE: Readonly<Partial<Record<ItemView['kind'], number>>> = { user: 6, assistant: 3, system: 4, call: 1 }
const LEAST_CHARACTERS = 120

/** @param mostCharacters longer texts lose their middle, the longest first */
export function renderTranscript(
  views: readonly ItemView[],
  earlier: readonly Notes[],
  instructions: string,
  mostCharacters: number,
): string {
  const before = earlier.map((notes) => shortText(renderNotes(notes, true), Math.floor(mostCharacters / 2)))
  const spoken = views.filter(({ text, media, kind }) => text !== '' || media.length > 0 || kind === 'call')
  const room = Math.max(0, mostCharacters - before.join('').length)
  const most = mostOfEach(spoken, room)
  const lines = spoken.map((view) => {
    const share = SHARE[view.kind] ?? 1
    const text = shortText(view.text, Math.max(LEAST_CHARACTERS, Math.floor(most * share)))
    return `[${labelOf(view)}] ${[text, ...view.media].join('\n')}`
  })
  const held = instructions === '' ? [] : [`[instructions] ${shortText(instructions, Math.floor(room / 8))}`]
  return [...before, ...held, ...lines].join('\n\n')
}

/** The longest that a text of share 1 may be, so that all together fit. */
function mostOfEach(views: readonly ItemView[], room: number): number {
  const total = (most: number): number =>
    views.reduce((sum, { text, kind }) => sum + Math.min(text.length, most * (SHARE[kind] ?? 1)) + 40, 0)
  let low = 0
  let high = Math.max(...views.map(({ text }) => text.length), 1)
  if (total(high) <= room) return high
  while (high - low > 16) {
    const middle = (low + high) / 2
    if (total(middle) <= room) low = middle
    else high = middle
  }
  return Math.floor(low)
}

function labelOf({ kind, name, type }: ItemView): string {
  switch (kind) {
    case 'call':
      return `call of ${name}`
    case 'output':
      return 'its output'
    case 'reasoning':
      return 'assistant, thinking'
    case 'other':
      return type
    default:
      return kind
  }
}
