// How much effort a request takes: every line of the corpus that its author has rated. Judgement, not measurement.
import type { TaskType } from '../../../src/routing/auto/picker/task-types.ts'
import { CHORES } from './effort/chores.ts'
import { EFFORT_CUES } from './effort/cues.ts'
import { ORDERS } from './effort/orders.ts'
import { QUESTIONS } from './effort/questions.ts'
import { TEXTS } from './effort/texts.ts'
import { EVERYDAY_WORDS } from './everyday-words.ts'
import { EVERYDAY_WORK } from './everyday-work.ts'
import { ratedLines } from './rated-lines.ts'
import { REQUESTS } from './requests.ts'

export interface EffortExample {
  readonly text: string
  /** 0..1. */
  readonly effort: number
  /** Null = the words fit any. */
  readonly type: TaskType | null
  /** How it was written: held-out tests leave out a whole kind. */
  readonly kind: string
}

export function effortExamples(): EffortExample[] {
  const lists = {
    requests: REQUESTS,
    everyday: { ...EVERYDAY_WORK, ...EVERYDAY_WORDS },
    orders: ORDERS,
    chores: CHORES,
    questions: QUESTIONS,
    texts: TEXTS,
  }
  const rated = Object.entries(lists).flatMap(([kind, byType]) =>
    Object.entries(byType).flatMap(([type, lines]) =>
      ratedLines(lines).map((line) => ({ ...line, type: type as TaskType, kind })),
    ),
  )
  const cues = Object.entries(EFFORT_CUES).flatMap(([digit, cues]) =>
    cues.split('|').map((cue) => ({
      text: cue.replace(/\s+/gu, ' ').trim(),
      effort: Number(digit) / 9,
      type: null,
      kind: 'cues',
    })),
  )
  return [...rated, ...cues]
}
