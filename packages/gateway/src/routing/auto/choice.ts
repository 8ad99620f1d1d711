// What is asked of the picker, and what it answers.
import type { Price } from '../../billing/prices/price.ts'
import type { AutoKnobs } from '../../config/auto-config.ts'
import type { DataPolicy } from '../../core/data-policy.ts'
import type { Route } from '../route.ts'
import type { FilterReason } from './filters/reasons.ts'
import type { EmbeddedPoint } from './learning/embedded-point.ts'
import type { ChoiceLearning } from './learning/receipt-learning.ts'
import type { Pick as Picked } from './picker/picker.ts'
import type { AutoName } from './pools/auto-names.ts'
import type { PoolModel } from './pools/pool-model.ts'
import type { RequestOptions } from './request-options.ts'
import type { Baseline } from './savings/savings.ts'
import type { Conversation } from './sessions/conversation.ts'
import type { ChoiceReason } from './sessions/stay-or-leave.ts'
import type { RequestView } from './view/request-view.ts'

export interface AutoAsk {
  readonly name: AutoName
  readonly options: RequestOptions
  readonly view: RequestView
  readonly endpoint: 'chat' | 'completions'
  readonly caller: AutoCaller
  /** The question as a model of embeddings sees it; null = none was asked, or in time. */
  readonly embedded: EmbeddedPoint | null
  /** What the client calls the conversation; null = nothing. */
  readonly session: string | null
  /** Monotonic, and on the clock of the wall. */
  readonly nowMs: number
  readonly unixMs: number
}

export interface AutoCaller {
  readonly accountId: string
  readonly group: string
  readonly multiplierPpm: number
  /** What whoever is asked must promise of data; null = nothing. */
  readonly dataPolicy: DataPolicy | null
  mayUse(publicId: string): boolean
  /** What this caller pays; null = nobody has said. */
  priceOf(route: Route): Price | null
}

/** A model of the pool, and what came of it. */
export interface AutoCandidate {
  readonly id: string
  /** Expected; null = it was not looked at. */
  readonly quality: number | null
  /** Expected, of this request. */
  readonly costNanos: number | null
  readonly utility: number | null
  /** Why it was not picked; null = it was, or stands in. */
  readonly reason: FilterReason | null
}

export interface AutoChoice {
  readonly asked: string
  readonly pool: string
  readonly knobs: AutoKnobs
  readonly maxCostNanos: number | null
  /** Public ids: the one that is asked first, then those that stand in for it. Empty = nothing is left. */
  readonly chain: readonly string[]
  readonly reason: ChoiceReason
  readonly candidates: readonly AutoCandidate[]
  readonly taskTypes: Picked['taskTypes']
  readonly difficulty: number
  readonly novelty: number
  /** Null = nothing can be counted against. */
  readonly baseline: Baseline | null
  readonly conversationKey: string
  readonly conversation: Conversation | null
  readonly view: RequestView
  /** For its receipt; null = nothing is kept to learn from. */
  readonly learning: ChoiceLearning | null
  /** Nothing but health and limits stands against those in the chain. */
  readonly desperate: boolean
  /** Something is wanted of whoever is sent the request: nobody else is. */
  readonly isConfidential: boolean
}

/** A model that may be picked. */
export interface Eligible {
  readonly model: PoolModel
  readonly route: Route
  readonly price: Price
  readonly costNanos: number
  readonly turnNanos: number
}
