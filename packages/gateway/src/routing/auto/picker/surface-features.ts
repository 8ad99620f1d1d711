// Marks of a text that words do not carry: length, lines, digits, code, formulas, options, language.
// /!\ Hot path: one pass over at most 4,000 characters.
import { BULLET } from './hashed-features.ts'

const SURFACE_NAMES = [
  'length',
  'words',
  'lines',
  'options',
  'digits',
  'capitals',
  'brackets',
  'operators',
  'formula',
  'quotes',
  'questions',
  'endsInQuestion',
  'commas',
  'nonAscii',
  'ideographs',
  'wordLength',
  'codeFence',
  'indented',
  'shortWords',
  'numbers',
] as const
export const SURFACE_SIZE = SURFACE_NAMES.length

/** Every figure is about 0..1; `inputTokens` lets a text that was cut still count as long. */
export function surfaceOf(text: string, inputTokens: number): Float32Array {
  const out = new Float32Array(SURFACE_SIZE)
  const size = text.length
  let digits = 0
  let capitals = 0
  let brackets = 0
  let operators = 0
  let formula = 0
  let quotes = 0
  let questions = 0
  let commas = 0
  let nonAscii = 0
  let ideographs = 0
  let letters = 0
  let words = 0
  let shortWords = 0
  let numbers = 0
  let lines = 1
  let options = 0
  let indented = 0
  let fence = 0
  let run = 0
  let digitRun = false
  for (let index = 0; index < size; index++) {
    const code = text.charCodeAt(index)
    const letter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code > 191
    if (letter) {
      letters++
      run++
      if (code >= 65 && code <= 90) capitals++
      if (code > 127) {
        nonAscii++
        if (code >= 0x3040) ideographs++
      }
    } else if (run > 0) {
      words++
      if (run <= 3) shortWords++
      run = 0
    }
    if (code >= 48 && code <= 57) {
      digits++
      if (!digitRun) numbers++
      digitRun = true
      continue
    }
    digitRun = false
    if (letter) continue
    switch (code) {
      case 10: {
        lines++
        const next = text.charCodeAt(index + 1)
        if (next === 32 || next === 9) indented++
        break
      }
      case 123: // {}[]()
      case 125:
      case 91:
      case 93:
      case 40:
      case 41:
        brackets++
        break
      case 61: // = + * / < > ;
      case 43:
      case 42:
      case 47:
      case 60:
      case 62:
      case 59:
        operators++
        break
      case 92: // \ $ ^
      case 36:
      case 94:
        formula++
        break
      case 34:
      case 39:
        quotes++
        break
      case 63:
        questions++
        break
      case 44:
        commas++
        break
      case BULLET:
        options++
        break
      case 96:
        if (text.charCodeAt(index + 1) === 96) fence = 1
        break
      default:
    }
  }
  if (run > 0) words++
  const per = 1 / Math.max(size, 20)
  const counted = Math.max(words, 1)
  out[0] = Math.log1p(Math.max(inputTokens, size / 4)) / 8
  out[1] = Math.log1p(words + ideographs) / 8
  out[2] = Math.log1p(lines) / 5
  out[3] = Math.min(options, 10) / 10
  out[4] = Math.min(1, digits * per * 4)
  out[5] = Math.min(1, capitals * per * 6)
  out[6] = Math.min(1, brackets * per * 10)
  out[7] = Math.min(1, operators * per * 10)
  out[8] = Math.min(1, formula * per * 15)
  out[9] = Math.min(1, quotes * per * 20)
  out[10] = Math.min(questions, 4) / 4
  out[11] = text.slice(-40).trimEnd().endsWith('?') ? 1 : 0
  out[12] = Math.min(1, commas * per * 20)
  out[13] = nonAscii * per
  out[14] = ideographs * per
  out[15] = Math.min(1, (letters - ideographs) / counted / 10)
  out[16] = fence
  out[17] = Math.min(1, indented / lines)
  out[18] = shortWords / counted
  out[19] = Math.min(1, numbers / counted)
  return out
}
