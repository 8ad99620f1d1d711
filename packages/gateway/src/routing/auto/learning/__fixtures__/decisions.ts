// Calls that `auto` chose for, as learning finds them, and a picker to choose for them again.
import { TASK_TYPES, type TaskType } from '../../../../core/task-types.ts'
import type { Pick, PickKnobs, PickModel, Prompt } from '../../picker/picker.ts'
import { rankModels } from '../../picker/rank.ts'
import type { Skills } from '../../picker/skills.ts'
import type { Feedback } from '../../../../billing/usage/receipts.ts'
import { decisionOf, type Decision } from '../decision.ts'
import { encodePoint } from '../point-text.ts'

export interface Told {
  readonly at?: number
  readonly model?: string
  readonly type?: TaskType
  readonly propensity?: number
  readonly conversation?: string
  readonly question?: string
  readonly turn?: number
  readonly named?: boolean
  readonly toolFailed?: boolean
  readonly outputTokens?: number
  readonly costNanos?: number
  readonly point?: readonly number[]
  readonly embedded?: { readonly model: string; readonly point: readonly number[] }
  /** Of feedback. */
  readonly score?: number
  readonly corrected?: string
  readonly shadow?: Decision['shadow']
  /** Expected costs by model; those that could have been picked. */
  readonly costs?: Readonly<Record<string, number>>
}

let count = 0

/** @param told what matters to the test */
export function decision(told: Told = {}): Decision {
  count += 1
  const { at = count, model = 'a', type = 'code-generation', costs = { a: 100, b: 110 } } = told
  const receiptId = `rcpt_${String(count).padStart(6, '0')}`
  const body = {
    v: 1,
    asked: 'auto',
    pool: '',
    model,
    reason: (told.propensity ?? 1) < 0.5 ? 'explored' : 'best',
    tradeoff: 5,
    minQuality: 0.97,
    maxCostNanos: null,
    taskTypes: [{ type, p: 1 }],
    difficulty: 0.5,
    novelty: 0,
    candidates: Object.entries(costs).map(([id, costNanos]) => ({ model: id, quality: 0.85, costNanos, utility: 0, reason: null })),
    more: 0,
    chain: [model],
    failed: [],
    baseline: null,
    overheadNanos: 0,
    before: '',
    learn: {
      version: '',
      propensity: told.propensity ?? 1,
      conversation: told.conversation ?? `conversation ${count}`,
      question: told.question ?? `question ${count}`,
      turn: told.turn ?? 1,
      named: told.named ?? true,
      toolFailed: told.toolFailed ?? false,
      vector: encodePoint(Float32Array.from(told.point ?? [1, 0, 0, 0])),
      ...(told.embedded === undefined
        ? {}
        : { embedded: { model: told.embedded.model, vector: encodePoint(Float32Array.from(told.embedded.point)) } }),
    },
  }
  const row = {
    receiptId,
    keyId: 'key_a',
    createdAtMs: at,
    body: JSON.stringify(body),
    status: 200,
    costNanos: told.costNanos ?? costs[model] ?? 0,
    outputTokens: told.outputTokens ?? 50,
    shadow: told.shadow ?? null,
  }
  const made = decisionOf(row, feedbackOf(receiptId, told))
  if (made === null) throw new Error('nothing can be learned from this')
  return made
}

function feedbackOf(receiptId: string, { score, corrected }: Told): Feedback | null {
  if (score === undefined && corrected === undefined) return null
  return {
    feedbackId: 'fb_a',
    receiptId,
    accountId: 'acc_a',
    keyId: 'key_a',
    createdAtMs: 1,
    score: score ?? null,
    label: '',
    correctedModel: corrected ?? '',
  }
}

export function prior(quality = 0.85): Skills {
  const byType = Object.fromEntries(TASK_TYPES.map((type) => [type, quality])) as Record<TaskType, number>
  return { overall: quality, byType, strength: 30, basis: 'table', source: 'a test', asOf: '2026-01-01' }
}

export const PICKER = {
  rank(prompt: Prompt, models: readonly PickModel[], knobs: PickKnobs): Pick {
    return { ranked: rankModels(prompt, models, knobs), taskTypes: [], difficulty: prompt.difficulty, novelty: 0 }
  },
}
