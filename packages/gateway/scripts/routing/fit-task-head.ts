// Softmax regression on sparse rows: stochastic steps that shrink per weight (Adagrad), words left out at random so
// that no single one is leant on, and a pull towards zero.
import type { TextPoint } from '../../src/routing/auto/picker/text-point.ts'
import { softmax } from '../../src/routing/auto/picker/word-heads.ts'
import { permutation, seededRandom } from './seeded.ts'
import { inputsOf, type SparseRow, sparseRow, thinned } from './sparse-rows.ts'

export interface TaskExample {
  readonly point: TextPoint
  readonly label: number
}

/** Inputs x classes at 8 bits, as `heads.json` keeps them. */
export interface FittedHead {
  readonly classes: number
  readonly intercepts: Float64Array
  readonly weights: Int8Array
  readonly step: number
}

const EPOCHS = 12
const RATE = 0.4
const PULL = 2e-4
/** Shares the target keeps for the right class; the rest is spread, since neighbouring types shade into each other. */
const CERTAINTY = 0.93

export function fitTaskHead(examples: readonly TaskExample[], classes: number, seed = 17): FittedHead {
  const rows = examples.map(({ point }) => sparseRow(point))
  const inputs = inputsOf(examples[0]?.point)
  const weights = new Float32Array(inputs * classes)
  const squares = new Float32Array(inputs * classes).fill(1e-3)
  const intercepts = new Float64Array(classes)
  const counts = new Float64Array(classes)
  for (const { label } of examples) counts[label] = (counts[label] ?? 0) + 1
  const random = seededRandom(seed)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (const index of permutation(rows.length, random)) {
      const row = rows[index]
      const label = examples[index]?.label ?? 0
      if (row === undefined) continue
      const importance = (examples.length / classes / Math.max(counts[label] ?? 1, 1)) ** 0.5
      step(thinned(row, random), label, importance)
    }
  }
  return quantise(weights, intercepts, classes)

  function step({ indices, values }: SparseRow, label: number, importance: number): void {
    const scores = intercepts.slice()
    for (let i = 0; i < indices.length; i++) {
      const base = (indices[i] ?? 0) * classes
      const value = values[i] ?? 0
      for (let c = 0; c < classes; c++) scores[c] = (scores[c] ?? 0) + value * (weights[base + c] ?? 0)
    }
    const shares = softmax(scores)
    for (let c = 0; c < classes; c++) {
      const target = c === label ? CERTAINTY : (1 - CERTAINTY) / (classes - 1)
      shares[c] = ((shares[c] ?? 0) - target) * importance
      intercepts[c] = (intercepts[c] ?? 0) - 0.01 * (shares[c] ?? 0)
    }
    for (let i = 0; i < indices.length; i++) {
      const base = (indices[i] ?? 0) * classes
      const value = values[i] ?? 0
      for (let c = 0; c < classes; c++) {
        const gradient = value * (shares[c] ?? 0) + PULL * (weights[base + c] ?? 0)
        const square = (squares[base + c] ?? 0) + gradient * gradient
        squares[base + c] = square
        weights[base + c] = (weights[base + c] ?? 0) - (RATE * gradient) / Math.sqrt(square)
      }
    }
  }
}

function quantise(weights: Float32Array, intercepts: Float64Array, classes: number): FittedHead {
  let most = 0
  for (const weight of weights) most = Math.max(most, Math.abs(weight))
  const step = most / 127 || 1
  return { classes, intercepts, step, weights: Int8Array.from(weights, (weight) => Math.round(weight / step)) }
}
