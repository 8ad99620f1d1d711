// Who decides whether one more call may be made.
// Whatever has limits is counted in one place, however many workers there are: in this process, in the primary with
// units leased to each worker, or in Redis. The relay knows this interface only, and does not care which one answers.
// What an authority promises: a limit of N per minute never lets more than N through in any 60 seconds, and a call that
// one of its scopes refuses has taken nothing of the others.

import { type LimitedScope, type LimitName, NO_SCOPES, type ScopeKind } from './limits.ts'

/** What a call takes of each of its scopes, beside one request and one slot: the most that it may use. */
export interface Wanted {
  readonly tokens: number
  /** Nano-US$. */
  readonly costNanos: number
}

/** What a call has used in the end. */
export type Used = Wanted

export const NOTHING_USED: Used = Object.freeze({ tokens: 0, costNanos: 0 })

/** One limit as its tenant may see it, for the `x-ratelimit-*` headers. */
export interface LimitState {
  readonly limit: number
  readonly remaining: number
  /** Until nothing counts against the limit any more. */
  readonly resetMs: number
}

/** The tightest RPM and TPM windows of a call's scopes: those with the least remaining; null where none is limited. */
export interface TightestLimits {
  readonly requests: LimitState | null
  readonly tokens: LimitState | null
  /** Decided without asking the other instances, by this one's share of the limits. */
  readonly degraded?: true
}

export interface Admitted extends TightestLimits {
  readonly ok: true
  readonly scopes: readonly LimitedScope[]
  readonly wanted: Wanted
  /** When each of the scopes counts it, in their order, on the ledger's clock. */
  readonly bookedAtMs: readonly number[]
}

export interface Refused extends TightestLimits {
  readonly ok: false
  /** Whose limit it is. */
  readonly scope: string
  readonly of: ScopeKind
  readonly name: string
  readonly limit: LimitName | 'budget'
  /** The limit itself; nano-US$ for a budget. */
  readonly max: number
  /** What the call would have taken of it: tokens, nano-US$, or 1. */
  readonly needed: number
  /** After this time the same call fits, if nobody else takes the room. Never Infinity: it travels as JSON. */
  readonly retryAfterMs: number
  /** No wait will help: the call alone is more than the limit. */
  readonly tooLarge: boolean
}

export type Admission = Admitted | Refused

export interface LimitAuthority {
  /**
   * Asks for one request, one slot and what is `wanted`, of every scope or of none; no scope twice.
   * Rejects with `service_unavailable` when whoever counts cannot be reached.
   */
  admit(scopes: readonly LimitedScope[], wanted: Wanted): Admission | Promise<Admission>
  /**
   * Ends an admitted call, exactly once and with the object that `admit` gave: frees its slots and corrects its tokens
   * and its cost. Less than wanted is given back to the time of admission, more counts from now on.
   * `refundRequest` when nothing was done upstream, through no fault of the tenant.
   */
  settle(admission: Admitted, used: Used, refundRequest?: boolean): void
}

/** The admission of a call that nothing limits. */
export const UNLIMITED: Admitted = Object.freeze({
  ok: true,
  scopes: NO_SCOPES,
  wanted: NOTHING_USED,
  bookedAtMs: Object.freeze([]),
  requests: null,
  tokens: null,
})

/** Of two windows the one with less left. */
export function tighter(a: LimitState | null, b: LimitState | null): LimitState | null {
  if (a === null || b === null) return a ?? b
  return b.remaining < a.remaining ? b : a
}
