// A worker's money of one account: the slice that it draws on, the calls that hold parts of it, the calls that wait.

import type { Hold, HoldAnswer } from '../wallets/wallet-authority.ts'

/** Drawn for this long ahead, at the pace of late. */
const AHEAD_MS = 2_000
/** A pace is never taken from less time than this: two calls in one millisecond are no thousand per second. */
const SHORTEST_PACE_MS = 250

/** Money that was drawn under one id; a fact of the database, where its row stands. */
export class Slice {
  readonly sliceId: string
  readonly pool: SlicePool
  /** Not held by any call. */
  freeNanos = 0
  heldNanos = 0
  /** Captured or given back. Granted = gone + held + free, always. */
  goneNanos: number
  /** Of the gateway, in which it was drawn: see `WorkerWallets`. */
  life: number

  constructor(sliceId: string, pool: SlicePool, goneNanos: number, life: number) {
    this.sliceId = sliceId
    this.pool = pool
    this.goneNanos = goneNanos
    this.life = life
  }
}

export class SliceHold implements Hold {
  readonly ok = true
  readonly pool: SlicePool
  /** Null for a call that costs nothing, so far. */
  slice: Slice | null
  amountNanos: number
  ended = false

  constructor(pool: SlicePool, slice: Slice | null, amountNanos: number) {
    this.pool = pool
    this.slice = slice
    this.amountNanos = amountNanos
  }

  get accountId(): string {
    return this.pool.accountId
  }

  get sliceId(): string {
    return this.slice?.sliceId ?? ''
  }
}

interface Waiting {
  readonly needNanos: number
  /** The ask that is under way was sent when this waited already: its answer is one for this too. */
  asked: boolean
}

/** A call that waits for money: a new one, or one under way that needs more. */
export type Waiter =
  | (Waiting & {
      readonly kind: 'hold'
      readonly done: (answer: HoldAnswer) => void
      readonly fail: (error: Error) => void
    })
  | (Waiting & { readonly kind: 'grow'; readonly hold: SliceHold; readonly done: (granted: boolean) => void })

export class SlicePool {
  readonly accountId: string
  /** Where money is drawn into now; null before the first draw. */
  slice: Slice | null = null
  /** The first came first. */
  readonly waiting: Waiter[] = []
  asking = false
  askingSinceMs = 0
  openHolds = 0
  /** When less than this is free, more is fetched before somebody waits for it. */
  lowNanos = 0
  /** Somebody held or captured since the last look. */
  used = true
  /** Looks since then. */
  idleLooks = 0
  /** Nothing is drawn ahead before this time. */
  scarceUntilMs = -Infinity
  /** The primary could not answer: whoever would have to ask before this time is told so at once. */
  unavailableUntilMs = -Infinity
  /** Of late: what calls cost, and the most that one of them had to hold. */
  #spentNanos = 0
  #largestNanos = 0
  #aheadNanos = 0
  #askedAtMs: number

  constructor(accountId: string, nowMs: number) {
    this.accountId = accountId
    this.#askedAtMs = nowMs
  }

  /** `/!\ Hot path` */
  noteNeed(nanos: number): void {
    this.used = true
    if (nanos > this.#largestNanos) this.#largestNanos = nanos
  }

  /** `/!\ Hot path` */
  noteSpent(nanos: number): void {
    this.#spentNanos += nanos
  }

  /** How much should be free after the next draw, beyond what waits: some seconds' worth at the pace of late. */
  planAhead(nowMs: number): number {
    const elapsedMs = Math.max(SHORTEST_PACE_MS, nowMs - this.#askedAtMs)
    const pace = Math.ceil((this.#spentNanos / elapsedMs) * AHEAD_MS)
    // Falls by halves only, so that a pause of a second does not undo what was learnt.
    this.#aheadNanos = Math.max(pace + 2 * this.#largestNanos, Math.floor(this.#aheadNanos / 2))
    this.lowNanos = Math.floor(this.#aheadNanos / 2)
    this.#askedAtMs = nowMs
    this.#spentNanos = 0
    this.#largestNanos = Math.floor(this.#largestNanos / 2)
    return this.#aheadNanos
  }

  /** More than this need not lie about. */
  get plentyNanos(): number {
    return 4 * this.#aheadNanos
  }

  /** Nothing is lost when it is forgotten. */
  get isEmpty(): boolean {
    return this.openHolds === 0 && this.waiting.length === 0 && !this.asking && (this.slice?.freeNanos ?? 0) === 0
  }

  get waitingNanos(): number {
    let nanos = 0
    for (const { needNanos } of this.waiting) nanos += needNanos
    return nanos
  }
}
