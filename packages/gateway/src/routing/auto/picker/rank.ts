// The choice: expected quality of each model for this request, a floor below the best of them, and the best of
// what quality less lambda times cost leaves above it.
import type { PickKnobs, PickModel, Prompt, RankedModel } from './pick.ts'
import { TASK_TYPES } from './task-types.ts'

/** How far the hardest request moves expected quality, in logits. Small: measured across data sets, difficulty hardly transfers. */
const DIFFICULTY_LOGITS = 0.8
/** From here up, cost alone decides above the floor. */
const CHEAPEST_LAMBDA = 1e6

/**
 * Trade-off 0..10 -> lambda, quality per share of the average cost: 0 at 0, .001 at 1, .01 at about 4, .1 at 7, cheapest
 * at 10. Strictly rising, so that more trade-off never costs more.
 */
export function lambdaOf(tradeoff: number): number {
  if (!(tradeoff > 0)) return 0
  if (tradeoff >= 10) return CHEAPEST_LAMBDA
  return 0.001 * 10 ** ((tradeoff - 1) / 3)
}

/** Best first; models under the floor last, the better first. An empty list gives an empty list. */
export function rankModels(prompt: Prompt, models: readonly PickModel[], knobs: PickKnobs): RankedModel[] {
  if (models.length === 0) return []
  const qualities = models.map((model) => expectedQuality(prompt, model))
  const floor = knobs.minQuality * Math.max(...qualities) - 1e-9
  const mean = models.reduce((sum, { costNanos }) => sum + costNanos, 0) / models.length
  const weight = lambdaOf(knobs.tradeoff) / Math.max(knobs.costScaleNanos ?? mean, 1)
  const ranked = models.map(({ id, costNanos }, index): RankedModel => {
    const quality = qualities[index] ?? 0
    return { id, quality, costNanos, utility: quality - weight * costNanos, aboveFloor: quality >= floor }
  })
  return ranked.sort(inOrder)
}

function inOrder(a: RankedModel, b: RankedModel): number {
  if (a.aboveFloor !== b.aboveFloor) return a.aboveFloor ? -1 : 1
  const first = a.aboveFloor ? b.utility - a.utility : b.quality - a.quality
  // Equal in utility: the cheaper; then a fixed order, so that every worker decides alike.
  return first || a.costNanos - b.costNanos || b.quality - a.quality || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/** On foreign ground a model counts for what it is worth overall; near own exemplars, for what was seen there. */
export function expectedQuality(prompt: Prompt, { skills, learned }: PickModel): number {
  let table = 0
  for (let index = 0; index < TASK_TYPES.length; index++) {
    const type = TASK_TYPES[index]
    if (type !== undefined) table += (prompt.taskShares[index] ?? 0) * skills.byType[type]
  }
  const gated = table + prompt.novelty * (skills.overall - table)
  const prior = shifted(gated, (0.5 - prompt.difficulty) * 2 * DIFFICULTY_LOGITS)
  return learned === undefined ? prior : prior + learned.weight * (learned.quality - prior)
}

function shifted(quality: number, logits: number): number {
  const safe = Math.min(0.999, Math.max(0.001, quality))
  return 1 / (1 + Math.exp(-(Math.log(safe / (1 - safe)) + logits)))
}
