// The gate before a version serves: both versions choose again for calls that neither the candidate was made from, and
// the candidate must do better there. Doubly robust: a version's value at a call is what was expected of its choice,
// corrected by what was seen where the call really went to that choice, and more so the less likely that was (inverse
// propensity scoring). A choice that nobody has seen counts for what the serving version expects of it, on the scale of
// what was seen, and no more.
import type { TaskType } from '../../../core/task-types.ts'
import type { PickerPort } from '../picker-port.ts'
import type { Decision } from './decision.ts'
import type { PickModel, RankedModel } from '../picker/picker.ts'
import type { Skills } from '../picker/skills.ts'
import type { LearnedSet } from './learned-set.ts'
import type { Outcome } from './outcomes.ts'
import { OTHER_WAY, SHADOW_QUALITY } from './shadow.ts'

/** Candidate less serving. */
export interface Difference {
  readonly mean: number
  /** 90 % of the time it lies between these. */
  readonly low: number
  readonly high: number
}

export type Verdict = 'better' | 'cheaper' | 'too-few' | 'not-better' | 'worse-at-a-task' | 'too-dear'

export interface ReplayResult {
  /** Calls that were chosen for again. */
  readonly decisions: number
  /** Of these, where somebody or something says how good the answer was. */
  readonly judged: number
  /** Of these, where the two choose differently. */
  readonly changed: number
  /** Of these, where the candidate's choice has really answered. */
  readonly observed: number
  /** 0 to 1. */
  readonly quality: Difference
  /** As a share of what the serving version costs. */
  readonly cost: Difference
  /** Those where the two differ. */
  readonly byType: readonly { readonly type: TaskType; readonly judged: number; readonly quality: number }[]
  readonly verdict: Verdict
  readonly won: boolean
}

export interface ReplayOptions {
  readonly picker: Pick<PickerPort, 'rank'>
  readonly priorOf: (model: string) => Skills
  readonly serving: LearnedSet | null
  readonly candidate: LearnedSet
  readonly maxCostRise: number
}

/** What quality may fall by, at worst, where a version is cheaper. */
const QUALITY_MARGIN = 0.03
/** The same in one task type, where fewer were judged. */
const TYPE_MARGIN = 0.02
const LEAST_IN_TYPE = 3
const LEAST_JUDGED = 15
const LEAST_CHANGED = 5
/** A call that was very unlikely would count for all others. */
const MOST_CORRECTION = 20
/** A model that answered less often is believed to be as dear as all others, against what was expected. */
const SELDOM = 5
const Z_90 = 1.645
/** Never quite sure: of answers that were all alike, the next may differ. */
const LEAST_VARIANCE = 0.01

interface Sample {
  readonly decision: Decision
  readonly outcome: Outcome | undefined
  readonly changed: boolean
  readonly observed: boolean
  readonly quality: number
  readonly costNanos: number
  readonly servingNanos: number
}

/** @param decisions that the candidate was not made from */
export function replay(
  decisions: readonly Decision[],
  outcomes: ReadonlyMap<string, Outcome>,
  options: ReplayOptions,
): ReplayResult {
  const factorOf = costFactors(decisions)
  const rechosen = decisions.filter(isOpen).flatMap((decision) => {
    const choice = rechoose(decision, outcomes.get(decision.receiptId), options)
    return choice === null ? [] : [choice]
  })
  const offsets = new Offsets(rechosen)
  const samples = rechosen.map((choice) => sampleOf(choice, offsets, factorOf))
  return verdictOf(samples, options.maxCostRise)
}

/** Where the version alone decided: not what a conversation kept, and not who stood in. */
function isOpen({ body, model }: Decision): boolean {
  return (
    (body.reason === 'best' || body.reason === 'explored') &&
    body.failed.length === 0 &&
    body.candidates.some((candidate) => candidate.model === model && candidate.quality !== null)
  )
}

