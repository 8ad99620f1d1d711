// What an operator sees of a pool: how good and how dear each model is, and what the picker would choose along its knob.
// Reckoned by the picker itself, for one made-up request of each kind of task: the mean of them is a point. Of traffic it
// takes one thing, how long answers have been.
import type { AutoKnobs, AutoPool } from '../../../config/auto-config.ts'
import type { AnswerLengths } from '../../../core/learned.ts'
import { TASK_TYPES, type TaskType } from '../../../core/task-types.ts'
import { expectedCost } from '../costs/expected-cost.ts'
import { OutputLengths } from '../costs/output-lengths.ts'
import { keepsData } from '../filters/can-serve.ts'
import type { FilterReason } from '../filters/reasons.ts'
import type { PickerPort } from '../picker-port.ts'
import type { PickModel, Prompt } from '../picker/pick.ts'
import type { Skills } from '../picker/skills.ts'
import { modelsOfPool, type PoolModel, type PoolSources } from './pool-model.ts'

/** Tokens of a made-up request; below what any vendor caches. */
export const TYPICAL_INPUT_TOKENS = 1_000
/** Of the knob, 0 to 10. */
const STEP = 0.5

export interface CurvePoint extends AutoKnobs {
  /** Expected, 0 to 1. */
  readonly quality: number
  readonly costNanos: number
}

export interface PoolMember {
  readonly id: string
  readonly vendor: string | null
  readonly quality: number
  readonly basis: Skills['basis']
  readonly source: string
  /** Null = it cannot be picked. */
  readonly costNanos: number | null
  /** Why it never is; null = it may be. */
  readonly refused: PoolRefusal | null
  /** Kinds of task that it is the first choice for, as the pool's knobs stand. */
  readonly firstFor: readonly TaskType[]
  /** Of its answers, how many were seen of each kind of task; a kind that is not here is as long as is usual. */
  readonly seenAnswers: ReadonlyMap<TaskType, number>
}

export type PoolRefusal = Extract<FilterReason, 'unknown_model' | 'data_policy' | 'not_chat' | 'no_price'>

export interface PoolView {
  readonly pool: AutoPool
  readonly members: readonly PoolMember[]
  /** Null = the pool is empty. */
  readonly baseline: string | null
  /** As the pool's knobs stand; null = nothing can be picked. */
  readonly now: CurvePoint | null
  /** From the best to the cheapest, above the pool's own floor. */
  readonly curve: readonly CurvePoint[]
  /** The same without a floor. */
  readonly whole: readonly CurvePoint[]
}

export interface PoolViewSources extends PoolSources {
  readonly picker: Pick<PickerPort, 'skillsOf' | 'rank'>
  /** How long answers have been here; null = as long as is usual. */
  readonly lengths: AnswerLengths | null
}

interface Rival {
  readonly id: string
  readonly skills: Skills
  /** In the order of TASK_TYPES. */
  readonly costs: readonly number[]
}

export function viewPool(pool: AutoPool, sources: PoolViewSources): PoolView {
  const models = modelsOfPool(pool, sources)
  const lengths = new OutputLengths()
  if (sources.lengths !== null) lengths.restore(sources.lengths)
  const rivals = models.flatMap((model) =>
    whyNever(model, pool, sources) === null ? (rivalOf(model, sources, lengths) ?? []) : [],
  )
  const baseline = pool.baseline ?? bestOf(rivals)
  const fields = fieldsOf(rivals, baseline, sources.picker)
  const along = (knobs: AutoKnobs): CurvePoint => ({
    ...knobs,
    ...meanOf(choices(fields, knobs, sources.picker)),
  })
  const whole = rivals.length === 0 ? [] : steps().map((tradeoff) => along({ tradeoff, minQuality: 0 }))
  const curve = whole.map(({ tradeoff }) => along({ tradeoff, minQuality: pool.knobs.minQuality }))
  const now = choices(fields, pool.knobs, sources.picker)
  return {
    pool,
    members: models.map((model): PoolMember => {
      const { id, info, skills } = model
      const costs = rivals.find((rival) => rival.id === id)?.costs
      return {
        id,
        vendor: info?.vendor ?? null,
        quality: mean(TASK_TYPES.map((type) => skills.byType[type])),
        basis: skills.basis,
        source: skills.source,
        costNanos: costs === undefined ? null : Math.round(mean(costs)),
        refused: whyNever(model, pool, sources),
        firstFor: now.flatMap(({ type, id: first }) => (first === id ? [type] : [])),
        seenAnswers: seenOf(id, sources.lengths),
      }
    }),
    baseline,
    now: rivals.length === 0 ? null : { ...pool.knobs, ...meanOf(now) },
    curve,
    whole,
  }
}

