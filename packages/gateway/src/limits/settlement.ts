// What one call's end means for one of its scopes that was asked for exactly this call.

import type { Admission, Used, Wanted } from './authority.ts'
import type { LedgerReply, ScopeReturn } from './limit-ledger.ts'
import type { LimitedScope } from './limits.ts'

/** What to tell the ledger; null when it knows all there is. */
export function owed(
  scope: LimitedScope,
  bookedAtMs: number,
  wanted: Wanted,
  used: Used,
  refundRequest: boolean,
): ScopeReturn | null {
  const { limits, budget } = scope
  const slots = limits.concurrency === undefined ? 0 : 1
  const requests = refundRequest && countsRequests(scope) ? 1 : 0
  const unusedTokens = limits.tpm === undefined ? 0 : wanted.tokens - used.tokens
  const unusedCostNanos = budget === undefined ? 0 : wanted.costNanos - used.costNanos
  if (slots === 0 && requests === 0 && unusedTokens === 0 && unusedCostNanos === 0) return null
  const tokens = Math.max(0, unusedTokens)
  const costNanos = Math.max(0, unusedCostNanos)
  const units = requests + tokens + costNanos === 0 ? [] : [{ bookedAtMs, requests, tokens, costNanos }]
  return { scope, slots, units, usedTokens: Math.max(0, -unusedTokens), usedCostNanos: Math.max(0, -unusedCostNanos) }
}

export function countsRequests({ limits }: LimitedScope): boolean {
  return limits.rpm !== undefined || limits.requestsPerDay !== undefined || limits.requestsPerMonth !== undefined
}

/** The ledger's answer as the relay sees it, where it was asked for all of the call's scopes. */
export function admissionOf({ admission }: LedgerReply, scopes: readonly LimitedScope[], wanted: Wanted): Admission {
  if (admission === null) throw new TypeError('The ledger answered without an admission, though a call was waiting.')
  if (!admission.ok) return admission
  const { bookedAtMs, requests, tokens, degraded } = admission
  return { ok: true, scopes, wanted, bookedAtMs, requests, tokens, ...(degraded === true ? { degraded } : {}) }
}
