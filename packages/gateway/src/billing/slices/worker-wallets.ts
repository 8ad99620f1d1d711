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

import { GatewayError } from '../../core/errors.ts'
import { machineNowMs } from '../../core/machine-clock.ts'
import {
  type Captured,
  type Hold,
  type HoldAnswer,
  NOTHING_CAPTURED,
  NOTHING_HELD,
  type WalletAuthority,
} from '../wallets/wallet-authority.ts'
import {
  ALWAYS_VALID,
  type DrawAsk,
  type DrawReply,
  type Drawn,
  type KnownSlice,
  type NotDrawn,
} from './slice-messages.ts'
import { Slice, SliceHold, SlicePool, type Waiter } from './slice-pool.ts'

/** Between two looks at what lies idle. */
const LOOK_MS = 1_000
/** Looks. */
const RETURN_AFTER_LOOKS = 10
const FORGET_AFTER_LOOKS = 60
/** After a recall, and when the wallet had nothing to put aside. */
const SCARCE_MS = 2_000
/** After an ask without an answer. */
const UNAVAILABLE_MS = 500
/** An ask without any answer at all: the primary hangs. */
const LONGEST_ASK_MS = 10_000
/** More than so many calls of one account do not wait. */
const MOST_WAITING = 10_000
/** Slices of accounts that were not heard of for a minute, with what had gone out of them. */
const MOST_FORGOTTEN = 50_000
/** Sums of wishes stay integers. */
const LARGEST_WISH_NANOS = 2 ** 52

export interface WorkerWalletsOptions {
  /** Name of the journal that this process writes. */
  readonly holder: string
  /** The way to the primary. Rejects when the primary cannot tell. */
  readonly draw: (ask: DrawAsk) => Promise<DrawReply>
  /** Writes a return line. False when it could not be kept in any way: it is as if nothing had been given back. */
  readonly giveBack: (sliceId: string, nanos: number) => boolean
  /** As `machineNowMs` */
  readonly clock?: () => number
}

