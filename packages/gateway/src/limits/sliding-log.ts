// What was spent in the last minute, and when.
// A ring of (time, amount) pairs in the order of time, in two typed arrays that grow with what is really in the window:
// a key that sleeps costs nothing, a busy one 16 bytes for each moment at which it spent. Whoever rounds the times up
// to a grid bounds the number of pairs, and only ever counts something for longer than it was spent.

const FIRST_CAPACITY = 4

export class SlidingLog {
  readonly windowMs: number
  #times = new Float64Array(0)
  #amounts = new Float64Array(0)
  /** Index of the oldest pair, and how many there are. The capacity is a power of two. */
  #head = 0
  #length = 0
  #used = 0

  constructor(windowMs: number) {
    this.windowMs = windowMs
  }

  /** What lies in the window that ends now. A pair counts from when it is added until `atMs + windowMs`, exclusive. */
  used(nowMs: number): number {
    while (this.#length > 0 && this.#time(0) + this.windowMs <= nowMs) {
      this.#used -= this.#amount(0)
      this.#head = (this.#head + 1) & (this.#times.length - 1)
      this.#length--
    }
    return this.#used
  }

  /** Counts `amount` at `atMs`, which may lie ahead. */
  add(atMs: number, amount: number): void {
    const last = this.#length - 1
    this.#used += amount
    if (last >= 0 && this.#time(last) >= atMs) this.#insert(atMs, amount)
    else this.#set(this.#extend(), atMs, amount)
  }

  /** Takes back what was added at `atMs`, if it still counts; never more than is there. Returns what was taken. */
  remove(atMs: number, amount: number): number {
    const index = this.#search(atMs)
    if (index === this.#length || this.#time(index) !== atMs) return 0
    const taken = Math.min(amount, this.#amount(index))
    this.#set(index, atMs, this.#amount(index) - taken)
    this.#used -= taken
    while (this.#length > 0 && this.#amount(this.#length - 1) === 0) this.#length--
    return taken
  }

  /** Until at least `amount` has left the window; Infinity when there is less in it. */
  waitMs(nowMs: number, amount: number): number {
    if (amount <= 0) return 0
    let freed = 0
    for (let index = 0; index < this.#length; index++) {
      freed += this.#amount(index)
      if (freed >= amount) return Math.max(0, this.#time(index) + this.windowMs - nowMs)
    }
    return Infinity
  }

  /** Until the window is empty. */
  resetMs(nowMs: number): number {
    return this.#length === 0 ? 0 : Math.max(0, this.#time(this.#length - 1) + this.windowMs - nowMs)
  }

  /** Pairs held; for tests of its bounds. */
  get pairs(): number {
    return this.#length
  }

  #time(index: number): number {
    return this.#times[(this.#head + index) & (this.#times.length - 1)] ?? 0
  }

  #amount(index: number): number {
    return this.#amounts[(this.#head + index) & (this.#amounts.length - 1)] ?? 0
  }

  #set(index: number, atMs: number, amount: number): void {
    const at = (this.#head + index) & (this.#times.length - 1)
    this.#times[at] = atMs
    this.#amounts[at] = amount
  }

  /** The first pair at or after `atMs`; the length when there is none. */
  #search(atMs: number): number {
    let low = 0
    let high = this.#length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#time(middle) < atMs) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Leased units are added ahead of now, so others may come before them: a handful of pairs at most. */
  #insert(atMs: number, amount: number): void {
    const index = this.#search(atMs)
    if (this.#time(index) === atMs) {
      this.#set(index, atMs, this.#amount(index) + amount)
      return
    }
    // Growing may drop empty pairs, so look the place up again.
    const end = this.#extend()
    this.#length = end
    const place = this.#search(atMs)
    this.#length = end + 1
    for (let to = end; to > place; to--) this.#set(to, this.#time(to - 1), this.#amount(to - 1))
    this.#set(place, atMs, amount)
  }

  /** Makes room for one more pair at the end and returns its index. */
  #extend(): number {
    if (this.#length === this.#times.length) this.#rebuild()
    return this.#length++
  }

  /** Drops the pairs that were taken back whole, and doubles the room when that does not free half of it. */
  #rebuild(): void {
    const kept: [number, number][] = []
    for (let index = 0; index < this.#length; index++) {
      if (this.#amount(index) !== 0) kept.push([this.#time(index), this.#amount(index)])
    }
    const capacity = this.#times.length
    const next = kept.length * 2 > capacity ? capacity * 2 : Math.max(FIRST_CAPACITY, capacity)
    this.#times = new Float64Array(next)
    this.#amounts = new Float64Array(next)
    this.#head = 0
    this.#length = kept.length
    kept.forEach(([atMs, amount], index) => this.#set(index, atMs, amount))
  }
}
