// Two linear heads over the same features (words anywhere, words at either end, the point with its surface), 8 bits a
// weight, summed in one pass: which kind of task a text speaks of, and how much effort.
import { FINE_BUCKETS } from './hashed-features.ts'
import type { PackedRows } from './packed-rows.ts'
import { SURFACE_WEIGHT, type TextPoint } from './text-point.ts'

export interface WordHeads {
  /** Inputs x (classes + 1): FINE_BUCKETS of words, FINE_BUCKETS of edges, then the dense row. The last column is the effort. */
  readonly weights: PackedRows
  readonly classes: number
  readonly intercepts: Float64Array
  /** Size of one step of the 8 bits. */
  readonly step: number
  readonly effortStep: number
  readonly effortIntercept: number
}

export interface HeadsSay {
  /** Per class; they sum to 1. */
  readonly shares: Float64Array
  /** 0..1. */
  readonly effort: number
}

/** /!\ Hot path. */
export function readHeads(heads: WordHeads, { words, edges, vector, surface }: TextPoint): HeadsSay {
  const { weights, classes, intercepts, step } = heads
  weights.addAll(words.buckets, 0, words.weights)
  weights.addAll(edges.buckets, FINE_BUCKETS, edges.weights)
  const vectorAt = 2 * FINE_BUCKETS
  for (let index = 0; index < vector.length; index++) weights.add(vectorAt + index, vector[index] ?? 0)
  const surfaceAt = vectorAt + vector.length
  for (let index = 0; index < surface.length; index++)
    weights.add(surfaceAt + index, SURFACE_WEIGHT * (surface[index] ?? 0))
  const sums = weights.take()
  const scores = new Float64Array(classes)
  for (let c = 0; c < classes; c++) scores[c] = (sums[c] ?? 0) * step + (intercepts[c] ?? 0)
  const effort = (sums[classes] ?? 0) * heads.effortStep + heads.effortIntercept
  return { shares: softmax(scores), effort: 1 / (1 + Math.exp(-effort)) }
}

/** In place. */
export function softmax(scores: Float64Array): Float64Array {
  let top = -Infinity
  for (let index = 0; index < scores.length; index++) top = Math.max(top, scores[index] ?? 0)
  let sum = 0
  for (let index = 0; index < scores.length; index++) {
    const share = Math.exp((scores[index] ?? 0) - top)
    scores[index] = share
    sum += share
  }
  for (let index = 0; index < scores.length; index++) scores[index] = (scores[index] ?? 0) / sum
  return scores
}
