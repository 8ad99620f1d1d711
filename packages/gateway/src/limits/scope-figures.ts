// All that is counted for one scope: the sliding windows of requests and tokens, the slots that are held, the quotas of
// the day and the month, the budget. What is limited may change at any time; what was counted stays.

import type { LimitState, Refused } from './authority.ts'
import type { Period, PeriodKind } from './calendar.ts'
import { CalendarCount } from './calendar-count.ts'
import type { WindowStanding } from './limit-ledger.ts'
import type { LimitedScope } from './limits.ts'
import type { Forgettable } from './scope-table.ts'
import { RequestWindow, TokenWindow } from './sliding-window.ts'

/** Nobody can know when a slot will be free; a second is long enough not to hammer and short enough to be of use. */
export const SLOT_RETRY_MS = 1000
/** Where no wait helps, this is named all the same, for those who wait instead of giving up. */
const NO_WAIT_HELPS_MS = 60_000
/** Unused for so long, no call of its can be open any more, and the usage records know as much as the quotas. */
const QUOTA_KEEP_MS = 86_400_000

/** The moment, by both clocks. */
export interface Moment {
  /** Never goes backwards: windows and leases. */
  readonly nowMs: number
  /** The time of day: days and months. */
  readonly wallMs: number
}

/** A count that only the usage records can begin. */
export interface Unseeded {
  readonly period: Period
  seed(used: { readonly requests: number; readonly costNanos: number } | null): void
}

export class ScopeFigures implements Forgettable {
  readonly #windowMs: number
  #requests: RequestWindow | null = null
  #tokens: TokenWindow | null = null
  #day: CalendarCount | null = null
  #month: CalendarCount | null = null
  #budget: CalendarCount | null = null
  /** The first fetch of its history, while it is under way. */
  seeding: Promise<void> | null = null
  slots = 0
  quotaEpoch = 0
  #usedAtMs = -Infinity

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  /** The window of the limit as it stands now; null where there is none. A limit that is lifted keeps its window. */
  requests({ limits }: LimitedScope): RequestWindow | null {
    if (limits.rpm === undefined) return null
    this.#requests ??= new RequestWindow(limits.rpm, this.#windowMs)
    this.#requests.limit = limits.rpm
    return this.#requests
  }

  tokens({ limits }: LimitedScope): TokenWindow | null {
    if (limits.tpm === undefined) return null
    this.#tokens ??= new TokenWindow(limits.tpm, this.#windowMs)
    this.#tokens.limit = limits.tpm
    return this.#tokens
  }

