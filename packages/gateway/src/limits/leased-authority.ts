// A worker's authority: answers at once from units that the ledger has lent, and asks where it must.
//
// A scope with a limit of up to 60, or with a budget, is asked for every call and is exact. A larger limit is spent from
// leases (`lease-pool.ts`): one round trip brings up to 4,096 requests, the next lease is fetched while half of this one
// is left, and `admit` then returns its answer rather than a promise. A lease is as large as the demand of the last
// second, so a nearly idle key asks for single calls. A call of several scopes takes of its leases first and asks once
// for all the others; when one refuses, what was taken goes back.
//
// How far short it may fall. Never too much is let through, but a call may be refused although N was not reached:
// - each worker holds at most two leases of N/20 each, so W workers may keep W * N/10 from one another, for one second;
//   at most a quarter of what is left is lent, and the last units singly;
// - a leased unit counts until 61 s after the lease was granted (61.1 above 4,096 per minute, and for tokens), however
//   early it was spent: at a constant pace N calls pass in 61 s and not in 60;
// - a worker holds up to N/20 unused slots, and for 0.1 s those of calls that have just ended;
// - a refusal is repeated for 25 ms without asking again.
// What a dead worker had leased stays counted until its window is over: a minute, or for a quota the day or the month
// (at most two leases); its slots are free at once.

import type { DeadlineWheel } from '../core/deadlines.ts'
import { GatewayError } from '../core/errors.ts'
import {
  type Admission,
  type Admitted,
  type LimitAuthority,
  type LimitState,
  type Refused,
  UNLIMITED,
  type Used,
  type Wanted,
} from './authority.ts'
import { LeasePool } from './lease-pool.ts'
import {
  isExact,
  type LeaseWish,
  type LedgerAsk,
  type LedgerReply,
  type LedgerReturn,
  type ScopeReturn,
} from './limit-ledger.ts'
import { isTenants, type LimitedScope } from './limits.ts'
import { ScopeTable } from './scope-table.ts'
import { countsRequests, owed } from './settlement.ts'
import { WINDOW_MS } from './sliding-window.ts'

/** Two asks are enough to grow a lease to what is waiting; after them a call asks for itself, however slow the primary is. */
const LONGEST_WAIT_TURNS = 2

/** The way to the primary. Messages of one worker arrive in the order in which they were sent. */
export interface LeasePort {
  ask(message: LedgerAsk): Promise<LedgerReply>
  /** Wants no answer, and does not throw: when the primary is gone, so is what it counted. */
  tell(message: LedgerReturn): void
}

/** A lease that is wanted along with an ask. */
interface Errand {
  readonly pool: LeasePool
  /** null: nothing is lent this time, but who comes meanwhile waits all the same. */
  readonly wish: LeaseWish | null
}

export class LeasedAuthority implements LimitAuthority {
  readonly #port: LeasePort
  readonly #wheel: DeadlineWheel
  readonly #pools: ScopeTable<LeasePool>
  /** The last answer was given without asking the other instances; leases do not outlive this by much. */
  #degraded = false

  constructor(port: LeasePort, wheel: DeadlineWheel) {
    this.#port = port
    this.#wheel = wheel
    const tell = (back: ScopeReturn): void => this.#tell([back])
    this.#pools = new ScopeTable((scope) => new LeasePool(scope, wheel, tell), 2 * WINDOW_MS)
  }

  /** `/!\ Hot path`. Rejects with `service_unavailable` when the primary does not answer. */
  admit(scopes: readonly LimitedScope[], wanted: Wanted): Admission | Promise<Admission> {
    if (scopes.length === 0) return UNLIMITED
    const nowMs = this.#wheel.nowMs
    return (
      this.#admitFromLeases(scopes, wanted, nowMs, true) ??
      this.#repeatRefusal(scopes, wanted.tokens, nowMs) ??
      this.#admitByAsking(scopes, wanted)
    )
  }

  settle(admission: Admitted, used: Used, refundRequest = false): void {
    if (admission === UNLIMITED) return
    const nowMs = this.#wheel.nowMs
    const { scopes, bookedAtMs, wanted } = admission
    let returns: ScopeReturn[] | null = null
    for (let index = 0; index < scopes.length; index++) {
      const scope = scopes[index]
      const atMs = bookedAtMs[index]
      if (scope === undefined || atMs === undefined) break
      if (isExact(scope)) {
        const back = owed(scope, atMs, wanted, used, refundRequest)
        if (back !== null) (returns ??= []).push(back)
      } else {
        this.#settleLeased(scope, atMs, wanted, used, refundRequest, nowMs)
      }
    }
    if (returns !== null) this.#tell(returns)
  }

