// Latent semantic analysis: the directions in which weighted counts of many texts vary most, found by a randomised
// subspace iteration, and rounded to 8 bits.
import { BUCKETS, type SparseText } from '../../src/routing/auto/picker/hashed-features.ts'
import type { FittedProjection } from '../../src/routing/auto/picker/projection.ts'
import { normal, seededRandom } from './seeded.ts'

/** Exponent of the inverse document frequency: 1 drowns the words that make a task (what, write, find), 0 lets them drown the rest. */
const IDF_POWER = 0.3
const OVERSAMPLE = 24
const ITERATIONS = 4

export function fitProjection(texts: readonly SparseText[], dimensions: number, seed: number): FittedProjection {
  const bucketWeights = inverseFrequencies(texts)
  const rows = texts.map((text) => unitRow(text, bucketWeights))
  const width = dimensions + OVERSAMPLE
  const random = seededRandom(seed)
  let basis = Float64Array.from({ length: BUCKETS * width }, () => normal(random))
  for (let turn = 0; turn <= ITERATIONS; turn++) {
    basis = backAndForth(rows, basis, width)
    orthonormalise(basis, BUCKETS, width)
  }
  const { vectors } = symmetricEigen(smallGram(rows, basis, width), width)
  return quantise(basis, vectors, width, dimensions, bucketWeights)
}

function inverseFrequencies(texts: readonly SparseText[]): Float32Array {
  const seen = new Float64Array(BUCKETS)
  for (const { buckets } of texts) for (const bucket of buckets) seen[bucket] = (seen[bucket] ?? 0) + 1
  return Float32Array.from(seen, (count) => Math.log((texts.length + 1) / (count + 1) + 1e-9) ** IDF_POWER || 0)
}

function unitRow({ buckets, weights }: SparseText, bucketWeights: Float32Array): SparseText {
  const scaled = Float32Array.from(weights, (weight, index) => weight * (bucketWeights[buckets[index] ?? 0] ?? 0))
  let square = 0
  for (const weight of scaled) square += weight * weight
  const factor = square === 0 ? 0 : 1 / Math.sqrt(square)
  return { buckets, weights: scaled.map((weight) => weight * factor) }
}

/** X'(X B). */
function backAndForth(rows: readonly SparseText[], basis: Float64Array, width: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(BUCKETS * width)
  const image = new Float64Array(width)
  for (const row of rows) {
    imageOf(row, basis, width, image)
    for (let index = 0; index < row.buckets.length; index++) {
      const base = (row.buckets[index] ?? 0) * width
      const weight = row.weights[index] ?? 0
      for (let d = 0; d < width; d++) out[base + d] = (out[base + d] ?? 0) + weight * (image[d] ?? 0)
    }
  }
  return out
}

function imageOf({ buckets, weights }: SparseText, basis: Float64Array, width: number, image: Float64Array): void {
  image.fill(0)
  for (let index = 0; index < buckets.length; index++) {
    const base = (buckets[index] ?? 0) * width
    const weight = weights[index] ?? 0
    for (let d = 0; d < width; d++) image[d] = (image[d] ?? 0) + weight * (basis[base + d] ?? 0)
  }
}

/** Gram and Schmidt, twice over for accuracy; columns of a rows x width matrix. */
function orthonormalise(matrix: Float64Array, rows: number, width: number): void {
  const columns = Array.from({ length: width }, (_, c) =>
    Float64Array.from({ length: rows }, (_, r) => matrix[r * width + c] ?? 0),
  )
  for (const [c, column] of columns.entries()) {
    for (let turn = 0; turn < 2; turn++) {
      for (let other = 0; other < c; other++) {
        const before = columns[other]
        if (before === undefined) continue
        let overlap = 0
        for (let r = 0; r < rows; r++) overlap += (column[r] ?? 0) * (before[r] ?? 0)
        for (let r = 0; r < rows; r++) column[r] = (column[r] ?? 0) - overlap * (before[r] ?? 0)
      }
    }
    let square = 0
    for (const value of column) square += value * value
    const factor = square === 0 ? 0 : 1 / Math.sqrt(square)
    for (let r = 0; r < rows; r++) matrix[r * width + c] = (column[r] ?? 0) * factor
    for (let r = 0; r < rows; r++) column[r] = (column[r] ?? 0) * factor
  }
}

/** (X B)'(X B). */
function smallGram(rows: readonly SparseText[], basis: Float64Array, width: number): Float64Array {
  const gram = new Float64Array(width * width)
  const image = new Float64Array(width)
  for (const row of rows) {
    imageOf(row, basis, width, image)
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++)
        gram[i * width + j] = (gram[i * width + j] ?? 0) + (image[i] ?? 0) * (image[j] ?? 0)
    }
  }
  return gram
}

/** Jacobi's rotations; columns of `vectors` by falling eigenvalue. */
function symmetricEigen(input: Float64Array, size: number): { vectors: Float64Array } {
  const a = input.slice()
  const v = new Float64Array(size * size)
  for (let i = 0; i < size; i++) v[i * size + i] = 1
  for (let sweep = 0; sweep < 12; sweep++) {
    let off = 0
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const apq = a[p * size + q] ?? 0
        off += apq * apq
        if (Math.abs(apq) < 1e-12) continue
        const theta = ((a[q * size + q] ?? 0) - (a[p * size + p] ?? 0)) / (2 * apq)
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        rotate(a, v, p, q, c, t * c, size)
      }
    }
    if (off < 1e-14) break
  }
  const order = Array.from({ length: size }, (_, i) => i).sort(
    (x, y) => (a[y * size + y] ?? 0) - (a[x * size + x] ?? 0),
  )
  const vectors = new Float64Array(size * size)
  for (const [to, from] of order.entries())
    for (let r = 0; r < size; r++) vectors[r * size + to] = v[r * size + from] ?? 0
  return { vectors }
}

function rotate(a: Float64Array, v: Float64Array, p: number, q: number, c: number, s: number, size: number): void {
  for (let k = 0; k < size; k++) {
    const akp = a[k * size + p] ?? 0
    const akq = a[k * size + q] ?? 0
    a[k * size + p] = c * akp - s * akq
    a[k * size + q] = s * akp + c * akq
  }
  for (let k = 0; k < size; k++) {
    const apk = a[p * size + k] ?? 0
    const aqk = a[q * size + k] ?? 0
    a[p * size + k] = c * apk - s * aqk
    a[q * size + k] = s * apk + c * aqk
    const vkp = v[k * size + p] ?? 0
    const vkq = v[k * size + q] ?? 0
    v[k * size + p] = c * vkp - s * vkq
    v[k * size + q] = s * vkp + c * vkq
  }
}

function quantise(
  basis: Float64Array,
  rotation: Float64Array,
  width: number,
  dimensions: number,
  bucketWeights: Float32Array,
): FittedProjection {
  const full = new Float64Array(BUCKETS * dimensions)
  const largest = new Float64Array(dimensions)
  for (let r = 0; r < BUCKETS; r++) {
    for (let d = 0; d < dimensions; d++) {
      let sum = 0
      for (let k = 0; k < width; k++) sum += (basis[r * width + k] ?? 0) * (rotation[k * width + d] ?? 0)
      full[r * dimensions + d] = sum
      largest[d] = Math.max(largest[d] ?? 0, Math.abs(sum))
    }
  }
  const steps = Float32Array.from(largest, (most) => most / 127 || 1)
  const matrix = Int8Array.from(full, (value, index) => Math.round(value / (steps[index % dimensions] ?? 1)))
  return { dimensions, bucketWeights, matrix, steps }
}
