// From calls and what came of them to a table: counts by model and task type, lengths of answers, and the questions
// themselves as points. Made anew each time from what is still kept, so that whatever is deleted is unlearned too.
import type { LearnedLengths, LearnedTable } from '../../../core/learned.ts'
import { ExemplarSet, type Exemplar } from '../picker/exemplars.ts'
import { dot } from '../picker/projection.ts'
import { countOutcome, type SkillCounts } from '../picker/skill-posterior.ts'
import type { Decision } from './decision.ts'
import { SHADOW_WEIGHT, type Outcome } from './outcomes.ts'
import { OTHER_WAY, SHADOW_QUALITY } from './shadow.ts'

export interface FitOptions {
  readonly versionId: string
  readonly nowMs: number
  /** At most so many; 0 = none. */
  readonly exemplars: number
}

/** What was so long ago counts for half. */
const HALF_LIFE_MS = 30 * 24 * 3_600_000
/** A model that somebody names instead was not seen to answer. */
const NAMED_INSTEAD = { quality: 1, weight: 0.5 }
/** Observations that count at most, by model and task type: what is true today must be able to win. */
const MOST_SEEN = 200
const MOST_MODELS = 100
/** The newest answer moves the mean by this much, the first few by more. */
const LEAST_LENGTH_WEIGHT = 0.05
/** Nearer than this it is the same question. */
const SAME_QUESTION = 0.97
const MOST_WEIGHT = 3
/** Of all embedded points of a version together: 64 KiB. */
const MOST_FIGURES = 65_536
const NO_POINT = new Float32Array(0)

/** @param decisions of one account and pool, the oldest first */
export function fit(
  decisions: readonly Decision[],
  outcomes: ReadonlyMap<string, Outcome>,
  { versionId, nowMs, exemplars }: FitOptions,
): LearnedTable {
  const counts: SkillCounts = {}
  const lengths: Record<string, LearnedLengths> = {}
  for (const decision of decisions) {
    addLength(lengths, decision)
    const outcome = outcomes.get(decision.receiptId)
    if (outcome === undefined) continue
    const age = 0.5 ** (Math.max(0, nowMs - decision.atMs) / HALF_LIFE_MS)
    const { taskShares } = decision.prompt
    countOutcome(counts, decision.model, taskShares, outcome.quality, outcome.weight * age)
    if (decision.shadow !== null) {
      const { other, verdict, otherTokens } = decision.shadow
      addLength(lengths, { ...decision, model: other, outputTokens: otherTokens })
      countOutcome(counts, other, taskShares, SHADOW_QUALITY[OTHER_WAY[verdict]], SHADOW_WEIGHT * age)
    }
    const { better } = outcome
    const isCandidate = decision.body.candidates.some(({ model, quality }) => model === better && quality !== null)
    if (isCandidate) countOutcome(counts, better, taskShares, NAMED_INSTEAD.quality, NAMED_INSTEAD.weight * age)
  }
  const embedded = exemplars === 0 ? undefined : embeddedOf(decisions, outcomes, exemplars)
  return {
    versionId,
    skills: bounded(counts),
    lengths: Object.fromEntries(Object.entries(lengths).slice(0, MOST_MODELS)),
    exemplars: exemplars === 0 ? null : exemplarsOf(decisions, outcomes, exemplars, ({ prompt }) => prompt.vector),
    ...(embedded === undefined ? {} : { embedded }),
  }
}

function addLength(lengths: Record<string, LearnedLengths>, { model, type, outputTokens }: Decision): void {
  if (outputTokens === 0) return
  const cell = ((lengths[model] ??= {})[type] ??= [0, 0])
  cell[1] += 1
  cell[0] += (outputTokens - cell[0]) * Math.max(LEAST_LENGTH_WEIGHT, 1 / cell[1])
}

function bounded(counts: SkillCounts): SkillCounts {
  const rows = Object.entries(counts).slice(0, MOST_MODELS)
  for (const [, row] of rows) {
    for (const cell of Object.values(row)) {
      const factor = Math.min(1, MOST_SEEN / cell[1])
      cell[0] = rounded(cell[0] * factor)
      cell[1] = rounded(cell[1] * factor)
    }
  }
  return Object.fromEntries(rows)
}

/**
 * The newest questions; one that was asked before adds to that one, so that a flood of one takes one place.
 * @param vectorOf a question; empty = it is not known as a point
 */
function exemplarsOf(
  decisions: readonly Decision[],
  outcomes: ReadonlyMap<string, Outcome>,
  most: number,
  vectorOf: (decision: Decision) => Float32Array,
): LearnedTable['exemplars'] {
  const points: { vector: Float32Array; outcomes: Record<string, number>; weight: number }[] = []
  for (const decision of decisions.toReversed()) {
    const { receiptId, model } = decision
    const outcome = outcomes.get(receiptId)
    const vector = vectorOf(decision)
    if (outcome === undefined || vector.length === 0) continue
    const same = points.find(
      (point) => point.vector.length === vector.length && dot(point.vector, vector) > SAME_QUESTION,
    )
    if (same === undefined) {
      if (points.length < most) points.push({ vector, outcomes: { [model]: outcome.quality }, weight: outcome.weight })
      continue
    }
    const before = same.outcomes[model]
    same.outcomes[model] =
      before === undefined
        ? outcome.quality
        : (before * same.weight + outcome.quality * outcome.weight) / (same.weight + outcome.weight)
    same.weight = Math.min(MOST_WEIGHT, same.weight + outcome.weight)
  }
  const [first] = points
  if (first === undefined) return null
  const ofOneKind = points.filter(({ vector }) => vector.length === first.vector.length)
  const set = new ExemplarSet(first.vector.length, ofOneKind.length)
  for (const point of ofOneKind.toReversed()) set.add(roundedPoint(point))
  return set.save()
}

/** By the model of embeddings that saw the newest question; of wide vectors fewer are kept, so that versions stay small. */
function embeddedOf(
  decisions: readonly Decision[],
  outcomes: ReadonlyMap<string, Outcome>,
  most: number,
): LearnedTable['embedded'] {
  const newest = decisions.findLast(({ embedded, receiptId }) => embedded !== null && outcomes.has(receiptId))?.embedded
  if (newest == null) return undefined
  const { model, vector } = newest
  const kept = Math.min(most, Math.floor(MOST_FIGURES / vector.length))
  const exemplars = exemplarsOf(decisions, outcomes, kept, ({ embedded }) =>
    embedded?.model === model && embedded.vector.length === vector.length ? embedded.vector : NO_POINT,
  )
  return exemplars === null ? undefined : { model, exemplars }
}

function roundedPoint({ vector, outcomes, weight }: Exemplar): Exemplar {
  const entries = Object.entries(outcomes).map(([id, quality]) => [id, rounded(quality)] as const)
  return { vector, outcomes: Object.fromEntries(entries), weight: rounded(weight) }
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4
}
