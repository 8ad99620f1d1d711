// A worker's wallets: money is drawn from a wallet in slices, a slice serves many calls, and a call costs no message to
// anybody while its worker's slice has the money.
//
// Of each account the worker has one slice at a time. It asks the primary for more when a call does not find what it needs
// (calls that come meanwhile wait behind it, in their order), and beforehand when less than half of what the pace of late
// wants is left. What nobody has used for ten seconds, and at once what is called back, returns to the wallet as a line of
// the journal. So do not look for a number of what is "left" here: the wallet's row and the journal together have it.
//
// Slices are good only while this gateway is known to live. The primary says until when (15 s after its last sign of life
// that the database took; whoever is silent for 20 s by the database's clock is written off, and has another `life` from
// then on). A process that was stopped and wakes up finds that time past, and holds nothing before it has asked anew: in
// the same life its slices are as good as before, in another they are void. Calls that hold parts of void slices may go on;
// what they cost is the operator's loss, unless they grow, for then they move to the new slice.
//
// While nobody can say what a wallet has, new calls are refused with 503. Calls under way are not ended for it: they grow
// on credit, and what the wallet cannot pay of it in the end is the operator's loss.

import { machineNowMs } from '../../core/machine-clock.ts'
import {
  type Captured,
  type Hold,
  type HoldAnswer,
  NOTHING_CAPTURED,
  NOTHING_HELD,
  type WalletAuthority,
} from '../wallets/wallet-authority.ts'
import { SCARCE_MS, SliceDraws, type SliceDrawsOptions } from './slice-draws.ts'
import type { KnownSlice } from './slice-messages.ts'
import { SliceMoney, type SliceMoneyOptions } from './slice-money.ts'
import { SliceHold, SlicePool } from './slice-pool.ts'

/** Between two looks at what lies idle. */
const LOOK_MS = 1_000
/** Looks. */
const RETURN_AFTER_LOOKS = 10
const FORGET_AFTER_LOOKS = 60

export interface WorkerWalletsOptions
  extends Pick<SliceDrawsOptions, 'holder' | 'draw'>, Pick<SliceMoneyOptions, 'giveBack'> {
  /** As `machineNowMs` */
  readonly clock?: () => number
}

export class WorkerWallets implements WalletAuthority, Disposable {
  readonly #clock: () => number
  readonly #money: SliceMoney
  readonly #draws: SliceDraws
  readonly #pools = new Map<string, SlicePool>()
  #timer: NodeJS.Timeout | undefined

  constructor({ holder, draw, giveBack, clock = machineNowMs }: WorkerWalletsOptions) {
    this.#clock = clock
    this.#money = new SliceMoney({ giveBack, clock })
    this.#draws = new SliceDraws({ holder, draw, money: this.#money, clock })
  }

  /** From here on idle money goes back by itself. */
  start(): void {
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref()
  }

  /** `/!\ Hot path` */
  hold(accountId: string, needNanos: number): Hold | Promise<HoldAnswer> {
    mustBeNanos(needNanos)
    const pool = this.#poolOf(accountId)
    const { slice } = pool
    pool.noteNeed(needNanos)
    if (slice !== null && pool.waiting.length === 0 && slice.freeNanos >= needNanos && this.#money.isGood(slice)) {
      const hold = this.#money.take(pool, slice, needNanos)
      if (slice.freeNanos < pool.lowNanos && !pool.asking) this.#draws.drawAhead(pool)
      return hold
    }
    // A free call needs no wallet, and does not wait for one.
    if (needNanos === 0) return this.#money.take(pool, null, 0)
    return this.#draws.waitToHold(pool, needNanos)
  }

  /** `/!\ Hot path` */
  grow(hold: Hold, byNanos: number): boolean | Promise<boolean> {
    mustBeNanos(byNanos)
    if (!(hold instanceof SliceHold)) return hold === NOTHING_HELD
    if (hold.ended) return false
    if (byNanos === 0) return true
    const { pool, slice } = hold
    if (
      slice !== null &&
      slice === pool.slice &&
      pool.waiting.length === 0 &&
      slice.freeNanos >= byNanos &&
      this.#money.isGood(slice)
    ) {
      this.#money.enlarge(hold, slice, byNanos)
      if (slice.freeNanos < pool.lowNanos && !pool.asking) this.#draws.drawAhead(pool)
      return true
    }
    return this.#draws.waitToGrow(pool, hold, byNanos)
  }

