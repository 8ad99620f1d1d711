// The choice: expected quality of each model for this request, a floor below the best of them, and the best of
// what quality less lambda times cost leaves above it.
import { atDifficulty, type DifficultyEffect, effectOf } from './difficulty.ts'
import type { PickKnobs, PickModel, Prompt, RankedModel } from './pick.ts'
import type { Skills } from './skills.ts'
import { TASK_TYPES } from './task-types.ts'

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
  const effect = effectOf(prompt.difficulty, prompt.taskShares)
  const qualities = models.map((model) => qualityOf(prompt, model, effect))
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
export function expectedQuality(prompt: Prompt, model: PickModel): number {
  return qualityOf(prompt, model, effectOf(prompt.difficulty, prompt.taskShares))
}

function qualityOf({ taskShares, novelty }: Prompt, { skills, learned }: PickModel, effect: DifficultyEffect): number {
  const byType = figuresOf(skills)
  let table = 0
  for (let index = 0; index < byType.length; index++) table += (taskShares[index] ?? 0) * (byType[index] ?? 0)
  const prior = atDifficulty(table + novelty * (skills.overall - table), effect)
  return learned === undefined ? prior : prior + learned.weight * (learned.quality - prior)
}

const figures = new WeakMap<Skills, Float64Array>()

/** A model's expected quality by task type, in the order of TASK_TYPES: read for each request, while skills seldom change. */
function figuresOf(skills: Skills): Float64Array {
  let own = figures.get(skills)
  if (own === undefined) figures.set(skills, (own = Float64Array.from(TASK_TYPES, (type) => skills.byType[type])))
  return own
}
