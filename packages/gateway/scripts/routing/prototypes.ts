// A few points that stand for many: k-means on the sphere, seeded.
import { dot, toUnit } from '../../src/routing/auto/picker/projection.ts'
import { permutation, seededRandom } from './seeded.ts'

const TURNS = 12

export function prototypesOf(vectors: readonly Float32Array[], count: number, seed: number): Float32Array[] {
  const order = permutation(vectors.length, seededRandom(seed))
  let centres: Float32Array[] = [...order.subarray(0, count)].map((index) => Float32Array.from(vectors[index] ?? []))
  for (let turn = 0; turn < TURNS; turn++) {
    const sums = centres.map(({ length }) => new Float32Array(length))
    for (const vector of vectors) {
      const sum = sums[nearest(centres, vector).index]
      if (sum) for (let d = 0; d < vector.length; d++) sum[d] = (sum[d] ?? 0) + (vector[d] ?? 0)
    }
    centres = sums.map((sum, index) => (sum.some((value) => value !== 0) ? toUnit(sum) : (centres[index] ?? sum)))
  }
  return centres
}

export function nearest(centres: readonly Float32Array[], vector: Float32Array): { index: number; closeness: number } {
  let index = 0
  let closeness = -Infinity
  for (const [candidate, centre] of centres.entries()) {
    const found = dot(vector, centre)
    if (found > closeness) {
      closeness = found
      index = candidate
    }
  }
  return { index, closeness }
}
