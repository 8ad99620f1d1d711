// What a worker and the primary say to each other about limits: plain JSON, one question, its answer, and one message
// that wants none.

import type { KeyLimits } from '../identity/principal.ts'
import type { Admission, LimitState } from './authority.ts'

/** A lease is good for this long from when it was asked for, on the worker's clock; the primary books it at its end. */
export const LEASE_MS = 1000

/** Limits up to this are never leased: every call asks. */
const EXACT_UP_TO = 20

/** No lease is more than this part of a limit. */
const LEASE_PART = 20

export interface LimitAsk {
  readonly kind: 'limit-ask'
  readonly scope: string
  readonly limits: KeyLimits
  /** Tokens of the call that waits for the answer; null = no call waits, only the lease is wanted. */
  readonly tokens: number | null
  readonly lease: LeaseWish | null
}

export interface LeaseWish {
  readonly requests: number
  /** Tokens to lease along with each request; at least 1. */
  readonly tokensEach: number
  readonly slots: number
}

export interface LimitReply {
  /** null when no call waited. */
  readonly admission: Admission | null
  /** null when none was wanted, or when there is too little left to lend. */
  readonly lease: LeaseGrant | null
}

export interface LeaseGrant {
  /** When its requests and tokens count, on the primary's clock; what is unspent is given back under this time. */
  readonly bookedAtMs: number
  readonly requests: number
  readonly tokens: number
  readonly slots: number
  /** What is left besides the lease. */
  readonly requestState: LimitState | null
  readonly tokenState: LimitState | null
}

export interface LimitReturn {
  readonly kind: 'limit-return'
  readonly scope: string
  /** Slots that are free again. */
  readonly slots: number
  /** Units that were booked at a time and not spent. */
  readonly units: readonly UnspentUnits[]
  /** Tokens that were used beyond any reservation. */
  readonly usedTokens: number
}

interface UnspentUnits {
  readonly bookedAtMs: number
  readonly requests: number
  readonly tokens: number
}

/** One small limit makes every call ask, and then the others may as well be asked for exactly too. */
export function isExact({ rpm, tpm, concurrency }: KeyLimits): boolean {
  return (
    (rpm !== undefined && rpm <= EXACT_UP_TO) ||
    (tpm !== undefined && tpm <= EXACT_UP_TO) ||
    (concurrency !== undefined && concurrency <= EXACT_UP_TO)
  )
}

/** The most that one lease may hold of a limit. */
export function largestLease(limit: number): number {
  return Math.floor(limit / LEASE_PART)
}
