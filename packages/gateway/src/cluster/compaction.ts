// Puts compaction together with what a worker has.

import { createHmac } from 'node:crypto'
import type { Logger } from 'pino'
import type { TokenCounter } from '../billing/estimates/token-counter.ts'
import { mayUseModel } from '../identity/permission.ts'
import type { Principal } from '../identity/principal.ts'
import { nativeCompaction } from '../relay/native-compaction.ts'
import { Compactor, type CompactionModel } from '../responses/compaction/compactor.ts'
import type { CompactionRelay } from '../responses/compaction/compaction-port.ts'
import type { AutoRouter } from '../routing/auto/auto-router.ts'
import type { Fleet } from '../routing/fleet.ts'

export interface CompactionParts {
  readonly relay: CompactionRelay
  readonly fleet: Fleet
  readonly auto: AutoRouter
  readonly counter: TokenCounter
  readonly pepper: Buffer
  readonly log: Logger
}

export function createCompactor({ relay, fleet, auto, counter, pepper, log }: CompactionParts): Compactor {
  return new Compactor({
    relay,
    log,
    key: createHmac('sha256', pepper).update('compaction items').digest(),
    countTokens: (text) => counter.count(text),
    model({ principal }, id) {
      const name = auto.named(id)
      if (name !== undefined) return pickedModel(fleet, auto.poolIds(name, principal.group), principal, id)
      const route = fleet.resolve(id)
      if (route === undefined || !mayUseModel(principal, route.publicId)) return null
      const { publicId, contextLength, maxOutputTokens } = route
      return { publicId, contextLength, maxOutputTokens, native: nativeCompaction(route) }
    },
  })
}

/** Whoever is picked makes the summary; which may be somebody else than the next turn's model, so no upstream compacts itself. */
function pickedModel(fleet: Fleet, ids: readonly string[], principal: Principal, name: string): CompactionModel | null {
  const routes = ids.flatMap((id) => fleet.resolve(id) ?? []).filter((route) => mayUseModel(principal, route.publicId))
  const longest = (lengths: readonly (number | null)[]): number | null => {
    const known = lengths.filter((length) => length !== null)
    return known.length === 0 ? null : Math.max(...known)
  }
  if (routes.length === 0) return null
  return {
    publicId: name,
    contextLength: longest(routes.map(({ contextLength }) => contextLength)),
    maxOutputTokens: longest(routes.map(({ maxOutputTokens }) => maxOutputTokens)),
    native: 'none',
  }
}
