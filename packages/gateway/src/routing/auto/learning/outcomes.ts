// How good an answer was, as far as anything says so. Callers say it themselves; a conversation says it by how it goes on:
// the same question again, a call that could not be made, an answer that was empty or cut. Silence says nothing, but a
// conversation that goes on to its next question says a little.
import type { BadEnd } from '../../../core/receipt.ts'
import type { Decision } from './decision.ts'
import { SHADOW_QUALITY } from './shadow.ts'

export type OutcomeSource = 'feedback' | 'shadow' | 'again' | 'tool-failed' | 'went-on' | BadEnd

type Sign = Exclude<OutcomeSource, 'feedback' | 'shadow'>

export interface Outcome {
  /** 0 to 1. */
  readonly quality: number
  /** 1 = somebody has said so. */
  readonly weight: number
  readonly source: OutcomeSource
  /** Public id of the model that should have answered, as somebody said; '' = nobody did. */
  readonly better: string
}

/** What a sign is worth beside a caller's own word. */
const SIGNS: Readonly<Record<Sign, { readonly quality: number; readonly weight: number }>> = {
  again: { quality: 0.2, weight: 0.5 },
  'tool-failed': { quality: 0.1, weight: 0.5 },
  empty: { quality: 0, weight: 0.5 },
  cut: { quality: 0.2, weight: 0.5 },
  'bad-call': { quality: 0.1, weight: 0.5 },
  // Some questions are to be declined.
  filtered: { quality: 0.2, weight: 0.25 },
  'went-on': { quality: 0.9, weight: 0.25 },
}
/** A judge's word. */
export const SHADOW_WEIGHT = 0.5
/** Later it is another question that happens to be the same. */
const AGAIN_WITHIN_MS = 15 * 60_000

/**
 * @param decisions of one account and pool, the oldest first
 * @param longest tokens that a model's provider lets an answer have; null = no limit is known
 */
export function outcomesOf(
  decisions: readonly Decision[],
  longest: (model: string) => number | null,
): ReadonlyMap<string, Outcome> {
  const next = nextTurns(decisions)
  const outcomes = new Map<string, Outcome>()
  for (const decision of decisions) {
    const outcome =
      said(decision) ?? judged(decision) ?? sign(decision, next.get(decision.receiptId), longest(decision.model))
    if (outcome !== null) outcomes.set(decision.receiptId, outcome)
  }
  return outcomes
}

function said({ feedback, model }: Decision): Outcome | null {
  if (feedback === null) return null
  const { score, correctedModel } = feedback
  const better = correctedModel === model ? '' : correctedModel
  // Who names another model and no score says that this one would not do.
  const quality = score ?? (correctedModel === model ? 1 : 0)
  return { quality, weight: 1, source: 'feedback', better }
}

function judged({ shadow }: Decision): Outcome | null {
  if (shadow === null) return null
  return { quality: SHADOW_QUALITY[shadow.verdict], weight: SHADOW_WEIGHT, source: 'shadow', better: '' }
}

function sign(decision: Decision, next: Decision | undefined, longestTokens: number | null): Outcome | null {
  const source = signOf(decision, next, longestTokens)
  return source === null ? null : { ...SIGNS[source], source, better: '' }
}

function signOf(decision: Decision, next: Decision | undefined, longestTokens: number | null): Sign | null {
  const { end } = decision.learn
  if (end !== undefined && end in SIGNS) return end
  if (decision.outputTokens === 0) return 'empty'
  if (longestTokens !== null && decision.outputTokens >= longestTokens) return 'cut'
  if (next === undefined) return null
  if (next.learn.toolFailed) return 'tool-failed'
  if (isAgain(decision, next)) return 'again'
  return next.learn.turn > decision.learn.turn ? 'went-on' : null
}

/** The first question of a conversation without a name is anybody's, asked anew. */
function isAgain(decision: Decision, next: Decision): boolean {
  const { question, turn, named } = decision.learn
  return (
    next.learn.question === question &&
    next.learn.turn === turn &&
    next.keyId === decision.keyId &&
    next.atMs - decision.atMs <= AGAIN_WITHIN_MS &&
    (named || turn > 1)
  )
}

/** By receipt, the request that came after it in its conversation. */
function nextTurns(decisions: readonly Decision[]): ReadonlyMap<string, Decision> {
  const newest = new Map<string, Decision>()
  const next = new Map<string, Decision>()
  for (const decision of decisions) {
    const { conversation } = decision.learn
    const before = newest.get(conversation)
    if (before !== undefined) next.set(before.receiptId, decision)
    newest.set(conversation, decision)
  }
  return next
}
