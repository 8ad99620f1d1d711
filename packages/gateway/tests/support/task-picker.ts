// A picker that takes a question for code or for a story by its first word, and ranks as the one that ships.
import { TASK_TYPES, type TaskType } from '../../src/core/task-types.ts'
import type { Pick, PickKnobs, PickModel, Prompt } from '../../src/routing/auto/picker/picker.ts'
import type { PromptView } from '../../src/routing/auto/picker/prompt-view.ts'
import { rankModels } from '../../src/routing/auto/picker/rank.ts'
import { PlainPicker } from './plain-picker.ts'

const DIMENSIONS = 8

export class TaskPicker extends PlainPicker {
  override classify(view: PromptView): Prompt {
    const type: TaskType = view.lastUser.startsWith('code') ? 'code-generation' : 'creative'
    const taskShares = new Float64Array(TASK_TYPES.length)
    taskShares[TASK_TYPES.indexOf(type)] = 1
    const vector = new Float32Array(DIMENSIONS)
    vector[type === 'creative' ? 1 : 0] = 1
    return { taskShares, difficulty: 0.5, novelty: 0, vector }
  }

  override rank(prompt: Prompt, models: readonly PickModel[], knobs: PickKnobs): Pick {
    const taskTypes = TASK_TYPES.flatMap((type, index) => (prompt.taskShares[index] === 1 ? [{ type, p: 1 }] : []))
    return { ranked: rankModels(prompt, models, knobs), taskTypes, difficulty: prompt.difficulty, novelty: 0 }
  }
}
