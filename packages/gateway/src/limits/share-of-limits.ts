// What one instance may let through while it cannot ask the others: its part of every limit.
// N instances that each keep to a part of 1/N let no more through together than the limit, save where a limit is
// smaller than the number of instances: one call a minute is the least that a part can be.

import type { LedgerAsk, LedgerCall } from './limit-ledger.ts'
import type { LimitedScope, Limits } from './limits.ts'
import type { QuotaHistory } from './quota-history.ts'

/** @param instances how many share the limits, this one included */
export function shareOfAsk(ask: LedgerAsk, instances: number, usedTokens: (scope: LimitedScope) => number): LedgerAsk {
  if (instances <= 1) return ask
  const { call, leases } = ask
  return {
    ...ask,
    call: call === null ? null : { ...call, scopes: call.scopes.map((scope) => shareForCall(scope, call)) },
    leases: leases.map((wish) => ({ ...wish, scope: shareOf(wish.scope, instances) })),
  }

  /** A call that is larger than the part, and not than the limit, has to wait for an empty minute, not for ever. */
  function shareForCall(scope: LimitedScope, { tokens }: LedgerCall): LimitedScope {
    const share = shareOf(scope, instances)
    const { tpm } = scope.limits
    if (tpm === undefined || share.limits.tpm === undefined) return share
    if (tokens <= share.limits.tpm || tokens > tpm || usedTokens(scope) > 0) return share
    return { ...share, limits: { ...share.limits, tpm: tokens } }
  }
}

export function shareOf(scope: LimitedScope, instances: number): LimitedScope {
  const { limits, budget } = scope
  const part = (limit: number): number => (limit <= 0 ? limit : Math.max(1, Math.floor(limit / instances)))
  const share: { -readonly [Name in keyof Limits]: Limits[Name] } = {}
  if (limits.rpm !== undefined) share.rpm = part(limits.rpm)
  if (limits.tpm !== undefined) share.tpm = part(limits.tpm)
  if (limits.concurrency !== undefined) share.concurrency = part(limits.concurrency)
  if (limits.requestsPerDay !== undefined) share.requestsPerDay = part(limits.requestsPerDay)
  if (limits.requestsPerMonth !== undefined) share.requestsPerMonth = part(limits.requestsPerMonth)
  return {
    ...scope,
    limits: share,
    ...(budget === undefined ? {} : { budget: { ...budget, amountNanos: Math.floor(budget.amountNanos / instances) } }),
  }
}

/** What was spent by all counts for each to its part, so that the parts of what is left are parts of what is left. */
export class ShareOfHistory implements QuotaHistory {
  readonly #history: QuotaHistory
  readonly #instances: () => number

  constructor(history: QuotaHistory, instances: () => number) {
    this.#history = history
    this.#instances = instances
  }

  async since(scope: string, fromMs: number): Promise<{ readonly requests: number; readonly costNanos: number }> {
    const { requests, costNanos } = await this.#history.since(scope, fromMs)
    const instances = this.#instances()
    return { requests: Math.ceil(requests / instances), costNanos: Math.ceil(costNanos / instances) }
  }
}
