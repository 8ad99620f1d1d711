// What the picker counts about itself, by pool: what it chose and why, what that saved, what it cost.

import type { AutoChoice } from '../routing/auto/choice.ts'
import type { MetricFamily } from '../telemetry/metric-family.ts'
import { Counter } from '../telemetry/metrics.ts'

const NANOS = 1e9
const DEFAULT_POOL = 'default'

export interface AutoOutcome {
  readonly choice: AutoChoice
  /** Public id of the model that answered; '' = none did. */
  readonly served: string
  /** Against the baseline, nano-US$; may be negative. */
  readonly savedNanos: number
}

export type EmbedOutcome = 'cached' | 'made' | 'late' | 'failed' | 'left_out'

export class AutoMetrics {
  readonly #choices = new Counter(
    'fairlead_auto_choices_total',
    'Calls that left their model to the picker, by pool, the model that answered ("none" where none did) and why it was chosen.',
    ['pool', 'model', 'reason'],
  )
  readonly #turns = new Counter(
    'fairlead_auto_conversation_turns_total',
    'Answered calls of the picker by whether the model of their conversation kept it: kept, left, or new.',
    ['pool', 'outcome'],
  )
  readonly #savings = new Counter(
    'fairlead_auto_savings_dollars',
    'US$ that calls cost less than with their baseline, less what choosing cost; falls where they cost more.',
    ['pool'],
    'gauge',
  )
  readonly #overhead = new Counter(
    'fairlead_auto_overhead_dollars_total',
    'US$ that choosing cost beside the calls: shadow evaluation, embeddings.',
    ['pool'],
  )

  readonly #embeddings = new Counter(
    'fairlead_auto_embeddings_total',
    'Questions by what became of their embedding: cached, made, late (nobody waited for it any longer, it may have been made all the same), failed, left_out.',
    ['outcome'],
  )

  embedded(outcome: EmbedOutcome): void {
    this.#embeddings.add(1, outcome)
  }

  ended({ choice, served, savedNanos }: AutoOutcome): void {
    const pool = nameOf(choice.pool)
    this.#choices.add(1, pool, served === '' ? 'none' : served, choice.reason)
    if (served === '') return
    const before = choice.conversation?.model
    this.#turns.add(1, pool, before === undefined ? 'new' : before === served ? 'kept' : 'left')
    this.#savings.add(savedNanos / NANOS, pool)
  }

  /** On the choice itself. */
  spent(pool: string, nanos: number): void {
    this.#overhead.add(nanos / NANOS, nameOf(pool))
    this.#savings.add(-nanos / NANOS, nameOf(pool))
  }

  collect(): MetricFamily[] {
    return [this.#choices, this.#turns, this.#savings, this.#overhead, this.#embeddings].map((metric) =>
      metric.family(),
    )
  }
}

function nameOf(pool: string): string {
  return pool === '' ? DEFAULT_POOL : pool
}
