// How well efforts are told on kinds of prompts that the head has not seen.
import { type EffortExample, effortExamples } from './corpus/efforts.ts'
import { effortOf, fitEffortHead, type RatedPoint } from './fit-effort-head.ts'

interface Told {
  readonly kind: string
  readonly effort: number
  readonly told: number
}

const EASY = 2.5 / 9
const HARD = 5.5 / 9

/** `points`: of the examples, in their order; what comes after them only trains, `kinds` says of which kind it is. */
export function heldOutEfforts(points: readonly RatedPoint[], kinds: readonly string[], tested: number): Told[] {
  return [...new Set(kinds)].flatMap((kind) => {
    const head = fitEffortHead(points.filter((_, index) => kinds[index] !== kind))
    return points.flatMap(({ point, effort }, index) =>
      index < tested && kinds[index] === kind ? [{ kind, effort, told: effortOf(head, point) }] : [],
    )
  })
}

export function printEfforts(told: readonly Told[]): void {
  console.log('effort, whole kinds of prompts held out: rank correlation; easy (0-2) from hard (6-9), AUC')
  for (const kind of [...new Set(told.map(({ kind }) => kind)), 'all together']) {
    const some = told.filter((one) => kind === 'all together' || one.kind === kind)
    const rho = correlation(ranks(some.map(({ effort }) => effort)), ranks(some.map(({ told }) => told)))
    console.log(`  ${kind} (${some.length}): ${rho.toFixed(2)}; ${auc(some).toFixed(2)}`)
  }
}

/** The share of pairs in which the harder one is told to be harder. */
function auc(told: readonly Told[]): number {
  const easy = told.filter(({ effort }) => effort < EASY)
  const hard = told.filter(({ effort }) => effort > HARD)
  let right = 0
  for (const one of hard)
    for (const other of easy) right += one.told > other.told ? 1 : one.told === other.told ? 0.5 : 0
  return right / Math.max(easy.length * hard.length, 1)
}

/** Ties share their mean. */
function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const out = values.map(() => 0)
  for (let first = 0; first < order.length;) {
    let end = first
    while (end < order.length && values[order[end] ?? 0] === values[order[first] ?? 0]) end++
    for (let at = first; at < end; at++) out[order[at] ?? 0] = (first + end - 1) / 2
    first = end
  }
  return out
}

function correlation(left: readonly number[], right: readonly number[]): number {
  const mean = (left.length - 1) / 2
  let product = 0
  let ofLeft = 0
  let ofRight = 0
  for (let index = 0; index < left.length; index++) {
    const a = (left[index] ?? 0) - mean
    const b = (right[index] ?? 0) - mean
    product += a * b
    ofLeft += a * a
    ofRight += b * b
  }
  return product / Math.sqrt(ofLeft * ofRight || 1)
}

/** What a request of each kind of task takes on average. */
export function usualEfforts(
  types: readonly string[],
  examples: readonly EffortExample[] = effortExamples(),
): number[] {
  return types.map((type) => {
    const own = examples.filter((example) => example.type === type)
    return own.reduce((sum, { effort }) => sum + effort, 0) / Math.max(own.length, 1)
  })
}
