// Scopes as the tests of the limits need them.
import type { Budget, LimitedScope, Limits } from '../limits.ts'

/** One key with these limits. */
export function keyScope(limits: Limits, id = 'key', budget?: Budget): LimitedScope {
  const scope = { scope: id, of: 'key', name: id, limits, timeZone: 'UTC' } as const
  return budget === undefined ? scope : { ...scope, budget }
}
