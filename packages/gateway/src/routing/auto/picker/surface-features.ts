// Marks of a text that words do not carry: length, lines, digits, code, formulas, options, language.
// /!\ Hot path: one pass over at most 4,000 characters, which only counts them by kind.
import { BULLET } from './characters.ts'

export const SURFACE_SIZE = 20

// Kinds of character, as far as they are counted.
const REST = 0
const SMALL = 1
const CAPITAL = 2
const FOREIGN = 3
const IDEOGRAPH = 4
const DIGIT = 5
const LINE_BREAK = 6
const BRACKET = 7
const OPERATOR = 8
const FORMULA = 9
const QUOTE = 10
const QUESTION = 11
const COMMA = 12
const OPTION = 13
const FENCE = 14
const KINDS = 15

const ASCII_KINDS = new Uint8Array(192)
for (const [kind, characters] of [
  [SMALL, 'abcdefghijklmnopqrstuvwxyz'],
  [CAPITAL, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  [DIGIT, '0123456789'],
  [LINE_BREAK, '\n'],
  [BRACKET, '{}[]()'],
  [OPERATOR, '=+*/<>;'],
  [FORMULA, '\\$^'],
  [QUOTE, `"'`],
  [QUESTION, '?'],
  [COMMA, ','],
  [FENCE, '`'],
] as const)
  for (const character of characters) ASCII_KINDS[character.charCodeAt(0)] = kind

function kindOf(code: number): number {
  if (code < 192) return ASCII_KINDS[code] ?? REST
  if (code === BULLET) return OPTION
  return code >= 0x3040 ? IDEOGRAPH : FOREIGN
}

const counts = new Int32Array(KINDS)
const figures = new Float32Array(SURFACE_SIZE)

/** Valid until the next call. Every figure is about 0..1; `inputTokens` lets a text that was cut still count as long. */
export function surfaceOf(text: Uint16Array, inputTokens: number): Float32Array {
  counts.fill(0)
  const size = text.length
  let words = 0
  let shortWords = 0
  let numbers = 0
  let indented = 0
  let fence = 0
  let run = 0
  let before = REST
  let small = 0
  for (let index = 0; index < size; index++) {
    const code = text[index] ?? 0
    // Most are these: no look-up, no count in memory.
    if (code >= 97 && code <= 122) {
      small++
      run++
      before = SMALL
      continue
    }
    const kind = kindOf(code)
    counts[kind] = (counts[kind] ?? 0) + 1
    if (kind >= SMALL && kind <= IDEOGRAPH) run++
    else {
      if (run > 0) {
        words++
        if (run <= 3) shortWords++
        run = 0
      }
      if (kind === DIGIT) {
        if (before !== DIGIT) numbers++
      } else if (kind === LINE_BREAK) {
        const next = text[index + 1]
        if (next === 32 || next === 9) indented++
      } else if (kind === FENCE && before === FENCE) fence = 1
    }
    before = kind
  }
  if (run > 0) words++
  counts[SMALL] = small
  let last = size - 1
  while (last > 0 && (text[last] === 32 || text[last] === 10)) last--
  const of = (kind: number) => counts[kind] ?? 0
  const ideographs = of(IDEOGRAPH)
  const nonAscii = of(FOREIGN) + ideographs
  const letters = of(SMALL) + of(CAPITAL) + nonAscii
  const lines = of(LINE_BREAK) + 1
  const per = 1 / Math.max(size, 20)
  const counted = Math.max(words, 1)
  figures[0] = Math.log1p(Math.max(inputTokens, size / 4)) / 8
  figures[1] = Math.log1p(words + ideographs) / 8
  figures[2] = Math.log1p(lines) / 5
  figures[3] = Math.min(of(OPTION), 10) / 10
  figures[4] = Math.min(1, of(DIGIT) * per * 4)
  figures[5] = Math.min(1, of(CAPITAL) * per * 6)
  figures[6] = Math.min(1, of(BRACKET) * per * 10)
  figures[7] = Math.min(1, of(OPERATOR) * per * 10)
  figures[8] = Math.min(1, of(FORMULA) * per * 15)
  figures[9] = Math.min(1, of(QUOTE) * per * 20)
  figures[10] = Math.min(of(QUESTION), 4) / 4
  figures[11] = text[last] === 63 ? 1 : 0
  figures[12] = Math.min(1, of(COMMA) * per * 20)
  figures[13] = nonAscii * per
  figures[14] = ideographs * per
  figures[15] = Math.min(1, (letters - ideographs) / counted / 10)
  figures[16] = fence
  figures[17] = Math.min(1, indented / lines)
  figures[18] = shortWords / counted
  figures[19] = Math.min(1, numbers / counted)
  return figures
}
