// One timer for every stream. Each stream knows the moment at which its next token is due, counted from its start, so
// a late tick is made good by the next one and the pace never drifts; between streams there is nothing to keep alive.

const TICK_MS = 5

export class Pacer implements Disposable {
  readonly #buckets = new Map<number, Set<() => void>>()
  #timer: NodeJS.Timeout | undefined
  #lastTick = 0

  /** Milliseconds on a clock that never goes back; all deadlines are on it. */
  now(): number {
    return performance.now()
  }

  /** Resolves at the deadline, at once when that has passed; rejects with the signal's reason when it is aborted. */
  async until(deadlineMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (deadlineMs <= this.now()) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const tick = Math.ceil(deadlineMs / TICK_MS)
    const wake = () => {
      signal.removeEventListener('abort', leave)
      resolve()
    }
    const leave = () => {
      this.#remove(tick, wake)
      reject(signal.reason instanceof Error ? signal.reason : new Error('Aborted'))
    }
    signal.addEventListener('abort', leave, { once: true })
    this.#add(tick, wake)
    await promise
  }

  /** How many deadlines are waited for. */
  get waiting(): number {
    let count = 0
    for (const bucket of this.#buckets.values()) count += bucket.size
    return count
  }

  [Symbol.dispose](): void {
    this.#buckets.clear()
    this.#stop()
  }

  #add(tick: number, wake: () => void): void {
    const bucket = this.#buckets.get(tick)
    if (bucket !== undefined) bucket.add(wake)
    else this.#buckets.set(tick, new Set([wake]))
    if (this.#timer !== undefined) return
    // The deadline may have passed since it was looked at, on a busy machine.
    this.#lastTick = Math.min(tick, Math.floor(this.now() / TICK_MS))
    this.#timer = setInterval(() => this.#run(), TICK_MS)
  }

  #remove(tick: number, wake: () => void): void {
    const bucket = this.#buckets.get(tick)
    bucket?.delete(wake)
    if (bucket?.size === 0) this.#buckets.delete(tick)
    if (this.#buckets.size === 0) this.#stop()
  }

  #run(): void {
    const reached = Math.floor(this.now() / TICK_MS)
    for (let tick = this.#lastTick; tick <= reached; tick++) {
      const bucket = this.#buckets.get(tick)
      this.#buckets.delete(tick)
      for (const wake of bucket ?? []) wake()
    }
    this.#lastTick = reached
    if (this.#buckets.size === 0) this.#stop()
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
