// A text as hashed counts of words, word pairs and word beginnings: no vocabulary, no language, microseconds.
// /!\ Hot path: one pass over at most 4,000 characters, no string per token, scratch space reused (the code is
// synchronous, so one scratch is enough).

export const BUCKETS = 4_096
/** Tokens that are read; 4,000 characters have about 800. */
const MAX_TOKENS = 900
/** Letters of a word's beginning that count as a feature of their own: endings and most slips of the keyboard pass it by. */
const STEM_LETTERS = 4

/** Pairs of bucket and weight: signed square roots of counts, not yet scaled. */
export interface SparseText {
  readonly buckets: Uint16Array
  readonly weights: Float32Array
}

/** What `plainText` writes for the label of an option, whatever the label was. */
export const BULLET = 0x2022

const OTHER = 0
const LETTER = 1
const DIGIT = 2
const SPACE = 3
const IDEOGRAPH = 4
const MARK = 5

/** Marks that tell code, formulas and questions from prose. */
const TELLING = new Set([...'{}()[];=<>+*/\\$^|&%#@`"?'].map((mark) => mark.charCodeAt(0)))

const ASCII_CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95) return LETTER
  if (code >= 48 && code <= 57) return DIGIT
  if (code === 32 || (code >= 9 && code <= 13)) return SPACE
  return TELLING.has(code) ? MARK : OTHER
})

function classOf(code: number): number {
  if (code < 128) return ASCII_CLASSES[code] ?? OTHER
  // Ideographs, kana and Hangul syllables stand for words by themselves.
  if ((code >= 0x3040 && code <= 0x30ff) || (code >= 0x3400 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7af))
    return IDEOGRAPH
  if (code === BULLET) return MARK
  if ((code >= 0x2000 && code <= 0x206f) || (code >= 0x3000 && code <= 0x303f) || (code >= 0xff00 && code <= 0xff0f))
    return SPACE
  return LETTER
}

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
const APOSTROPHES = new Set([39, 0x2019])

const counts = new Float32Array(BUCKETS)
const touched = new Uint16Array(BUCKETS)
let touchedCount = 0

function add(hash: number, weight: number): void {
  // A finalizer, since FNV's low bits alone are poor.
  let mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
  mixed ^= mixed >>> 15
  const bucket = mixed & (BUCKETS - 1)
  const before = counts[bucket] ?? 0
  if (before === 0) touched[touchedCount++] = bucket
  // Exactly 0 would be listed twice; a hair's breadth keeps the bucket known.
  counts[bucket] = before + (mixed < 0 ? -weight : weight) || 1e-6
}

/** Reads a text that `plainText` has prepared. */
export function readText(plain: string): SparseText {
  const text = plain.toLowerCase()
  touchedCount = 0
  countTokens(text)
  const buckets = touched.slice(0, touchedCount)
  const weights = new Float32Array(touchedCount)
  for (let index = 0; index < touchedCount; index++) {
    const bucket = buckets[index] ?? 0
    const count = counts[bucket] ?? 0
    counts[bucket] = 0
    weights[index] = count < 0 ? -Math.sqrt(-count) : Math.sqrt(count)
  }
  return { buckets, weights }
}

function countTokens(text: string): void {
  const length = text.length
  let previous = 0
  let tokens = 0
  let index = 0
  while (index < length && tokens < MAX_TOKENS) {
    const code = text.charCodeAt(index)
    const kind = classOf(code)
    if (kind === LETTER || kind === DIGIT) {
      const start = index
      const hash = kind === LETTER ? wordHash(text, start) : numberHash(text, start)
      index = tokenEnd
      previous = addToken(hash, previous)
      if (kind === LETTER && wordLetters > STEM_LETTERS) add(stemHash ^ 0x3c6ef372, 0.7)
      tokens++
    } else if (kind === IDEOGRAPH) {
      previous = addToken(Math.imul(FNV_OFFSET ^ code, FNV_PRIME), previous)
      index++
      tokens++
    } else {
      if (kind === MARK) {
        add(Math.imul(FNV_OFFSET ^ (code + 0x10000), FNV_PRIME), 1)
        tokens++
      }
      index++
    }
  }
}

function addToken(hash: number, previous: number): number {
  add(hash, 1)
  if (previous !== 0) add(Math.imul(previous, 31) + hash, 1)
  return hash
}

/** Where the token that was hashed last ends, how many letters it has, and the hash of its beginning. */
let tokenEnd = 0
let wordLetters = 0
let stemHash = 0

function wordHash(text: string, start: number): number {
  let hash = FNV_OFFSET
  let beforeLast = FNV_OFFSET
  let letters = 0
  let index = start
  let last = 0
  for (; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const kind = classOf(code)
    if (kind !== LETTER && kind !== DIGIT) {
      if (APOSTROPHES.has(code)) continue
      break
    }
    beforeLast = hash
    hash = Math.imul(hash ^ code, FNV_PRIME)
    last = code
    if (++letters === STEM_LETTERS) stemHash = hash
  }
  tokenEnd = index
  wordLetters = letters
  // Plurals count with their singular.
  return last === 115 && letters > 3 ? beforeLast : hash
}

/** Numbers differ by their length only. */
function numberHash(text: string, start: number): number {
  let index = start
  while (index < text.length && classOf(text.charCodeAt(index)) === DIGIT) index++
  tokenEnd = index
  return Math.imul(FNV_OFFSET ^ (0x20000 + Math.min(index - start, 5)), FNV_PRIME)
}
