// A worker's asks for money: who waits for it, what the primary is asked, and what its answer means for those who wait.
// Of each account one ask is under way at a time; whoever comes meanwhile waits behind it.

import { GatewayError } from '../../core/errors.ts'
import type { HoldAnswer } from '../wallets/wallet-authority.ts'
import { ForgottenSlices } from './forgotten-slices.ts'
import type { DrawAsk, DrawReply, Drawn, KnownSlice, NotDrawn } from './slice-messages.ts'
import type { SliceMoney } from './slice-money.ts'
import { Slice, type SliceHold, type SlicePool, type Waiter } from './slice-pool.ts'

/** After a recall, and when the wallet had nothing to put aside. */
export const SCARCE_MS = 2_000
/** After an ask without an answer. */
const UNAVAILABLE_MS = 500
/** An ask without any answer at all: the primary hangs. */
const LONGEST_ASK_MS = 10_000
/** More than so many calls of one account do not wait. */
const MOST_WAITING = 10_000
/** Sums of wishes stay integers. */
const LARGEST_WISH_NANOS = 2 ** 52

export interface SliceDrawsOptions {
  /** Name of the journal that this process writes. */
  readonly holder: string
  /** The way to the primary. Rejects when the primary cannot tell. */
  readonly draw: (ask: DrawAsk) => Promise<DrawReply>
  readonly money: SliceMoney
  readonly clock: () => number
}

export class SliceDraws {
  readonly #options: SliceDrawsOptions
  readonly #money: SliceMoney
  readonly #clock: () => number
  readonly #forgotten = new ForgottenSlices()
  #closed = false

  constructor(options: SliceDrawsOptions) {
    this.#options = options
    this.#money = options.money
    this.#clock = options.clock
  }

  /** From here on nobody waits, and what becomes free goes back at once. */
  close(): void {
    this.#closed = true
  }

  async waitToHold(pool: SlicePool, needNanos: number): Promise<HoldAnswer> {
    if (this.#closed || pool.waiting.length >= MOST_WAITING) throw unavailable()
    if (this.#clock() < pool.unavailableUntilMs) throw unavailable()
    return await new Promise((done, fail) => this.#wait(pool, { kind: 'hold', needNanos, asked: false, done, fail }))
  }

  waitToGrow(pool: SlicePool, hold: SliceHold, needNanos: number): boolean | Promise<boolean> {
    // On credit.
    if (this.#closed || this.#clock() < pool.unavailableUntilMs) return true
    return new Promise((done) => this.#wait(pool, { kind: 'grow', needNanos, asked: false, hold, done }))
  }

  /** Before somebody has to wait for it. */
  drawAhead(pool: SlicePool): void {
    const nowMs = this.#clock()
    if (nowMs >= pool.scarceUntilMs && nowMs >= pool.unavailableUntilMs) this.#ask(pool)
  }

  /** `/!\ Hot path`. Something of it is free again. */
  freed(slice: Slice): void {
    const { pool } = slice
    if (slice !== pool.slice || this.#closed) this.#money.giveBackFree(slice)
    else if (pool.waiting.length > 0) this.#serve(pool)
  }

  /** There may be more in the slice than this worker has heard of: the answer to a draw was lost on its way. */
  learn(pool: SlicePool, { sliceId, grantedNanos, life }: KnownSlice): void {
    pool.slice ??= new Slice(sliceId, pool, this.#forgotten.takeGone(sliceId, grantedNanos), life)
    const { slice } = pool
    if (slice.sliceId !== sliceId) return
    // Never less: this may be older than the last draw.
    slice.freeNanos = Math.max(slice.freeNanos, grantedNanos - slice.goneNanos - slice.heldNanos)
  }

  forget({ slice }: SlicePool): void {
    if (slice !== null) this.#forgotten.forget(slice.sliceId, slice.goneNanos)
  }

  /** The primary hangs: those who wait are told so. */
  giveUpLate(pool: SlicePool, nowMs: number): void {
    if (pool.asking && nowMs - pool.askingSinceMs > LONGEST_ASK_MS) this.fail(pool)
  }

  /** Whoever waits waits no longer. */
  fail(pool: SlicePool, cause?: unknown): void {
    const error = unavailable(cause)
    for (const waiter of pool.waiting.splice(0)) {
      if (waiter.kind === 'hold') waiter.fail(error)
      // On credit.
      else waiter.done(!waiter.hold.ended)
    }
  }

  #wait(pool: SlicePool, waiter: Waiter): void {
    pool.waiting.push(waiter)
    if (!pool.asking) this.#ask(pool)
  }

  #ask(pool: SlicePool): void {
    const nowMs = this.#clock()
    const aheadNanos = nowMs < pool.scarceUntilMs ? 0 : pool.planAhead(nowMs)
    const freeNanos = this.#usableNanos(pool.slice)
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
    // The first that this worker hears. Later an answer may be older than the last news.
    if (!this.#money.isKnown) this.#money.renew(life, validUntilMs)
    if (scarce || nanos === 0) pool.scarceUntilMs = this.#clock() + SCARCE_MS
    if (nanos === 0) return
    let { slice } = pool
    if (slice?.sliceId !== sliceId) {
      // The one before it is full or void: where it is not, the rest goes back.
      this.#money.giveBackFree(slice)
      slice = new Slice(sliceId, pool, this.#forgotten.takeGone(sliceId, grantedNanos - nanos), life)
      pool.slice = slice
    }
    // What came with answers that were lost on their way is in it too.
    slice.freeNanos = grantedNanos - slice.goneNanos - slice.heldNanos
    slice.life = life
    if (this.#closed) this.#money.giveBackFree(slice)
    else if (this.#money.isGood(slice)) this.#serve(pool)
    // So long on its way that it is void, or may be.
    else this.fail(pool)
  }

  #refused(pool: SlicePool, { reason, availableNanos, reachNanos, known }: NotDrawn): void {
    if (known !== null) this.learn(pool, known)
    const { slice } = pool
    pool.scarceUntilMs = this.#clock() + SCARCE_MS
    if (reason === 'locked') this.#money.giveBackFree(slice)
    this.#serve(pool)
    const freeNanos = this.#usableNanos(slice)
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
    this.fail(pool, cause)
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
      if (slice === null || slice.freeNanos < nanos || !this.#money.isGood(slice)) return
      pool.waiting.shift()
      if (first.kind === 'hold') {
        first.done(this.#money.take(pool, slice, nanos))
      } else {
        this.#money.enlarge(first.hold, slice, nanos)
        first.done(true)
      }
    }
  }

  #usableNanos(slice: Slice | null): number {
    return slice !== null && this.#money.isGood(slice) ? slice.freeNanos : 0
  }
}

function needOf(pool: SlicePool, waiter: Waiter): number {
  if (waiter.kind === 'hold') return waiter.needNanos
  const { slice, amountNanos } = waiter.hold
  return waiter.needNanos + (slice === pool.slice ? 0 : amountNanos)
}

function unavailable(cause?: unknown): GatewayError {
  const text = 'The wallet of this account cannot be asked at the moment. Try again in 1 s.'
  return new GatewayError('service_unavailable', text, {
    retryAfterSeconds: 1,
    ...(cause === undefined ? {} : { cause }),
  })
}
