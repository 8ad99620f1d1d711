// How long answers are, by model and kind of task, as far as this process, and those before it, have seen: half of a bill is
// its output.
import { LRUCache } from 'lru-cache'
import type { AnswerLengths, LearnedLengths } from '../../../core/learned.ts'
import { TASK_TYPES, type TaskType } from '../../../core/task-types.ts'

/** Tokens of an answer before anything has been seen: rough, and soon overruled. */
const USUAL_TOKENS: Readonly<Record<TaskType, number>> = {
  'code-generation': 700,
  debugging: 600,
  'code-explanation': 500,
  'data-query': 200,
  'agent-step': 250,
  maths: 400,
  'advanced-maths': 900,
  'science-qa': 400,
  'professional-qa': 450,
  'factual-qa': 150,
  logic: 400,
  extraction: 150,
  classification: 30,
  summary: 300,
  rewrite: 300,
  translation: 300,
  creative: 800,
  chat: 150,
  planning: 700,
  'rag-qa': 250,
}
/** Models that think before they answer, and bill it. */
const THINKING_FACTOR = 2.5
const REMEMBERED = 20_000
/** The newest answer moves the mean by this much, the first few by more. */
const LEAST_WEIGHT = 0.05
/**
 * What is usual counts as so many answers. So much, because a few answers of one model must not make it look cheaper than
 * those that have not been asked yet.
 */
const USUAL_WEIGHT = 10
/** Before that, a length is not compared with another model's. */
const ENOUGH = 20

interface Seen {
  meanTokens: number
  count: number
}

export class OutputLengths {
  readonly #seen = new LRUCache<string, Seen>({ max: REMEMBERED })
  /** Of all models together, by kind of task: what one has shown is likely of the others too. */
  readonly #ofType = new Map<TaskType, Seen>()

  /** @param thought thinking is part of it */
  add(model: string, type: TaskType, outputTokens: number, thought: boolean): void {
    const key = `${model}\n${type}`
    this.#seen.set(key, updated(this.#seen.get(key), outputTokens))
    this.#ofType.set(type, updated(this.#ofType.get(type), thought ? outputTokens / THINKING_FACTOR : outputTokens))
  }

  /** @param limit that the client sets; 0 = none */
  expected(model: string, type: TaskType, thinks: boolean, limit: number): number {
    const usual = weighed(this.#ofType.get(type), USUAL_TOKENS[type]) * (thinks ? THINKING_FACTOR : 1)
    const tokens = Math.max(1, Math.round(weighed(this.#seen.get(`${model}\n${type}`), usual)))
    return limit > 0 ? Math.min(limit, tokens) : tokens
  }

  /** For the next start. */
  snapshot(): AnswerLengths {
    const models: Record<string, LearnedLengths> = {}
    for (const [key, seen] of this.#seen.entries()) {
      const [model = '', type] = key.split('\n')
      const known = TASK_TYPES.find((one) => one === type)
      if (known !== undefined) models[model] = { ...models[model], [known]: [seen.meanTokens, seen.count] }
    }
    const types = [...this.#ofType].map(([type, { meanTokens, count }]) => [type, [meanTokens, count]])
    return { models, types: Object.fromEntries(types) as LearnedLengths }
  }

  /** From before this start; what has been seen since is newer, and stays. */
  restore({ models, types }: AnswerLengths): void {
    for (const type of TASK_TYPES) {
      for (const [model, lengths] of Object.entries(models)) {
        const key = `${model}\n${type}`
        const seen = lengths[type]
        if (seen !== undefined && !this.#seen.has(key)) this.#seen.set(key, { meanTokens: seen[0], count: seen[1] })
      }
      const seen = types[type]
      if (seen !== undefined && !this.#ofType.has(type)) this.#ofType.set(type, { meanTokens: seen[0], count: seen[1] })
    }
  }

  /** How much longer one model's answers are than another's, parts per million; a million while too little is known. */
  ratioPpm(model: string, to: string, type: TaskType): number {
    const own = this.#seen.get(`${model}\n${type}`)
    const other = this.#seen.get(`${to}\n${type}`)
    if (own === undefined || other === undefined || own.count < ENOUGH || other.count < ENOUGH) return 1_000_000
    if (own.meanTokens <= 0) return 1_000_000
    return Math.round(1_000_000 * Math.min(2, Math.max(0.5, other.meanTokens / own.meanTokens)))
  }
}

function updated(seen: Seen | undefined, tokens: number): Seen {
  if (seen === undefined) return { meanTokens: tokens, count: 1 }
  seen.count += 1
  seen.meanTokens += (tokens - seen.meanTokens) * Math.max(LEAST_WEIGHT, 1 / seen.count)
  return seen
}

function weighed(seen: Seen | undefined, usual: number): number {
  if (seen === undefined) return usual
  return (seen.meanTokens * seen.count + usual * USUAL_WEIGHT) / (seen.count + USUAL_WEIGHT)
}