export class WorkerWallets implements WalletAuthority, Disposable {
  readonly #options: WorkerWalletsOptions
  readonly #clock: () => number
  readonly #pools = new Map<string, SlicePool>()
  #validUntilMs = -Infinity
  #life = -1
  /** By slice id: what had gone out of slices of accounts that are forgotten. */
  readonly #forgotten = new Map<string, number>()
  /** There were more of them than are remembered. */
  #forgotMore = false
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: WorkerWalletsOptions) {
    this.#options = options
    this.#clock = options.clock ?? machineNowMs
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
    if (slice !== null && pool.waiting.length === 0 && slice.freeNanos >= needNanos && this.#isGood(slice)) {
      const hold = take(pool, slice, needNanos)
      if (slice.freeNanos < pool.lowNanos && !pool.asking) this.#drawAhead(pool)
      return hold
    }
    // A free call needs no wallet, and does not wait for one.
    if (needNanos === 0) return take(pool, null, 0)
    return this.#waitToHold(pool, needNanos)
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
      this.#isGood(slice)
    ) {
      this.#enlarge(hold, slice, byNanos)
      if (slice.freeNanos < pool.lowNanos && !pool.asking) this.#drawAhead(pool)
      return true
    }
    return this.#waitToGrow(pool, hold, byNanos)
  }

  /** `/!\ Hot path` */
  capture(hold: Hold, costNanos: number): Captured {
    mustBeNanos(costNanos)
    if (!(hold instanceof SliceHold) || hold.ended) return NOTHING_CAPTURED
    const { pool, slice, amountNanos } = hold
    end(hold)
    if (slice === null) return NOTHING_CAPTURED
    // An overrun is paid by what is free, before it becomes a question to the database.
    const paidNanos = Math.min(costNanos, amountNanos + slice.freeNanos)
    slice.heldNanos -= amountNanos
    slice.freeNanos += amountNanos - paidNanos
    slice.goneNanos += paidNanos
    pool.noteSpent(paidNanos)
    this.#freed(slice)
    return { sliceId: slice.sliceId, paidNanos }
  }

  /** `/!\ Hot path` */
  release(hold: Hold): void {
    if (!(hold instanceof SliceHold) || hold.ended) return
    const { slice, amountNanos } = hold
    end(hold)
    if (slice === null) return
    slice.heldNanos -= amountNanos
    slice.freeNanos += amountNanos
    this.#freed(slice)
  }

  /** The primary: slices of this life may be used until then, `machineNowMs`. Those of another are void. */
  renew(life: number, untilMs: number): void {
    this.#life = life
    this.#validUntilMs = untilMs
  }

  /** Gives back what no call of this account holds. The line is written when this returns. */
  recall(accountId: string, known: KnownSlice | null): { readonly returnedNanos: number; readonly complete: boolean } {
    const pool = known === null ? this.#pools.get(accountId) : this.#poolOf(accountId)
    if (pool === undefined) return { returnedNanos: 0, complete: true }
    if (known !== null) this.#learn(pool, known)
    pool.scarceUntilMs = this.#clock() + SCARCE_MS
    const { slice } = pool
    const returnedNanos = slice === null ? 0 : this.#giveBack(slice, slice.freeNanos)
    return { returnedNanos, complete: (slice?.freeNanos ?? 0) === 0 }
  }

  /** Once a second: what lies idle goes back. */
  look(): void {
    const nowMs = this.#clock()
    for (const pool of this.#pools.values()) {
      if (pool.asking && nowMs - pool.askingSinceMs > LONGEST_ASK_MS) this.#fail(pool, unavailable())
      this.#lookAt(pool)
      if (pool.idleLooks >= FORGET_AFTER_LOOKS && pool.isEmpty) this.#forget(pool)
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
    this.#closed = true
    clearInterval(this.#timer)
    for (const pool of this.#pools.values()) {
      this.#fail(pool, unavailable())
      if (pool.slice !== null) this.#giveBack(pool.slice, pool.slice.freeNanos)
    }
  }

  #poolOf(accountId: string): SlicePool {
    const known = this.#pools.get(accountId)
    if (known !== undefined) return known
    const pool = new SlicePool(accountId, this.#clock())
    this.#pools.set(accountId, pool)
    return pool
  }

  /** `/!\ Hot path` */
  #isGood(slice: Slice): boolean {
    if (slice.life !== this.#life) return false
    return this.#validUntilMs === ALWAYS_VALID || this.#clock() <= this.#validUntilMs
  }

  /** `/!\ Hot path`. Something of it is free again. */
  #freed(slice: Slice): void {
    const { pool } = slice
    if (slice !== pool.slice || this.#closed) this.#giveBack(slice, slice.freeNanos)
    else if (pool.waiting.length > 0) this.#serve(pool)
  }

  async #waitToHold(pool: SlicePool, needNanos: number): Promise<HoldAnswer> {
    if (this.#closed || pool.waiting.length >= MOST_WAITING) throw unavailable()
    if (this.#clock() < pool.unavailableUntilMs) throw unavailable()
    return await new Promise((done, fail) => this.#wait(pool, { kind: 'hold', needNanos, asked: false, done, fail }))
  }

  #waitToGrow(pool: SlicePool, hold: SliceHold, needNanos: number): boolean | Promise<boolean> {
    // On credit.
    if (this.#closed || this.#clock() < pool.unavailableUntilMs) return true
    return new Promise((done) => this.#wait(pool, { kind: 'grow', needNanos, asked: false, hold, done }))
  }

  #wait(pool: SlicePool, waiter: Waiter): void {
    pool.waiting.push(waiter)
    if (!pool.asking) this.#ask(pool)
  }

  #drawAhead(pool: SlicePool): void {
    const nowMs = this.#clock()
    if (nowMs >= pool.scarceUntilMs && nowMs >= pool.unavailableUntilMs) this.#ask(pool)
  }

  #ask(pool: SlicePool): void {
    const { slice } = pool
    const nowMs = this.#clock()
    const aheadNanos = nowMs < pool.scarceUntilMs ? 0 : pool.planAhead(nowMs)
    const freeNanos = slice !== null && this.#isGood(slice) ? slice.freeNanos : 0
    const [first] = pool.waiting
    const needNanos = first === undefined ? 0 : Math.max(0, needOf(pool, first) - freeNanos)
    const wishNanos = Math.min(LARGEST_WISH_NANOS, pool.waitingNanos + aheadNanos) - freeNanos
    if (needNanos === 0 && wishNanos <= 0) return
    for (const waiter of pool.waiting) waiter.asked = true
    pool.asking = true
    pool.askingSinceMs = nowMs
    const { accountId } = pool
    const { holder } = this.#options
    this.#options.draw({ kind: 'draw', accountId, holder, needNanos, wishNanos: Math.max(needNanos, wishNanos) }).then(
      (reply) => this.#answered(pool, reply),
      (cause: unknown) => this.#notAnswered(pool, cause),
    )
  }

  #answered(pool: SlicePool, reply: DrawReply): void {
    pool.asking = false
    if (reply.ok) this.#drawn(pool, reply)
    else this.#refused(pool, reply)
    if (pool.waiting.length > 0 && !pool.asking) this.#ask(pool)
  }

  #drawn(pool: SlicePool, { sliceId, nanos, grantedNanos, life, validUntilMs, scarce }: Drawn): void {
    const nowMs = this.#clock()
    // The first that this worker hears. Later an answer may be older than the last news.
    if (this.#life === -1) this.renew(life, validUntilMs)
    if (scarce || nanos === 0) pool.scarceUntilMs = nowMs + SCARCE_MS
    if (nanos === 0) return
    let { slice } = pool
    if (slice?.sliceId !== sliceId) {
      // The one before it is full or void: where it is not, the rest goes back.
      if (slice !== null) this.#giveBack(slice, slice.freeNanos)
      slice = new Slice(sliceId, pool, this.#goneBefore(sliceId, grantedNanos - nanos), life)
      pool.slice = slice
    }
    // What came with answers that were lost on their way is in it too.
    slice.freeNanos = grantedNanos - slice.goneNanos - slice.heldNanos
    slice.life = life
    if (this.#closed) this.#giveBack(slice, slice.freeNanos)
    else if (this.#isGood(slice)) this.#serve(pool)
    // So long on its way that it is void, or may be.
    else this.#fail(pool, unavailable())
  }

  #forget({ accountId, slice }: SlicePool): void {
    this.#pools.delete(accountId)
    if (slice === null) return
    this.#forgotten.set(slice.sliceId, slice.goneNanos)
    if (this.#forgotten.size <= MOST_FORGOTTEN) return
    const [oldest] = this.#forgotten.keys()
    if (oldest !== undefined) this.#forgotten.delete(oldest)
    this.#forgotMore = true
  }

  /** Of a slice that is new here, or was forgotten. When nobody remembers, nothing but the draw itself is taken as given. */
  #goneBefore(sliceId: string, atMostNanos: number): number {
    const known = this.#forgotten.get(sliceId)
    this.#forgotten.delete(sliceId)
    return known ?? (this.#forgotMore ? atMostNanos : 0)
  }

  /** There may be more in the slice than this worker has heard of: the answer to a draw was lost on its way. */
  #learn(pool: SlicePool, { sliceId, grantedNanos, life }: KnownSlice): void {
    pool.slice ??= new Slice(sliceId, pool, this.#goneBefore(sliceId, grantedNanos), life)
    const { slice } = pool
    if (slice.sliceId !== sliceId) return
    // Never less: this may be older than the last draw.
    slice.freeNanos = Math.max(slice.freeNanos, grantedNanos - slice.goneNanos - slice.heldNanos)
  }

  #refused(pool: SlicePool, { reason, availableNanos, reachNanos, known }: NotDrawn): void {
    if (known !== null) this.#learn(pool, known)
    const { slice } = pool
    pool.scarceUntilMs = this.#clock() + SCARCE_MS
    if (reason === 'locked' && slice !== null) this.#giveBack(slice, slice.freeNanos)
    this.#serve(pool)
    const freeNanos = slice !== null && this.#isGood(slice) ? slice.freeNanos : 0
    const spendableNanos = reason === 'locked' ? 0 : freeNanos + availableNanos
    for (const waiter of pool.waiting.splice(0)) {
      const neededNanos = needOf(pool, waiter)
      if (!waiter.asked || (reason !== 'locked' && neededNanos <= freeNanos + reachNanos)) pool.waiting.push(waiter)
      else if (waiter.kind === 'grow') waiter.done(false)
      else waiter.done({ ok: false, reason, availableNanos: spendableNanos, neededNanos })
    }
  }

  #notAnswered(pool: SlicePool, cause: unknown): void {
    pool.asking = false
    pool.unavailableUntilMs = this.#clock() + UNAVAILABLE_MS
    this.#serve(pool)
    this.#fail(pool, unavailable(cause))
  }

  #fail(pool: SlicePool, error: GatewayError): void {
    for (const waiter of pool.waiting.splice(0)) {
      if (waiter.kind === 'hold') waiter.fail(error)
      // On credit.
      else waiter.done(!waiter.hold.ended)
    }
  }

  /** In their order, as far as the money goes. */
  #serve(pool: SlicePool): void {
    for (let first = pool.waiting[0]; first !== undefined; first = pool.waiting[0]) {
      if (first.kind === 'grow' && first.hold.ended) {
        pool.waiting.shift()
        first.done(false)
        continue
      }
      const { slice } = pool
      const nanos = needOf(pool, first)
      if (slice === null || slice.freeNanos < nanos || !this.#isGood(slice)) return
      pool.waiting.shift()
      if (first.kind === 'hold') {
        first.done(take(pool, slice, nanos))
      } else {
        this.#enlarge(first.hold, slice, nanos)
        first.done(true)
      }
    }
  }

  /** `/!\ Hot path`. A hold of a slice that is not drawn into any more moves to the one in its place, whole. */
  #enlarge(hold: SliceHold, slice: Slice, nanos: number): void {
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
    this.#giveBack(before, before.freeNanos)
  }

  #giveBack(slice: Slice, nanos: number): number {
    if (nanos <= 0) return 0
    // Before it is written: that may end other replies, which come back here.
    slice.freeNanos -= nanos
    slice.goneNanos += nanos
    if (this.#options.giveBack(slice.sliceId, nanos)) return nanos
    slice.freeNanos += nanos
    slice.goneNanos -= nanos
    return 0
  }

  #lookAt(pool: SlicePool): void {
    const { slice } = pool
    if (pool.used) {
      pool.used = false
      pool.idleLooks = 0
      if (slice !== null) this.#giveBack(slice, slice.freeNanos - pool.plentyNanos)
    } else {
      pool.idleLooks += 1
      if (slice !== null && pool.idleLooks >= RETURN_AFTER_LOOKS) this.#giveBack(slice, slice.freeNanos)
    }
  }
}

