// The section `auto` of the running config: pools of models that a request may leave the choice to, and how the choice
// is made in each. Ids are public ids that were looked up already; plain JSON, as all of the config.

import type { DataPolicy } from '../core/data-policy.ts'

/** How quality is weighed against cost. */
export interface AutoKnobs {
  /** 0 = the best whatever it costs, 10 = the cheapest above the floor. */
  readonly tradeoff: number
  /** The floor: share of the best eligible model's expected quality, 0 to 1. */
  readonly minQuality: number
}

export interface AutoPool {
  /** '' = the default pool. */
  readonly name: string
  /** Public ids, in the order of the config; null = every chat model that has a price. */
  readonly models: readonly string[] | null
  readonly exclude: readonly string[]
  /** What savings are counted against; null = the model of the pool with the highest prior. */
  readonly baseline: string | null
  readonly knobs: AutoKnobs
  /** Most that one request may be expected to cost, nano-US$; null = no ceiling. */
  readonly maxCostNanos: number | null
  /** What is wanted of its models' providers. */
  readonly dataPolicy: DataPolicy
  /** Conversations that really go to the baseline, parts per million. */
  readonly controlPpm: number
  /** Groups of accounts whose plain `auto` means this pool. */
  readonly groups: readonly string[]
}

/** An operator's own figures for a model, 0 to 1. */
export interface AutoSkill {
  readonly overall?: number
  /** By task type. */
  readonly byType?: Readonly<Record<string, number>>
}

/** The knobs that a suffix of the model id stands for: `auto:cheap`. */
export type AutoPreset = 'cheap' | 'balanced' | 'quality'
export const AUTO_PRESETS: readonly AutoPreset[] = ['cheap', 'balanced', 'quality']

export interface AutoConfig {
  readonly pools: readonly AutoPool[]
  /** Absent presets have the picker's own knobs. */
  readonly presets: Readonly<Partial<Record<AutoPreset, Partial<AutoKnobs>>>>
  /** By public id. */
  readonly skills: Readonly<Record<string, AutoSkill>>
  /** How long a provider's prompt cache is believed to be warm after its last use. */
  readonly cacheTtlMs: number
  /** How long a conversation keeps its model without a turn. */
  readonly conversationTtlMs: number
  readonly learning: AutoLearning
  /** Null = questions are compared by the picker's own points alone. */
  readonly embedder: AutoEmbedder | null
}

/** Figures of a vector; more would make versions too large for what they are worth. */
export const LEAST_DIMENSIONS = 4
export const MOST_DIMENSIONS = 1_024

/** A model that makes points of questions, beside the picker's own. */
export interface AutoEmbedder {
  /** Public id. */
  readonly model: string
  /** What it is asked to shorten its vectors to; null = as they are. */
  readonly dimensions: number | null
  /** How long a choice waits for it at most. */
  readonly waitMs: number
}

/** What is learned, and when; see `routing/auto/learning/`. */
export interface AutoLearning {
  /** Whether receipts keep what can be learned from. */
  readonly signals: boolean
  /** 0 = only when asked to. */
  readonly everyHours: number
  /** Whether a version that has won serves by itself. */
  readonly serve: boolean
  /** New conversations that try another model above the floor, parts per million. */
  readonly explorePpm: number
  /** At most so many, for each account and pool. */
  readonly exemplars: number
  /** How much dearer a better version may be, as a share. */
  readonly maxCostRise: number
  /** Null = none is made. */
  readonly shadow: AutoShadow | null
}

/** A share of the calls is put to another model too, and a judge compares. */
export interface AutoShadow {
  /** Parts per million. */
  readonly sharePpm: number
  /** Public id. */
  readonly judge: string
  /** Of whoever pays. */
  readonly maxCostNanosPerDay: number
  readonly paidBy: 'operator' | 'account'
}

/** The name that is always taken for the picker, whatever the brand calls it: the first that clients knew. */
export const ALSO_AUTO = 'kr-auto'
