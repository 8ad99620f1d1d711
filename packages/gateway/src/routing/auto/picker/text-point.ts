// A text as the picker sees it: a point among other texts, and its surface.
import { readText, type SparseText } from './hashed-features.ts'
import { plainText } from './plain-text.ts'
import { project, type Projection } from './projection.ts'
import { surfaceOf, SURFACE_SIZE } from './surface-features.ts'

/** Surface figures are many and vary much: half weight beside the unit vector. */
const SURFACE_WEIGHT = 0.5

/** Characters at either end in which the instruction is sought: "Translate: ..." begins with it, a quoted text is followed by it. */
const EDGE_CHARACTERS = 140

export interface TextPoint {
  readonly vector: Float32Array
  readonly surface: Float32Array
  /** The whole text's counts, unit length. */
  readonly words: SparseText
  /** The counts of both ends, unit length. */
  readonly edges: SparseText
}

export function pointOf(projection: Projection, text: string, inputTokens: number): TextPoint {
  const plain = plainText(text)
  const words = readText(plain)
  return {
    vector: project(projection, words),
    surface: surfaceOf(plain, inputTokens),
    words: toUnitCounts(words),
    edges: toUnitCounts(readText(edgesOf(plain))),
  }
}

function edgesOf(plain: string): string {
  return plain.length <= 2 * EDGE_CHARACTERS
    ? plain
    : `${plain.slice(0, EDGE_CHARACTERS)}\n${plain.slice(-EDGE_CHARACTERS)}`
}

/** In place. */
function toUnitCounts(text: SparseText): SparseText {
  const { weights } = text
  let square = 0
  for (const weight of weights) square += weight * weight
  const factor = square === 0 ? 0 : 1 / Math.sqrt(square)
  for (let index = 0; index < weights.length; index++) weights[index] = (weights[index] ?? 0) * factor
  return text
}

/** One row for linear heads: the vector, then the surface. */
export function rowOf({ vector, surface }: TextPoint): Float32Array {
  const row = new Float32Array(vector.length + SURFACE_SIZE)
  row.set(vector)
  for (let index = 0; index < SURFACE_SIZE; index++) row[vector.length + index] = SURFACE_WEIGHT * (surface[index] ?? 0)
  return row
}
