// Slices of accounts that were not heard of for a minute: only what had gone out of them is remembered, for the database says
// of a slice what was ever drawn into it.

const MOST_FORGOTTEN = 50_000

export class ForgottenSlices {
  readonly #goneNanos = new Map<string, number>()
  /** There were more of them than are remembered. */
  #forgotMore = false

  forget(sliceId: string, goneNanos: number): void {
    this.#goneNanos.set(sliceId, goneNanos)
    if (this.#goneNanos.size <= MOST_FORGOTTEN) return
    const [oldest] = this.#goneNanos.keys()
    if (oldest !== undefined) this.#goneNanos.delete(oldest)
    this.#forgotMore = true
  }

  /** What had gone out of a slice that is new here, or was forgotten. When nobody remembers, nothing but the draw itself is taken as given. */
  takeGone(sliceId: string, atMostNanos: number): number {
    const known = this.#goneNanos.get(sliceId)
    this.#goneNanos.delete(sliceId)
    return known ?? (this.#forgotMore ? atMostNanos : 0)
  }
}
