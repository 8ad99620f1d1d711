// What own traffic says of a model at a task type: the prior's pseudo-counts plus counted outcomes (a Beta
// posterior). One observation is spread over the task types it was thought to be.
import type { Skills } from './skills.ts'
import { TASK_TYPES, type TaskType } from './task-types.ts'

/** Model id -> task type -> [sum of qualities, observations]. Plain data. */
export type SkillCounts = Record<string, Partial<Record<TaskType, [good: number, seen: number]>>>

/** Adds one outcome (quality 0..1) in place. */
export function countOutcome(
  counts: SkillCounts,
  modelId: string,
  taskShares: ArrayLike<number>,
  quality: number,
  weight = 1,
): void {
  const row = (counts[modelId] ??= {})
  for (const [index, type] of TASK_TYPES.entries()) {
    const share = (taskShares[index] ?? 0) * weight
    if (share < 0.01) continue
    const cell = (row[type] ??= [0, 0])
    cell[0] += share * quality
    cell[1] += share
  }
}

/**
 * The prior moved by the counts. A type's own observations move it; observations of other types move the model's overall
 * figure and, through it, the types of which nothing is known.
 */
export function posteriorSkills(prior: Skills, row: SkillCounts[string] | undefined): Skills {
  if (row === undefined) return prior
  let surprise = 0
  let seen = 0
  for (const type of TASK_TYPES) {
    const [good, count] = row[type] ?? [0, 0]
    surprise += good - count * prior.byType[type]
    seen += count
  }
  // The whole model's shift is shrunk harder than a type's: it concerns types that were not seen.
  const shift = surprise / (seen + 2 * prior.strength)
  const byType = { ...prior.byType }
  for (const type of TASK_TYPES) {
    const [good, count] = row[type] ?? [0, 0]
    const start = clamp(prior.byType[type] + shift)
    byType[type] = clamp((start * prior.strength + good) / (prior.strength + count))
  }
  return { ...prior, overall: clamp(prior.overall + shift), byType }
}

function clamp(value: number): number {
  return Math.min(0.999, Math.max(0.001, value))
}
