// From hashed counts to a short unit vector: a fixed matrix of our own (latent semantic analysis of training
// prompts), 8 bits a weight. Texts that speak of the same things in other words come to lie close together.
import { BUCKETS, type SparseText } from './hashed-features.ts'

export interface Projection {
  readonly dimensions: number
  /** Weight of each bucket before projection; rare ones weigh more. */
  readonly bucketWeights: Float32Array
  /** BUCKETS x dimensions. */
  readonly matrix: Int8Array
  /** Size of one step of the 8 bits, per dimension. */
  readonly steps: Float32Array
}

/** Counts become integers in steps of 1/512: 900 of them at most, times 127, stay within 32 bits. */
const COUNT_SCALE = 512
/** Dimensions that are summed at a time, in registers: two 32-bit words of four weights each. */
const BLOCK = 8

/**
 * /!\ Hot path: about 600 buckets x 192 dimensions, in whole numbers, four weights to a load.
 * A text without features is the zero vector. `dimensions` is a multiple of 8.
 */
export function project(projection: Projection, text: SparseText): Float32Array {
  const { dimensions, bucketWeights, matrix, steps } = projection
  const words = new Int32Array(matrix.buffer, matrix.byteOffset, matrix.byteLength >> 2)
  const size = text.buckets.length
  const starts = new Int32Array(size)
  const values = new Int32Array(size)
  for (let index = 0; index < size; index++) {
    const bucket = text.buckets[index] ?? 0
    starts[index] = (bucket * dimensions) >> 2
    values[index] = Math.round((text.weights[index] ?? 0) * (bucketWeights[bucket] ?? 0) * COUNT_SCALE)
  }
  const out = new Float32Array(dimensions)
  for (let d = 0; d < dimensions; d += BLOCK) sumBlock(out, words, starts, values, d)
  for (let d = 0; d < dimensions; d++) out[d] = (out[d] ?? 0) * (steps[d] ?? 0)
  return toUnit(out)
}

function sumBlock(out: Float32Array, words: Int32Array, starts: Int32Array, values: Int32Array, first: number): void {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let s4 = 0
  let s5 = 0
  let s6 = 0
  let s7 = 0
  for (let index = 0; index < starts.length; index++) {
    const at = (starts[index] ?? 0) + (first >> 2)
    const value = values[index] ?? 0
    const low = words[at] ?? 0
    const high = words[at + 1] ?? 0
    s0 = (s0 + Math.imul(value, (low << 24) >> 24)) | 0
    s1 = (s1 + Math.imul(value, (low << 16) >> 24)) | 0
    s2 = (s2 + Math.imul(value, (low << 8) >> 24)) | 0
    s3 = (s3 + Math.imul(value, low >> 24)) | 0
    s4 = (s4 + Math.imul(value, (high << 24) >> 24)) | 0
    s5 = (s5 + Math.imul(value, (high << 16) >> 24)) | 0
    s6 = (s6 + Math.imul(value, (high << 8) >> 24)) | 0
    s7 = (s7 + Math.imul(value, high >> 24)) | 0
  }
  out[first] = s0
  out[first + 1] = s1
  out[first + 2] = s2
  out[first + 3] = s3
  out[first + 4] = s4
  out[first + 5] = s5
  out[first + 6] = s6
  out[first + 7] = s7
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
export function encodeProjection({ dimensions, bucketWeights, steps, matrix }: Projection): Uint8Array {
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
    matrix: new Int8Array(buffer, matrixAt),
  }
}
