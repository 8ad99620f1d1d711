// Logistic regression on sparse rows towards a share between 0 and 1: how much effort words speak of. As `fit-task-head.ts`
// walks, with its own pull, since there are few examples.
import type { TextPoint } from '../../src/routing/auto/picker/text-point.ts'
import { permutation, seededRandom } from './seeded.ts'
import { inputsOf, sparseRow, thinned } from './sparse-rows.ts'

export interface RatedPoint {
  readonly point: TextPoint
  /** 0..1. */
  readonly effort: number
}

/** A column of weights at 8 bits, in the order of `sparseRow`. */
export interface FittedEffort {
  readonly weights: Int8Array
  readonly step: number
  readonly intercept: number
}

export interface EffortSettings {
  readonly epochs: number
  readonly rate: number
  readonly pull: number
}

const EFFORT: EffortSettings = { epochs: 12, rate: 0.1, pull: 5e-4 }
/** Efforts at the ends are rarer than those between; each tenth counts by the root of its rarity. */
const BINS = 10

export function fitEffortHead(examples: readonly RatedPoint[], settings = EFFORT, seed = 29): FittedEffort {
  const { epochs, rate, pull } = settings
  const rows = examples.map(({ point }) => sparseRow(point))
  const inputs = inputsOf(examples[0]?.point)
  const weights = new Float32Array(inputs)
  const squares = new Float32Array(inputs).fill(1e-3)
  const binOf = (effort: number) => Math.min(BINS - 1, Math.floor(effort * BINS))
  const counts = new Float64Array(BINS)
  for (const { effort } of examples) counts[binOf(effort)] = (counts[binOf(effort)] ?? 0) + 1
  let intercept = 0
  const random = seededRandom(seed)
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const index of permutation(rows.length, random)) {
      const row = rows[index]
      const effort = examples[index]?.effort ?? 0.5
      if (row === undefined) continue
      const importance = (examples.length / BINS / Math.max(counts[binOf(effort)] ?? 1, 1)) ** 0.5
      const { indices, values } = thinned(row, random)
      let score = intercept
      for (let i = 0; i < indices.length; i++) score += (values[i] ?? 0) * (weights[indices[i] ?? 0] ?? 0)
      const error = (1 / (1 + Math.exp(-score)) - effort) * importance
      intercept -= 0.01 * error
      for (let i = 0; i < indices.length; i++) {
        const at = indices[i] ?? 0
        const gradient = (values[i] ?? 0) * error + pull * (weights[at] ?? 0)
        const square = (squares[at] ?? 0) + gradient * gradient
        squares[at] = square
        weights[at] = (weights[at] ?? 0) - (rate * gradient) / Math.sqrt(square)
      }
    }
  }
  let most = 0
  for (const weight of weights) most = Math.max(most, Math.abs(weight))
  const step = most / 127 || 1
  return { intercept, step, weights: Int8Array.from(weights, (weight) => Math.round(weight / step)) }
}

/** The share that the head gives a text. */
export function effortOf({ weights, step, intercept }: FittedEffort, point: TextPoint): number {
  const { indices, values } = sparseRow(point)
  let sum = 0
  for (let i = 0; i < indices.length; i++) sum += (values[i] ?? 0) * (weights[indices[i] ?? 0] ?? 0)
  return 1 / (1 + Math.exp(-(sum * step + intercept)))
}
