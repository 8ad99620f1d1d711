// What is in a table, in two figures that do not depend on the order of its rows.
import { hash } from 'node:crypto'

export class TableSum {
  rows = 0
  #sum = 0n

  /** Values in an order of columns that both sides share. */
  add(values: readonly unknown[]): void {
    const digest = hash('sha256', JSON.stringify(values), 'buffer')
    this.rows++
    this.#sum = BigInt.asUintN(64, this.#sum + digest.readBigUInt64LE(0))
  }

  equals(other: TableSum): boolean {
    return this.rows === other.rows && this.#sum === other.#sum
  }

  toString(): string {
    return `${this.rows} rows, checksum ${this.#sum.toString(16).padStart(16, '0')}`
  }
}
