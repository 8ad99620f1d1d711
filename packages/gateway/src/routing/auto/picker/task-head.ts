// The linear classifier of task types: words anywhere, words at either end, and the point with its surface, 8 bits a weight.
import { FINE_BUCKETS, type SparseText } from './hashed-features.ts'
import type { PackedRows } from './packed-rows.ts'
import type { TextPoint } from './text-point.ts'

export interface TaskHead {
  readonly intercepts: Float64Array
  /** Inputs x classes: FINE_BUCKETS of words, FINE_BUCKETS of edges, then the dense row. */
  readonly weights: PackedRows
  /** Size of one step of the 8 bits. */
  readonly step: number
}

/** /!\ Hot path. Shares per class; they sum to 1. `row`: the point's dense row. */
export function taskShares({ intercepts, weights, step }: TaskHead, point: TextPoint, row: Float32Array): Float64Array {
  addSparse(weights, point.words, 0)
  addSparse(weights, point.edges, FINE_BUCKETS)
  for (let index = 0; index < row.length; index++) weights.add(2 * FINE_BUCKETS + index, row[index] ?? 0)
  const scores = weights.take()
  for (let c = 0; c < scores.length; c++) scores[c] = (scores[c] ?? 0) * step + (intercepts[c] ?? 0)
  return softmax(scores)
}

function addSparse(into: PackedRows, { buckets, weights }: SparseText, firstRow: number): void {
  for (let index = 0; index < buckets.length; index++) into.add(firstRow + (buckets[index] ?? 0), weights[index] ?? 0)
}

/** In place. */
export function softmax(scores: Float64Array): Float64Array {
  const top = Math.max(...scores)
  let sum = 0
  for (let index = 0; index < scores.length; index++) {
    const share = Math.exp((scores[index] ?? 0) - top)
    scores[index] = share
    sum += share
  }
  for (let index = 0; index < scores.length; index++) scores[index] = (scores[index] ?? 0) / sum
  return scores
}
