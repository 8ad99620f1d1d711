// Where units are booked, and what is said to it: plain JSON, one question, its answer, and one message that wants none.
// The same messages travel from a worker to its primary and on to whatever counts: memory on one machine
// (`memory-ledger.ts`), Redis where there are several instances.
//
// One call spends, of every scope that it counts against: a request (of the minute, the day and the month together),
// tokens, a slot until it ends, and nano-US$ of a budget.
//
// Two ways to spend. An *exact* scope (`isExact`) is asked for every call. Of all others a worker holds *leases*: units
// that are booked beforehand and spent without asking. A lease is good for LEASE_MS from when it was asked for, on the
// worker's clock, and is booked at its end on the ledger's: a unit that is booked no earlier than it is spent cannot
// leave the window too soon, and no two clocks need to agree. No lease reaches beyond the end of a day or month that
// its scope counts. Slots are different: no time frees them, only a settled call, an idle worker that gives them back,
// or its death.

import type { LimitState, Refused, TightestLimits } from './authority.ts'
import type { LimitedScope } from './limits.ts'

export interface LimitLedger {
  /**
   * Books one call on all its scopes or on none, and lends what is wished for and can be spared.
   * Synchronous where everything is in memory. Rejects with `service_unavailable` when it cannot know the figures.
   */
  ask(ask: LedgerAsk): LedgerReply | Promise<LedgerReply>
  /** Wants no answer and does not throw: what cannot be told now is told later, or expires. */
  give(back: LedgerReturn): void
  /** A worker or an instance is gone: its slots come back. Its leased units may have been spent, and stay counted. */
  holderGone(holder: string): void
  /** How things stand, without taking anything. In the order of `scopes`. */
  peek(scopes: readonly LimitedScope[]): readonly ScopeStanding[] | Promise<readonly ScopeStanding[]>
}

export interface LedgerAsk {
  readonly kind: 'limit-ask'
  /** Who will hold the slots: `<instance>:<worker>`. Workers leave it empty, the primary fills it in. */
  readonly holder: string
  /** The call that waits for the answer; null = no call waits, only leases are wanted. */
  readonly call: LedgerCall | null
  /** At most one for each scope. After a refused call nothing is lent. */
  readonly leases: readonly LeaseWish[]
}

export interface LedgerCall {
  /** At least one, and none twice. Exact ones, and leased ones of which the worker has nothing at hand. */
  readonly scopes: readonly LimitedScope[]
  readonly tokens: number
  readonly costNanos: number
}

export interface LeaseWish {
  readonly scope: LimitedScope
  /** 0 = slots only. */
  readonly requests: number
  /** Tokens to lease along with each request; at least 1. */
  readonly tokensEach: number
  readonly slots: number
}

export interface LedgerReply {
  /** null when no call waited. */
  readonly admission: LedgerBooking | Refused | null
  /** In the order of the wishes; null where there is too little left to lend. */
  readonly leases: readonly (LeaseGrant | null)[]
}

export interface LedgerBooking extends TightestLimits {
  readonly ok: true
  /** When each scope of the call counts it, in their order, on the ledger's clock; what is unspent is given back under this time. */
  readonly bookedAtMs: readonly number[]
}

export interface LeaseGrant {
  /** When its requests and tokens count: the end of the lease, on the ledger's clock. */
  readonly bookedAtMs: number
  /** 0 = slots only. Where only TPM is limited, still the number of calls that it is for. */
  readonly requests: number
  readonly tokens: number
  readonly slots: number
  /** What is left of RPM and TPM besides the lease. */
  readonly requestState: LimitState | null
  readonly tokenState: LimitState | null
  /** As in `TightestLimits`. */
  readonly degraded?: true
}

export interface LedgerReturn {
  readonly kind: 'limit-return'
  /** As in the ask. */
  readonly holder: string
  /** A scope may occur more than once. */
  readonly scopes: readonly ScopeReturn[]
}

export interface ScopeReturn {
  readonly scope: LimitedScope
  /** Slots that are free again. */
  readonly slots: number
  /** Units that were booked at a time and not spent. */
  readonly units: readonly UnspentUnits[]
  /** Used beyond what was reserved: counts from now on, even beyond the limit. */
  readonly usedTokens: number
  readonly usedCostNanos: number
}

export interface UnspentUnits {
  readonly bookedAtMs: number
  /** Of the minute, the day and the month alike. */
  readonly requests: number
  readonly tokens: number
  readonly costNanos: number
}

/** For `GET /api/limits` and the dashboard. What workers hold in leases (up to LEASE_MS) counts as used. */
export interface ScopeStanding {
  readonly scope: string
  readonly windows: readonly WindowStanding[]
}

export interface WindowStanding {
  readonly limit: 'rpm' | 'tpm' | 'concurrency' | 'requestsPerDay' | 'requestsPerMonth' | 'budget'
  /** Requests, tokens, slots or nano-US$. */
  readonly max: number
  readonly used: number
  /** Unix ms when a calendar window ends; null for sliding ones, slots, and a budget that never resets. */
  readonly resetsAtMs: number | null
}

/** How long a lease is good for. */
export const LEASE_MS = 1000

/** Limits up to this ask for every call: N means N, to the last one, on any number of workers. */
const EXACT_UP_TO = 60

/** No lease is more than this part of a limit. */
export const LEASE_PART = 20

/** Never lend more than this part of what is left: near the limit leases shrink, and the last units are asked for singly. */
export const LEFT_PART = 4

/** `/!\ Hot path`. One small limit, or a budget, makes every call ask, and then the other limits may as well be exact. */
export function isExact({ limits, budget }: LimitedScope): boolean {
  const { rpm, tpm, concurrency, requestsPerDay, requestsPerMonth } = limits
  return (
    budget !== undefined ||
    (rpm !== undefined && rpm <= EXACT_UP_TO) ||
    (tpm !== undefined && tpm <= EXACT_UP_TO) ||
    (concurrency !== undefined && concurrency <= EXACT_UP_TO) ||
    (requestsPerDay !== undefined && requestsPerDay <= EXACT_UP_TO) ||
    (requestsPerMonth !== undefined && requestsPerMonth <= EXACT_UP_TO)
  )
}

/** The most that one lease may hold of a limit. */
export function largestLease(limit: number): number {
  return Math.floor(limit / LEASE_PART)
}

/** The most that may be lent of a limit of which so much is left. */
export function lendable(limit: number, left: number): number {
  return Math.max(0, Math.min(largestLease(limit), Math.floor(left / LEFT_PART)))
}
