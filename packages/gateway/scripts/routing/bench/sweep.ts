// From expected qualities and costs to choices, over all settings of the knob, and the figures of a router: with the
// knob chosen on other folds, as a frontier, with bootstrap intervals.
import { seededRandom } from '../seeded.ts'
import type { Pool } from './pool.ts'

/** A setting: weight of cost, or the share of quality that may be given up. */
export type Knob = { readonly lambda: number } | { readonly within: number }

/** As the public protocol has it: 0 and 60 steps of lambda, and the cheapest within so much of the best. */
const KNOBS: readonly Knob[] = [
  { lambda: 0 },
  ...Array.from({ length: 60 }, (_, step) => ({ lambda: 0.001 * 30_000 ** (step / 59) })),
  ...Array.from({ length: 41 }, (_, step) => ({ within: step * 0.0025 })),
  ...Array.from({ length: 40 }, (_, step) => ({ within: 0.11 + step * 0.0175 })),
]

export interface Predictions {
  readonly name: string
  /** Expected quality and cost, by row and model. */
  readonly qualities: readonly Float64Array[]
  readonly costs: readonly Float64Array[]
}

export interface Sweep {
  /** Score and cost of the choice, by knob and row. */
  readonly scores: readonly Float64Array[]
  readonly costs: readonly Float64Array[]
}

export function sweep(pool: Pool, { qualities, costs }: Predictions): Sweep {
  const scale = meanOf(costs.map(meanOf))
  const scores = KNOBS.map(() => new Float64Array(pool.rows.length))
  const paid = KNOBS.map(() => new Float64Array(pool.rows.length))
  for (let row = 0; row < pool.rows.length; row++) {
    const quality = qualities[row] ?? new Float64Array()
    const cost = costs[row] ?? new Float64Array()
    for (const [k, knob] of KNOBS.entries()) {
      const choice = choose(quality, cost, knob, scale)
      const score = scores[k]
      const pay = paid[k]
      if (score) score[row] = pool.scores[row]?.[choice] ?? 0
      if (pay) pay[row] = pool.costs[row]?.[choice] ?? 0
    }
  }
  return { scores, costs: paid }
}

export function choose(quality: Float64Array, cost: Float64Array, knob: Knob, scale: number): number {
  let best = 0
  let bestValue = -Infinity
  const floor = 'within' in knob ? Math.max(...quality) - knob.within - 1e-9 : -Infinity
  for (let model = 0; model < quality.length; model++) {
    const q = quality[model] ?? 0
    const c = (cost[model] ?? 0) / scale
    const value = 'lambda' in knob ? q - knob.lambda * c : q < floor ? -Infinity : -c
    if (value > bestValue) {
      bestValue = value
      best = model
    }
  }
  return best
}

/** Score and cost by row. */
export interface Outcome {
  readonly scores: Float64Array
  readonly costs: Float64Array
}

/** For each fold the cheapest knob that reached the target on the other folds, applied to the fold itself. */
export function knobOnOtherFolds(
  pool: Pool,
  swept: Sweep,
  folds: Int32Array,
  target: number,
): Outcome & { knobs: Knob[] } {
  const scores = new Float64Array(pool.rows.length)
  const costs = new Float64Array(pool.rows.length)
  const knobs: Knob[] = []
  for (const fold of new Set(folds)) {
    const elsewhere = [...folds.keys()].filter((row) => folds[row] !== fold)
    const needed =
      target *
      Math.max(...pool.models.map((_, model) => meanOf(elsewhere.map((row) => pool.scores[row]?.[model] ?? 0))))
    const chosen = cheapestReaching(swept, elsewhere, needed)
    knobs.push(KNOBS[chosen] ?? { lambda: 0 })
    for (const [row, own] of folds.entries()) {
      if (own !== fold) continue
      scores[row] = swept.scores[chosen]?.[row] ?? 0
      costs[row] = swept.costs[chosen]?.[row] ?? 0
    }
  }
  return { scores, costs, knobs }
}

function cheapestReaching(swept: Sweep, rows: readonly number[], needed: number): number {
  let chosen = -1
  let least = Infinity
  let most = 0
  let mostScore = -Infinity
  for (let k = 0; k < KNOBS.length; k++) {
    const score = meanAt(swept.scores[k], rows)
    const cost = meanAt(swept.costs[k], rows)
    if (score >= needed && cost < least) {
      least = cost
      chosen = k
    }
    if (score > mostScore) {
      mostScore = score
      most = k
    }
  }
  return chosen === -1 ? most : chosen
}