function seenOf(model: string, lengths: AnswerLengths | null): ReadonlyMap<TaskType, number> {
  const own = lengths?.models[model] ?? {}
  return new Map(TASK_TYPES.flatMap((type) => (own[type] === undefined ? [] : [[type, own[type][1]] as const])))
}

function steps(): readonly number[] {
  return Array.from({ length: 10 / STEP + 1 }, (_, index) => index * STEP)
}

interface Choice {
  readonly type: TaskType
  readonly id: string
  readonly quality: number
  readonly costNanos: number
}

/** The models that may be picked for a kind of task, and what costs are weighed against. */
interface Field {
  readonly type: TaskType
  readonly prompt: Prompt
  readonly models: readonly PickModel[]
  readonly costScaleNanos: number
}

/** Without those that another one beats in quality and in cost: of hundreds of models a dozen is left. */
function fieldsOf(rivals: readonly Rival[], baseline: string | null, picker: PoolViewSources['picker']): Field[] {
  return TASK_TYPES.map((type, index) => {
    const models = rivals.map(({ id, skills, costs }) => ({ id, skills, costNanos: costs[index] ?? 0 }))
    // As `settle.ts` weighs costs: against an average request of the pool, or the baseline's where that is less.
    const reference = models.find(({ id }) => id === baseline)?.costNanos ?? Infinity
    const costScaleNanos = Math.max(1, Math.min(mean(models.map(({ costNanos }) => costNanos)), reference))
    const prompt = promptOf(index)
    const kept = new Set<string>()
    let cheapest = Infinity
    // Best first; of equals the cheaper.
    for (const { id, costNanos } of picker.rank(prompt, models, { tradeoff: 0, minQuality: 0 }).ranked) {
      if (costNanos >= cheapest) continue
      cheapest = costNanos
      kept.add(id)
    }
    return { type, prompt, models: models.filter(({ id }) => kept.has(id)), costScaleNanos }
  })
}

/** What is picked for each kind of task. */
function choices(fields: readonly Field[], knobs: AutoKnobs, picker: PoolViewSources['picker']): readonly Choice[] {
  return fields.flatMap(({ type, prompt, models, costScaleNanos }) => {
    const [first] = picker.rank(prompt, models, { ...knobs, costScaleNanos }).ranked
    return first === undefined ? [] : [{ type, id: first.id, quality: first.quality, costNanos: first.costNanos }]
  })
}

/** A request of this kind and no other, neither easy nor hard, like what the tables were made from. */
function promptOf(index: number): Prompt {
  const taskShares = new Float64Array(TASK_TYPES.length)
  taskShares[index] = 1
  return { taskShares, difficulty: 0.5, novelty: 0, vector: new Float32Array() }
}

/** Whatever is asked. Source: `can-serve.ts` */
function whyNever({ id, info }: PoolModel, { dataPolicy }: AutoPool, { fleet }: PoolViewSources): PoolRefusal | null {
  const route = fleet.resolve(id)
  if (route === undefined) return 'unknown_model'
  if (!keepsData(route, dataPolicy)) return 'data_policy'
  if (info?.capabilities?.includes('chat') === false) return 'not_chat'
  return route.price === null ? 'no_price' : null
}

function rivalOf({ id, info, skills }: PoolModel, { fleet }: PoolViewSources, lengths: OutputLengths): Rival | null {
  const price = fleet.resolve(id)?.price ?? null
  if (price === null) return null
  const thinks = info?.capabilities?.includes('reasoning') === true && info.vendor !== 'anthropic'
  const costs = TASK_TYPES.map((type) => {
    const outputTokens = lengths.expected(id, type, thinks, 0)
    const use = { inputTokens: TYPICAL_INPUT_TOKENS, warmTokens: 0, warmLaterTokens: 0, outputTokens }
    return expectedCost(price, 1_000_000, use, 1).costNanos
  })
  return { id, skills, costs }
}

function bestOf(rivals: readonly Rival[]): string | null {
  let best: Rival | null = null
  for (const rival of rivals) if (best === null || rival.skills.overall > best.skills.overall) best = rival
  return best?.id ?? null
}

function meanOf(chosen: readonly Choice[]): { readonly quality: number; readonly costNanos: number } {
  return {
    quality: mean(chosen.map(({ quality }) => quality)),
    costNanos: Math.round(mean(chosen.map(({ costNanos }) => costNanos))),
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
