// What one account's own traffic in one pool says of the models there, ready to be asked. Nothing of it is another
// account's. Without any of it the picker works as it ships.
import type { LearnedExemplars, LearnedTable } from '../../../core/learned.ts'
import type { TaskType } from '../../../core/task-types.ts'
import type { EmbeddedPoint } from './embedded-point.ts'
import { ExemplarSet } from '../picker/exemplars.ts'
import type { PickModel, Prompt } from '../picker/picker.ts'
import { expectedQuality } from '../picker/rank.ts'
import { posteriorSkills } from '../picker/skill-posterior.ts'
import type { Skills } from '../picker/skills.ts'

/** Before that, a length is what is usual. */
const ENOUGH_LENGTHS = 5

export class LearnedSet {
  readonly #table: LearnedTable
  readonly #skills = new Map<string, { readonly prior: Skills; readonly learned: Skills }>()
  #exemplars: ExemplarSet | null = null
  #embedded: ExemplarSet | null = null

  constructor(table: LearnedTable) {
    this.#table = table
  }

  get versionId(): string {
    return this.#table.versionId
  }

  skills(model: string, prior: Skills): Skills {
    const known = this.#skills.get(model)
    if (known?.prior === prior) return known.learned
    const learned = posteriorSkills(prior, this.#table.skills[model])
    this.#skills.set(model, { prior, learned })
    return learned
  }

  /** Tokens of an answer; null = too few were seen. */
  outputTokens(model: string, type: TaskType): number | null {
    const [mean, seen] = this.#table.lengths[model]?.[type] ?? [0, 0]
    return seen < ENOUGH_LENGTHS ? null : Math.max(1, Math.round(mean))
  }

  /** The same models, with what is learned of them; near questions that were asked before count for more. */
  applied(prompt: Prompt, models: readonly PickModel[], embedded: EmbeddedPoint | null = null): readonly PickModel[] {
    const learned = models.map((model) => ({ ...model, skills: this.skills(model.id, model.skills) }))
    // A point of another model, or none in time: the picker's own decides.
    const point = embedded !== null && this.knows(embedded) ? embedded : null
    const exemplars = point === null ? this.#exemplarsFor(prompt) : this.#embeddedExemplars()
    if (exemplars.size === 0) return learned
    const expected = new Map(learned.map((model) => [model.id, expectedQuality(prompt, model)]))
    const votes = exemplars.vote(point?.vector ?? prompt.vector, expected)
    return learned.map((model) => {
      const { shift = 0 } = votes.get(model.id) ?? {}
      // The vote is shrunk already: by how near those questions are.
      return shift === 0
        ? model
        : { ...model, learned: { quality: share((expected.get(model.id) ?? 0) + shift), weight: 1 } }
    })
  }

  /** Whether it has seen questions as this model of embeddings sees them. */
  isEmbeddedBy(model: string): boolean {
    return this.#table.embedded?.model === model
  }

  /** Whether its questions can be compared with this one. */
  knows({ model, vector }: EmbeddedPoint): boolean {
    return this.isEmbeddedBy(model) && this.#table.embedded?.exemplars.dimensions === vector.length
  }

  #embeddedExemplars(): ExemplarSet {
    return (this.#embedded ??= restored(this.#table.embedded?.exemplars ?? null, 0))
  }

  #exemplarsFor({ vector }: Prompt): ExemplarSet {
    if (this.#exemplars !== null) return this.#exemplars
    this.#exemplars = restored(this.#table.exemplars, vector.length)
    return this.#exemplars
  }
}

/** @param dimensions where it has none of its own, or none that fit */
function restored(exemplars: LearnedExemplars | null, dimensions: number): ExemplarSet {
  if (exemplars === null) return new ExemplarSet(dimensions, 0)
  return ExemplarSet.restore(exemplars, dimensions === 0 ? exemplars.dimensions : dimensions, exemplars.outcomes.length)
}

function share(value: number): number {
  return Math.min(0.999, Math.max(0.001, value))
}
