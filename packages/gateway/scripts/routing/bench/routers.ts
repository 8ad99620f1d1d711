// What is compared: expected quality per row and model from each method, always predicted for rows that it was not fitted to.
import { nearestPoints } from '../../../src/routing/auto/picker/nearest-points.ts'
import { LearnedQuality } from '../../../src/routing/auto/picker/learned-quality.ts'
import { applyHead, fitRidge } from '../../../src/routing/auto/picker/ridge.ts'
import { fitDomainHead, sharesOf } from '../domain-head.ts'
import type { Pool } from './pool.ts'
import { meanOf, type Predictions } from './sweep.ts'

/** Votes of the nearest prompts beside the linear classifier. */
const VOTE_SHARE = 0.3
const VOTERS = 30
const VOTE_SHARPNESS = 14
/** Pseudo-counts that pull a task's mean score towards the model's overall one. */
const TABLE_STRENGTH = 10
const TOKENS_PENALTY = 10

function mapRows(pool: Pool, make: (row: number) => Float64Array): Float64Array[] {
  return pool.rows.map((_, row) => make(row))
}

export interface Split {
  readonly train: readonly number[]
  readonly test: readonly number[]
}

export function splits(folds: Int32Array): Split[] {
  const rows = [...folds.keys()]
  return [...new Set(folds)]
    .sort((a, b) => a - b)
    .map((fold) => ({
      train: rows.filter((row) => folds[row] !== fold),
      test: rows.filter((row) => folds[row] === fold),
    }))
}

/** Expected cost: the input is known, the output's length is learned (regression on its logarithm, smeared back). */
export function expectedCosts(pool: Pool, parts: readonly Split[]): Float64Array[] {
  const { outputTokens } = pool
  if (outputTokens === undefined) return pool.costs.map((row) => row.slice())
  const costs = mapRows(pool, (row) => pool.inputCosts[row]?.slice() ?? new Float64Array())
  // Recorded dollars are tiny numbers; in units of their mean the logarithm behaves as it does for tokens.
  const unit = meanOf(outputTokens.map(meanOf)) / 100
  const logs = outputTokens.map((row) => row.map((tokens) => Math.log1p(tokens / unit)))
  for (const { train, test } of parts) {
    const head = fitRidge(
      {
        count: train.length,
        inputs: pool.inputs[0]?.length ?? 0,
        outputs: pool.models.length,
        row: (index) => pool.inputs[train[index] ?? 0] ?? [],
        target: (index) => logs[train[index] ?? 0] ?? [],
      },
      TOKENS_PENALTY,
    )
    const expected = (row: number) =>
      applyHead(head, pool.inputs[row] ?? []).map((log) => Math.max(0, Math.expm1(log)) * unit)
    const fitted = train.map(expected)
    const smear = pool.models.map(
      (_, model) =>
        meanOf(train.map((row) => outputTokens[row]?.[model] ?? 0)) /
        Math.max(meanOf(fitted.map((row) => row[model] ?? 0)), 1e-12),
    )
    for (const row of test) {
      const tokens = expected(row)
      const cost = costs[row]
      if (cost === undefined) continue
      for (let model = 0; model < cost.length; model++) {
        cost[model] = (cost[model] ?? 0) + (tokens[model] ?? 0) * (smear[model] ?? 1) * (pool.outputPrices[model] ?? 0)
      }
    }
  }
  return costs
}

/**
 * Task classifier x score table: p(domain) times the mean score of each model in each domain, shrunk. The classifier sees prompts
 * and domains, the table aggregates: no result of a single prompt reaches the choice.
 */
export function classifierTimesTable(pool: Pool, parts: readonly Split[]): Float64Array[] {
  const out: Float64Array[] = pool.rows.map(() => new Float64Array(pool.models.length))
  for (const { train, test } of parts) {
    const predict = fitClassifierTable(pool, train)
    for (const row of test) out[row] = predict(row)
  }
  return out
}

export interface Seen {
  readonly vector: Float32Array
  readonly input: Float32Array
}