  /** Scopes that are remembered. */
  get size(): number {
    return this.#pools.size
  }

  #settleLeased(
    scope: LimitedScope,
    bookedAtMs: number,
    wanted: Wanted,
    used: Used,
    refund: boolean,
    nowMs: number,
  ): void {
    const { concurrency, tpm } = scope.limits
    const unused = tpm === undefined ? 0 : wanted.tokens - used.tokens
    const requests = refund && countsRequests(scope) ? 1 : 0
    if (concurrency === undefined && unused === 0 && requests === 0) return
    const pool = this.#pools.get(scope.scope, nowMs)
    pool.settle(bookedAtMs, concurrency !== undefined, requests, Math.max(0, unused), nowMs)
    if (unused < 0) pool.charge(-unused, nowMs)
  }

  /** `/!\ Hot path`. From what is at hand, for all scopes or for none; null when one of them must be asked. */
  #admitFromLeases(
    scopes: readonly LimitedScope[],
    wanted: Wanted,
    nowMs: number,
    fetchAhead: boolean,
  ): Admitted | null {
    for (let index = 0; index < scopes.length; index++) {
      const scope = scopes[index]
      if (scope !== undefined && isExact(scope)) return null
    }
    const bookedAtMs: number[] = []
    let requests: LimitState | null = null
    let tokens: LimitState | null = null
    for (let index = 0; index < scopes.length; index++) {
      const scope = scopes[index]
      if (scope === undefined) break
      const pool = this.#poolOf(scope, nowMs)
      const atMs = pool.take(wanted.tokens, nowMs)
      if (Number.isNaN(atMs)) {
        this.#putBack(scopes, bookedAtMs, wanted, nowMs)
        return null
      }
      bookedAtMs.push(atMs)
      if (isTenants(scope)) {
        requests = pool.tighterRequests(requests, nowMs)
        tokens = pool.tighterTokens(tokens, nowMs)
      }
      const wish = fetchAhead ? pool.wishAhead(nowMs) : null
      if (wish !== null) this.#fetchAhead(pool, wish)
    }
    const admitted: Admitted = { ok: true, scopes, wanted, bookedAtMs, requests, tokens }
    return this.#degraded ? { ...admitted, degraded: true } : admitted
  }

  /** Gives what was taken of the first scopes back to their leases. NaN = nothing was taken of that one. */
  #putBack(scopes: readonly LimitedScope[], bookedAtMs: readonly number[], wanted: Wanted, nowMs: number): void {
    for (const [index, atMs] of bookedAtMs.entries()) {
      const scope = scopes[index]
      if (scope !== undefined && !Number.isNaN(atMs)) this.#poolOf(scope, nowMs).putBack(atMs, wanted.tokens, nowMs)
    }
  }

  #repeatRefusal(scopes: readonly LimitedScope[], tokens: number, nowMs: number): Refused | null {
    for (const scope of scopes) {
      const refusal = this.#poolOf(scope, nowMs).refusal(tokens, nowMs)
      if (refusal !== null) return refusal
    }
    return null
  }

  /** Waits for an ask that is under way, as it may bring enough for this call too; then asks, along with leases. */
  async #admitByAsking(scopes: readonly LimitedScope[], wanted: Wanted): Promise<Admission> {
    for (let turn = 0; turn < LONGEST_WAIT_TURNS; turn++) {
      const pool = this.#busyPool(scopes, wanted.tokens)
      if (pool === null) break
      pool.waiting++
      await pool.asking
      pool.waiting--
      const nowMs = this.#wheel.nowMs
      const admission =
        this.#admitFromLeases(scopes, wanted, nowMs, false) ?? this.#repeatRefusal(scopes, wanted.tokens, nowMs)
      if (admission !== null) return admission
    }
    return await this.#ask(scopes, wanted)
  }

  /** One that has nothing for this call, and for which an ask is under way. */
  #busyPool(scopes: readonly LimitedScope[], tokens: number): LeasePool | null {
    const nowMs = this.#wheel.nowMs
    for (const scope of scopes) {
      if (isExact(scope)) continue
      const pool = this.#poolOf(scope, nowMs)
      if (pool.asking !== null && !pool.has(tokens, nowMs)) return pool
    }
    return null
  }

  /** One message for all scopes of which nothing is at hand. */
  async #ask(scopes: readonly LimitedScope[], wanted: Wanted): Promise<Admission> {
    const { tokens, costNanos } = wanted
    const askedAtMs = this.#wheel.nowMs
    const bookedAtMs: number[] = []
    const asked: LimitedScope[] = []
    const errands: Errand[] = []
    for (const scope of scopes) {
      const pool = this.#poolOf(scope, askedAtMs)
      const exact = isExact(scope)
      const atMs = exact ? NaN : pool.take(tokens, askedAtMs)
      bookedAtMs.push(atMs)
      if (!Number.isNaN(atMs)) continue
      asked.push(scope)
      if (!exact && pool.asking === null) errands.push({ pool, wish: pool.wishAlong(tokens, askedAtMs) })
    }
    try {
      const { admission } = await this.#send({ scopes: asked, tokens, costNanos }, errands)
      if (admission === null)
        throw new TypeError('The ledger answered without an admission, though a call was waiting.')
      if (admission.ok) return this.#admitted(scopes, wanted, bookedAtMs, admission)
      this.#rememberRefusal(scopes, admission)
      this.#putBack(scopes, bookedAtMs, wanted, this.#wheel.nowMs)
      return admission
    } catch (error) {
      this.#putBack(scopes, bookedAtMs, wanted, this.#wheel.nowMs)
      throw error
    }
  }

  /** Joins what was at hand and what the ledger has booked. */
  #admitted(
    scopes: readonly LimitedScope[],
    wanted: Wanted,
    taken: readonly number[],
    booking: Extract<LedgerReply['admission'], { ok: true }>,
  ): Admitted {
    let { requests, tokens } = booking
    const nowMs = this.#wheel.nowMs
    let next = 0
    const bookedAtMs = taken.map((atMs, index) => {
      if (Number.isNaN(atMs)) return booking.bookedAtMs[next++] ?? 0
      const scope = scopes[index]
      if (scope !== undefined && isTenants(scope)) {
        const pool = this.#poolOf(scope, nowMs)
        requests = pool.tighterRequests(requests, nowMs)
        tokens = pool.tighterTokens(tokens, nowMs)
      }
      return atMs
    })
    const { degraded } = booking
    return { ok: true, scopes, wanted, bookedAtMs, requests, tokens, ...(degraded === true ? { degraded } : {}) }
  }

  /**
   * Of an exact scope only what time alone frees is remembered: a slot or a part of a budget that comes back is there
   * for the next call.
   */
  #rememberRefusal(scopes: readonly LimitedScope[], refused: Refused): void {
    const scope = scopes.find((scope) => scope.scope === refused.scope)
    if (scope === undefined) return
    const { limit } = refused
    if (isExact(scope) && (limit === 'concurrency' || limit === 'tpm' || limit === 'budget')) return
    const nowMs = this.#wheel.nowMs
    this.#poolOf(scope, nowMs).rememberRefusal(refused, nowMs)
  }

  #fetchAhead(pool: LeasePool, wish: LeaseWish): void {
    // No call depends on it: when it fails, the next call that has to ask fails by itself, and says so.
    this.#send(null, [{ pool, wish }]).catch(() => undefined)
  }

  /** One ask at a time for each leased scope: whoever comes meanwhile waits and finds what it brought. */
  async #send(call: LedgerAsk['call'], errands: readonly Errand[]): Promise<LedgerReply> {
    const askedAtMs = this.#wheel.nowMs
    const { promise, resolve } = Promise.withResolvers<void>()
    const wishes = errands.filter(({ wish }) => wish !== null)
    const leases = wishes.flatMap(({ wish }) => wish ?? [])
    // Limits may change while the answer is on its way.
    const scopes = wishes.map(({ pool }) => pool.scope)
    for (const { pool } of errands) pool.asking = promise
    try {
      const reply = await this.#port.ask({ kind: 'limit-ask', holder: '', call, leases })
      const nowMs = this.#wheel.nowMs
      this.#learn(reply)
      for (const [index, { pool }] of wishes.entries())
        pool.receive(reply.leases[index] ?? null, scopes[index] ?? pool.scope, askedAtMs, nowMs)
      return reply
    } catch (cause) {
      const text = 'The limits of this key cannot be checked at the moment. Try again in 1 s.'
      throw new GatewayError('service_unavailable', text, { cause, retryAfterSeconds: 1 })
    } finally {
      for (const { pool } of errands) pool.asking = null
      resolve()
    }
  }

  #learn({ admission, leases }: LedgerReply): void {
    const answer = admission ?? leases.find((lease) => lease !== null)
    if (answer != null) this.#degraded = answer.degraded === true
  }

  #tell(scopes: readonly ScopeReturn[]): void {
    this.#port.tell({ kind: 'limit-return', holder: '', scopes })
  }

  #poolOf(scope: LimitedScope, nowMs: number): LeasePool {
    const pool = this.#pools.get(scope.scope, nowMs)
    pool.use(scope, nowMs)
    return pool
  }
}
