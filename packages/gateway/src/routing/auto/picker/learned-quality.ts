// Expected quality learned from outcomes of one's own: a ridge regression over the point and its surface, a vote of
// near exemplars, and the score table, averaged. Each is shrunk in its own way (penalty, gate, pseudo-counts): the
// choice of the best of many noisy estimates would otherwise find the luckiest error.
import { DEFAULT_VOTE, ExemplarSet, type VoteSettings } from './exemplars.ts'
import { applyHead, fitRidge, type LinearHead } from './ridge.ts'

export interface LearnedExample {
  /** Unit vector, for the vote. */
  readonly vector: Float32Array
  /** Vector and surface (`rowOf`), for the regression. */
  readonly input: Float32Array
  /** Quality 0..1 by model; absent models were not seen. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly weight: number
}

export interface LearnedSettings {
  readonly penalty: number
  readonly vote: VoteSettings
  /** Share of the score table, when it gives an expectation; regression and vote halve the rest. */
  readonly tableShare: number
}

const LEARNED: LearnedSettings = { penalty: 100, vote: DEFAULT_VOTE, tableShare: 0.3 }

export class LearnedQuality {
  readonly #models: readonly string[]
  readonly #means: ReadonlyMap<string, number>
  readonly #head: LinearHead
  readonly #exemplars: ExemplarSet
  readonly #settings: LearnedSettings

  private constructor(
    models: readonly string[],
    means: ReadonlyMap<string, number>,
    head: LinearHead,
    exemplars: ExemplarSet,
    settings: LearnedSettings,
  ) {
    this.#models = models
    this.#means = means
    this.#head = head
    this.#exemplars = exemplars
    this.#settings = settings
  }

  static fit(
    models: readonly string[],
    examples: readonly LearnedExample[],
    settings: LearnedSettings = LEARNED,
  ): LearnedQuality {
    const means = new Map(models.map((model) => [model, weightedMean(examples, model)]))
    const exemplars = new ExemplarSet(examples[0]?.vector.length ?? 0, Math.max(1, examples.length))
    for (const { vector, outcomes, weight } of examples) exemplars.add({ vector, outcomes, weight })
    const head = fitRidge(
      {
        count: examples.length,
        inputs: examples[0]?.input.length ?? 0,
        outputs: models.length,
        row: (index) => examples[index]?.input ?? [],
        // A model that was not seen pulls towards its mean: no evidence, no difference.
        target: (index) => models.map((model) => examples[index]?.outcomes[model] ?? means.get(model) ?? 0),
        weight: (index) => examples[index]?.weight ?? 1,
      },
      settings.penalty,
    )
    return new LearnedQuality(models, means, head, exemplars, settings)
  }

  /** In the order of `models`. `table`: what the score table expects of each, in that order. */
  predict(vector: Float32Array, input: Float32Array, table?: ArrayLike<number>): Float64Array {
    const { tableShare, vote } = this.#settings
    const regressed = applyHead(this.#head, input)
    const votes = this.#exemplars.vote(vector, this.#means, vote)
    const share = table === undefined ? 0 : tableShare
    return Float64Array.from(this.#models, (model, index) => {
      const voted = (this.#means.get(model) ?? 0) + (votes.get(model)?.shift ?? 0)
      return share * (table?.[index] ?? 0) + ((1 - share) / 2) * ((regressed[index] ?? 0) + voted)
    })
  }
}

function weightedMean(examples: readonly LearnedExample[], model: string): number {
  let sum = 0
  let mass = 0
  for (const { outcomes, weight } of examples) {
    const outcome = outcomes[model]
    if (outcome === undefined) continue
    sum += weight * outcome
    mass += weight
  }
  return mass === 0 ? 0.5 : sum / mass
}
