// One data set's block: every method's best accuracy, its frontier, and its figures with the knob chosen on other folds.
import { assignFolds } from '../seeded.ts'
import type { Pool } from './pool.ts'
import { classifierTimesTable, expectedCosts, keywordTiers, learnedWithTable, oracle, splits } from './routers.ts'
import {
  bestModel,
  costAt,
  type Curve,
  frontier,
  hull,
  intervals,
  figuresOf,
  type Knob,
  knobOnOtherFolds,
  meanOf,
  type Predictions,
  sweep,
} from './sweep.ts'

const TARGETS = [0.95, 0.98, 1] as const
const FOLDS = 5
const DRAWS = 400

export interface Measured {
  readonly name: string
  readonly curve: Curve
  readonly bestAccuracy: number
  /** Per target, with the knob chosen on other folds. */
  readonly chosen: readonly {
    readonly target: number
    readonly quality: number
    readonly cost: number
    readonly qualityInterval: readonly [number, number]
    readonly costInterval: readonly [number, number]
    readonly knobs: readonly Knob[]
  }[]
}

export interface Block {
  readonly pool: Pool
  readonly staticMix: Curve
  readonly cheapest: { readonly name: string; readonly quality: number; readonly cost: number }
  readonly best: { readonly name: string; readonly accuracy: number }
  readonly routers: readonly Measured[]
}

export function measurePool(pool: Pool, seed: number): Block {
  const folds = assignFolds(pool.rows.length, FOLDS, seed)
  const parts = splits(folds)
  const costs = expectedCosts(pool, parts)
  const table = classifierTimesTable(pool, parts)
  const routers: Predictions[] = [
    { name: 'keyword tiers', qualities: keywordTiers(pool, parts), costs },
    { name: 'ours: task classifier x score table', qualities: table, costs },
    { name: 'ours: with outcomes per prompt', qualities: learnedWithTable(pool, parts, table), costs },
    oracle(pool),
  ]
  const rows = [...pool.rows.keys()]
  const best = bestModel(pool, rows)
  const singles = pool.models.map((name, model) => single(pool, name, model, best))
  const cheapest = singles.reduce((least, one) => (one.cost < least.cost ? one : least))
  const staticMix = hull(singles.map(({ cost, quality }) => [cost, quality] as const))
  return {
    pool,
    staticMix,
    cheapest,
    best: { name: pool.models[best] ?? '', accuracy: meanOf(pool.scores.map((row) => row[best] ?? 0)) },
    routers: routers.map((router) => measure(pool, router, folds)),
  }
}

function single(pool: Pool, name: string, model: number, best: number) {
  const mean = (figures: readonly Float64Array[], of: number) => meanOf(figures.map((row) => row[of] ?? 0))
  return {
    name,
    quality: (100 * mean(pool.scores, model)) / mean(pool.scores, best),
    cost: (100 * mean(pool.costs, model)) / mean(pool.costs, best),
  }
}

function measure(pool: Pool, router: Predictions, folds: Int32Array): Measured {
  const swept = sweep(pool, router)
  const curve = frontier(pool, swept)
  return {
    name: router.name,
    curve,
    bestAccuracy: Math.max(...swept.scores.map(meanOf)),
    chosen: TARGETS.map((target) => {
      const outcome = knobOnOtherFolds(pool, swept, folds, target)
      const spread = intervals(pool, outcome, DRAWS, 77)
      return {
        target,
        ...figuresOf(pool, outcome),
        qualityInterval: spread.quality,
        costInterval: spread.cost,
        knobs: outcome.knobs,
      }
    }),
  }
}

export function printBlock({ pool, staticMix, cheapest, best, routers }: Block, print: (line: string) => void): void {
  print(`\n## ${pool.name}: ${pool.rows.length} prompts, ${pool.models.length} models, ${pool.domains.length} tasks`)
  print(`best single model ${best.name}, accuracy ${best.accuracy.toFixed(3)} = 100 % at 100 % of cost`)
  print(`always cheapest   ${cheapest.name}: ${cheapest.quality.toFixed(1)} % at ${cheapest.cost.toFixed(1)} %`)
  print(
    `${'method'.padEnd(38)} best    frontier 95/98/100     knob chosen on other folds, target 95, 98, 100 (95 % interval of cost)`,
  )
  print(
    `${'static mix'.padEnd(38)} ${best.accuracy.toFixed(3)}  ${TARGETS.map((target) => percent(costAt(staticMix, 100 * target))).join(' ')}`,
  )
  for (const { name, bestAccuracy, curve, chosen } of routers) {
    const reached = TARGETS.map((target) => percent(costAt(curve, 100 * target))).join(' ')
    const picked = chosen.map(
      ({ quality, cost, costInterval: [low, high] }) =>
        `${quality.toFixed(1)} at ${cost.toFixed(1)} (${low.toFixed(1)}-${high.toFixed(1)})`,
    )
    print(`${name.padEnd(38)} ${bestAccuracy.toFixed(3)}  ${reached}   ${picked.join(' | ')}`)
  }
}

function percent(cost: number | undefined): string {
  return cost === undefined ? ' n.a.' : cost.toFixed(1).padStart(5)
}
