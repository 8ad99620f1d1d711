// How good a model is at each task type: what is known of it, from where, and how firmly.
import type { TaskType } from './task-types.ts'

export interface Skills {
  /** Expected quality over all task types, 0..1. */
  readonly overall: number
  /** Expected quality per task type, 0..1, already shrunk towards `overall`; every type has one. */
  readonly byType: Readonly<Record<TaskType, number>>
  /** Pseudo-observations behind each figure: how much own traffic it takes to move it. */
  readonly strength: number
  /** `table` a published result of this model, `family` of a sibling, `price` guessed from its list price, `operator` given. */
  readonly basis: 'table' | 'family' | 'price' | 'operator'
  /** Where the figures come from, for receipts and docs. */
  readonly source: string
  /** ISO date of the source. */
  readonly asOf: string
}

/** What `skillsOf` may know of a model; the id is the vendor's or the catalogue's. */
export interface SkillSubject {
  readonly id: string
  readonly aliases?: readonly string[]
  readonly vendor?: string
  /** US$ per million tokens, list price. */
  readonly inputPrice?: number
  readonly outputPrice?: number
  readonly reasoning?: boolean
  /** Unix seconds. */
  readonly createdAtSeconds?: number
}

/** An operator's own figures, 0..1. A task type without one keeps the prior, moved by as much as `overall` was. */
export interface SkillOverrides {
  readonly overall?: number
  readonly byType?: Partial<Readonly<Record<TaskType, number>>>
  readonly strength?: number
}
