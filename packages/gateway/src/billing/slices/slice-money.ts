// Money on its way within a worker: out of a slice into a call, back into the slice, back into the wallet; and whether a
// slice may be used at all. Granted = gone + held + free after every one of these.

import { ALWAYS_VALID } from './slice-messages.ts'
import { type Slice, SliceHold, type SlicePool } from './slice-pool.ts'

export interface SliceMoneyOptions {
  /** Writes a return line. False when it could not be kept in any way: it is as if nothing had been given back. */
  readonly giveBack: (sliceId: string, nanos: number) => boolean
  readonly clock: () => number
}

export class SliceMoney {
  readonly #giveBack: (sliceId: string, nanos: number) => boolean
  readonly #clock: () => number
  #validUntilMs = -Infinity
  #life = -1

  constructor({ giveBack, clock }: SliceMoneyOptions) {
    this.#giveBack = giveBack
    this.#clock = clock
  }

  /** The primary has been heard. */
  get isKnown(): boolean {
    return this.#life !== -1
  }

  /** The primary: slices of this life may be used until then, `machineNowMs`. Those of another are void. */
  renew(life: number, untilMs: number): void {
    this.#life = life
    this.#validUntilMs = untilMs
  }

  /** `/!\ Hot path` */
  isGood(slice: Slice): boolean {
    if (slice.life !== this.#life) return false
    return this.#validUntilMs === ALWAYS_VALID || this.#clock() <= this.#validUntilMs
  }

  /** `/!\ Hot path` */
  take(pool: SlicePool, slice: Slice | null, nanos: number): SliceHold {
    pool.openHolds += 1
    if (slice !== null) {
      slice.freeNanos -= nanos
      slice.heldNanos += nanos
    }
    return new SliceHold(pool, slice, nanos)
  }

  /** `/!\ Hot path`. A hold of a slice that is not drawn into any more moves to the one in its place, whole. */
  enlarge(hold: SliceHold, slice: Slice, nanos: number): void {
    const { slice: before, amountNanos } = hold
    slice.freeNanos -= nanos
    slice.heldNanos += nanos
    hold.slice = slice
    if (before === slice || before === null) {
      hold.amountNanos += nanos
      return
    }
    hold.amountNanos = nanos
    before.heldNanos -= amountNanos
    before.freeNanos += amountNanos
    this.giveBackFree(before)
  }

  /** `/!\ Hot path`. The hold is over; what was not paid of it is free again. @param paidNanos of the slice's money */
  end(hold: SliceHold, paidNanos: number): void {
    const { pool, slice, amountNanos } = hold
    hold.ended = true
    hold.amountNanos = 0
    pool.openHolds -= 1
    if (slice === null) return
    slice.heldNanos -= amountNanos
    slice.freeNanos += amountNanos - paidNanos
    slice.goneNanos += paidNanos
  }

  /** What no call holds goes back to the wallet. @returns how much did */
  giveBackFree(slice: Slice | null): number {
    return slice === null ? 0 : this.giveBack(slice, slice.freeNanos)
  }

  giveBack(slice: Slice, nanos: number): number {
    if (nanos <= 0) return 0
    // Before it is written: that may end other replies, which come back here.
    slice.freeNanos -= nanos
    slice.goneNanos += nanos
    if (this.#giveBack(slice.sliceId, nanos)) return nanos
    slice.freeNanos += nanos
    slice.goneNanos -= nanos
    return 0
  }
}
