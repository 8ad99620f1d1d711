// One call that `auto` chose for, as learning sees it: what was asked (marks and points), who could have answered, who
// did, and what came of it.
import type { Feedback } from '../../../billing/usage/receipts.ts'
import { parseReceipt, type ReceiptBody, type ReceiptLearning } from '../../../core/receipt.ts'
import { isTaskType, TASK_TYPES, type TaskType } from '../../../core/task-types.ts'
import type { Prompt } from '../picker/picker.ts'
import type { EmbeddedPoint } from './embedded-point.ts'
import type { DecisionRow } from './learning-store.ts'
import { decodePoint } from './point-text.ts'

export interface Decision {
  readonly receiptId: string
  readonly keyId: string
  readonly atMs: number
  readonly pool: string
  /** Public id of the model that answered. */
  readonly model: string
  readonly learn: ReceiptLearning
  readonly body: ReceiptBody
  readonly prompt: Prompt
  /** Null = none is known. */
  readonly embedded: EmbeddedPoint | null
  /** The likeliest. */
  readonly type: TaskType
  readonly costNanos: number
  readonly outputTokens: number
  /** The newest. */
  readonly feedback: Feedback | null
  readonly shadow: DecisionRow['shadow']
}

/** Null where nothing can be learned: nobody answered, it is under way, or its receipt keeps nothing to learn from. */
export function decisionOf(row: DecisionRow, feedback: Feedback | null): Decision | null {
  const body = parseReceipt(row.body)
  if (body?.learn === undefined || body.model === '' || row.status !== 200) return null
  const prompt = promptOf(body, body.learn)
  const type = TASK_TYPES[prompt.taskShares.indexOf(Math.max(...prompt.taskShares))]
  if (type === undefined) return null
  const { receiptId, keyId, createdAtMs, costNanos, outputTokens, shadow } = row
  const { pool, model, learn } = body
  const call = { receiptId, keyId, atMs: createdAtMs, pool, model, costNanos, outputTokens }
  return { ...call, learn, body, prompt, embedded: embeddedOf(learn), type, feedback, shadow }
}

function embeddedOf({ embedded }: ReceiptLearning): EmbeddedPoint | null {
  return embedded === undefined ? null : { model: embedded.model, vector: decodePoint(embedded.vector) }
}

/** As the picker had it, but for what was rounded. */
function promptOf({ taskTypes, difficulty, novelty }: ReceiptBody, { vector }: ReceiptLearning): Prompt {
  const taskShares = new Float64Array(TASK_TYPES.length)
  let sum = 0
  for (const { type, p } of taskTypes) {
    if (!isTaskType(type)) continue
    taskShares[TASK_TYPES.indexOf(type)] = p
    sum += p
  }
  if (sum > 0)
    for (let index = 0; index < taskShares.length; index++) taskShares[index] = (taskShares[index] ?? 0) / sum
  return { taskShares, difficulty, novelty, vector: decodePoint(vector) }
}