/** `seen` stands for the row's own point when given. */
export function fitClassifierTable(pool: Pool, train: readonly number[]): (row: number, seen?: Seen) => Float64Array {
  const labels = train.map((row) => pool.labels[row] ?? 0)
  const classes = pool.domains.length
  const head = fitDomainHead(
    train.map((row) => pool.inputs[row] ?? new Float32Array()),
    labels,
    classes,
  )
  const points = flatten(pool, train)
  const table = scoreTable(pool, train)
  return (row, seen) => {
    const shares = sharesOf(head, seen?.input ?? pool.inputs[row] ?? [])
    const voted = domainVote(
      points,
      train.length,
      seen?.vector ?? pool.vectors[row] ?? new Float32Array(),
      labels,
      classes,
    )
    const out = new Float64Array(pool.models.length)
    for (let domain = 0; domain < classes; domain++) {
      const share = (1 - VOTE_SHARE) * (shares[domain] ?? 0) + VOTE_SHARE * (voted[domain] ?? 0)
      for (let model = 0; model < out.length; model++)
        out[model] = (out[model] ?? 0) + share * (table[domain]?.[model] ?? 0)
    }
    return out
  }
}

function scoreTable(pool: Pool, train: readonly number[]): Float64Array[] {
  const overall = pool.models.map((_, model) => meanOf(train.map((row) => pool.scores[row]?.[model] ?? 0)))
  return pool.domains.map((_, domain) => {
    const own = train.filter((row) => pool.labels[row] === domain)
    return Float64Array.from(pool.models, (_, model) => {
      const sum = own.reduce((total, row) => total + (pool.scores[row]?.[model] ?? 0), 0)
      return (sum + TABLE_STRENGTH * (overall[model] ?? 0)) / (own.length + TABLE_STRENGTH)
    })
  })
}

function flatten(pool: Pool, rows: readonly number[]): Float32Array {
  const dimensions = pool.vectors[0]?.length ?? 0
  const points = new Float32Array(rows.length * dimensions)
  for (const [index, row] of rows.entries()) points.set(pool.vectors[row] ?? [], index * dimensions)
  return points
}

function domainVote(
  points: Float32Array,
  size: number,
  vector: Float32Array,
  labels: readonly number[],
  classes: number,
): Float64Array {
  const { indices, closeness } = nearestPoints(points, size, vector, VOTERS)
  const votes = new Float64Array(classes)
  let all = 0
  for (const [position, index] of indices.entries()) {
    const weight = Math.exp(VOTE_SHARPNESS * ((closeness[position] ?? 0) - 1))
    const label = labels[index] ?? 0
    votes[label] = (votes[label] ?? 0) + weight
    all += weight
  }
  return votes.map((vote) => vote / Math.max(all, 1e-12))
}

/** Per-prompt results of the candidates: regression, exemplars and the table together. */
export function learnedWithTable(pool: Pool, parts: readonly Split[], table: readonly Float64Array[]): Float64Array[] {
  const out: Float64Array[] = pool.rows.map(() => new Float64Array(pool.models.length))
  for (const { train, test } of parts) {
    const learned = LearnedQuality.fit(
      pool.models,
      train.map((row) => exampleOf(pool, row)),
    )
    for (const row of test)
      out[row] = learned.predict(
        pool.vectors[row] ?? new Float32Array(),
        pool.inputs[row] ?? new Float32Array(),
        table[row],
      )
  }
  return out
}

export function exampleOf(pool: Pool, row: number, weight = 1) {
  const outcomes = Object.fromEntries(pool.models.map((model, index) => [model, pool.scores[row]?.[index] ?? 0]))
  return {
    vector: pool.vectors[row] ?? new Float32Array(),
    input: pool.inputs[row] ?? new Float32Array(),
    outcomes,
    weight,
  }
}

const HARD_WORDS =
  /\b(?:prove|proof|derive|analy[sz]e|explain|why|design|optimi[sz]e|algorithm|implement|complex|compare|evaluate|integral|theorem|legal|diagnos\w*|reason|step by step)\b/giu

/** What many gateways ship: length and key words make a complexity, complexity picks a tier. */
export function keywordTiers(pool: Pool, parts: readonly Split[]): Float64Array[] {
  const out: Float64Array[] = pool.rows.map(() => new Float64Array(pool.models.length))
  for (const { train, test } of parts) {
    const overall = pool.models.map((_, model) => meanOf(train.map((row) => pool.scores[row]?.[model] ?? 0)))
    const least = Math.min(...overall)
    for (const row of test) {
      const prompt = pool.rows[row]?.prompt ?? ''
      const hard = (prompt.match(HARD_WORDS)?.length ?? 0) * 0.25 + Math.min(prompt.length / 2000, 1)
      out[row] = Float64Array.from(overall, (mean) => least + (mean - least) * (0.4 + hard))
    }
  }
  return out
}

export function oracle(pool: Pool): Predictions {
  return { name: 'oracle', qualities: pool.scores, costs: pool.costs }
}