/** Percent of the best single model's score and cost. */
export interface Figures {
  readonly quality: number
  readonly cost: number
}

export function figuresOf(pool: Pool, { scores, costs }: Outcome, rows?: readonly number[]): Figures {
  const all = rows ?? [...scores.keys()]
  const best = bestModel(pool, all)
  return {
    quality: (100 * meanAt(scores, all)) / meanOf(all.map((row) => pool.scores[row]?.[best] ?? 0)),
    cost: (100 * meanAt(costs, all)) / meanOf(all.map((row) => pool.costs[row]?.[best] ?? 0)),
  }
}

export function bestModel(pool: Pool, rows: readonly number[]): number {
  const means = pool.models.map((_, model) => meanOf(rows.map((row) => pool.scores[row]?.[model] ?? 0)))
  return means.indexOf(Math.max(...means))
}

/** 95 % intervals over resampled rows, against the same best model. */
export function intervals(
  pool: Pool,
  outcome: Outcome,
  draws: number,
  seed: number,
): { quality: [number, number]; cost: [number, number] } {
  const best = bestModel(pool, [...outcome.scores.keys()])
  const bestScores = Float64Array.from(pool.scores, (row) => row[best] ?? 0)
  const bestCosts = Float64Array.from(pool.costs, (row) => row[best] ?? 0)
  const random = seededRandom(seed)
  const qualities: number[] = []
  const costs: number[] = []
  const size = outcome.scores.length
  for (let draw = 0; draw < draws; draw++) {
    let score = 0
    let bestScore = 0
    let cost = 0
    let bestCost = 0
    for (let i = 0; i < size; i++) {
      const row = Math.floor(random() * size)
      score += outcome.scores[row] ?? 0
      bestScore += bestScores[row] ?? 0
      cost += outcome.costs[row] ?? 0
      bestCost += bestCosts[row] ?? 0
    }
    qualities.push((100 * score) / bestScore)
    costs.push((100 * cost) / bestCost)
  }
  return { quality: middle95(qualities), cost: middle95(costs) }
}

export function middle95(values: readonly number[]): [number, number] {
  const sorted = values.toSorted((a, b) => a - b)
  return [sorted[Math.floor(sorted.length * 0.025)] ?? 0, sorted[Math.ceil(sorted.length * 0.975) - 1] ?? 0]
}

export type Curve = readonly (readonly [cost: number, quality: number])[]

/** Upper hull of the sweep in percent of the best model, as if settings could be mixed. */
export function frontier(pool: Pool, swept: Sweep, also: Curve = []): Curve {
  const points = KNOBS.map((_, k): readonly [number, number] => {
    const { cost, quality } = figuresOf(pool, {
      scores: swept.scores[k] ?? new Float64Array(),
      costs: swept.costs[k] ?? new Float64Array(),
    })
    return [cost, quality]
  })
  return hull([...points, ...also])
}

export function hull(points: Curve): Curve {
  const out: (readonly [number, number])[] = []
  for (const point of points.toSorted((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (out.length > 0 && point[1] <= (out.at(-1)?.[1] ?? 0)) continue
    for (;;) {
      const last = out.at(-1)
      const before = out.at(-2)
      if (
        !last ||
        !before ||
        (last[1] - before[1]) * (point[0] - before[0]) > (point[1] - before[1]) * (last[0] - before[0])
      )
        break
      out.pop()
    }
    out.push(point)
  }
  return out
}

/** Least cost at which a curve has so much quality; undefined when never. */
export function costAt(curve: Curve, quality: number): number | undefined {
  const [first] = curve
  if (first && first[1] >= quality) return first[0]
  for (const [index, [cost, reached]] of curve.entries()) {
    const before = curve[index - 1]
    if (!before || reached < quality) continue
    return before[0] + ((quality - before[1]) / (reached - before[1])) * (cost - before[0])
  }
  return undefined
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index] ?? 0
  return sum / Math.max(values.length, 1)
}

function meanAt(values: Float64Array | undefined, rows: readonly number[]): number {
  let sum = 0
  for (const row of rows) sum += values?.[row] ?? 0
  return sum / Math.max(rows.length, 1)
}
