// A text's features as training walks over them: words, words at either end, the dense row; and words left out at random.
import { FINE_BUCKETS } from '../../src/routing/auto/picker/hashed-features.ts'
import { rowOf, type TextPoint } from '../../src/routing/auto/picker/text-point.ts'

/** Share of words left out of each step. */
const DROPOUT = 0.5

export interface SparseRow {
  readonly indices: Int32Array
  readonly values: Float32Array
}

/** As many as `sparseRow` counts; 0 for nothing. */
export function inputsOf(point: TextPoint | undefined): number {
  return 2 * FINE_BUCKETS + (point === undefined ? 0 : rowOf(point).length)
}

export function sparseRow(point: TextPoint): SparseRow {
  const dense = rowOf(point)
  const indices = [
    ...point.words.buckets,
    ...[...point.edges.buckets].map((bucket) => FINE_BUCKETS + bucket),
    ...[...dense.keys()].map((index) => 2 * FINE_BUCKETS + index),
  ]
  return {
    indices: Int32Array.from(indices),
    values: Float32Array.from([...point.words.weights, ...point.edges.weights, ...dense]),
  }
}

export function thinned({ indices, values }: SparseRow, random: () => number): SparseRow {
  const kept = values.map((value, i) => ((indices[i] ?? 0) < 2 * FINE_BUCKETS && random() < DROPOUT ? 0 : value))
  for (let i = 0; i < kept.length; i++)
    if ((indices[i] ?? 0) < 2 * FINE_BUCKETS) kept[i] = (kept[i] ?? 0) / (1 - DROPOUT)
  return { indices, values: kept }
}
