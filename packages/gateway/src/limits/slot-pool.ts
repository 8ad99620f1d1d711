// Slots of a concurrency limit that a worker holds and no call uses at the moment.
// A settled call leaves its slot here for the next one. What was not needed for a whole lease time goes back.

import { LEASE_MS } from './limit-ledger.ts'

export class SlotPool {
  #free = 0
  /** The fewest that were free since `#lowSinceMs`: so many nobody needed. */
  #low = 0
  #lowSinceMs = 0

  get free(): number {
    return this.#free
  }

  take(): void {
    this.#free--
    if (this.#free < this.#low) this.#low = this.#free
  }

  put(slots: number, nowMs: number): void {
    if (this.#free === 0) {
      this.#low = 0
      this.#lowSinceMs = nowMs
    }
    this.#free += slots
  }

  /** Takes out what is above `keep`, and what lay idle for a lease time; returns how many slots to give back. */
  takeSurplus(keep: number, nowMs: number): number {
    let surplus = Math.max(0, this.#free - keep)
    if (nowMs - this.#lowSinceMs >= LEASE_MS) {
      surplus = Math.max(surplus, this.#low)
      this.#lowSinceMs = nowMs
      this.#low = this.#free - surplus
    }
    this.#free -= surplus
    this.#low = Math.min(this.#low, this.#free)
    return surplus
  }
}
