// How long answers were before this start, from the newest calls in the database: what was learned outlives the process.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AnswerLengths } from '../../../core/learned.ts'
import { parseReceipt } from '../../../core/receipt.ts'
import { isTaskType } from '../picker/task-types.ts'
import type { AnswerRow, LearningStore } from '../learning/learning-store.ts'
import { OutputLengths } from './output-lengths.ts'

const MOST_ANSWERS = 2_000
const PAGE = 200

/** A page at a time, with a turn for everybody else in between. */
export async function pastLengths(store: Pick<LearningStore, 'answers'>): Promise<AnswerLengths> {
  const answers: AnswerRow[] = []
  let before: AnswerRow | undefined
  while (answers.length < MOST_ANSWERS) {
    const rows = await store.answers({ limit: PAGE, ...(before === undefined ? {} : { before }) })
    answers.push(...rows)
    before = rows.at(-1)
    if (before === undefined || rows.length < PAGE) break
    await nextTurn()
  }
  const lengths = new OutputLengths()
  // The newest weighs most, so it comes last.
  for (const { body, model, outputTokens, reasoningTokens } of answers.reverse()) {
    const type = parseReceipt(body)?.taskTypes[0]?.type
    if (type !== undefined && isTaskType(type)) lengths.add(model, type, outputTokens, reasoningTokens > 0)
  }
  return lengths.snapshot()
}
