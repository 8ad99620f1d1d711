// What must be true of money whoever keeps the books: worked out from what the upstream says it served and from what
// clients were told, without a look at the gateway's own arithmetic.

import type { FakeUpstream } from '@fairlead/testkit'
import type { Purchase } from './spenders.ts'
import { INPUT_NANOS_PER_TOKEN, OUTPUT_NANOS_PER_TOKEN } from './shop.ts'

/** What the upstream served to whom it ever answered, at the shop's prices. */
export function servedNanos({ ledger }: FakeUpstream): number {
  const { promptTokens, completionTokens } = ledger.totals
  return promptTokens * INPUT_NANOS_PER_TOKEN + completionTokens * OUTPUT_NANOS_PER_TOKEN
}

/** Tokens that a bound may add for what a vendor puts around any conversation. */
const AROUND_TOKENS = 100

/**
 * More than any call with this body can hold: a token for every byte of it (tokens have more bytes than one), something for
 * what stands around it, and the longest answer.
 */
export function mostHeldNanos(body: string, mostTokens: number): number {
  return (Buffer.byteLength(body) + AROUND_TOKENS) * INPUT_NANOS_PER_TOKEN + mostTokens * OUTPUT_NANOS_PER_TOKEN
}

export interface Refusal {
  readonly purchase: Purchase
  /** The least that nobody had taken at any moment of that call. */
  readonly freeNanos: number
}

/**
 * Refusals for want of money that was there: a 402 is right when at some moment of the call the balance, less what had been
 * paid and what others held, was less than the need. From outside, each other call counts as much as it possibly can:
 * before the refused one, what it cost; beside it, all that it may have held. What is free even so was refused wrongly.
 * @param purchases all that was bought from this wallet
 * @param heldNanos the most that one call can hold; a call that was not told its cost counts as much
 */
export function wrongRefusals(
  purchases: readonly Purchase[],
  balanceNanos: number,
  heldNanos: number,
): readonly Refusal[] {
  const others = purchases.filter(({ status }) => status !== 402)
  return purchases.flatMap((refused) => {
    if (refused.status !== 402) return []
    let takenNanos = 0
    for (const other of others) {
      if (other.toMs >= refused.fromMs) takenNanos += other.fromMs > refused.toMs ? 0 : heldNanos
      // It was refused for another reason, and nothing was kept of it; or nobody knows what became of it.
      else takenNanos += other.status >= 400 ? 0 : (other.costNanos ?? heldNanos)
    }
    const freeNanos = balanceNanos - takenNanos
    return freeNanos >= heldNanos ? [{ purchase: refused, freeNanos }] : []
  })
}

/** The same purchases, with the cost that is in the books where the client was not told one. */
export function withCosts(purchases: readonly Purchase[], costs: ReadonlyMap<string, number>): readonly Purchase[] {
  return purchases.map((purchase) =>
    purchase.costNanos === null ? { ...purchase, costNanos: costs.get(purchase.requestId) ?? null } : purchase,
  )
}

/** How many calls ended how. */
export function statuses(purchases: readonly Purchase[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { status, code, message, whole } of purchases) {
    const name = status === 200 ? (whole ? '200' : '200, cut') : status === 0 ? message : `${status} ${code}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** The sum of what clients were told. */
export function toldNanos(purchases: readonly Purchase[]): number {
  return purchases.reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0)
}
