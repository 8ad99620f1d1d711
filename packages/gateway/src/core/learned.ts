// What learning has found out, as it travels: from the version that serves, in the database, to the processes that
// choose. Plain JSON, by account and pool: what one account says never moves a choice of another's.
import type { TaskType } from './task-types.ts'

export interface LearnedTable {
  /** `av_…` */
  readonly versionId: string
  /** By public model id and task type: sum of qualities (0 to 1 each), and how many were seen. Neither is whole. */
  readonly skills: Readonly<Record<string, LearnedSkills>>
  /** By public model id and task type: mean tokens of an answer, and how many were seen. */
  readonly lengths: Readonly<Record<string, LearnedLengths>>
  /** Null = none are kept. */
  readonly exemplars: LearnedExemplars | null
  /** The same questions as a model of embeddings sees them; absent = none is known so. */
  readonly embedded?: LearnedEmbedded
}

export interface LearnedEmbedded {
  /** Public id of that model; points of another one are not compared with these. */
  readonly model: string
  readonly exemplars: LearnedExemplars
}

export type LearnedSkills = Partial<Record<TaskType, [good: number, seen: number]>>
export type LearnedLengths = Partial<Record<TaskType, [meanTokens: number, seen: number]>>

/** Questions as points, and how good the answers were; no text. As `picker/exemplars.ts` saves it. */
export interface LearnedExemplars {
  readonly version: 1
  readonly dimensions: number
  /** Base64, 8 bits a figure. */
  readonly vectors: string
  /** By public model id, 0 to 1. */
  readonly outcomes: readonly (readonly [weight: number, outcomes: Readonly<Record<string, number>>])[]
}

/** How long answers have been, of all accounts together: mean tokens, and how many were seen. */
export interface AnswerLengths {
  /** By public model id. */
  readonly models: Readonly<Record<string, LearnedLengths>>
  /** Of all models, without what they thought. */
  readonly types: LearnedLengths
}

/** Account id -> name of a pool ('' = the default one) -> what serves there. */
export type LearnedTables = Readonly<Record<string, Readonly<Record<string, LearnedTable>>>>
