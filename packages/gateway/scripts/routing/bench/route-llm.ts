// RouteLLM's own test: which of two models a prompt needs. APGR is the share of the gap between them that a ranking
// recovers, averaged over all shares of strong calls (random: .500).
import { LearnedQuality } from '../../../src/routing/auto/picker/learned-quality.ts'
import { assignFolds, permutation, seededRandom } from '../seeded.ts'
import type { Pool } from './pool.ts'
import { exampleOf, splits } from './routers.ts'
import { meanOf, middle95 } from './sweep.ts'

const WEAK = 'mixtral-8x7b'
const STRONG = 'gpt-4-1106'
const DRAWS = 300

export interface Apgr {
  readonly name: string
  readonly apgr: number
  readonly interval: readonly [number, number]
  /** Percent of strong calls for 50 and 80 % of the gap. */
  readonly cpt50: number
  readonly cpt80: number
}

/** `labels` rows drawn at random are learned from, the rest is ranked; the mean over `repeats` draws. */
export function apgrWithLabels(pool: Pool, labels: number, repeats: number): Apgr {
  const runs = Array.from({ length: repeats }, (_, repeat) => {
    const order = [...permutation(pool.rows.length, seededRandom(100 + repeat))]
    return ranked(pool, [{ train: order.slice(0, labels), test: order.slice(labels) }], repeat)
  })
  return averaged(`${labels} labels of the set itself, ${repeats} draws`, runs)
}

/** Five folds, all of the other four learned from. */
export function apgrCrossValidated(pool: Pool, repeats: number): Apgr {
  const runs = Array.from({ length: repeats }, (_, repeat) =>
    ranked(pool, splits(assignFolds(pool.rows.length, 5, 30 + repeat)), repeat),
  )
  return averaged(`5 folds, ${repeats} assignments`, runs)
}

/** The rival that costs nothing: long prompts to the strong model. */
export function apgrByLength(pool: Pool): Apgr {
  const gaps = gapsOf(pool)
  return averaged('prompt length alone', [
    figures(
      gaps,
      pool.rows.map(({ prompt }) => prompt.length),
      0,
    ),
  ])
}

function ranked(
  pool: Pool,
  parts: readonly { train: readonly number[]; test: readonly number[] }[],
  seed: number,
): Omit<Apgr, 'name'> {
  const scores: number[] = []
  const gaps: number[] = []
  const all = gapsOf(pool)
  const weak = pool.models.indexOf(WEAK)
  const strong = pool.models.indexOf(STRONG)
  for (const { train, test } of parts) {
    const learned = LearnedQuality.fit(
      pool.models,
      train.map((row) => exampleOf(pool, row)),
    )
    for (const row of test) {
      const expected = learned.predict(pool.vectors[row] ?? new Float32Array(), pool.inputs[row] ?? new Float32Array())
      scores.push((expected[strong] ?? 0) - (expected[weak] ?? 0))
      gaps.push(all[row] ?? 0)
    }
  }
  return figures(gaps, scores, seed)
}

function gapsOf(pool: Pool): number[] {
  const weak = pool.models.indexOf(WEAK)
  const strong = pool.models.indexOf(STRONG)
  return pool.scores.map((row) => (row[strong] ?? 0) - (row[weak] ?? 0))
}

function figures(gaps: readonly number[], scores: readonly number[], seed: number): Omit<Apgr, 'name'> {
  const order = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
  const sorted = order.map((row) => gaps[row] ?? 0)
  const random = seededRandom(1000 + seed)
  const spread = Array.from({ length: DRAWS }, () => {
    const counts = new Int32Array(sorted.length)
    for (let i = 0; i < sorted.length; i++) {
      const drawn = Math.floor(random() * sorted.length)
      counts[drawn] = (counts[drawn] ?? 0) + 1
    }
    return areaOf(sorted, counts)
  })
  return {
    apgr: areaOf(sorted),
    interval: middle95(spread),
    cpt50: callsFor(sorted, 0.5),
    cpt80: callsFor(sorted, 0.8),
  }
}

/** Area under recovered gap over share of calls, by trapezia; rows in order of need, each `counts` times. */
function areaOf(gaps: readonly number[], counts?: Int32Array): number {
  let total = 0
  let size = 0
  for (const [index, gap] of gaps.entries()) {
    total += gap * (counts?.[index] ?? 1)
    size += counts?.[index] ?? 1
  }
  let recovered = 0
  let area = 0
  for (const [index, gap] of gaps.entries()) {
    for (let copy = counts?.[index] ?? 1; copy > 0; copy--) {
      area += recovered + gap / 2
      recovered += gap
    }
  }
  return area / total / size
}

function callsFor(gaps: readonly number[], share: number): number {
  const needed = share * gaps.reduce((sum, gap) => sum + gap, 0)
  let recovered = 0
  for (const [index, gap] of gaps.entries()) {
    recovered += gap
    if (recovered >= needed) return (100 * (index + 1)) / gaps.length
  }
  return 100
}

function averaged(name: string, runs: readonly Omit<Apgr, 'name'>[]): Apgr {
  const mean = (pick: (run: Omit<Apgr, 'name'>) => number) => meanOf(runs.map(pick))
  return {
    name,
    apgr: mean(({ apgr }) => apgr),
    interval: [mean(({ interval }) => interval[0]), mean(({ interval }) => interval[1])],
    cpt50: mean(({ cpt50 }) => cpt50),
    cpt80: mean(({ cpt80 }) => cpt80),
  }
}
