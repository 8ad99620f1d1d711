// A matrix of 8-bit weights of which many rows are summed, each with a factor: the words of a text times what each
// word says. In whole numbers, so that every machine decides alike.
import { columnsOfCall, GROUP_COLUMNS, PAIR_BYTES, rowSumKernel, type RowSumKernel } from './row-sum-kernel.ts'

/**
 * Steps of a factor. Factors are figures of unit vectors, weighed by 2 at most, and so fit into 16 bits; 4,096 of them
 * sum to 128 at most, and times 8,192 and 127 that stays within 32 bits.
 */
const FACTOR_SCALE = 8_192
/** Of a pair of rows: two places of 32 bits, two factors of 16. */
const PAIR_WORDS = PAIR_BYTES / 4
const PAIR_HALVES = PAIR_BYTES / 2

export class PackedRows {
  readonly columns: number
  readonly #stride: number
  readonly #columnsOfCall: number
  readonly #places: Int32Array
  readonly #factors: Int16Array
  readonly #sums: Int32Array
  readonly #out: Float64Array
  readonly #pairsAt: number
  readonly #sumsAt: number
  readonly #kernel: RowSumKernel
  #size = 0

  /** `weights`: rows x columns, row by row. At most `capacity` rows are summed at a time. */
  constructor(weights: Int8Array, columns: number, capacity: number) {
    const rows = weights.length / columns
    const stride = Math.ceil(columns / GROUP_COLUMNS) * GROUP_COLUMNS
    this.columns = columns
    this.#stride = stride
    this.#columnsOfCall = columnsOfCall(stride)
    this.#pairsAt = rows * stride
    this.#sumsAt = Math.ceil((this.#pairsAt + Math.ceil(capacity / 2) * PAIR_BYTES) / 16) * 16
    const { sum, buffer } = rowSumKernel(this.#columnsOfCall, this.#sumsAt + stride * 4)
    const own = new Int8Array(buffer)
    for (let row = 0; row < rows; row++) own.set(weights.subarray(row * columns, (row + 1) * columns), row * stride)
    const pairs = Math.ceil(capacity / 2)
    this.#places = new Int32Array(buffer, this.#pairsAt, pairs * PAIR_WORDS)
    this.#factors = new Int16Array(buffer, this.#pairsAt, pairs * PAIR_HALVES)
    this.#sums = new Int32Array(buffer, this.#sumsAt, stride)
    this.#out = new Float64Array(columns)
    this.#kernel = sum
  }

  /** /!\ Hot path. Notes a row to be summed; the factor is rounded to 1 / 8,192. */
  add(row: number, factor: number): void {
    const size = this.#size++
    const pair = size >> 1
    const side = size & 1
    this.#places[pair * PAIR_WORDS + side] = row * this.#stride
    this.#factors[pair * PAIR_HALVES + 4 + side] = Math.round(factor * FACTOR_SCALE)
  }

  /** /!\ Hot path. The same for many: row `first + rows[i]` with `factors[i]`. */
  addAll(rows: Uint16Array, first: number, factors: Float32Array | Float64Array): void {
    const places = this.#places
    const halves = this.#factors
    const stride = this.#stride
    let size = this.#size
    for (let index = 0; index < rows.length; index++, size++) {
      const pair = size >> 1
      const side = size & 1
      places[pair * PAIR_WORDS + side] = (first + (rows[index] ?? 0)) * stride
      halves[pair * PAIR_HALVES + 4 + side] = Math.round((factors[index] ?? 0) * FACTOR_SCALE)
    }
    this.#size = size
  }

  /** Sums by column of what was noted since the last time. Valid until the next call. */
  take(): Float64Array {
    const out = this.#out
    if (this.#size === 0) return out.fill(0)
    if (this.#size % 2 === 1) this.add(0, 0)
    const end = this.#pairsAt + (this.#size / 2) * PAIR_BYTES
    for (let first = 0; first < this.#stride; first += this.#columnsOfCall)
      this.#kernel(this.#pairsAt, end, first, this.#sumsAt + first * 4)
    for (let column = 0; column < out.length; column++) out[column] = (this.#sums[column] ?? 0) / FACTOR_SCALE
    this.#size = 0
    return out
  }
}
