// Puts compaction together with what a worker has.

import { createHmac } from 'node:crypto'
import type { Logger } from 'pino'
import type { TokenCounter } from '../billing/estimates/token-counter.ts'
import { mayUseModel } from '../identity/permission.ts'
import { nativeCompaction } from '../relay/native-compaction.ts'
import { Compactor } from '../responses/compaction/compactor.ts'
import type { CompactionRelay } from '../responses/compaction/compaction-port.ts'
import type { Fleet } from '../routing/fleet.ts'

export interface CompactionParts {
  readonly relay: CompactionRelay
  readonly fleet: Fleet
  readonly counter: TokenCounter
  readonly pepper: Buffer
  readonly log: Logger
}

export function createCompactor({ relay, fleet, counter, pepper, log }: CompactionParts): Compactor {
  return new Compactor({
    relay,
    log,
    key: createHmac('sha256', pepper).update('compaction items').digest(),
    countTokens: (text) => counter.count(text),
    model({ principal }, id) {
      const route = fleet.resolve(id)
      if (route === undefined || !mayUseModel(principal, route.publicId)) return null
      const { publicId, contextLength, maxOutputTokens } = route
      return { publicId, contextLength, maxOutputTokens, native: nativeCompaction(route) }
    },
  })
}
