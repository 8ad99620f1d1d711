// From hashed counts to a short unit vector: a fixed matrix of our own (latent semantic analysis of training
// prompts), 8 bits a weight. Texts that speak of the same things in other words come to lie close together.
import { BUCKETS, type SparseText } from './hashed-features.ts'
import { PackedRows } from './packed-rows.ts'

export interface Projection {
  readonly dimensions: number
  /** Weight of each bucket before projection; rare ones weigh more. */
  readonly bucketWeights: Float32Array
  /** BUCKETS x dimensions. */
  readonly matrix: PackedRows
  /** Size of one step of the 8 bits, per dimension. */
  readonly steps: Float32Array
}

/** As it is trained and kept. */
export type FittedProjection = Omit<Projection, 'matrix'> & { readonly matrix: Int8Array }

/** Room for a text's, of which no bucket comes twice. */
const factors = new Float64Array(BUCKETS)

/** /!\ Hot path. `text` has unit length; a text without features is the zero vector. */
export function project({ dimensions, bucketWeights, matrix, steps }: Projection, text: SparseText): Float32Array {
  const { buckets, weights } = text
  for (let index = 0; index < buckets.length; index++)
    factors[index] = (weights[index] ?? 0) * (bucketWeights[buckets[index] ?? 0] ?? 0)
  matrix.addAll(buckets, 0, factors)
  const sums = matrix.take()
  const out = new Float32Array(dimensions)
  for (let d = 0; d < dimensions; d++) out[d] = (sums[d] ?? 0) * (steps[d] ?? 0)
  return toUnit(out)
}

export function toUnit(vector: Float32Array): Float32Array {
  let square = 0
  for (let d = 0; d < vector.length; d++) square += (vector[d] ?? 0) ** 2
  const factor = square === 0 ? 0 : 1 / Math.sqrt(square)
  for (let d = 0; d < vector.length; d++) vector[d] = (vector[d] ?? 0) * factor
  return vector
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum += (a[d] ?? 0) * (b[d] ?? 0)
  return sum
}

/** The file: `dimensions` as a 32-bit number, then weights, steps, matrix. Little-endian, like every machine Node runs on. */
export function encodeProjection({ dimensions, bucketWeights, steps, matrix }: FittedProjection): Uint8Array {
  const head = Uint32Array.of(dimensions)
  return Buffer.concat(
    [head, bucketWeights, steps, matrix].map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)),
  )
}

export function decodeProjection(bytes: Uint8Array): Projection {
  // A copy, since a Buffer of Node's pool may start at any byte and typed arrays want theirs aligned.
  const buffer = Uint8Array.from(bytes).buffer
  const dimensions = new Uint32Array(buffer, 0, 1)[0] ?? 0
  const expected = 4 + BUCKETS * 4 + dimensions * 4 + BUCKETS * dimensions
  if (buffer.byteLength !== expected) {
    throw new Error(
      `The picker's projection has ${buffer.byteLength} bytes instead of ${expected}: run npm run routing:train`,
    )
  }
  const stepsAt = 4 + BUCKETS * 4
  const matrixAt = stepsAt + dimensions * 4
  return {
    dimensions,
    bucketWeights: new Float32Array(buffer, 4, BUCKETS),
    steps: new Float32Array(buffer, stepsAt, dimensions),
    matrix: new PackedRows(new Int8Array(buffer, matrixAt), dimensions, BUCKETS),
  }
}
