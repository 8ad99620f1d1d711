// A text as hashed counts of words, word pairs and word beginnings: no vocabulary, no language, microseconds.
// /!\ Hot path: one pass over at most 4,000 characters, no string per token, scratch space reused (the code is
// synchronous, so one scratch is enough).
import { APOSTROPHE, characterOf, DIGIT, IDEOGRAPH, kindOf, LETTER, lowerCaseOf, MARK } from './characters.ts'

/** For the projection, whose rows are long; and for the classifier, where a word never seen should meet no other's weight. */
export const BUCKETS = 4_096
export const FINE_BUCKETS = 32_768
/** Tokens that are read; 4,000 characters have about 800. */
const MAX_TOKENS = 900
const STEM_WEIGHT = 0.7
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
const SMALL_A = 97
const SMALL_Z = 122

/** Room for what is counted, used again and again. */
class SparseRoom {
  readonly buckets: Uint16Array
  readonly weights: Float32Array

  constructor(size: number) {
    this.buckets = new Uint16Array(size)
    this.weights = new Float32Array(size)
  }
}

class Counts {
  readonly buckets: number
  readonly #counts: Float32Array

  constructor(buckets: number) {
    this.buckets = buckets
    this.#counts = new Float32Array(buckets)
  }

  /** Of the first `size` hashes: signed square roots of the counts, as a vector of length 1. */
  take(size: number, { buckets, weights }: SparseRoom): SparseText {
    const counts = this.#counts
    const mask = this.buckets - 1
    let found = 0
    for (let index = 0; index < size; index++) {
      const bucket = (hashes[index] ?? 0) & mask
      const before = counts[bucket] ?? 0
      if (before === 0) buckets[found++] = bucket
      // Exactly 0 would be listed twice; a hair's breadth keeps the bucket known.
      counts[bucket] = before + (signed[index] ?? 0) || 1e-6
    }
    let square = 0
    for (let index = 0; index < found; index++) square += Math.abs(counts[buckets[index] ?? 0] ?? 0)
    const factor = square === 0 ? 0 : 1 / Math.sqrt(square)
    for (let index = 0; index < found; index++) {
      const bucket = buckets[index] ?? 0
      const count = counts[bucket] ?? 0
      counts[bucket] = 0
      weights[index] = (count < 0 ? -Math.sqrt(-count) : Math.sqrt(count)) * factor
    }
    return { buckets: buckets.subarray(0, found), weights: weights.subarray(0, found) }
  }
}

const coarse = new Counts(BUCKETS)
const fine = new Counts(FINE_BUCKETS)

/** What tokens hash to, three a token at most, of two texts; and what each counts, with a sign. */
const hashes = new Int32Array(2 * 3 * MAX_TOKENS)
const signed = new Float64Array(hashes.length)
const coarseRoom = new SparseRoom(hashes.length)
const fineRoom = new SparseRoom(hashes.length)
const edgesRoom = new SparseRoom(hashes.length)

/** Valid until the next call. */
export function readCodes(text: Uint16Array): { readonly coarse: SparseText; readonly fine: SparseText } {
  const size = hashTokens(text, 0)
  return { coarse: coarse.take(size, coarseRoom), fine: fine.take(size, fineRoom) }
}

/** Two texts, one after the other, in fine buckets alone. Valid until the next call. */
export function readFine(first: Uint16Array, second: Uint16Array): SparseText {
  return fine.take(hashTokens(second, hashTokens(first, 0)), edgesRoom)
}

export function keptSparse({ buckets, weights }: SparseText): SparseText {
  return { buckets: buckets.slice(), weights: weights.slice() }
}

/** Writes from `size` on. @returns how many there are then */
function hashTokens(text: Uint16Array, size: number): number {
  const length = text.length
  let previous = 0
  let tokens = 0
  let index = 0
  while (index < length && tokens < MAX_TOKENS) {
    const code = text[index] ?? 0
    const kind = kindOf(characterOf(code))
    if (kind === LETTER) {
      let hash = FNV_OFFSET
      let beforeLast = FNV_OFFSET
      let stem = 0
      let letters = 0
      let last = 0
      for (; index < length; index++) {
        let letter = text[index] ?? 0
        // Most are these, and are what they are.
        if (letter < SMALL_A || letter > SMALL_Z) {
          const character = characterOf(letter)
          const nextKind = kindOf(character)
          if (nextKind === APOSTROPHE) continue
          if (nextKind !== LETTER && nextKind !== DIGIT) break
          letter = lowerCaseOf(character)
        }
        last = letter
        beforeLast = hash
        hash = Math.imul(hash ^ last, FNV_PRIME)
        if (++letters === STEM_LETTERS) stem = hash
      }
      // Plurals count with their singular.
      if (last === LETTER_S && letters > 3) hash = beforeLast
      size = note(hash, size)
      if (previous !== 0) size = note((Math.imul(previous, 31) + hash) | 0, size)
      previous = hash
      if (letters > STEM_LETTERS) size = note(stem ^ STEM_SALT, size, STEM_WEIGHT)
      tokens++
      continue
    }
    if (kind === DIGIT) {
      const start = index
      while (index < length && kindOf(characterOf(text[index] ?? 0)) === DIGIT) index++
      // Numbers differ by their length only.
      const hash = Math.imul(FNV_OFFSET ^ (NUMBER_SALT + Math.min(index - start, 5)), FNV_PRIME)
      size = note(hash, size)
      if (previous !== 0) size = note((Math.imul(previous, 31) + hash) | 0, size)
      previous = hash
      tokens++
      continue
    }
    index++
    if (kind === IDEOGRAPH) {
      const hash = Math.imul(FNV_OFFSET ^ code, FNV_PRIME)
      size = note(hash, size)
      if (previous !== 0) size = note((Math.imul(previous, 31) + hash) | 0, size)
      previous = hash
    } else if (kind === MARK) size = note(Math.imul(FNV_OFFSET ^ (code + MARK_SALT), FNV_PRIME), size)
    else continue
    tokens++
  }
  return size
}

/** With a finalizer, since FNV's low bits alone are poor. */
function note(hash: number, size: number, weight = 1): number {
  let mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
  mixed ^= mixed >>> 15
  hashes[size] = mixed
  signed[size] = mixed < 0 ? -weight : weight
  return size + 1
}
