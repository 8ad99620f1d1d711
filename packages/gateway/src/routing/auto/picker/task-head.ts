// The linear classifier of task types: words anywhere, words at either end, and the point with its surface, 8 bits a weight.
import { BUCKETS, type SparseText } from './hashed-features.ts'
import { rowOf, type TextPoint } from './text-point.ts'

export interface TaskHead {
  readonly classes: number
  readonly intercepts: Float64Array
  /** Inputs x classes, row by row: BUCKETS of words, BUCKETS of edges, then the dense row. */
  readonly weights: Int8Array
  /** Size of one step of the 8 bits. */
  readonly step: number
}

/** /!\ Hot path. Shares per class; they sum to 1. */
export function taskShares(head: TaskHead, point: TextPoint): Float64Array {
  const sums = new Float64Array(head.classes)
  addSparse(sums, head, point.words, 0)
  addSparse(sums, head, point.edges, BUCKETS)
  addDense(sums, head, rowOf(point), 2 * BUCKETS)
  for (let c = 0; c < sums.length; c++) sums[c] = (sums[c] ?? 0) * head.step + (head.intercepts[c] ?? 0)
  return softmax(sums)
}

function addSparse(
  sums: Float64Array,
  { weights, classes }: TaskHead,
  { buckets, weights: counts }: SparseText,
  offset: number,
): void {
  for (let index = 0; index < buckets.length; index++) {
    const base = (offset + (buckets[index] ?? 0)) * classes
    const count = counts[index] ?? 0
    for (let c = 0; c < classes; c++) sums[c] = (sums[c] ?? 0) + count * (weights[base + c] ?? 0)
  }
}

function addDense(sums: Float64Array, { weights, classes }: TaskHead, row: Float32Array, offset: number): void {
  for (let index = 0; index < row.length; index++) {
    const base = (offset + index) * classes
    const value = row[index] ?? 0
    for (let c = 0; c < classes; c++) sums[c] = (sums[c] ?? 0) + value * (weights[base + c] ?? 0)
  }
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
