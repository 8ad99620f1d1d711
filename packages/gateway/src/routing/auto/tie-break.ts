// Of models that are as good as each other the faster one; never one that costs more than the picker's own choice.
import { candidatesOfRoute, type Route } from '../route.ts'
import type { RankedModel } from './picker/picker.ts'

/** Utilities that differ by less are a tie. */
const TIE = 0.01
/** What counts as faster: half the time. Less is noise. */
const MUCH_FASTER = 0.5

/** @param ranked best first, not empty */
export function fasterOfTies(
  ranked: readonly RankedModel[],
  routes: ReadonlyMap<string, Route>,
  nowMs: number,
): RankedModel {
  const [top] = ranked
  if (top === undefined) throw new Error('There is nothing to choose from.')
  let best = top
  let bestMs = firstByteMs(routes.get(top.id), nowMs)
  if (bestMs === 0) return top
  for (const model of ranked.slice(1)) {
    if (top.utility - model.utility > TIE || !model.aboveFloor) break
    const ms = firstByteMs(routes.get(model.id), nowMs)
    if (ms === 0 || ms > bestMs * MUCH_FASTER || model.costNanos > top.costNanos) continue
    best = model
    bestMs = ms
  }
  return best
}

/** Of the quickest way to the model; 0 = not known. */
function firstByteMs(route: Route | undefined, nowMs: number): number {
  if (route === undefined) return 0
  let least = 0
  for (const { state } of candidatesOfRoute(route)) {
    const ms = state.latency.read(nowMs)
    if (ms > 0 && (least === 0 || ms < least)) least = ms
  }
  return least
}
