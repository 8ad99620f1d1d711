// How often the choice stays the same when the words change and the question does not: on the fixture with the shipped
// picker, and on a data set with the router that was measured there.
import { PERTURBATIONS } from '../../../src/routing/auto/picker/__fixtures__/perturb.ts'
import { FIXTURE_PROMPTS } from '../../../src/routing/auto/picker/__fixtures__/prompts.ts'
import type { PickModel } from '../../../src/routing/auto/picker/pick.ts'
import { Picker, PRESETS } from '../../../src/routing/auto/picker/picker.ts'
import { cutText } from '../../../src/routing/auto/picker/prompt-view.ts'
import { TASK_TYPES } from '../../../src/routing/auto/picker/task-types.ts'
import { pointOf, rowOf } from '../../../src/routing/auto/picker/text-point.ts'
import type { Pool } from './pool.ts'
import { shippedProjection } from './pool.ts'
import { fitClassifierTable } from './routers.ts'
import { choose, type Knob, meanOf } from './sweep.ts'

export interface Steadiness {
  readonly what: string
  readonly kept: number
  readonly of: number
}

/** A pool as an operator may have it: list prices per million tokens, 400 tokens in, 600 out. */
const FIXTURE_MODELS: readonly (readonly [id: string, input: number, output: number])[] = [
  ['claude-sonnet-4-5', 3, 15],
  ['gpt-5', 1.25, 10],
  ['gemini-2.5-flash', 0.3, 2.5],
  ['gpt-4o-mini', 0.15, 0.6],
  ['deepseek-chat', 0.14, 0.28],
]

export function fixtureModels(picker: Picker): PickModel[] {
  return FIXTURE_MODELS.map(([id, inputPrice, outputPrice]) => ({
    id,
    skills: picker.skillsOf({ id, inputPrice, outputPrice }),
    costNanos: Math.round((inputPrice * 400 + outputPrice * 600) * 1000),
  }))
}

export function steadyOnFixture(): Steadiness[] {
  const picker = Picker.load()
  const models = fixtureModels(picker)
  const choiceOf = (view: (typeof FIXTURE_PROMPTS)[number]['view']) =>
    picker.rank(picker.classify(view), models, PRESETS.balanced).ranked[0]?.id
  return Object.entries(PERTURBATIONS).map(([what, perturb]) => {
    let kept = 0
    for (const [index, { view }] of FIXTURE_PROMPTS.entries()) {
      const changed = { ...view, lastUser: cutText(perturb(view.lastUser, index)) }
      if (choiceOf(view) === choiceOf(changed)) kept++
    }
    return { what, kept, of: FIXTURE_PROMPTS.length }
  })
}

/** Which model is chosen how often under each preset: steadiness is worth nothing where the choice never varies. */
export function choicesOnFixture(): string[] {
  const picker = Picker.load()
  const models = fixtureModels(picker)
  return Object.entries(PRESETS).map(([preset, knobs]) => {
    const counts = new Map<string, number>()
    for (const { view } of FIXTURE_PROMPTS) {
      const id = picker.rank(picker.classify(view), models, knobs).ranked[0]?.id ?? ''
      counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    return `${preset}: ${[...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([id, count]) => `${id} ${count}`)
      .join(', ')}`
  })
}

/** How often the label is the likeliest type, and among the likeliest two. */
export function rightOnFixture(): { first: number; second: number } {
  const picker = Picker.load()
  let first = 0
  let second = 0
  for (const { type, view } of FIXTURE_PROMPTS) {
    const shares = picker.classify(view).taskShares
    const own = shares[TASK_TYPES.indexOf(type)] ?? 0
    const better = shares.reduce((count, share) => count + (share > own ? 1 : 0), 0)
    if (better === 0) first++
    if (better <= 1) second++
  }
  return { first: (100 * first) / FIXTURE_PROMPTS.length, second: (100 * second) / FIXTURE_PROMPTS.length }
}

/** Every tenth row is changed, the router is fitted to the others; `knob` is the one chosen for 98 %. */
export function steadyOnPool(pool: Pool, knob: Knob): Steadiness[] {
  const asked = [...pool.rows.keys()].filter((row) => row % 10 === 0)
  const train = [...pool.rows.keys()].filter((row) => row % 10 !== 0)
  const predict = fitClassifierTable(pool, train)
  const scale = meanOf(pool.costs.map(meanOf))
  return Object.entries(PERTURBATIONS).map(([what, perturb]) => {
    let kept = 0
    for (const row of asked) {
      const point = pointOf(
        shippedProjection(),
        cutText(perturb(pool.rows[row]?.prompt ?? '', row)),
        pool.rows[row]?.in_tok ?? 0,
      )
      const costs = pool.costs[row] ?? new Float64Array()
      const before = choose(predict(row), costs, knob, scale)
      if (before === choose(predict(row, { vector: point.vector, input: rowOf(point) }), costs, knob, scale)) kept++
    }
    return { what, kept, of: asked.length }
  })
}
