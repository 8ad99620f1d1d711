// Work that may be long on a loop that carries streams: done in slices of a few milliseconds.

const SLICE_MS = 6

export class Pause {
  #sinceMs = performance.now()

  /** Null: go on. Otherwise wait for it first. */
  due(): Promise<void> | null {
    if (performance.now() - this.#sinceMs < SLICE_MS) return null
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#sinceMs = performance.now()
        resolve()
      })
    })
  }
}