/** By model: what calls really cost, as a multiple of what they were expected to. Little is known of one that was seldom seen. */
function costFactors(decisions: readonly Decision[]): (model: string) => number {
  const logs = new Map<string, { sum: number; count: number }>()
  const all = { sum: 0, count: 0 }
  for (const { body, model, costNanos } of decisions) {
    const expected = body.candidates.find((candidate) => candidate.model === model)?.costNanos ?? 0
    if (expected <= 0 || costNanos <= 0) continue
    const log = Math.log(costNanos / expected)
    const own = logs.get(model) ?? { sum: 0, count: 0 }
    logs.set(model, { sum: own.sum + log, count: own.count + 1 })
    all.sum += log
    all.count += 1
  }
  const mean = all.count === 0 ? 0 : all.sum / all.count
  return (model) => {
    const { sum, count } = logs.get(model) ?? { sum: 0, count: 0 }
    return Math.exp((sum + SELDOM * mean) / (count + SELDOM))
  }
}

/** What both versions choose, and what the serving one expects. */
interface Rechosen {
  readonly decision: Decision
  readonly outcome: Outcome | undefined
  readonly serving: string
  readonly candidate: string
  readonly expected: ReadonlyMap<string, number>
  readonly costs: ReadonlyMap<string, number>
}

function rechoose(decision: Decision, outcome: Outcome | undefined, options: ReplayOptions): Rechosen | null {
  const { body, prompt, embedded } = decision
  const models = body.candidates.flatMap(({ model: id, quality, costNanos }): PickModel[] =>
    quality === null || costNanos === null ? [] : [{ id, costNanos, skills: options.priorOf(id) }],
  )
  const knobs = { tradeoff: body.tradeoff, minQuality: body.minQuality }
  const rank = (set: LearnedSet | null): readonly RankedModel[] =>
    options.picker.rank(prompt, set?.applied(prompt, models, embedded) ?? models, knobs).ranked
  const ranked = rank(options.serving)
  const serving = ranked[0]?.id
  const candidate = rank(options.candidate)[0]?.id
  if (serving === undefined || candidate === undefined) return null
  return {
    decision,
    outcome,
    serving,
    candidate,
    expected: new Map(ranked.map(({ id, quality }) => [id, quality])),
    costs: new Map(models.map(({ id, costNanos }) => [id, costNanos])),
  }
}

/**
 * How far outcomes lie from what was expected, by model: people judge by a scale of their own. A model that was seldom
 * seen is believed to lie as far off as all others, so that nothing wins by being unknown. Each call's own outcome is
 * left out of what it is compared with.
 */
class Offsets {
  readonly #byModel = new Map<string, { sum: number; weight: number }>()
  readonly #all = { sum: 0, weight: 0 }

  constructor(choices: readonly Rechosen[]) {
    for (const choice of choices) this.#add(choice, 1)
  }

  /** The expectations of a call, moved by what the other calls have shown. */
  moved(choice: Rechosen): (model: string) => number {
    this.#add(choice, -1)
    const all = this.#all.weight > 1e-9 ? this.#all.sum / this.#all.weight : 0
    const values = new Map<string, number>()
    for (const [model, quality] of choice.expected) {
      const { sum, weight } = this.#byModel.get(model) ?? { sum: 0, weight: 0 }
      values.set(model, Math.min(1, Math.max(0, quality + (sum + SELDOM * all) / (weight + SELDOM))))
    }
    this.#add(choice, 1)
    return (model) => values.get(model) ?? 0
  }

  #add({ decision, outcome, expected }: Rechosen, sign: 1 | -1): void {
    const quality = expected.get(decision.model)
    if (outcome === undefined || quality === undefined) return
    const own = this.#byModel.get(decision.model) ?? { sum: 0, weight: 0 }
    this.#byModel.set(decision.model, own)
    for (const sums of [own, this.#all]) {
      sums.sum += sign * outcome.weight * (outcome.quality - quality)
      sums.weight += sign * outcome.weight
    }
  }
}

function sampleOf(choice: Rechosen, offsets: Offsets, factorOf: (model: string) => number): Sample {
  const { decision, outcome, serving, candidate, costs } = choice
  const { model, learn, costNanos } = decision
  const expectedQuality = offsets.moved(choice)
  const expectedNanos = (id: string): number => (costs.get(id) ?? 0) * factorOf(id)
  const correction = Math.min(MOST_CORRECTION, 1 / Math.max(1e-6, learn.propensity))
  const valueOf = (id: string, expected: (id: string) => number, seen: number | undefined): number =>
    expected(id) + (id === model && seen !== undefined ? correction * (seen - expected(id)) : 0)
  const beside = seenBeside(decision, outcome)
  const quality = (id: string): number => beside.get(id) ?? valueOf(id, expectedQuality, outcome?.quality)
  const besideNanos = costsBeside(decision)
  const cost = (id: string): number => besideNanos.get(id) ?? valueOf(id, expectedNanos, costNanos)
  const changed = candidate !== serving
  return {
    decision,
    outcome,
    changed,
    observed: changed && (candidate === model || beside.has(candidate)),
    quality: changed ? quality(candidate) - quality(serving) : 0,
    costNanos: changed ? cost(candidate) - cost(serving) : 0,
    servingNanos: expectedNanos(serving),
  }
}

