// A task that nobody knows: each domain in turn is left out, then predicted with no or few labels of its own.
import { ExemplarSet, gateFor } from '../../../src/routing/auto/picker/exemplars.ts'
import { permutation, seededRandom } from '../seeded.ts'
import type { Pool } from './pool.ts'
import { exampleOf } from './routers.ts'
import { costAt, type Curve, frontier, hull, meanOf, sweep } from './sweep.ts'

/** The new task's own labels count so much more than what other tasks suggest. */
const OWN_WEIGHT = 10

/** Frontier over all domains together, each predicted while left out. */
export function leftOutFrontier(pool: Pool, labels: number, seed: number): Curve {
  const qualities: Float64Array[] = pool.rows.map(() => new Float64Array(pool.models.length))
  const lent = new Set<number>()
  const random = seededRandom(seed)
  for (const [domain] of pool.domains.entries()) {
    const own = [...pool.rows.keys()].filter((row) => pool.labels[row] === domain)
    const shuffled = [...permutation(own.length, random)].map((index) => own[index] ?? 0)
    const labelled = new Set(shuffled.slice(0, labels))
    for (const row of labelled) lent.add(row)
    const known = [...pool.rows.keys()].filter((row) => pool.labels[row] !== domain || labelled.has(row))
    const weightOf = (row: number) => (labelled.has(row) ? OWN_WEIGHT : 1)
    const mass = known.reduce((sum, row) => sum + weightOf(row), 0)
    const overall = new Map(
      pool.models.map((model, index) => [
        model,
        known.reduce((sum, row) => sum + weightOf(row) * (pool.scores[row]?.[index] ?? 0), 0) / mass,
      ]),
    )
    const exemplars = new ExemplarSet(pool.vectors[0]?.length ?? 0, known.length)
    for (const row of known) exemplars.add(exampleOf(pool, row, weightOf(row)))
    for (const row of own) {
      const votes = exemplars.vote(pool.vectors[row] ?? new Float32Array(), overall, gateFor(labels))
      qualities[row] = Float64Array.from(
        pool.models,
        (model) => (overall.get(model) ?? 0) + (votes.get(model)?.shift ?? 0),
      )
    }
  }
  // Rows that lent their label are not asked.
  const asked = [...pool.rows.keys()].filter((row) => !lent.has(row))
  const rest = onlyRows(pool, asked)
  return frontier(
    rest,
    sweep(rest, {
      name: 'left out',
      qualities: asked.map((row) => qualities[row] ?? new Float64Array()),
      costs: rest.costs,
    }),
  )
}

function onlyRows(pool: Pool, rows: readonly number[]): Pool {
  const only = <T>(values: readonly T[]): T[] => values.filter((_, index) => kept.has(index))
  const kept = new Set(rows)
  return {
    ...pool,
    rows: only(pool.rows),
    scores: only(pool.scores),
    costs: only(pool.costs),
    vectors: only(pool.vectors),
    inputs: only(pool.inputs),
    labels: pool.labels.filter((_, index) => kept.has(index)),
  }
}

export function staticMixOf(pool: Pool): Curve {
  const means = (figures: readonly Float64Array[]) =>
    pool.models.map((_, model) => meanOf(figures.map((row) => row[model] ?? 0)))
  const scores = means(pool.scores)
  const costs = means(pool.costs)
  const best = scores.indexOf(Math.max(...scores))
  return hull(
    scores.map(
      (score, model) =>
        [(100 * (costs[model] ?? 0)) / (costs[best] ?? 1), (100 * score) / (scores[best] ?? 1)] as const,
    ),
  )
}

export function costsAt(curve: Curve): string {
  return [95, 98, 100].map((quality) => costAt(curve, quality)?.toFixed(1) ?? 'n.a.').join('/')
}
