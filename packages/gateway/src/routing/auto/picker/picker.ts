// The picker: which of these models is good enough for this request, and which of those is cheapest.
// Pure and synchronous: a request's text and shape become task types, difficulty and novelty (`classify`, once a
// request); those and each model's skills become expected qualities, and a knob weighs them against cost (`rank`).
// Expected costs come from the caller, who knows prices, cached prefixes and learned output lengths.
import type { Pick, PickKnobs, PickModel, Prompt } from './pick.ts'
import { PromptClassifier } from './prompt-classifier.ts'
import type { PromptView } from './prompt-view.ts'
import { rankModels } from './rank.ts'
import { skillsOf } from './skill-table.ts'
import type { SkillOverrides, Skills, SkillSubject } from './skills.ts'
import { loadTables } from './tables.ts'
import { TASK_TYPES, type TaskType } from './task-types.ts'

export type { Pick, PickKnobs, PickModel, Prompt, RankedModel } from './pick.ts'

export const PRESETS: Readonly<Record<'cheap' | 'balanced' | 'quality', PickKnobs>> = {
  cheap: { tradeoff: 8, minQuality: 0.9 },
  balanced: { tradeoff: 5, minQuality: 0.97 },
  quality: { tradeoff: 1, minQuality: 0.99 },
}

export class Picker {
  readonly #classifier: PromptClassifier

  constructor(classifier: PromptClassifier) {
    this.#classifier = classifier
  }

  /** Reads the tables at the first call; later calls share them. */
  static load(): Picker {
    loaded ??= new Picker(new PromptClassifier(loadTables()))
    return loaded
  }

  /** /!\ Hot path: once a request, whose ranking may then be asked for more than once. */
  classify(view: PromptView): Prompt {
    return this.#classifier.classify(view)
  }

  rank(prompt: Prompt, models: readonly PickModel[], knobs: PickKnobs): Pick {
    return {
      ranked: rankModels(prompt, models, knobs),
      taskTypes: likelyTypes(prompt.taskShares),
      difficulty: prompt.difficulty,
      novelty: prompt.novelty,
    }
  }

  skillsOf(subject: SkillSubject, overrides?: SkillOverrides): Skills {
    return skillsOf(subject, overrides)
  }
}

let loaded: Picker | undefined

function likelyTypes(shares: Float64Array): Pick['taskTypes'] {
  const types: { type: TaskType; p: number }[] = []
  for (let index = 0; index < shares.length; index++) {
    const type = TASK_TYPES[index]
    const p = shares[index] ?? 0
    if (type !== undefined && p >= 0.01) types.push({ type, p })
  }
  return types.sort((a, b) => b.p - a.p)
}
