// One clock for many streams.
// Ten thousand paced streams must not mean ten thousand timers, and a pace must not drift: so every stream asks to be
// called at an absolute time (start + k * gap), all of them wait in one heap, and one timer sleeps until the earliest.

/** Milliseconds since the epoch, with a fraction, never going backwards within a process. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now()
}

export interface Deadline {
  readonly atMs: number
  cancelled: boolean
  readonly run: () => void
}

/** A binary heap of deadlines behind a single timer. */
export class Deadlines {
  #heap: Deadline[] = []
  #timer: NodeJS.Timeout | undefined
  #timerAtMs = Infinity
  #running = false

  /** Calls `run` once at `atMs` (see `nowMs`), or as soon as possible when that has passed. Set `cancelled` to call it off. */
  at(atMs: number, run: () => void): Deadline {
    const deadline: Deadline = { atMs, cancelled: false, run }
    this.#push(deadline)
    this.#arm()
    return deadline
  }

  /** How many are waiting, cancelled ones included until their time. */
  get size(): number {
    return this.#heap.length
  }

  #arm(): void {
    const first = this.#heap[0]
    if (this.#running || first === undefined || first.atMs >= this.#timerAtMs) return
    clearTimeout(this.#timer)
    this.#timerAtMs = first.atMs
    // Node's timers have a resolution of 1 ms and may not come early, so round up.
    this.#timer = setTimeout(() => this.#due(), Math.max(0, Math.ceil(first.atMs - nowMs())))
  }

  #due(): void {
    this.#timerAtMs = Infinity
    this.#running = true
    try {
      // Read the clock once: a stream with a tiny gap may not keep the others waiting for ever.
      const now = nowMs() + 0.5
      for (let first = this.#heap[0]; first !== undefined && first.atMs <= now; first = this.#heap[0]) {
        this.#pop()
        if (!first.cancelled) first.run()
      }
    } finally {
      this.#running = false
      this.#dropCancelled()
      this.#arm()
    }
  }

  #dropCancelled(): void {
    while (this.#heap[0]?.cancelled === true) this.#pop()
  }

  #push(deadline: Deadline): void {
    const heap = this.#heap
    let index = heap.length
    heap.push(deadline)
    while (index > 0) {
      const up = (index - 1) >> 1
      const parent = heap[up]
      if (parent === undefined || parent.atMs <= deadline.atMs) break
      heap[index] = parent
      index = up
    }
    heap[index] = deadline
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let index = 0
    for (;;) {
      const left = heap[2 * index + 1]
      const right = heap[2 * index + 2]
      const takeRight = right !== undefined && left !== undefined && right.atMs < left.atMs
      const child = takeRight ? right : left
      if (child === undefined || child.atMs >= last.atMs) break
      heap[index] = child
      index = 2 * index + (takeRight ? 2 : 1)
    }
    heap[index] = last
  }
}

/** The clock that everything in this process shares. */
export const deadlines = new Deadlines()
