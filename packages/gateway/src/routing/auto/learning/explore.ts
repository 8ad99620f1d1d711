// Trying another model now and then: who never asks the others cannot learn that they are better, and what was left to
// chance can be reckoned with afterwards, because it is known how likely each choice was.
import type { RankedModel } from '../picker/picker.ts'

export interface Exploration {
  readonly model: RankedModel
  /** How likely it was to be chosen. */
  readonly propensity: number
  readonly explored: boolean
}

const PPM = 1_000_000

/**
 * With the share's chance one of those above the floor, each as likely; else the best.
 * @param draws two numbers from 0 to below 1
 */
export function explore(
  best: RankedModel,
  ranked: readonly RankedModel[],
  sharePpm: number,
  draws: readonly [number, number],
): Exploration {
  const open = ranked.filter(({ id, aboveFloor }) => aboveFloor || id === best.id)
  if (sharePpm === 0 || open.length < 2) return { model: best, propensity: 1, explored: false }
  const share = sharePpm / PPM
  const other = draws[0] < share ? open[Math.floor(draws[1] * open.length)] : undefined
  const model = other ?? best
  const byChance = share / open.length
  const propensity = model.id === best.id ? 1 - share + byChance : byChance
  return { model, propensity, explored: model.id !== best.id }
}
