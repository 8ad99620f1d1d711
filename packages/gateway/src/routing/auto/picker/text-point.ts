// A text as the picker sees it: a point among other texts, and its surface.
import { codesOf } from './characters.ts'
import { keptSparse, readCodes, readFine, type SparseText } from './hashed-features.ts'
import { plainText } from './plain-text.ts'
import { project, type Projection } from './projection.ts'
import { surfaceOf, SURFACE_SIZE } from './surface-features.ts'

/** Surface figures are many and vary much: half weight beside the unit vector. */
export const SURFACE_WEIGHT = 0.5

/** Characters at either end in which the instruction is sought: "Translate: ..." begins with it, a quoted text is followed by it. */
const EDGE_CHARACTERS = 140

export interface TextPoint {
  readonly vector: Float32Array
  readonly surface: Float32Array
  /** The whole text's counts in fine buckets, unit length. */
  readonly words: SparseText
  /** The counts of both ends, unit length. */
  readonly edges: SparseText
}

/** /!\ Hot path. Only the vector is its own: the rest is valid until the next call. */
export function readPoint(projection: Projection, text: string, inputTokens: number): TextPoint {
  const codes = codesOf(plainText(text))
  const { coarse, fine } = readCodes(codes)
  return {
    vector: project(projection, coarse),
    surface: surfaceOf(codes, inputTokens),
    words: fine,
    edges:
      codes.length <= 2 * EDGE_CHARACTERS
        ? fine
        : readFine(codes.subarray(0, EDGE_CHARACTERS), codes.subarray(-EDGE_CHARACTERS)),
  }
}

/** The same, to be kept. */
export function pointOf(projection: Projection, text: string, inputTokens: number): TextPoint {
  const { vector, surface, words, edges } = readPoint(projection, text, inputTokens)
  return { vector, surface: surface.slice(), words: keptSparse(words), edges: keptSparse(edges) }
}

/** One row for linear heads: the vector, then the surface. */
export function rowOf({ vector, surface }: TextPoint): Float32Array {
  const row = new Float32Array(vector.length + SURFACE_SIZE)
  row.set(vector)
  for (let index = 0; index < SURFACE_SIZE; index++) row[vector.length + index] = SURFACE_WEIGHT * (surface[index] ?? 0)
  return row
}
