// A matrix of 8-bit weights of which many rows are summed, each with a factor: the words of a text times what each
// word says. In whole numbers, so that every machine decides alike.
import { KERNEL_COLUMNS, rowSumKernel, type RowSumKernel } from './row-sum-kernel.ts'

/**
 * Steps of a factor. Factors are figures of unit vectors, weighed by 2 at most, and so fit into 16 bits; 4,096 of them
 * sum to 128 at most, and times 8,192 and 127 that stays within 32 bits.
 */
const FACTOR_SCALE = 8_192
/** Row and factor. */
const ENTRY_BYTES = 8

export class PackedRows {
  readonly columns: number
  readonly #stride: number
  readonly #entries: Int32Array
  readonly #sums: Int32Array
  readonly #entriesAt: number
  readonly #sumsAt: number
  readonly #kernel: RowSumKernel
  #size = 0

  /** `weights`: rows x columns, row by row. At most `capacity` rows are summed at a time. */
  constructor(weights: Int8Array, columns: number, capacity: number) {
    const rows = weights.length / columns
    const stride = Math.ceil(columns / KERNEL_COLUMNS) * KERNEL_COLUMNS
    this.columns = columns
    this.#stride = stride
    this.#entriesAt = rows * stride
    this.#sumsAt = this.#entriesAt + capacity * ENTRY_BYTES
    const { sum, buffer } = rowSumKernel(this.#sumsAt + stride * 4)
    const own = new Int8Array(buffer)
    for (let row = 0; row < rows; row++) own.set(weights.subarray(row * columns, (row + 1) * columns), row * stride)
    this.#entries = new Int32Array(buffer, this.#entriesAt, capacity * 2)
    this.#sums = new Int32Array(buffer, this.#sumsAt, stride)
    this.#kernel = sum
  }

  /** /!\ Hot path. Notes a row to be summed; the factor is rounded to 1 / 8,192. */
  add(row: number, factor: number): void {
    const at = 2 * this.#size++
    this.#entries[at] = row * this.#stride
    this.#entries[at + 1] = Math.round(factor * FACTOR_SCALE)
  }

  /** Sums by column of what was noted since the last time. */
  take(): Float64Array {
    const out = new Float64Array(this.columns)
    const end = this.#entriesAt + this.#size * ENTRY_BYTES
    if (this.#size > 0) {
      for (let first = 0; first < this.columns; first += KERNEL_COLUMNS)
        this.#kernel(this.#entriesAt, end, first, this.#sumsAt + first * 4)
      for (let column = 0; column < out.length; column++) out[column] = (this.#sums[column] ?? 0) / FACTOR_SCALE
    }
    this.#size = 0
    return out
  }
}
