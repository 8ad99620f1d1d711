// What one account's own traffic in one pool says of the models there, ready to be asked. Nothing of it is another
// account's. Without any of it the picker works as it ships.
import type { LearnedTable } from '../../../core/learned.ts'
import type { TaskType } from '../../../core/task-types.ts'
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
  applied(prompt: Prompt, models: readonly PickModel[]): readonly PickModel[] {
    const learned = models.map((model) => ({ ...model, skills: this.skills(model.id, model.skills) }))
    const exemplars = this.#exemplarsFor(prompt)
    if (exemplars.size === 0) return learned
    const expected = new Map(learned.map((model) => [model.id, expectedQuality(prompt, model)]))
    const votes = exemplars.vote(prompt.vector, expected)
    return learned.map((model) => {
      const { shift = 0 } = votes.get(model.id) ?? {}
      // The vote is shrunk already: by how near those questions are.
      return shift === 0
        ? model
        : { ...model, learned: { quality: share((expected.get(model.id) ?? 0) + shift), weight: 1 } }
    })
  }

  #exemplarsFor({ vector }: Prompt): ExemplarSet {
    if (this.#exemplars !== null) return this.#exemplars
    const { exemplars } = this.#table
    this.#exemplars =
      exemplars === null
        ? new ExemplarSet(vector.length, 0)
        : ExemplarSet.restore(exemplars, vector.length, exemplars.outcomes.length)
    return this.#exemplars
  }
}

function share(value: number): number {
  return Math.min(0.999, Math.max(0.001, value))
}
