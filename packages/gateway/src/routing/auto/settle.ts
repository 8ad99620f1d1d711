// From a ranking to the model that is asked, and those that stand in for it: the control group, ties, the conversation's
// model, and now and then another one to learn from.
import type { AutoKnobs, AutoPool } from '../../config/auto-config.ts'
import type { AutoAsk, Eligible } from './choice.ts'
import { explore } from './learning/explore.ts'
import type { PickKnobs, RankedModel } from './picker/picker.ts'
import { isControl } from './savings/control-group.ts'
import type { Baseline } from './savings/savings.ts'
import { knobsMark, type Conversation } from './sessions/conversation.ts'
import { stayOrLeave, type ChoiceReason } from './sessions/stay-or-leave.ts'
import { fasterOfTies } from './tie-break.ts'

/** `propensity`: how likely it was to be chosen. */
export type Settled = { readonly first: RankedModel; readonly reason: ChoiceReason; readonly propensity: number }

export interface SettleInput {
  readonly ask: AutoAsk
  readonly pool: AutoPool
  readonly ranked: readonly RankedModel[]
  readonly eligible: readonly Eligible[]
  readonly knobs: AutoKnobs
  readonly conversation: Conversation | null
  readonly key: string
  readonly baseline: Baseline | null
  readonly explorePpm: number
}

/** Null = nothing is left to choose from. */
export function settle(input: SettleInput): Settled | null {
  const { ask, pool, ranked, eligible, knobs, conversation, key, baseline, explorePpm } = input
  const [top] = ranked
  if (top === undefined) return null
  const { view, session, nowMs } = ask
  const held = baseline === null ? undefined : ranked.find(({ id }) => id === baseline.model)
  if (held !== undefined && !view.afterToolResult && isControl(key, pool.controlPpm))
    return { first: held, reason: 'control', propensity: 1 }
  const floor = knobs.minQuality * ranked.reduce((best, { quality }) => Math.max(best, quality), 0)
  const routes = new Map(eligible.map(({ model, route }) => [model.id, route]))
  const best = fasterOfTies(ranked, routes, nowMs)
  const { model, reason } = stayOrLeave(best, {
    ranked,
    floor,
    conversation,
    view,
    isNamed: session !== null,
    knobs: knobsMark(knobs),
  })
  if (reason !== 'best' || conversation !== null) return { first: model, reason, propensity: 1 }
  const { model: first, propensity, explored } = explore(model, ranked, explorePpm, [Math.random(), Math.random()])
  return { first, reason: explored ? 'explored' : reason, propensity }
}

/** Who asks ten models in vain need not ask an eleventh. */
const LONGEST_CHAIN = 10

/** The chosen one, then the others above the floor, then those below: a worse answer is better than none. */
export function chainOf(first: RankedModel, ranked: readonly RankedModel[], reason: ChoiceReason): readonly string[] {
  const others = ranked.filter(({ id }) => id !== first.id)
  // Who stands in for a model that was left for being too weak is not weaker still.
  const order =
    reason === 'escalated'
      ? others.toSorted((a, b) => Number(b.quality >= first.quality) - Number(a.quality >= first.quality))
      : others
  return [first.id, ...order.map(({ id }) => id)].slice(0, LONGEST_CHAIN)
}

/**
 * What costs are weighed against: an average request of those that can serve it, but no more than with the baseline. A
 * few models that cost a hundred times as much as anybody would pay must not make all others look alike.
 */
export function costScale(eligible: readonly Eligible[], baseline: Baseline | null): Pick<PickKnobs, 'costScaleNanos'> {
  const mean = eligible.reduce((sum, { turnNanos }) => sum + turnNanos, 0) / Math.max(1, eligible.length)
  const reference = eligible.find(({ model }) => model.id === baseline?.model)?.turnNanos ?? Infinity
  return { costScaleNanos: Math.max(1, Math.min(mean, reference)) }
}
