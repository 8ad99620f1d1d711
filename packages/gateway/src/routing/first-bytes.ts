// The newest times to the first byte of one key and model, for the question how long is unusually long.

const KEPT = 64
/** Fewer say nothing about the slowest of twenty. */
const ENOUGH = 20
const SHARE = 0.95

export class FirstBytes {
  readonly #ms: number[] = []
  #next = 0

  /** /!\ Hot path. */
  add(firstByteMs: number): void {
    this.#ms[this.#next] = firstByteMs
    this.#next = (this.#next + 1) % KEPT
  }

  /** What nineteen of twenty answers take at most; null = too few were seen. */
  get p95(): number | null {
    if (this.#ms.length < ENOUGH) return null
    const sorted = this.#ms.toSorted((left, right) => left - right)
    return sorted[Math.ceil(SHARE * sorted.length) - 1] ?? null
  }
}
