// Requests and tokens per minute, counted over every minute and not just over those that begin at a full one.
// Up to 4,096 requests per window the moment of each is kept, and the limit is exact: never more than N in any window,
// and N whenever the last N are old enough. Above that, and for tokens, moments are rounded up to 100 ms: a unit may
// then count for 100 ms longer than it should, never shorter, and a window needs some 600 pairs at most.
// Time is passed in: milliseconds of a clock that never goes backwards.

import { SlidingLog } from './sliding-log.ts'

export const WINDOW_MS = 60_000
export const EXACT_UP_TO = 4096
const GRAIN_MS = 100

export class RequestWindow {
  /** May change at any time; what is in the window stays. */
  limit: number
  readonly #log: SlidingLog

  constructor(limit: number, windowMs: number = WINDOW_MS) {
    this.limit = limit
    this.#log = new SlidingLog(windowMs)
  }

  /** Takes `n` requests if they fit, and says whether they did. `bookAtMs`: count them at a later moment (a lease's end). */
  take(nowMs: number, n = 1, bookAtMs: number = nowMs): boolean {
    if (!this.fits(nowMs, n)) return false
    this.book(bookAtMs, n)
    return true
  }

  fits(nowMs: number, n = 1): boolean {
    return this.#log.used(nowMs) + n <= this.limit
  }

  /** Counts `n` requests, whether they fit or not. */
  book(atMs: number, n = 1): void {
    this.#log.add(this.#moment(atMs), n)
  }

  /** Takes back `n` requests that were booked at `atMs`. Those from before a change of form just stay for their minute. */
  giveBack(atMs: number, n = 1): void {
    this.#log.remove(this.#moment(atMs), n)
  }

  used(nowMs: number): number {
    return this.#log.used(nowMs)
  }

  remaining(nowMs: number): number {
    return Math.max(0, this.limit - this.#log.used(nowMs))
  }

  /** Until `n` more fit: 0 = now, Infinity = never. */
  retryAfterMs(nowMs: number, n = 1): number {
    const excess = this.#log.used(nowMs) + n - this.limit
    return n > this.limit ? Infinity : this.#log.waitMs(nowMs, excess)
  }

  /** Until everything is free. */
  resetMs(nowMs: number): number {
    return this.#log.used(nowMs) === 0 ? 0 : this.#log.resetMs(nowMs)
  }

  #moment(atMs: number): number {
    return this.limit <= EXACT_UP_TO ? atMs : roundUp(atMs)
  }
}

export class TokenWindow {
  /** May change at any time; what is in the window stays. */
  limit: number
  readonly #log: SlidingLog

  constructor(limit: number, windowMs: number = WINDOW_MS) {
    this.limit = limit
    this.#log = new SlidingLog(windowMs)
  }

  /** Reserves if used + tokens stays within the limit; a full window takes nothing, not even a call of no tokens. */
  reserve(nowMs: number, tokens: number, bookAtMs: number = nowMs): boolean {
    if (!this.fits(nowMs, tokens)) return false
    this.book(bookAtMs, tokens)
    return true
  }

  fits(nowMs: number, tokens: number): boolean {
    return this.#log.used(nowMs) + Math.max(1, tokens) <= this.limit
  }

  /** Counts tokens, whether they fit or not. */
  book(atMs: number, tokens: number): void {
    if (tokens > 0) this.#log.add(roundUp(atMs), tokens)
  }

  /** Less than reserved is given back to the moment of the reservation; more counts now, even beyond the limit. */
  correct(reservedAtMs: number, reserved: number, actual: number, nowMs: number): void {
    if (actual < reserved) this.#log.remove(roundUp(reservedAtMs), reserved - actual)
    else if (actual > reserved) this.#log.add(roundUp(nowMs), actual - reserved)
  }

  used(nowMs: number): number {
    return this.#log.used(nowMs)
  }

  remaining(nowMs: number): number {
    return Math.max(0, this.limit - this.#log.used(nowMs))
  }

  /** Until `tokens` more fit: 0 = now, Infinity = never. */
  retryAfterMs(nowMs: number, tokens: number): number {
    const needed = Math.max(1, tokens)
    const excess = this.#log.used(nowMs) + needed - this.limit
    return needed > this.limit ? Infinity : this.#log.waitMs(nowMs, excess)
  }

  /** Until everything is free. */
  resetMs(nowMs: number): number {
    return this.#log.used(nowMs) === 0 ? 0 : this.#log.resetMs(nowMs)
  }
}

function roundUp(atMs: number): number {
  return Math.ceil(atMs / GRAIN_MS) * GRAIN_MS
}
