// The figures themselves: what every scope has spent in the last minute and how many slots it holds.
// One book exists per deployment; whoever answers for it (`local-authority.ts` in process, `lease-server.ts` to the
// workers) writes into the same one, so that the parts of a process cannot each spend the whole limit.

import type { KeyLimits } from '../identity/principal.ts'
import type { Admission, LimitState, Refused } from './authority.ts'
import { type Forgettable, ScopeTable } from './scope-table.ts'
import { RequestWindow, TokenWindow, WINDOW_MS } from './sliding-window.ts'

/** Nobody can know when a slot will be free; a second is long enough not to hammer and short enough to be of use. */
const SLOT_RETRY_MS = 1000

/** All that is counted for one scope. */
export class ScopeFigures implements Forgettable {
  readonly #windowMs: number
  #requests: RequestWindow | null = null
  #tokens: TokenWindow | null = null
  slots = 0

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  /** The window of the limit as it stands now; null where there is none. A limit that is lifted keeps its window. */
  requests(limits: KeyLimits): RequestWindow | null {
    if (limits.rpm === undefined) return null
    this.#requests ??= new RequestWindow(limits.rpm, this.#windowMs)
    this.#requests.limit = limits.rpm
    return this.#requests
  }

  tokens(limits: KeyLimits): TokenWindow | null {
    if (limits.tpm === undefined) return null
    this.#tokens ??= new TokenWindow(limits.tpm, this.#windowMs)
    this.#tokens.limit = limits.tpm
    return this.#tokens
  }

  admit(limits: KeyLimits, tokens: number, nowMs: number): Admission {
    const requestWindow = this.requests(limits)
    const tokenWindow = this.tokens(limits)
    const { concurrency } = limits
    const slot = concurrency !== undefined
    if (slot && this.slots >= concurrency) return this.#refuse(limits, tokens, nowMs)
    if (requestWindow !== null && !requestWindow.take(nowMs)) return this.#refuse(limits, tokens, nowMs)
    if (tokenWindow !== null && !tokenWindow.reserve(nowMs, tokens)) {
      requestWindow?.giveBack(nowMs)
      return this.#refuse(limits, tokens, nowMs)
    }
    if (slot) this.slots++
    return {
      ok: true,
      admittedAtMs: nowMs,
      slot,
      requests: windowState(requestWindow, nowMs),
      tokens: windowState(tokenWindow, nowMs),
    }
  }

  /** Gives back requests and tokens that were booked at `bookedAtMs`. */
  giveBack(bookedAtMs: number, requests: number, tokens: number, nowMs: number): void {
    if (requests > 0) this.#requests?.giveBack(bookedAtMs, requests)
    if (tokens > 0) this.#tokens?.correct(bookedAtMs, tokens, 0, nowMs)
  }

  /** Counts tokens that were used beyond what was reserved. */
  charge(tokens: number, nowMs: number): void {
    if (tokens > 0) this.#tokens?.correct(nowMs, 0, tokens, nowMs)
  }

  releaseSlots(n: number): void {
    this.slots = Math.max(0, this.slots - n)
  }

  idle(nowMs: number): boolean {
    return this.slots === 0 && (this.#requests?.resetMs(nowMs) ?? 0) === 0 && (this.#tokens?.resetMs(nowMs) ?? 0) === 0
  }

  /** Names the limit that will take longest, so that a retry after it is not refused by the next one. */
  #refuse(limits: KeyLimits, tokens: number, nowMs: number): Refused {
    const requestWindow = this.requests(limits)
    const tokenWindow = this.tokens(limits)
    const full = limits.concurrency !== undefined && this.slots >= limits.concurrency
    const slotWaitMs = limits.concurrency === 0 ? Infinity : full ? SLOT_RETRY_MS : 0
    const requestWaitMs = requestWindow?.retryAfterMs(nowMs) ?? 0
    const tokenWaitMs = tokenWindow?.retryAfterMs(nowMs, tokens) ?? 0
    const waitMs = Math.max(slotWaitMs, requestWaitMs, tokenWaitMs)
    const limit = waitMs === requestWaitMs ? 'rpm' : waitMs === tokenWaitMs ? 'tpm' : 'concurrency'
    return {
      ok: false,
      limit,
      max: limits[limit] ?? 0,
      needed: limit === 'tpm' ? tokens : 1,
      retryAfterMs: Math.min(waitMs, this.#windowMs),
      tooLarge: waitMs === Infinity,
      requests: windowState(requestWindow, nowMs),
      tokens: windowState(tokenWindow, nowMs),
    }
  }
}

export function windowState(window: RequestWindow | TokenWindow | null, nowMs: number): LimitState | null {
  if (window === null) return null
  return { limit: window.limit, remaining: window.remaining(nowMs), resetMs: window.resetMs(nowMs) }
}

interface LimitBookOptions {
  /** Milliseconds, never going backwards. */
  readonly clock?: () => number
  readonly windowMs?: number
}

export class LimitBook {
  readonly #clock: () => number
  readonly #scopes: ScopeTable<ScopeFigures>

  constructor({ clock = () => performance.now(), windowMs = WINDOW_MS }: LimitBookOptions = {}) {
    this.#clock = clock
    this.#scopes = new ScopeTable(() => new ScopeFigures(windowMs), 2 * windowMs)
  }

  get nowMs(): number {
    return this.#clock()
  }

  /** The scope's figures, made on first use and forgotten when unused for two windows. */
  figures(scope: string, nowMs: number): ScopeFigures {
    return this.#scopes.get(scope, nowMs)
  }

  /** Scopes that are remembered. */
  get size(): number {
    return this.#scopes.size
  }
}
