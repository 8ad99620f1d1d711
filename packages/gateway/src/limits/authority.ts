// Who decides whether a key may make one more call.
// Every limit of a key is counted in one place, whatever the number of workers: in this process, or in the primary
// with units leased to each worker. The relay knows this interface only, and does not care which one answers.
// What an authority promises: a limit of N per minute never lets more than N through in any 60 seconds.

import type { KeyLimits } from '../identity/principal.ts'

/** One limit as its tenant may see it, for the `x-ratelimit-*` headers. */
export interface LimitState {
  readonly limit: number
  readonly remaining: number
  /** Until nothing counts against the limit any more. */
  readonly resetMs: number
}

export interface Admitted {
  readonly ok: true
  /** When it counts, on the authority's clock. */
  readonly admittedAtMs: number
  /** It holds one slot of a concurrency limit until it is settled. */
  readonly slot: boolean
  /** null where no limit is set. */
  readonly requests: LimitState | null
  readonly tokens: LimitState | null
}

export interface Refused {
  readonly ok: false
  readonly limit: 'rpm' | 'tpm' | 'concurrency'
  readonly max: number
  /** What the call would have taken of that limit: tokens, or 1. */
  readonly needed: number
  /** After this time the same call fits, if nobody else takes the room. */
  readonly retryAfterMs: number
  /** No wait will help: the call alone is more than the limit. */
  readonly tooLarge: boolean
  readonly requests: LimitState | null
  readonly tokens: LimitState | null
}

export type Admission = Admitted | Refused

export interface LimitAuthority {
  /**
   * Asks for one request, `tokens` reserved tokens and one slot: all of them or nothing.
   * An absent limit is none, 0 allows nothing. Rejects only when the authority cannot be reached.
   */
  admit(scope: string, limits: KeyLimits, tokens: number): Admission | Promise<Admission>
  /**
   * Ends an admitted call, exactly once and with the object that `admit` gave: frees its slot and corrects its tokens.
   * Fewer tokens than reserved are given back to the time of the reservation, more count from now on.
   * `refundRequest` when nothing was done upstream, through no fault of the tenant.
   */
  settle(
    scope: string,
    limits: KeyLimits,
    admission: Admitted,
    reservedTokens: number,
    actualTokens: number,
    refundRequest?: boolean,
  ): void
}

/** The admission of a call that nothing limits. */
export const UNLIMITED: Admitted = Object.freeze({
  ok: true,
  admittedAtMs: 0,
  slot: false,
  requests: null,
  tokens: null,
})

export function isUnlimited(limits: KeyLimits): boolean {
  return limits.rpm === undefined && limits.tpm === undefined && limits.concurrency === undefined
}
