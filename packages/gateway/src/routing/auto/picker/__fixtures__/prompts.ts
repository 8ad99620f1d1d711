// 300 prompts in 20 task types, 15 each: what the classifier, the decisions and their steadiness are measured on in every test run.
import { type PromptView, questionView } from '../prompt-view.ts'
import { TASK_TYPES, type TaskType } from '../task-types.ts'
import { WORD_PROMPTS } from './prompts-words.ts'
import { WORK_PROMPTS } from './prompts-work.ts'

export interface FixturePrompt {
  readonly type: TaskType
  readonly view: PromptView
}

/** Agents offer tools; every other step of theirs follows a tool's result. */
export const FIXTURE_PROMPTS: readonly FixturePrompt[] = TASK_TYPES.flatMap((type) =>
  (WORK_PROMPTS[type] ?? WORD_PROMPTS[type] ?? []).map((text, index) => ({
    type,
    view: questionView(text, type === 'agent-step' ? { toolCount: 6, afterToolResult: index % 2 === 1 } : {}),
  })),
)
