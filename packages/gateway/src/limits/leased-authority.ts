// A worker's authority: answers at once from units that the primary has lent, and asks where it must.
//
// A limit of up to 20 asks for every call and is exact. A larger one is spent from leases (`lease-pool.ts`): one round
// trip brings up to 4,096 requests, the next lease is fetched while half of this one is left, and `admit` then returns
// its answer rather than a promise. A lease is as large as the demand of the last second, so a nearly idle key asks for
// single calls.
//
// How far short it may fall. Never too much is let through, but a call may be refused although N was not reached:
// - each worker holds at most two leases of N/20 each, so W workers may keep W * N/10 from one another, for one second;
//   the primary lends at most a quarter of what is left, and its last units singly;
// - a leased unit counts until 61 s after the lease was granted (61.1 above 4,096 per minute, and for tokens), however
//   early it was spent: at a constant pace N calls pass in 61 s and not in 60;
// - a worker holds up to N/20 unused slots, and for 0.1 s those of calls that have just ended;
// - a refusal is repeated for 25 ms without asking again.
// What a dead worker had leased stays counted until its minute is over; its slots are free at once.

import type { DeadlineWheel } from '../core/deadlines.ts'
import { GatewayError } from '../core/errors.ts'
import type { KeyLimits } from '../identity/principal.ts'
import { type Admission, type Admitted, type LimitAuthority, UNLIMITED, isUnlimited } from './authority.ts'
import { type LeaseWish, type LimitAsk, type LimitReply, type LimitReturn, isExact } from './lease-messages.ts'
import { LeasePool } from './lease-pool.ts'
import { ScopeTable } from './scope-table.ts'
import { WINDOW_MS } from './sliding-window.ts'

/** Two asks are enough to grow a lease to what is waiting; after them a call asks for itself, however slow the primary is. */
const LONGEST_WAIT_TURNS = 2

/** The way to the primary. Messages of one worker arrive in the order in which they were sent. */
export interface LeasePort {
  ask(message: LimitAsk): Promise<LimitReply>
  /** Wants no answer, and does not throw: when the primary is gone, so is what it counted. */
  tell(message: LimitReturn): void
}

export class LeasedAuthority implements LimitAuthority {
  readonly #port: LeasePort
  readonly #wheel: DeadlineWheel
  readonly #pools: ScopeTable<LeasePool>

  constructor(port: LeasePort, wheel: DeadlineWheel) {
    this.#port = port
    this.#wheel = wheel
    this.#pools = new ScopeTable((scope) => new LeasePool(scope, wheel, (message) => port.tell(message)), 2 * WINDOW_MS)
  }

  /** `/!\ Hot path`. Rejects with `service_unavailable` when the primary does not answer. */
  admit(scope: string, limits: KeyLimits, tokens: number): Admission | Promise<Admission> {
    if (isUnlimited(limits)) return UNLIMITED
    if (isExact(limits)) return this.#askOnce(scope, limits, tokens)
    const nowMs = this.#wheel.nowMs
    const pool = this.#pools.get(scope, nowMs)
    pool.use(limits, nowMs)
    const admission = pool.take(tokens, nowMs)
    if (admission === null) return pool.refusal(tokens, nowMs) ?? this.#admitByAsking(pool, tokens)
    const wish = pool.wishAhead(nowMs)
    if (wish !== null) this.#fetchAhead(pool, wish)
    return admission
  }

  settle(
    scope: string,
    limits: KeyLimits,
    admission: Admitted,
    reservedTokens: number,
    actualTokens: number,
    refundRequest = false,
  ): void {
    if (admission === UNLIMITED) return
    const nowMs = this.#wheel.nowMs
    const requests = refundRequest && admission.requests !== null ? 1 : 0
    const unused = admission.tokens === null ? 0 : reservedTokens - actualTokens
    const tokens = Math.max(0, unused)
    const usedTokens = Math.max(0, -unused)
    if (isExact(limits)) {
      if (!admission.slot && requests === 0 && unused === 0) return
      const units = [{ bookedAtMs: admission.admittedAtMs, requests, tokens }]
      this.#port.tell({ kind: 'limit-return', scope, slots: admission.slot ? 1 : 0, units, usedTokens })
      return
    }
    const pool = this.#pools.get(scope, nowMs)
    pool.settle(admission, requests, tokens, nowMs)
    if (usedTokens > 0) pool.charge(usedTokens, nowMs)
  }

  /** Scopes that are remembered. */
  get size(): number {
    return this.#pools.size
  }

  async #askOnce(scope: string, limits: KeyLimits, tokens: number): Promise<Admission> {
    return answered(await this.#ask({ kind: 'limit-ask', scope, limits, tokens, lease: null }))
  }

  /** Waits for an ask that is under way, as it may bring enough for this call too; then asks, along with a lease. */
  async #admitByAsking(pool: LeasePool, tokens: number): Promise<Admission> {
    for (let turn = 0; turn < LONGEST_WAIT_TURNS && pool.asking !== null; turn++) {
      pool.waiting++
      await pool.asking
      pool.waiting--
      const nowMs = this.#wheel.nowMs
      const admission = pool.take(tokens, nowMs) ?? pool.refusal(tokens, nowMs)
      if (admission !== null) return admission
    }
    if (pool.asking !== null) return await this.#askOnce(pool.scope, pool.limits, tokens)
    const wish = pool.wishAlong(tokens, this.#wheel.nowMs)
    const admission = answered(await this.#askForAll(pool, tokens, wish))
    if (!admission.ok) pool.rememberRefusal(admission, this.#wheel.nowMs)
    return admission
  }

  #fetchAhead(pool: LeasePool, wish: LeaseWish): void {
    // No call depends on it: when it fails, the next call that has to ask fails by itself, and says so.
    this.#askForAll(pool, null, wish).catch(() => undefined)
  }

  /** One at a time for each scope: whoever comes meanwhile waits and finds what it brought. */
  async #askForAll(pool: LeasePool, tokens: number | null, lease: LeaseWish | null): Promise<LimitReply> {
    const { scope, limits } = pool
    const askedAtMs = this.#wheel.nowMs
    const { promise, resolve } = Promise.withResolvers<void>()
    pool.asking = promise
    try {
      const reply = await this.#ask({ kind: 'limit-ask', scope, limits, tokens, lease })
      if (lease !== null) pool.receive(reply.lease, limits, askedAtMs, this.#wheel.nowMs)
      return reply
    } finally {
      pool.asking = null
      resolve()
    }
  }

  async #ask(message: LimitAsk): Promise<LimitReply> {
    try {
      return await this.#port.ask(message)
    } catch (cause) {
      const text = 'The limits of this key cannot be checked at the moment. Try again in 1 s.'
      throw new GatewayError('service_unavailable', text, { cause, retryAfterSeconds: 1 })
    }
  }
}

function answered({ admission }: LimitReply): Admission {
  if (admission === null) throw new TypeError('The primary answered without an admission, though a call was waiting.')
  return admission
}
