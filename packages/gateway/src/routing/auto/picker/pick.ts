// The words between the picker and its caller.
import type { Skills } from './skills.ts'
import type { TaskType } from './task-types.ts'

/** What the picker knows of a request; keep it for the length of the request. */
export interface Prompt {
  /** Probability per task type, in the order of TASK_TYPES; sums to 1. */
  readonly taskShares: Float64Array
  /** Against what is usual for such a task: 0 (anybody can) .. 0.5 (as usual) .. 1 (hardly anybody can). */
  readonly difficulty: number
  /** 0 (like what the tables were made from) .. 1 (nothing like it). */
  readonly novelty: number
  /** The text as a point, unit length: what exemplars of an account are compared by. */
  readonly vector: Float32Array
}

export interface PickModel {
  readonly id: string
  readonly skills: Skills
  /** Expected cost of this request with this model. */
  readonly costNanos: number
  /** From own traffic (exemplars): replaces the table's expectation by this much, 0..1. */
  readonly learned?: { readonly quality: number; readonly weight: number }
}

export interface PickKnobs {
  /** 0 = best quality whatever it costs, 10 = cheapest above the floor. */
  readonly tradeoff: number
  /** The floor: share of the best eligible model's expected quality, 0..1. */
  readonly minQuality: number
  /** What an average request costs in this pool, averaged over its models; absent = this request's own average. */
  readonly costScaleNanos?: number
}

export interface RankedModel {
  readonly id: string
  readonly quality: number
  readonly costNanos: number
  /** Quality less the weighed cost; the list is sorted by it, models under the floor last. */
  readonly utility: number
  readonly aboveFloor: boolean
}

export interface Pick {
  /** The choice first, then the fallback chain. */
  readonly ranked: readonly RankedModel[]
  /** Types with at least 1 %, likeliest first. */
  readonly taskTypes: readonly { readonly type: TaskType; readonly p: number }[]
  readonly difficulty: number
  readonly novelty: number
}