  /** Turns its calendar windows to this moment; those whose count is not known come back, and must be seeded first. */
  turn({ limits, timeZone, budget }: LimitedScope, { nowMs, wallMs }: Moment): readonly Unseeded[] {
    if (limits.requestsPerDay === undefined && limits.requestsPerMonth === undefined && budget === undefined)
      return NONE
    const unseeded: Unseeded[] = []
    const turn = (count: CalendarCount, kind: PeriodKind, of: 'requests' | 'costNanos'): void => {
      const period = count.turn(kind, timeZone, wallMs, nowMs)
      if (period === null) return
      unseeded.push({ period, seed: (used) => count.seed(kind, timeZone, period, used?.[of] ?? null, nowMs) })
    }
    if (limits.requestsPerDay !== undefined) turn((this.#day ??= new CalendarCount()), 'day', 'requests')
    if (limits.requestsPerMonth !== undefined) turn((this.#month ??= new CalendarCount()), 'month', 'requests')
    if (budget !== undefined) turn((this.#budget ??= new CalendarCount()), budget.reset, 'costNanos')
    return unseeded
  }

  forgetQuotas(epoch: number): void {
    this.quotaEpoch = epoch
    this.#day = null
    this.#month = null
    this.#budget = null
  }

  /** How many requests of the day, the month and the minute are left; Infinity where none is limited. */
  requestsLeft(scope: LimitedScope, nowMs: number): number {
    const { requestsPerDay = Infinity, requestsPerMonth = Infinity } = scope.limits
    return Math.min(
      this.requests(scope)?.remaining(nowMs) ?? Infinity,
      requestsPerDay - (this.#day?.used ?? 0),
      requestsPerMonth - (this.#month?.used ?? 0),
    )
  }

  /** Until the first of its calendar windows ends; Infinity without. */
  calendarLeftMs({ limits }: LimitedScope, wallMs: number): number {
    const dayEndMs = limits.requestsPerDay === undefined ? Infinity : (this.#day?.endMs ?? Infinity)
    const monthEndMs = limits.requestsPerMonth === undefined ? Infinity : (this.#month?.endMs ?? Infinity)
    return Math.min(dayEndMs, monthEndMs) - wallMs
  }

  /** `/!\ Hot path`. Whether one call fits; its calendar windows must have been turned. */
  fits(scope: LimitedScope, tokens: number, costNanos: number, nowMs: number): boolean {
    const { concurrency, requestsPerDay, requestsPerMonth } = scope.limits
    if (concurrency !== undefined && this.slots >= concurrency) return false
    if (requestsPerDay !== undefined && (this.#day?.used ?? 0) >= requestsPerDay) return false
    if (requestsPerMonth !== undefined && (this.#month?.used ?? 0) >= requestsPerMonth) return false
    if (this.requests(scope)?.fits(nowMs) === false) return false
    if (this.tokens(scope)?.fits(nowMs, tokens) === false) return false
    return scope.budget === undefined || this.#budgetFits(scope.budget.amountNanos, costNanos)
  }

  /** Counts one call that fits. */
  book(scope: LimitedScope, tokens: number, costNanos: number, nowMs: number): void {
    this.bookUnits(scope, 1, tokens, nowMs, nowMs)
    if (scope.budget !== undefined) this.#budget?.book(costNanos)
    if (scope.limits.concurrency !== undefined) this.slots++
  }

  /** Counts requests and tokens at a moment that may lie ahead: a call's, or a lease's. */
  bookUnits(scope: LimitedScope, requests: number, tokens: number, atMs: number, nowMs: number): void {
    const { limits } = scope
    this.#usedAtMs = nowMs
    this.requests(scope)?.book(atMs, requests)
    this.tokens(scope)?.book(atMs, tokens)
    if (limits.requestsPerDay !== undefined) this.#day?.book(requests)
    if (limits.requestsPerMonth !== undefined) this.#month?.book(requests)
  }

  /** Gives back what was booked at `bookedAtMs` and not spent. */
  giveBack(bookedAtMs: number, requests: number, tokens: number, costNanos: number, nowMs: number): void {
    if (requests > 0) {
      this.#requests?.giveBack(bookedAtMs, requests)
      this.#day?.giveBack(bookedAtMs, requests)
      this.#month?.giveBack(bookedAtMs, requests)
    }
    if (tokens > 0) this.#tokens?.correct(bookedAtMs, tokens, 0, nowMs)
    if (costNanos > 0) this.#budget?.giveBack(bookedAtMs, costNanos)
  }

  /** Counts what was used beyond what was reserved, now and whatever the limit. */
  charge(tokens: number, costNanos: number, nowMs: number): void {
    this.#usedAtMs = nowMs
    if (tokens > 0) this.#tokens?.correct(nowMs, 0, tokens, nowMs)
    if (costNanos > 0) this.#budget?.book(costNanos)
  }

  releaseSlots(n: number): void {
    this.slots = Math.max(0, this.slots - n)
  }

  idle(nowMs: number): boolean {
    if (this.slots > 0 || this.seeding !== null) return false
    if ((this.#requests?.resetMs(nowMs) ?? 0) > 0 || (this.#tokens?.resetMs(nowMs) ?? 0) > 0) return false
    const counted = (this.#day?.used ?? 0) + (this.#month?.used ?? 0) + (this.#budget?.used ?? 0)
    return counted === 0 || nowMs - this.#usedAtMs >= QUOTA_KEEP_MS
  }

  /** Names the limit that will take longest, so that a retry after it is not refused by the next one. */
  refusal(scope: LimitedScope, tokens: number, costNanos: number, moment: Moment): Refusal {
    const { nowMs } = moment
    const { limits, budget } = scope
    const { concurrency, requestsPerDay, requestsPerMonth } = limits
    let longest: Refusal = { limit: 'rpm', max: limits.rpm ?? 0, needed: 1, waitMs: 0 }
    const consider = (limit: Refused['limit'], max: number, needed: number, waitMs: number): void => {
      if (waitMs > longest.waitMs) longest = { limit, max, needed, waitMs }
    }
    consider('rpm', limits.rpm ?? 0, 1, this.requests(scope)?.retryAfterMs(nowMs) ?? 0)
    consider('tpm', limits.tpm ?? 0, tokens, this.tokens(scope)?.retryAfterMs(nowMs, tokens) ?? 0)
    if (concurrency !== undefined && this.slots >= concurrency)
      consider('concurrency', concurrency, 1, concurrency === 0 ? Infinity : SLOT_RETRY_MS)
    if (requestsPerDay !== undefined) {
      const waitMs = calendarWaitMs(this.#day, requestsPerDay, 1, moment)
      consider('requestsPerDay', requestsPerDay, 1, waitMs)
    }
    if (requestsPerMonth !== undefined) {
      const waitMs = calendarWaitMs(this.#month, requestsPerMonth, 1, moment)
      consider('requestsPerMonth', requestsPerMonth, 1, waitMs)
    }
    if (budget !== undefined) {
      const needed = Math.max(1, costNanos)
      consider('budget', budget.amountNanos, needed, calendarWaitMs(this.#budget, budget.amountNanos, needed, moment))
    }
    return longest
  }

  /** Everything that is limited, as it stands. */
  standing(scope: LimitedScope, nowMs: number): WindowStanding[] {
    const { limits, budget } = scope
    const windows: WindowStanding[] = []
    const add = (limit: WindowStanding['limit'], max: number | undefined, used: number, endMs = Infinity): void => {
      if (max !== undefined) windows.push({ limit, max, used, resetsAtMs: endMs === Infinity ? null : endMs })
    }
    add('rpm', limits.rpm, this.requests(scope)?.used(nowMs) ?? 0)
    add('tpm', limits.tpm, this.tokens(scope)?.used(nowMs) ?? 0)
    add('concurrency', limits.concurrency, this.slots)
    add('requestsPerDay', limits.requestsPerDay, this.#day?.used ?? 0, this.#day?.endMs)
    add('requestsPerMonth', limits.requestsPerMonth, this.#month?.used ?? 0, this.#month?.endMs)
    add('budget', budget?.amountNanos, this.#budget?.used ?? 0, this.#budget?.endMs)
    return windows
  }

  /** A spent budget pays for nothing, not even for a call that is free. */
  #budgetFits(amountNanos: number, costNanos: number): boolean {
    return (this.#budget?.used ?? 0) + Math.max(1, costNanos) <= amountNanos
  }
}

const NONE: readonly Unseeded[] = Object.freeze([])

export interface Refusal {
  readonly limit: Refused['limit']
  readonly max: number
  readonly needed: number
  /** Infinity = no wait helps. */
  readonly waitMs: number
}

/** As it is told to whoever asked. */
export function refusedBy(
  scope: LimitedScope,
  { limit, max, needed, waitMs }: Refusal,
  requests: LimitState | null,
  tokens: LimitState | null,
): Refused {
  const tooLarge = waitMs === Infinity
  return {
    ok: false,
    scope: scope.scope,
    of: scope.of,
    name: scope.name,
    limit,
    max,
    needed,
    retryAfterMs: tooLarge ? NO_WAIT_HELPS_MS : waitMs,
    tooLarge,
    requests,
    tokens,
  }
}

export function windowState(window: RequestWindow | TokenWindow | null, nowMs: number): LimitState | null {
  if (window === null) return null
  return { limit: window.limit, remaining: window.remaining(nowMs), resetMs: window.resetMs(nowMs) }
}

function calendarWaitMs(count: CalendarCount | null, limit: number, needed: number, { wallMs }: Moment): number {
  const used = count?.used ?? 0
  if (needed > limit) return Infinity
  return used + needed <= limit ? 0 : (count?.endMs ?? Infinity) - wallMs
}
