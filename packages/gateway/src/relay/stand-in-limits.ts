// What a model that stands in for another takes of the limits: those of its own, and of the caller's budgets what it may
// cost beyond what is reserved for the call already. Requests, tokens and slots of the caller it does not count again.
import { costNanos } from '../billing/prices/cost.ts'
import type { Admitted, Used, Wanted } from '../limits/authority.ts'
import { budgetsOf, type LimitedScope } from '../limits/limits.ts'
import type { Route } from '../routing/route.ts'
import type { Call } from './call.ts'
import { salePrice } from './sale-price.ts'

export interface StandInNeeds {
  /** None = nothing need be asked. */
  readonly scopes: readonly LimitedScope[]
  readonly wanted: Wanted
}

export function standInNeeds(call: Call, route: Route): StandInNeeds {
  const { tokens } = call.wanted()
  const budgets = budgetsOf(call.admission.scopes)
  if (budgets.length === 0) return { scopes: route.limited, wanted: { tokens, costNanos: 0 } }
  const { principal } = call.request
  const mostNanos = costNanos(salePrice(principal, route), call.estimatedUsage, principal.pricing.multiplierPpm)
  const moreNanos = Math.max(0, mostNanos - call.reservedNanos)
  const scopes = moreNanos === 0 ? route.limited : [...route.limited, ...budgets]
  return { scopes, wanted: { tokens, costNanos: moreNanos } }
}

/**
 * What was used, parted: each admission of a stand-in takes its part of the cost, up to what it has reserved.
 * @returns what is left for the admission of the call itself
 */
export function shareCost(
  standIns: readonly Admitted[],
  { tokens, costNanos: allNanos }: Used,
  each: (admission: Admitted, used: Used) => void,
): Used {
  let restNanos = allNanos
  for (const admission of standIns) {
    const partNanos = Math.min(restNanos, admission.wanted.costNanos)
    restNanos -= partNanos
    each(admission, { tokens, costNanos: partNanos })
  }
  return { tokens, costNanos: restNanos }
}
