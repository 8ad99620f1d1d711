// The receipt of a choice as it goes into the journal: short, because each call that was picked for has one.
import { encodePrice } from '../../../billing/prices/price-text.ts'
import type { BadEnd, ReceiptBody, ReceiptCandidate } from '../../../core/receipt.ts'
import type { AutoCandidate, AutoChoice } from '../choice.ts'
import type { FilterReason } from '../filters/reasons.ts'
import type { EmbeddedPoint } from '../learning/embedded-point.ts'
import { receiptLearning } from '../learning/receipt-learning.ts'

/** A journal line is read in pieces of 32 KiB. */
const MOST_CANDIDATES = 40
const MOST_CHAIN = 10
const PLACES = 10_000

/**
 * @param served public id of the model that answered; '' = none
 * @param end how the answer ended, where that was not well
 * @param embedded of the question
 * @param left models that were to be asked before it, and what became of them
 */
export function receiptText(
  choice: AutoChoice,
  served: string,
  left: ReadonlyMap<string, FilterReason>,
  end: BadEnd | null = null,
  embedded: EmbeddedPoint | null = null,
): string {
  const { candidates, baseline, knobs } = choice
  const learn = receiptLearning(choice, end, embedded)
  const body: ReceiptBody = {
    v: 1,
    asked: choice.asked,
    pool: choice.pool,
    model: served,
    reason: choice.reason,
    tradeoff: knobs.tradeoff,
    minQuality: knobs.minQuality,
    maxCostNanos: choice.maxCostNanos,
    taskTypes: choice.taskTypes.slice(0, 5).map(({ type, p }) => ({ type, p: short(p) })),
    difficulty: short(choice.difficulty),
    novelty: short(choice.novelty),
    candidates: candidates.slice(0, MOST_CANDIDATES).map((candidate) => candidateOf(candidate, left)),
    more: Math.max(0, candidates.length - MOST_CANDIDATES),
    chain: choice.chain.slice(0, MOST_CHAIN),
    failed: [...left].filter(([, reason]) => reason === 'failed').map(([id]) => id),
    baseline:
      baseline === null
        ? null
        : {
            model: baseline.model,
            price: encodePrice(baseline.price, baseline.multiplierPpm),
            warmTokens: baseline.warmTokens,
            outputPpm: baseline.outputPpm,
          },
    overheadNanos: 0,
    before: choice.conversation?.model ?? '',
    ...(learn === null ? {} : { learn }),
  }
  return JSON.stringify(body)
}

function candidateOf(candidate: AutoCandidate, left: ReadonlyMap<string, FilterReason>): ReceiptCandidate {
  const { id, quality, costNanos, utility, reason } = candidate
  return {
    model: id,
    quality: quality === null ? null : short(quality),
    costNanos,
    utility: utility === null ? null : short(utility),
    reason: left.get(id) ?? reason,
  }
}

function short(value: number): number {
  return Math.round(value * PLACES) / PLACES
}