/** `/!\ Hot path` */
function take(pool: SlicePool, slice: Slice | null, nanos: number): SliceHold {
  pool.openHolds += 1
  if (slice !== null) {
    slice.freeNanos -= nanos
    slice.heldNanos += nanos
  }
  return new SliceHold(pool, slice, nanos)
}

/** `/!\ Hot path` */
function end(hold: SliceHold): void {
  hold.ended = true
  hold.amountNanos = 0
  hold.pool.openHolds -= 1
}

function needOf(pool: SlicePool, waiter: Waiter): number {
  if (waiter.kind === 'hold') return waiter.needNanos
  const { slice, amountNanos } = waiter.hold
  return waiter.needNanos + (slice === pool.slice ? 0 : amountNanos)
}

function mustBeNanos(nanos: number): void {
  if (!(nanos >= 0) || nanos > Number.MAX_SAFE_INTEGER)
    throw new RangeError(`An amount of money must be a whole number of nano-US$, not ${nanos}.`)
}

function unavailable(cause?: unknown): GatewayError {
  const text = 'The wallet of this account cannot be asked at the moment. Try again in 1 s.'
  return new GatewayError('service_unavailable', text, {
    retryAfterSeconds: 1,
    ...(cause === undefined ? {} : { cause }),
  })
}