/** Where a judge has compared, both answers were seen at the same call: nothing is left to reckon. */
function seenBeside({ shadow, model }: Decision, outcome: Outcome | undefined): ReadonlyMap<string, number> {
  if (shadow === null || outcome?.source !== 'shadow') return new Map()
  return new Map([
    [model, outcome.quality],
    [shadow.other, SHADOW_QUALITY[OTHER_WAY[shadow.verdict]]],
  ])
}

function costsBeside({ shadow, model, costNanos }: Decision): ReadonlyMap<string, number> {
  if (shadow === null) return new Map()
  return new Map([
    [model, costNanos],
    [shadow.other, shadow.otherNanos],
  ])
}

function verdictOf(samples: readonly Sample[], maxCostRise: number): ReplayResult {
  const judged = samples.filter(({ outcome }) => outcome !== undefined)
  const changed = judged.filter((sample) => sample.changed)
  const quality = difference(
    judged.map((sample) => ({ value: sample.quality, weight: sample.outcome?.weight ?? 0 })),
    1,
  )
  const meanNanos = samples.reduce((sum, { servingNanos }) => sum + servingNanos, 0) / Math.max(1, samples.length)
  const cost = difference(
    samples.map(({ costNanos }) => ({ value: costNanos, weight: 1 })),
    Math.max(1, meanNanos),
  )
  const byType = typesOf(changed)
  const verdict = judge({ judged: judged.length, changed: changed.length, quality, cost, byType }, maxCostRise)
  return {
    decisions: samples.length,
    judged: judged.length,
    changed: changed.length,
    observed: changed.filter(({ observed }) => observed).length,
    quality,
    cost,
    byType,
    verdict,
    won: verdict === 'better' || verdict === 'cheaper',
  }
}

function judge(
  { judged, changed, quality, cost, byType }: Pick<ReplayResult, 'judged' | 'changed' | 'quality' | 'cost' | 'byType'>,
  maxCostRise: number,
): Verdict {
  if (judged < LEAST_JUDGED || changed < LEAST_CHANGED) return 'too-few'
  if (byType.some((type) => type.judged >= LEAST_IN_TYPE && type.quality < -TYPE_MARGIN)) return 'worse-at-a-task'
  if (quality.low > 0) return cost.high <= maxCostRise ? 'better' : 'too-dear'
  return cost.high < 0 && quality.low >= -QUALITY_MARGIN ? 'cheaper' : 'not-better'
}

function typesOf(samples: readonly Sample[]): ReplayResult['byType'] {
  const sums = new Map<TaskType, { judged: number; sum: number; weight: number }>()
  for (const { decision, quality, outcome } of samples) {
    const before = sums.get(decision.type) ?? { judged: 0, sum: 0, weight: 0 }
    const weight = outcome?.weight ?? 0
    sums.set(decision.type, {
      judged: before.judged + 1,
      sum: before.sum + weight * quality,
      weight: before.weight + weight,
    })
  }
  return [...sums].map(([type, { judged, sum, weight }]) => ({ type, judged, quality: rounded(sum / weight) }))
}

function difference(
  samples: readonly { readonly value: number; readonly weight: number }[],
  scale: number,
): Difference {
  const mass = samples.reduce((sum, { weight }) => sum + weight, 0)
  if (mass === 0) return { mean: 0, low: -1, high: 1 }
  const mean = samples.reduce((sum, { value, weight }) => sum + weight * value, 0) / mass / scale
  const spread = samples.reduce(
    (sum, { value, weight }) => sum + weight ** 2 * ((value / scale - mean) ** 2 + LEAST_VARIANCE),
    0,
  )
  const margin = (Z_90 * Math.sqrt(spread)) / mass
  return { mean: rounded(mean), low: rounded(mean - margin), high: rounded(mean + margin) }
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4
}
