// Whatever is counted per scope (a key, an account), for as long as the scope is in use.
// Nobody says goodbye for a key, so every look-up may pay for sweeping a few neighbours: no timer, no long pause, and
// the table stays within a small factor of what was used in the last two windows.

export interface Forgettable {
  /** Nothing of it counts any more: no slot held, nothing in a window. */
  idle(nowMs: number): boolean
}

interface Row<T> {
  readonly value: T
  usedAtMs: number
}

const SWEEP_EVERY_MS = 100
const SWEEP_ROWS = 200
/** Per new scope, so that a flood of new ones cannot outrun the sweep. */
const SWEEP_ROWS_PER_NEW = 3

export class ScopeTable<T extends Forgettable> {
  readonly #rows = new Map<string, Row<T>>()
  readonly #create: (scope: string) => T
  readonly #keepMs: number
  #cursor: Iterator<[string, Row<T>]>
  #sweepAtMs = 0

  constructor(create: (scope: string) => T, keepMs: number) {
    this.#create = create
    this.#keepMs = keepMs
    this.#cursor = this.#rows.entries()
  }

  get(scope: string, nowMs: number): T {
    if (nowMs >= this.#sweepAtMs) {
      this.#sweepAtMs = nowMs + SWEEP_EVERY_MS
      this.#sweep(nowMs, SWEEP_ROWS)
    }
    const row = this.#rows.get(scope)
    if (row !== undefined) {
      row.usedAtMs = nowMs
      return row.value
    }
    this.#sweep(nowMs, SWEEP_ROWS_PER_NEW)
    const value = this.#create(scope)
    this.#rows.set(scope, { value, usedAtMs: nowMs })
    return value
  }

  get size(): number {
    return this.#rows.size
  }

  #sweep(nowMs: number, rows: number): void {
    for (let left = Math.min(rows, this.#rows.size); left > 0; left--) {
      const next = this.#cursor.next()
      if (next.done === true) {
        this.#cursor = this.#rows.entries()
        return
      }
      const [scope, row] = next.value
      if (nowMs - row.usedAtMs >= this.#keepMs && row.value.idle(nowMs)) this.#rows.delete(scope)
    }
  }
}
