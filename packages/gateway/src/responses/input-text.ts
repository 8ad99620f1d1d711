// The `input` of a request as the texts of its items, each spelled as the client spelled it: numbers, escapes and the
// order of members survive being stored and sent again.

import { decodeString, scanArray, scanObject } from '../core/json-scan.ts'

export interface Span {
  readonly start: number
  readonly end: number
}

/** Members of an item that say what it is. */
export interface ItemHead {
  readonly type: string
  readonly id: string | null
  readonly role: string | null
  /** Members beside the three: a reference has none. */
  readonly others: number
  readonly idSpan: Span | null
}

/**
 * @param text a body that was scanned and found well-formed, one character a byte
 * @param span of `input` in it; null = there is none
 * @returns raw JSON of each item, as Unicode text; a text is one message of the user's, and anything else no item
 */
export function splitInput(text: string, span: Span | null): readonly string[] {
  if (span === null) return []
  const first = text.charCodeAt(span.start)
  if (first === 0x22) return [userMessage(unicodeOf(text.slice(span.start, span.end)))]
  if (first !== 0x5b) return []
  const items: string[] = []
  scanArray(text, span.start, (start, end) => items.push(unicodeOf(text.slice(start, end))))
  return items
}

/** @param rawText a JSON string */
function userMessage(rawText: string): string {
  return `{"type":"message","role":"user","content":[{"type":"input_text","text":${rawText}}]}`
}

// oxlint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/

/** Text of one character a byte, as the Unicode text that its bytes spell. */
export function unicodeOf(latin1: string): string {
  return ASCII.test(latin1) ? latin1 : Buffer.from(latin1, 'latin1').toString('utf8')
}

const NO_HEAD: ItemHead = Object.freeze({ type: '', id: null, role: null, others: 0, idSpan: null })

/** @param item raw JSON that was found well-formed */
export function itemHead(item: string): ItemHead {
  if (!item.trimStart().startsWith('{')) return NO_HEAD
  let type = ''
  let id: string | null = null
  let role: string | null = null
  let idSpan: Span | null = null
  let others = 0
  scanObject(item, 0, (name, start, end) => {
    switch (name) {
      case 'type':
        type = decodeString(item, start, end) ?? ''
        break
      case 'id':
        id = decodeString(item, start, end)
        idSpan = { start, end }
        break
      case 'role':
        role = decodeString(item, start, end)
        break
      default:
        others += 1
    }
  })
  if (type === '' && role !== null) type = 'message'
  // A reference may come without its type.
  else if (type === '' && id !== null && others === 0) type = 'item_reference'
  return { type, id, role, others, idSpan }
}

const MAY_BE_REFERENCE = /\{\s*"id"\s*:\s*"[^"\\]*"\s*\}/

/**
 * /!\ Once a request. Whether a body may hold items that are only named. What is looked for begins with no quote: there are
 * so many of them that looking takes fifty times as long.
 * @param text latin1 will do
 */
export function mayHoldReferences(text: string): boolean {
  if (text.includes('item_reference')) return true
  const isSpaced = text.charCodeAt(1) !== 0x22
  return (isSpaced || text.includes('{"id":')) && MAY_BE_REFERENCE.test(text)
}