  /** `/!\ Hot path` */
  capture(hold: Hold, costNanos: number): Captured {
    mustBeNanos(costNanos)
    if (!(hold instanceof SliceHold) || hold.ended) return NOTHING_CAPTURED
    const { pool, slice } = hold
    // An overrun is paid by what is free, before it becomes a question to the database.
    const paidNanos = slice === null ? 0 : Math.min(costNanos, hold.amountNanos + slice.freeNanos)
    this.#money.end(hold, paidNanos)
    if (slice === null) return NOTHING_CAPTURED
    pool.noteSpent(paidNanos)
    this.#draws.freed(slice)
    return { sliceId: slice.sliceId, paidNanos }
  }

  /** `/!\ Hot path` */
  release(hold: Hold): void {
    if (!(hold instanceof SliceHold) || hold.ended) return
    const { slice } = hold
    this.#money.end(hold, 0)
    if (slice !== null) this.#draws.freed(slice)
  }

  /** The primary: slices of this life may be used until then, `machineNowMs`. Those of another are void. */
  renew(life: number, untilMs: number): void {
    this.#money.renew(life, untilMs)
  }

  /** Gives back what no call of this account holds. The line is written when this returns. */
  recall(accountId: string, known: KnownSlice | null): { readonly returnedNanos: number; readonly complete: boolean } {
    const pool = known === null ? this.#pools.get(accountId) : this.#poolOf(accountId)
    if (pool === undefined) return { returnedNanos: 0, complete: true }
    if (known !== null) this.#draws.learn(pool, known)
    pool.scarceUntilMs = this.#clock() + SCARCE_MS
    const { slice } = pool
    const returnedNanos = this.#money.giveBackFree(slice)
    return { returnedNanos, complete: (slice?.freeNanos ?? 0) === 0 }
  }

  /** Once a second: what lies idle goes back. */
  look(): void {
    const nowMs = this.#clock()
    for (const pool of this.#pools.values()) {
      this.#draws.giveUpLate(pool, nowMs)
      this.#lookAt(pool)
      if (pool.idleLooks < FORGET_AFTER_LOOKS || !pool.isEmpty) continue
      this.#pools.delete(pool.accountId)
      this.#draws.forget(pool)
    }
  }

  /** What this worker has of one account. */
  view(accountId: string): {
    readonly sliceId: string
    readonly freeNanos: number
    readonly heldNanos: number
    readonly life: number
  } | null {
    const slice = this.#pools.get(accountId)?.slice ?? null
    return slice && { sliceId: slice.sliceId, freeNanos: slice.freeNanos, heldNanos: slice.heldNanos, life: slice.life }
  }

  /** What this worker has drawn and not spent, of all accounts. Nano-US$, for people and metrics: rounded above $9,000,000. */
  figures(): {
    readonly accounts: number
    readonly freeNanos: number
    readonly heldNanos: number
    readonly waiting: number
  } {
    let freeNanos = 0
    let heldNanos = 0
    let waiting = 0
    for (const pool of this.#pools.values()) {
      freeNanos += pool.slice?.freeNanos ?? 0
      heldNanos += pool.slice?.heldNanos ?? 0
      waiting += pool.waiting.length
    }
    return { accounts: this.#pools.size, freeNanos, heldNanos, waiting }
  }

  /** Before the journal is closed. Calls that still hold money may capture it as long as there is a journal. */
  [Symbol.dispose](): void {
    this.#draws.close()
    clearInterval(this.#timer)
    for (const pool of this.#pools.values()) {
      this.#draws.fail(pool)
      this.#money.giveBackFree(pool.slice)
    }
  }

  #poolOf(accountId: string): SlicePool {
    const known = this.#pools.get(accountId)
    if (known !== undefined) return known
    const pool = new SlicePool(accountId, this.#clock())
    this.#pools.set(accountId, pool)
    return pool
  }

  #lookAt(pool: SlicePool): void {
    const { slice } = pool
    if (pool.used) {
      pool.used = false
      pool.idleLooks = 0
      if (slice !== null) this.#money.giveBack(slice, slice.freeNanos - pool.plentyNanos)
    } else {
      pool.idleLooks += 1
      if (pool.idleLooks >= RETURN_AFTER_LOOKS) this.#money.giveBackFree(slice)
    }
  }
}

function mustBeNanos(nanos: number): void {
  if (!(nanos >= 0) || nanos > Number.MAX_SAFE_INTEGER)
    throw new RangeError(`An amount of money must be a whole number of nano-US$, not ${nanos}.`)
}
