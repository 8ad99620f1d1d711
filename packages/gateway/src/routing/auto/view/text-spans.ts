// Head and tail of texts that lie somewhere in a JSON body, without decoding what lies between: a prompt of ten megabytes
// costs what one of four thousand characters does.
import { decodeString } from '../../../core/json-scan.ts'

/** A JSON string literal in a body that was read as latin1, quotes included. */
export interface TextSpan {
  readonly start: number
  readonly end: number
}

/** What is read at either end of all texts together, in characters. */
const END_CHARACTERS = 2_000
/** A character is six bytes at most, written as an escape. */
const BYTES_PER_CHARACTER = 6
const WHOLE_BYTES = 2 * END_CHARACTERS * BYTES_PER_CHARACTER

/** The texts one after the other; where they are long, their first and last 2,000 characters. */
export function readSpans(body: string, spans: readonly TextSpan[]): string {
  const bytes = spans.reduce((sum, { start, end }) => sum + end - start, 0)
  if (bytes <= WHOLE_BYTES) return cut(spans.map((span) => decodeString(body, span.start, span.end) ?? '').join('\n'))
  return `${headOf(body, spans)}\n${tailOf(body, spans)}`
}

function cut(text: string): string {
  if (text.length <= 2 * END_CHARACTERS) return text
  return `${text.slice(0, END_CHARACTERS)}\n${text.slice(-END_CHARACTERS)}`
}

/** The first 2,000 characters. */
export function headOf(body: string, spans: readonly TextSpan[]): string {
  let head = ''
  for (const { start, end } of spans) {
    if (head.length >= END_CHARACTERS) break
    const last = Math.min(end - 1, start + 1 + END_CHARACTERS * BYTES_PER_CHARACTER)
    head += `${head === '' ? '' : '\n'}${decodePiece(body, start + 1, last)}`
  }
  return head.slice(0, END_CHARACTERS)
}

function tailOf(body: string, spans: readonly TextSpan[]): string {
  let tail = ''
  for (const { start, end } of spans.toReversed()) {
    if (tail.length >= END_CHARACTERS) break
    let first = Math.max(start + 1, end - 1 - END_CHARACTERS * BYTES_PER_CHARACTER)
    // Behind a space nothing of an escape or of a longer character can begin in the middle.
    if (first > start + 1) {
      const space = body.indexOf(' ', first)
      if (space !== -1 && space < end - 1) first = space
    }
    tail = `${decodePiece(body, first, end - 1)}${tail === '' ? '' : '\n'}${tail}`
  }
  return tail.slice(-END_CHARACTERS)
}

/** Part of a string literal; what is cut in the middle at its end is left out. */
function decodePiece(body: string, start: number, end: number): string {
  let last = end
  for (let at = end - 1; at >= start && at > end - BYTES_PER_CHARACTER; at--) {
    if (body.charCodeAt(at) !== BACKSLASH) continue
    let first = at
    while (first > start && body.charCodeAt(first - 1) === BACKSLASH) first--
    // An even run of backslashes is whole; behind an odd one an escape begins.
    if ((at - first) % 2 === 0 && !isWholeEscape(body, at, end)) last = at
    break
  }
  const decoded = decodeString(`"${body.slice(start, last)}"`, 0, last - start + 2)
  return (decoded ?? Buffer.from(body.slice(start, last), 'latin1').toString('utf8')).replace(BROKEN_ENDS, '')
}

const BACKSLASH = 0x5c
const BROKEN_ENDS = /^\uFFFD+|[\uFFFD\uD800-\uDBFF]+$/g

function isWholeEscape(body: string, at: number, end: number): boolean {
  return at + (body[at + 1] === 'u' ? 6 : 2) <= end
}
