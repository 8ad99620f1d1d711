// A picker whose choice a test can foretell: a question is easy, and then every model is nearly as good, unless it says
// HARD. What is trained is tested beside its own code.
import { TASK_TYPES, type TaskType } from '../../src/core/task-types.ts'
import type { Pick, PickKnobs, PickModel, Prompt } from '../../src/routing/auto/picker/picker.ts'
import type { PromptView } from '../../src/routing/auto/picker/prompt-view.ts'
import type { SkillOverrides, Skills, SkillSubject } from '../../src/routing/auto/picker/skills.ts'
import type { PickerPort } from '../../src/routing/auto/picker-port.ts'

const EASY = 0.1

export class PlainPicker implements PickerPort {
  /** What it was shown, the newest last. */
  readonly seen: PromptView[] = []

  classify(view: PromptView): Prompt {
    this.seen.push(view)
    const taskShares = new Float64Array(TASK_TYPES.length)
    taskShares[TASK_TYPES.indexOf(view.toolCount > 0 ? 'agent-step' : 'chat')] = 1
    return {
      taskShares,
      difficulty: view.lastUser.includes('HARD') ? 1 : EASY,
      novelty: 0,
      vector: new Float32Array(1),
    }
  }

  rank(prompt: Prompt, models: readonly PickModel[], { tradeoff, minQuality }: PickKnobs): Pick {
    const dearest = models.reduce((most, { costNanos }) => Math.max(most, costNanos), 1)
    const rated = models.map(({ id, skills, costNanos }) => {
      const quality = 1 - prompt.difficulty * (1 - skills.overall)
      return { id, quality, costNanos, utility: quality - (tradeoff / 25) * (costNanos / dearest) }
    })
    const best = rated.reduce((top, { quality }) => Math.max(top, quality), 0)
    const ranked = rated
      .map((model) => ({ ...model, aboveFloor: model.quality >= minQuality * best }))
      .toSorted((a, b) => Number(b.aboveFloor) - Number(a.aboveFloor) || b.utility - a.utility)
    const type = TASK_TYPES.find((_, index) => prompt.taskShares[index] === 1) ?? 'chat'
    return { ranked, taskTypes: [{ type, p: 1 }], difficulty: prompt.difficulty, novelty: 0 }
  }

  skillsOf({ outputPrice = 1 }: SkillSubject, overrides: SkillOverrides = {}): Skills {
    const overall = overrides.overall ?? Math.min(0.95, 0.5 + outputPrice / 50)
    const byType = Object.fromEntries(TASK_TYPES.map((type) => [type, overall])) as Record<TaskType, number>
    return { overall, byType, strength: 30, basis: 'price', source: 'a test', asOf: '2026-01-01' }
  }
}
