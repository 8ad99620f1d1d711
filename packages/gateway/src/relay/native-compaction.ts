// Which upstreams of a model compact conversations themselves.

import { adapterFor } from '../providers/adapters.ts'
import { candidatesOfRoute, type Route } from '../routing/route.ts'

/** `all`: whoever answers, it can be left to the upstream. */
export function nativeCompaction(route: Route): 'none' | 'some' | 'all' {
  let some = false
  let all = true
  for (const { provider, upstreamModel } of candidatesOfRoute(route)) {
    if (adapterFor(provider.config).path('openai-responses', 'compact', upstreamModel) === null) all = false
    else some = true
  }
  if (!some) return 'none'
  // A model that stands in may be anybody's.
  return all && route.fallbacks.length === 0 ? 'all' : 'some'
}
