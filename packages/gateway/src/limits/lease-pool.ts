// What one worker holds of one scope: at most two leases of requests and tokens (one being spent, the next one fetched
// ahead), the slots that no call uses at the moment, and what is waiting to be given back.
// It knows how much to ask for; `leased-authority.ts` does the asking.

import { Deadline, type DeadlineWheel } from '../core/deadlines.ts'
import type { LimitState, Refused } from './authority.ts'
import { GiveBacks } from './give-backs.ts'
import { LEASE_MS, type LeaseGrant, type LeaseWish, largestLease, type ScopeReturn } from './limit-ledger.ts'
import { type LimitedScope, NO_LIMITS, sameLimits } from './limits.ts'
import type { Forgettable } from './scope-table.ts'
import { countsRequests } from './settlement.ts'
import { WINDOW_MS } from './sliding-window.ts'
import { SlotPool } from './slot-pool.ts'

/** Small returns are collected for this long. */
const FLUSH_MS = 100
/** After the ledger had nothing to lend, calls ask one by one for this long. */
const NOTHING_TO_LEND_MS = 50
/** A refusal is repeated for this long without asking again, so that a flood of refused calls is no flood of questions. */
const REFUSAL_MS = 25
/** A larger lease would save no round trip worth having, and would keep its units from the other workers. */
const LARGEST_WISH = 4096

interface Lease {
  readonly bookedAtMs: number
  readonly expiresAtMs: number
  readonly requests: number
  readonly tokens: number
  /** Infinity where that limit is not set. */
  requestsLeft: number
  tokensLeft: number
}

export class LeasePool extends Deadline implements Forgettable {
  scope: LimitedScope
  /** An ask that may bring a lease is under way: resolves when it is over, never rejects. */
  asking: Promise<void> | null = null
  /** Calls that wait for it. */
  waiting = 0

  readonly #wheel: DeadlineWheel
  readonly #tell: (back: ScopeReturn) => void
  #wakeAtMs = Infinity

  #current: Lease | null = null
  #next: Lease | null = null
  readonly #slots = new SlotPool()
  readonly #giveBacks = new GiveBacks()
  /** What the ledger had left besides our leases when it last told. */
  #requestsElsewhere = 0
  #tokensElsewhere = 0

  /** Requests to ask for next time: grows with demand, from 0. */
  #wish = 0
  /** Calls since a moment: the pace of demand. */
  #calls = 0
  #callsSinceMs = 0
  /** A moving average of what a call takes, reserved and beyond; 0 before the first. */
  #tokensEach = 0
  #lastAskMs = -Infinity
  #nothingToLendUntilMs = -Infinity
  #refused: Refused | null = null
  #refusedUntilMs = -Infinity

  constructor(scope: string, wheel: DeadlineWheel, tell: (back: ScopeReturn) => void) {
    super()
    this.scope = { scope, of: 'key', name: '', limits: NO_LIMITS, timeZone: 'UTC' }
    this.#wheel = wheel
    this.#tell = tell
  }

