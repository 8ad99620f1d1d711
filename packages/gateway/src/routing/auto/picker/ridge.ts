// Ridge regression with a free intercept, for many targets at once: how few labels become a steady estimate.
// Rows are dense and short (some hundred figures); the normal equations are solved by Cholesky's method.

export interface LinearHead {
  readonly inputs: number
  readonly outputs: number
  /** inputs x outputs, row by row. */
  readonly weights: Float64Array
  readonly intercepts: Float64Array
}

export interface RidgeRows {
  readonly count: number
  readonly inputs: number
  readonly outputs: number
  row(index: number): ArrayLike<number>
  target(index: number): ArrayLike<number>
  /** Weight of the row; 1 when absent. */
  weight?(index: number): number
}

/** Least squares with `penalty` on the squared weights, none on the intercept. */
export function fitRidge(rows: RidgeRows, penalty: number): LinearHead {
  const { count, inputs, outputs } = rows
  const means = new Float64Array(inputs)
  const intercepts = new Float64Array(outputs)
  let total = 0
  for (let index = 0; index < count; index++) {
    const weight = rows.weight?.(index) ?? 1
    total += weight
    accumulate(means, rows.row(index), weight)
    accumulate(intercepts, rows.target(index), weight)
  }
  scale(means, total === 0 ? 0 : 1 / total)
  scale(intercepts, total === 0 ? 0 : 1 / total)
  const gram = new Float64Array(inputs * inputs)
  const weights = new Float64Array(inputs * outputs)
  const centred = new Float64Array(inputs)
  for (let index = 0; index < count; index++) {
    const weight = rows.weight?.(index) ?? 1
    const row = rows.row(index)
    const target = rows.target(index)
    for (let i = 0; i < inputs; i++) centred[i] = (row[i] ?? 0) - (means[i] ?? 0)
    addOuter(gram, weights, centred, target, intercepts, weight, inputs, outputs)
  }
  for (let i = 0; i < inputs; i++) gram[i * inputs + i] = (gram[i * inputs + i] ?? 0) + penalty
  solveInPlace(gram, weights, inputs, outputs)
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++)
      intercepts[o] = (intercepts[o] ?? 0) - (means[i] ?? 0) * (weights[i * outputs + o] ?? 0)
  }
  return { inputs, outputs, weights, intercepts }
}

/** /!\ Hot path: one multiplication per weight. */
export function applyHead(head: LinearHead, row: ArrayLike<number>): Float64Array {
  const out = head.intercepts.slice()
  const { inputs, outputs, weights } = head
  for (let i = 0; i < inputs; i++) {
    const value = row[i] ?? 0
    if (value === 0) continue
    const base = i * outputs
    for (let o = 0; o < outputs; o++) out[o] = (out[o] ?? 0) + value * (weights[base + o] ?? 0)
  }
  return out
}

function accumulate(into: Float64Array, row: ArrayLike<number>, weight: number): void {
  for (let i = 0; i < into.length; i++) into[i] = (into[i] ?? 0) + weight * (row[i] ?? 0)
}

function scale(values: Float64Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * factor
}

/** Lower triangle of the Gram matrix, and the right-hand side. */
function addOuter(
  gram: Float64Array,
  right: Float64Array,
  row: Float64Array,
  target: ArrayLike<number>,
  targetMeans: Float64Array,
  weight: number,
  inputs: number,
  outputs: number,
): void {
  for (let i = 0; i < inputs; i++) {
    const value = (row[i] ?? 0) * weight
    if (value === 0) continue
    const base = i * inputs
    for (let j = 0; j <= i; j++) gram[base + j] = (gram[base + j] ?? 0) + value * (row[j] ?? 0)
    for (let o = 0; o < outputs; o++) {
      right[i * outputs + o] = (right[i * outputs + o] ?? 0) + value * ((target[o] ?? 0) - (targetMeans[o] ?? 0))
    }
  }
}

/** Solves A X = B for a symmetric positive definite A of which the lower triangle is given; X replaces B, A is used up. */
function solveInPlace(a: Float64Array, b: Float64Array, size: number, columns: number): void {
  for (let j = 0; j < size; j++) {
    let diagonal = a[j * size + j] ?? 0
    for (let k = 0; k < j; k++) diagonal -= (a[j * size + k] ?? 0) ** 2
    const root = Math.sqrt(Math.max(diagonal, 1e-12))
    a[j * size + j] = root
    for (let i = j + 1; i < size; i++) {
      let sum = a[i * size + j] ?? 0
      for (let k = 0; k < j; k++) sum -= (a[i * size + k] ?? 0) * (a[j * size + k] ?? 0)
      a[i * size + j] = sum / root
    }
  }
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < size; i++) {
      let sum = b[i * columns + c] ?? 0
      for (let k = 0; k < i; k++) sum -= (a[i * size + k] ?? 0) * (b[k * columns + c] ?? 0)
      b[i * columns + c] = sum / (a[i * size + i] ?? 1)
    }
    for (let i = size - 1; i >= 0; i--) {
      let sum = b[i * columns + c] ?? 0
      for (let k = i + 1; k < size; k++) sum -= (a[k * size + i] ?? 0) * (b[k * columns + c] ?? 0)
      b[i * columns + c] = sum / (a[i * size + i] ?? 1)
    }
  }
}
