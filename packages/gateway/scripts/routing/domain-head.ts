// A classifier of few parameters: one ridge regression per class on 0/1 targets, sharpened to shares by a softmax.
import { applyHead, fitRidge, type LinearHead } from '../../src/routing/auto/picker/ridge.ts'

export interface DomainHeadSettings {
  readonly penalty: number
  /** Scores times this before the softmax. */
  readonly sharpness: number
}

const DOMAIN_HEAD: DomainHeadSettings = { penalty: 0.3, sharpness: 10 }

/** Classes count alike however many rows each has; `rowWeight` comes on top. */
export function fitDomainHead(
  rows: readonly Float32Array[],
  labels: ArrayLike<number>,
  classes: number,
  { penalty, sharpness }: DomainHeadSettings = DOMAIN_HEAD,
  balance = 0,
): LinearHead {
  const counts = new Float64Array(classes)
  for (let index = 0; index < rows.length; index++) counts[labels[index] ?? 0] = (counts[labels[index] ?? 0] ?? 0) + 1
  const target = new Float64Array(classes)
  const head = fitRidge(
    {
      count: rows.length,
      inputs: rows[0]?.length ?? 0,
      outputs: classes,
      row: (index) => rows[index] ?? [],
      target: (index) => {
        target.fill(0)
        target[labels[index] ?? 0] = 1
        return target
      },
      weight: (index) => (rows.length / classes / Math.max(counts[labels[index] ?? 0] ?? 1, 1)) ** balance,
    },
    penalty,
  )
  return {
    ...head,
    weights: head.weights.map((w) => w * sharpness),
    intercepts: head.intercepts.map((b) => b * sharpness),
  }
}

export function sharesOf(head: LinearHead, row: ArrayLike<number>): Float64Array {
  const scores = applyHead(head, row)
  const top = Math.max(...scores)
  let sum = 0
  for (let index = 0; index < scores.length; index++) {
    scores[index] = Math.exp((scores[index] ?? 0) - top)
    sum += scores[index] ?? 0
  }
  return scores.map((score) => score / sum)
}