  /** What was leased under other limits goes back. */
  use(scope: LimitedScope, nowMs: number): void {
    const old = this.scope
    if (old === scope) return
    this.scope = scope
    if (sameLimits(old.limits, scope.limits) && old.timeZone === scope.timeZone) return
    this.#retire(this.#current)
    this.#retire(this.#next)
    this.#current = null
    this.#next = null
    this.#refused = null
    this.#nothingToLendUntilMs = -Infinity
    if (!this.#giveBacks.empty) this.#wakeBy(nowMs + FLUSH_MS)
  }

  /** `/!\ Hot path`. Takes one call from what is at hand: when it counts, or NaN when the ledger must be asked. */
  take(tokens: number, nowMs: number): number {
    const { concurrency } = this.scope.limits
    if (concurrency !== undefined && this.#slots.free === 0) return NaN
    let bookedAtMs = nowMs
    if (countsUnits(this.scope)) {
      const lease = this.#leaseFor(tokens, nowMs)
      if (lease === null) return NaN
      this.#calls++
      lease.requestsLeft--
      lease.tokensLeft -= tokens
      bookedAtMs = lease.bookedAtMs
    }
    if (concurrency !== undefined) this.#slots.take()
    return bookedAtMs
  }

  /** Whether `take` would find something. */
  has(tokens: number, nowMs: number): boolean {
    if (this.scope.limits.concurrency !== undefined && this.#slots.free === 0) return false
    return !countsUnits(this.scope) || this.#leaseFor(tokens, nowMs) !== null
  }

  /** Takes back what `take` gave: another scope has refused the call. */
  putBack(bookedAtMs: number, tokens: number, nowMs: number): void {
    const { limits } = this.scope
    const requests = countsRequests(this.scope) ? 1 : 0
    this.settle(bookedAtMs, limits.concurrency !== undefined, requests, limits.tpm === undefined ? 0 : tokens, nowMs)
  }

  /** `/!\ Hot path`. RPM as it stands after a `take`, if it is tighter than `other`. */
  tighterRequests(other: LimitState | null, nowMs: number): LimitState | null {
    const { rpm } = this.scope.limits
    if (rpm === undefined) return other
    const remaining = this.#requestsElsewhere + finite(this.#current?.requestsLeft) + finite(this.#next?.requestsLeft)
    return other !== null && other.remaining <= remaining
      ? other
      : { limit: rpm, remaining, resetMs: this.#resetMs(nowMs) }
  }

  /** `/!\ Hot path`. The same for TPM. */
  tighterTokens(other: LimitState | null, nowMs: number): LimitState | null {
    const { tpm } = this.scope.limits
    if (tpm === undefined) return other
    const remaining = this.#tokensElsewhere + finite(this.#current?.tokensLeft) + finite(this.#next?.tokensLeft)
    return other !== null && other.remaining <= remaining
      ? other
      : { limit: tpm, remaining, resetMs: this.#resetMs(nowMs) }
  }

  /** `/!\ Hot path`. What to fetch ahead: something when half of the lease, half of its time or half of the slots are gone. */
  wishAhead(nowMs: number): LeaseWish | null {
    if (this.asking !== null || nowMs < this.#nothingToLendUntilMs) return null
    const lease = this.#next === null ? this.#current : null
    if (lease !== null) {
      const half = lease.requestsLeft * 2 < lease.requests || lease.tokensLeft * 2 < lease.tokens
      if (half || lease.expiresAtMs - nowMs < LEASE_MS / 2) {
        // Half of it before half of its time: it was too small. Otherwise, what a lease time needs at the present pace.
        const pace = Math.ceil((this.#calls * LEASE_MS) / Math.max(1, nowMs - this.#callsSinceMs))
        this.#wish = Math.min(LARGEST_WISH, half ? Math.max(pace, lease.requests * 2) : pace)
        this.#calls = 0
        this.#callsSinceMs = nowMs
        return this.#sized(Math.max(1, this.#wish))
      }
    }
    const slots = this.#slotTarget(this.#wish)
    return slots > 0 && this.#slots.free * 2 < slots ? this.#sized(this.#wish) : null
  }

  /** What to lease along with a call that must ask: nothing for a scope that was idle, then twice as much each time. */
  wishAlong(tokens: number, nowMs: number): LeaseWish | null {
    this.#observe(tokens)
    if (nowMs < this.#nothingToLendUntilMs) return null
    if (nowMs - this.#lastAskMs > LEASE_MS) {
      this.#wish = 0
      this.#calls = 0
      this.#callsSinceMs = nowMs
    }
    this.#lastAskMs = nowMs
    const wish = Math.min(LARGEST_WISH, Math.max(this.#wish, this.waiting * 2))
    this.#wish = Math.min(LARGEST_WISH, Math.max(1, wish * 2))
    return wish === 0 ? null : this.#sized(wish)
  }

  /** Takes in what an ask brought; `askedAtMs` is when its time began, `scope` what it was asked under. */
  receive(grant: LeaseGrant | null, scope: LimitedScope, askedAtMs: number, nowMs: number): void {
    if (grant === null) {
      this.#nothingToLendUntilMs = nowMs + NOTHING_TO_LEND_MS
      return
    }
    if (grant.slots > 0) this.#addSlots(grant.slots, nowMs)
    if (grant.requests === 0) return
    const lease: Lease = {
      bookedAtMs: grant.bookedAtMs,
      expiresAtMs: askedAtMs + LEASE_MS,
      requests: grant.requests,
      tokens: grant.tokens,
      requestsLeft: countsRequests(scope) ? grant.requests : Infinity,
      tokensLeft: scope.limits.tpm === undefined ? Infinity : grant.tokens,
    }
    this.#dropSpent(nowMs)
    if (!sameLimits(scope.limits, this.scope.limits) || lease.expiresAtMs <= nowMs || this.#next !== null) {
      this.#retire(lease)
      this.#wakeBy(nowMs + FLUSH_MS)
      return
    }
    if (this.#current === null) this.#current = lease
    else this.#next = lease
    this.#requestsElsewhere = grant.requestState?.remaining ?? 0
    this.#tokensElsewhere = grant.tokenState?.remaining ?? 0
    this.#wakeBy(lease.expiresAtMs)
  }

  /** The ledger's last refusal, while it is fresh and covers this call too. */
  refusal(tokens: number, nowMs: number): Refused | null {
    const refused = this.#refused
    if (refused === null || nowMs >= this.#refusedUntilMs) return null
    return refused.limit !== 'tpm' || tokens >= refused.needed ? refused : null
  }

  rememberRefusal(refused: Refused, nowMs: number): void {
    this.#refused = refused
    this.#refusedUntilMs = nowMs + Math.min(REFUSAL_MS, refused.retryAfterMs)
  }

  /** A call ended: its slot and what it did not use are for the next one while its lease lasts, then for the ledger. */
  settle(bookedAtMs: number, slot: boolean, requestsBack: number, tokensBack: number, nowMs: number): void {
    if (slot) this.#addSlots(1, nowMs)
    if (requestsBack === 0 && tokensBack === 0) return
    const lease = this.#current?.bookedAtMs === bookedAtMs ? this.#current : this.#next
    if (lease !== null && lease.bookedAtMs === bookedAtMs && lease.expiresAtMs > nowMs) {
      lease.requestsLeft += requestsBack
      lease.tokensLeft += tokensBack
    } else {
      this.#giveBacks.addUnits(bookedAtMs, requestsBack, tokensBack)
      this.#wakeBy(nowMs + FLUSH_MS)
    }
  }

  /** Tokens used beyond a reservation count from now on, and the next lease allows for as many. */
  charge(tokens: number, nowMs: number): void {
    this.#tokensEach += tokens / 8
    const lease = this.#current
    if (lease !== null && lease.expiresAtMs > nowMs && lease.tokensLeft >= tokens) {
      lease.tokensLeft -= tokens
    } else {
      this.#giveBacks.addUsedTokens(tokens)
      this.#wakeBy(nowMs + FLUSH_MS)
    }
  }

  /** Gives back what has expired, lies idle or was collected. */
  onDeadline(nowMs: number): void {
    this.#wakeAtMs = Infinity
    this.#dropSpent(nowMs)
    this.#giveBacks.addSlots(this.#slots.takeSurplus(largestLease(this.scope.limits.concurrency ?? 0), nowMs))
    if (!this.#giveBacks.empty) this.#tell(this.#giveBacks.drain(this.scope))
    if (this.#current !== null) this.#wakeBy(this.#current.expiresAtMs)
    if (this.#slots.free > 0) this.#wakeBy(nowMs + LEASE_MS)
  }

  idle(): boolean {
    return this.asking === null && this.#current === null && this.#slots.free === 0 && this.#giveBacks.empty
  }

  /** The lease to spend from: the current one, or the next where a large call no longer fits into what is left of it. */
  #leaseFor(tokens: number, nowMs: number): Lease | null {
    this.#observe(tokens)
    this.#dropSpent(nowMs)
    const lease = this.#current
    if (lease === null || lease.tokensLeft >= tokens) return lease
    const next = this.#next
    if (next === null) return null
    const isAlive = this.#alive(next, nowMs)
    if (isAlive && next.tokensLeft >= tokens) return next
    // Neither has room for a call of the usual size: two that are nearly spent would keep a third one away.
    if (isAlive && tokens <= this.#tokensEach * 1.25) this.#shift(nowMs)
    else if (!isAlive) {
      this.#retire(next)
      this.#next = null
      this.#wakeBy(nowMs + FLUSH_MS)
    }
    return null
  }

  #observe(tokens: number): void {
    const seen = Math.max(1, tokens)
    this.#tokensEach = this.#tokensEach === 0 ? seen : this.#tokensEach + (seen - this.#tokensEach) / 8
  }

  #dropSpent(nowMs: number): void {
    while (this.#current !== null && !this.#alive(this.#current, nowMs)) this.#shift(nowMs)
  }

  #shift(nowMs: number): void {
    this.#retire(this.#current)
    this.#current = this.#next
    this.#next = null
    this.#wakeBy(nowMs + FLUSH_MS)
  }

  /** A lease whose tokens do not even make half a usual call only stands in the way of the next. */
  #alive(lease: Lease, nowMs: number): boolean {
    return lease.expiresAtMs > nowMs && lease.requestsLeft >= 1 && lease.tokensLeft * 2 >= this.#tokensEach
  }

  #retire(lease: Lease | null): void {
    if (lease === null) return
    const requests = lease.requestsLeft === Infinity ? 0 : lease.requestsLeft
    const tokens = lease.tokensLeft === Infinity ? 0 : lease.tokensLeft
    this.#giveBacks.addUnits(lease.bookedAtMs, requests, tokens)
  }

  #sized(requests: number): LeaseWish | null {
    const { scope } = this
    const units = this.#next === null && countsUnits(scope) ? requests : 0
    const slots = Math.max(0, this.#slotTarget(requests) - this.#slots.free)
    return units > 0 || slots > 0
      ? { scope, requests: units, tokensEach: Math.max(1, Math.ceil(this.#tokensEach)), slots }
      : null
  }

  #slotTarget(requests: number): number {
    const { concurrency } = this.scope.limits
    return concurrency === undefined ? 0 : Math.min(requests, largestLease(concurrency))
  }

  #addSlots(slots: number, nowMs: number): void {
    this.#slots.put(slots, nowMs)
    const surplus = this.#slots.free > largestLease(this.scope.limits.concurrency ?? 0)
    this.#wakeBy(nowMs + (surplus ? FLUSH_MS : LEASE_MS))
  }

  #resetMs(nowMs: number): number {
    const lease = this.#next ?? this.#current
    return lease === null ? WINDOW_MS : WINDOW_MS + Math.max(0, lease.expiresAtMs - nowMs)
  }

  #wakeBy(atMs: number): void {
    if (atMs >= this.#wakeAtMs) return
    this.#wakeAtMs = atMs
    this.#wheel.arm(this, atMs)
  }
}

function countsUnits(scope: LimitedScope): boolean {
  return scope.limits.tpm !== undefined || countsRequests(scope)
}

function finite(left: number | undefined): number {
  return left === undefined || left === Infinity ? 0 : left
}
