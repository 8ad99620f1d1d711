// Who may be sent a request whose caller wants something done with its data, or not done: those alone that promise it.
import { keepsPolicy, NO_POLICY, type DataPolicy } from '../core/data-policy.ts'
import type { Candidate } from './candidate.ts'
import { candidatesOfRoute, type Route } from './route.ts'

/** What a model says of itself stands in place of what its providers say. */
function keeps({ dataPolicy }: Pick<Route, 'dataPolicy'>, { provider }: Candidate, wanted: DataPolicy): boolean {
  return keepsPolicy(dataPolicy ?? provider.config.dataPolicy ?? NO_POLICY, wanted)
}

/** @param wanted null = nothing */
export function hasKeeper(route: Route, wanted: DataPolicy | null): boolean {
  if (wanted === null) return true
  for (const candidate of candidatesOfRoute(route)) if (keeps(route, candidate, wanted)) return true
  return false
}

/** Any of its candidates may be the one that is sent to. */
export function allKeep(route: Route, wanted: DataPolicy): boolean {
  for (const candidate of candidatesOfRoute(route)) if (!keeps(route, candidate, wanted)) return false
  return true
}

export function keepersOf(tiers: Route['tiers'], route: Route, wanted: DataPolicy): Route['tiers'] {
  return tiers
    .map((tier) => tier.filter((candidate) => keeps(route, candidate, wanted)))
    .filter((tier) => tier.length > 0)
}
