// One timer for every deadline of the process.
// A relay arms two or three time limits for each request and moves one of them at each chunk; a timer of the runtime
// for each would cost more than the relaying. So deadlines wait in a hashed wheel: an array of slots, 50 ms of time
// each, every slot a linked list that runs through the entries themselves. Arming and disarming touch a few fields and
// allocate nothing; moving a deadline further away only writes its new time, and the wheel files it anew when it next
// comes by. Nothing fires early; a deadline is late by one tick, and by what the event loop is late.

/** `/!\ Hot path`: subclass it, keep the instance in whatever it limits, and arm that again and again. */
export abstract class Deadline {
  /** Called once for each arming, never before the time it was armed for. May arm and disarm anything, itself included. */
  abstract onDeadline(nowMs: number): void

  // The wheel's own fields: nobody else reads or writes them.
  wheelPrevious: Deadline | null = null
  wheelNext: Deadline | null = null
  wheelDueMs = 0
  /** The tick under which it is filed: at or before its due time. */
  wheelTick = 0

  get armed(): boolean {
    return this.wheelNext !== null
  }
}

class Head extends Deadline {
  constructor() {
    super()
    this.wheelPrevious = this
    this.wheelNext = this
  }
  onDeadline(): void {}
}

interface DeadlineWheelOptions {
  readonly tickMs?: number
  /** Rounded up to a power of two; deadlines further away than all slots together just go round again. */
  readonly slots?: number
  /** Milliseconds, never going backwards. A test passes its own and calls `turn` itself. */
  readonly clock?: () => number
}

/** Filed under this tick an entry is about to fire: whoever moves it must take it out first. */
const FIRING = Number.MAX_SAFE_INTEGER

const monotonicMs = (): number => performance.now()

export class DeadlineWheel {
  readonly #tickMs: number
  readonly #clock: () => number
  readonly #slots: readonly Deadline[]
  readonly #mask: number
  readonly #firing: Deadline = new Head()
  #armed = 0
  /** The first tick that may still hold something due. */
  #tick = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor({ tickMs = 50, slots = 1024, clock = monotonicMs }: DeadlineWheelOptions = {}) {
    this.#tickMs = tickMs
    this.#clock = clock
    const size = 2 ** Math.ceil(Math.log2(slots))
    this.#slots = Array.from({ length: size }, () => new Head())
    this.#mask = size - 1
  }

  /** The time that `arm` counts in: milliseconds since the process began, not the time of day. */
  get nowMs(): number {
    return this.#clock()
  }

  /** How many entries wait. */
  get size(): number {
    return this.#armed
  }

  /** Calls `entry.onDeadline` at `dueMs`, in place of whatever it was armed for. Infinity disarms: no limit. */
  arm(entry: Deadline, dueMs: number): void {
    if (!(dueMs < Infinity)) {
      if (Number.isNaN(dueMs)) throw new RangeError('A deadline needs a time; NaN is none.')
      this.disarm(entry)
      return
    }
    entry.wheelDueMs = dueMs
    const tick = Math.floor(dueMs / this.#tickMs)
    if (entry.wheelNext !== null) {
      if (tick >= entry.wheelTick) return
      unlink(entry)
    } else {
      if (this.#armed === 0) this.#start()
      this.#armed++
    }
    this.#file(entry, tick)
  }

  disarm(entry: Deadline): void {
    if (entry.wheelNext === null) return
    unlink(entry)
    this.#armed--
  }

  /** Fires what is due. The wheel's timer calls this; a test with its own clock does so too. */
  turn(): void {
    const nowMs = this.#clock()
    this.#collect(nowMs)
    // Popped one by one, so that a callback may disarm those behind it, and one that throws does not take them along:
    // they fire at the next turn.
    for (let entry = this.#firing.wheelNext; entry !== null && entry !== this.#firing; entry = this.#firing.wheelNext) {
      unlink(entry)
      this.#armed--
      entry.onDeadline(nowMs)
    }
    if (this.#armed === 0) this.#stop()
  }

  /** Stops the clock. What is armed, now or later, will not fire. */
  close(): void {
    this.#closed = true
    this.#stop()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Moves everything due to the list of the firing. */
  #collect(nowMs: number): void {
    const nowTick = Math.floor(nowMs / this.#tickMs)
    // After a long block of the event loop, once round the wheel sees every entry.
    const first = Math.max(this.#tick, nowTick - this.#mask)
    for (let tick = first; tick <= nowTick; tick++) this.#collectSlot(this.#slot(tick), nowMs)
    // The current tick is not over: what is due later in it stays filed, and is looked at again.
    this.#tick = nowTick
  }

  #collectSlot(head: Deadline, nowMs: number): void {
    let entry = head.wheelNext
    while (entry !== null && entry !== head) {
      const next: Deadline | null = entry.wheelNext
      if (entry.wheelDueMs <= nowMs) {
        unlink(entry)
        entry.wheelTick = FIRING
        link(entry, this.#firing)
      } else {
        const tick = Math.floor(entry.wheelDueMs / this.#tickMs)
        if (tick !== entry.wheelTick) {
          unlink(entry)
          entry.wheelTick = tick
          link(entry, this.#slot(tick))
        }
      }
      entry = next
    }
  }

  #file(entry: Deadline, tick: number): void {
    // What is overdue already fires at the next turn.
    entry.wheelTick = Math.max(tick, this.#tick)
    link(entry, this.#slot(entry.wheelTick))
  }

  #slot(tick: number): Deadline {
    const head = this.#slots[tick & this.#mask]
    if (head === undefined) throw new RangeError(`No slot for tick ${tick}.`)
    return head
  }

  #start(): void {
    if (this.#timer !== undefined || this.#closed) return
    this.#tick = Math.floor(this.#clock() / this.#tickMs)
    this.#timer = setInterval(() => this.turn(), this.#tickMs)
    this.#timer.unref()
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

function link(entry: Deadline, head: Deadline): void {
  const last = head.wheelPrevious ?? head
  entry.wheelPrevious = last
  entry.wheelNext = head
  last.wheelNext = entry
  head.wheelPrevious = entry
}

function unlink(entry: Deadline): void {
  const { wheelPrevious, wheelNext } = entry
  if (wheelPrevious !== null) wheelPrevious.wheelNext = wheelNext
  if (wheelNext !== null) wheelNext.wheelPrevious = wheelPrevious
  entry.wheelPrevious = null
  entry.wheelNext = null
}
