// Telling whoever wants to know who answered.

import type { Attempt } from './attempt.ts'
import type { RelayRequest } from './ports.ts'

/** Types of providers that hold conversations themselves, where they say so; of others, servers only say so. */
const STATEFUL: ReadonlySet<string> = new Set(['openai', 'azure-openai'])

export function tellMadeBy(
  { madeBy, transport }: RelayRequest,
  { conversion, candidate }: Pick<Attempt, 'conversion' | 'candidate'>,
): void {
  if (madeBy === undefined) return
  const { origin, credential, upstreamModel, provider } = candidate
  const { type, websocket } = provider.config
  const { upstream } = conversion
  // What is stored nowhere is known on the same connection all the same.
  const isHeld = upstream?.stored === true || (transport !== undefined && websocket === true)
  const upstreamId = isHeld && STATEFUL.has(type) ? (upstream?.id ?? null) : null
  madeBy({ origin, credential: credential.id, model: upstreamModel, upstreamId })
}
