// A text as hashed counts of words, word pairs and word beginnings: no vocabulary, no language, microseconds.
// /!\ Hot path: one pass over at most 4,000 characters, no string per token, scratch space reused (the code is
// synchronous, so one scratch is enough).
import { APOSTROPHE, DIGIT, IDEOGRAPH, kindOf, LETTER, lowerCase, MARK } from './characters.ts'

/** For the projection, whose rows are long; and for the classifier, where a word never seen should meet no other's weight. */
export const BUCKETS = 4_096
export const FINE_BUCKETS = 32_768
/** Tokens that are read; 4,000 characters have about 800. */
const MAX_TOKENS = 900
/** Letters of a word's beginning that count as a feature of their own: endings and most slips of the keyboard pass it by. */
const STEM_LETTERS = 4

/** Pairs of bucket and weight. */
export interface SparseText {
  readonly buckets: Uint16Array
  readonly weights: Float32Array
}

const FNV_OFFSET = 0x811c9dc5 | 0
const FNV_PRIME = 0x01000193
/** Sets word beginnings, marks and numbers apart from words with the same hash. */
const STEM_SALT = 0x3c6ef372
const MARK_SALT = 0x10000
const NUMBER_SALT = 0x20000
const LETTER_S = 115

class Counts {
  readonly #counts: Float32Array
  readonly #touched: Uint16Array
  #size = 0

  constructor(buckets: number) {
    this.#counts = new Float32Array(buckets)
    this.#touched = new Uint16Array(buckets)
  }

  add(bucket: number, weight: number): void {
    const before = this.#counts[bucket] ?? 0
    if (before === 0) this.#touched[this.#size++] = bucket
    // Exactly 0 would be listed twice; a hair's breadth keeps the bucket known.
    this.#counts[bucket] = before + weight || 1e-6
  }

  /** Signed square roots of the counts, as a vector of length 1; counting begins anew. */
  take(): SparseText {
    const counts = this.#counts
    const buckets = this.#touched.slice(0, this.#size)
    const weights = new Float32Array(buckets.length)
    this.#size = 0
    let square = 0
    for (let index = 0; index < buckets.length; index++) square += Math.abs(counts[buckets[index] ?? 0] ?? 0)
    const factor = square === 0 ? 0 : 1 / Math.sqrt(square)
    for (let index = 0; index < buckets.length; index++) {
      const bucket = buckets[index] ?? 0
      const count = counts[bucket] ?? 0
      counts[bucket] = 0
      weights[index] = (count < 0 ? -Math.sqrt(-count) : Math.sqrt(count)) * factor
    }
    return { buckets, weights }
  }
}

const coarse = new Counts(BUCKETS)
const fine = new Counts(FINE_BUCKETS)

/** Texts as codes, one after the other. */
export function readCodes(...texts: readonly Uint16Array[]): {
  readonly coarse: SparseText
  readonly fine: SparseText
} {
  for (const text of texts) countTokens(text)
  return { coarse: coarse.take(), fine: fine.take() }
}

function add(hash: number, weight: number): void {
  // A finalizer, since FNV's low bits alone are poor.
  let mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
  mixed ^= mixed >>> 15
  const signed = mixed < 0 ? -weight : weight
  coarse.add(mixed & (BUCKETS - 1), signed)
  fine.add(mixed & (FINE_BUCKETS - 1), signed)
}

function countTokens(text: Uint16Array): void {
  const length = text.length
  let previous = 0
  let tokens = 0
  let index = 0
  while (index < length && tokens < MAX_TOKENS) {
    const code = text[index] ?? 0
    const kind = kindOf(code)
    if (kind === LETTER) {
      let hash = FNV_OFFSET
      let beforeLast = FNV_OFFSET
      let stem = 0
      let letters = 0
      let last = 0
      for (; index < length; index++) {
        const next = text[index] ?? 0
        const nextKind = kindOf(next)
        if (nextKind === APOSTROPHE) continue
        if (nextKind !== LETTER && nextKind !== DIGIT) break
        last = lowerCase(next)
        beforeLast = hash
        hash = Math.imul(hash ^ last, FNV_PRIME)
        if (++letters === STEM_LETTERS) stem = hash
      }
      // Plurals count with their singular.
      if (last === LETTER_S && letters > 3) hash = beforeLast
      previous = addToken(hash, previous)
      if (letters > STEM_LETTERS) add(stem ^ STEM_SALT, 0.7)
      tokens++
      continue
    }
    if (kind === DIGIT) {
      const start = index
      while (index < length && kindOf(text[index] ?? 0) === DIGIT) index++
      // Numbers differ by their length only.
      previous = addToken(Math.imul(FNV_OFFSET ^ (NUMBER_SALT + Math.min(index - start, 5)), FNV_PRIME), previous)
      tokens++
      continue
    }
    index++
    if (kind === IDEOGRAPH) previous = addToken(Math.imul(FNV_OFFSET ^ code, FNV_PRIME), previous)
    else if (kind === MARK) add(Math.imul(FNV_OFFSET ^ (code + MARK_SALT), FNV_PRIME), 1)
    else continue
    tokens++
  }
}

function addToken(hash: number, previous: number): number {
  add(hash, 1)
  if (previous !== 0) add((Math.imul(previous, 31) + hash) | 0, 1)
  return hash
}
