// What was spent of one quota in its calendar window: requests of a day or a month, nano-US$ of a budget.
//
// The time of day decides which window is the present one, and the time of day may be wrong. So the window before is
// kept: a clock that steps back finds its count again, and so does one that steps forward after that. A window in which
// this process has not counted from the beginning is never taken for empty: its count comes from the usage records.

import { type Period, type PeriodKind, periodAt } from './calendar.ts'
import { LEASE_MS } from './limit-ledger.ts'

/** The two clocks may drift by this much, between two looks, before the time of day counts as having been put. */
export const DRIFT_MS = 100

interface Window {
  readonly period: Period
  used: number
  /** Since when, on the ledger's clock, every booking is its own; -Infinity for the first. */
  openedAtMs: number
}

export class CalendarCount {
  #kind: PeriodKind = 'never'
  #timeZone = ''
  #current: Window | null = null
  #previous: Window | null = null
  #latestStartMs = -Infinity
  /** The time of day minus the ledger's clock, when last looked at. */
  #offsetMs = NaN

  /**
   * Makes the window of `wallMs` the present one.
   * @param nowMs on the ledger's clock
   * @returns the window of which the count must be fetched first (`seed`), null when it is known
   */
  turn(kind: PeriodKind, timeZone: string, wallMs: number, nowMs: number): Period | null {
    const current = this.#current
    const steady = Math.abs(wallMs - nowMs - this.#offsetMs) < DRIFT_MS
    this.#offsetMs = wallMs - nowMs
    const sameCalendar = kind === this.#kind && timeZone === this.#timeZone
    if (sameCalendar && current !== null && wallMs >= current.period.startMs && wallMs < current.period.endMs)
      return null
    const period = periodAt(kind, timeZone, wallMs)
    if (!sameCalendar || current === null) return period
    const before = this.#previous
    if (before?.period.startMs === period.startMs) {
      before.openedAtMs = nowMs + LEASE_MS
      this.#current = before
      this.#previous = current
      return null
    }
    if (period.startMs <= this.#latestStartMs) return period
    this.#latestStartMs = period.startMs
    this.#previous = current
    // No lease reaches beyond the end of a window, but the clock may have been put forward during one.
    this.#current = { period, used: 0, openedAtMs: steady ? nowMs : nowMs + LEASE_MS }
    return null
  }

  /** Begins a window with what was spent in it so far; `used` null = nobody can know, so what is counted here goes on. */
  seed(kind: PeriodKind, timeZone: string, period: Period, used: number | null, nowMs: number): void {
    const counted = this.used
    const sameKind = kind === this.#kind
    const sameZone = timeZone === this.#timeZone
    const isFirst = this.#current === null
    // Another zone's day is mostly the same day, and calls that are still open are in no record yet.
    const begin = used === null ? counted : sameKind && !sameZone ? Math.max(used, counted) : used
    this.#previous = sameKind && sameZone ? this.#current : null
    if (this.#previous === null) this.#latestStartMs = -Infinity
    this.#latestStartMs = Math.max(this.#latestStartMs, period.startMs)
    this.#current = { period, used: begin, openedAtMs: isFirst ? -Infinity : nowMs + LEASE_MS }
    this.#kind = kind
    this.#timeZone = timeZone
  }

  get used(): number {
    return this.#current?.used ?? 0
  }

  /** Unix ms; Infinity for a window without an end. */
  get endMs(): number {
    return this.#current?.period.endMs ?? Infinity
  }

  book(amount: number): void {
    if (this.#current !== null) this.#current.used += amount
  }

  /** Takes back what was booked at a moment of the ledger's clock, from the window that it was booked in. */
  giveBack(bookedAtMs: number, amount: number): void {
    // Where it is not certain, it is none of them: rather too little back than too much.
    const current = this.#current
    const window = current !== null && bookedAtMs >= current.openedAtMs ? current : this.#previous
    if (window !== null && bookedAtMs >= window.openedAtMs) window.used = Math.max(0, window.used - amount)
  }
}
