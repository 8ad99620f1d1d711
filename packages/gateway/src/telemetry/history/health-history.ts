// How well the parts of the gateway were over time: counts of looks, and of those that found something wrong.
// A time in which nobody looked has no entry, so a gateway that was switched off never counts as one that was well.

/** Looks are counted together for so long. */
export const HEALTH_STEP_MS = 300_000
export const HEALTH_DAY_MS = 86_400_000

/**
 * `gateway`, `database`, and `upstreams:VENDOR`: all providers of a vendor or type together, because everybody may read
 * this. What became of a single provider is told to the operator alone.
 */
export type HealthComponent = string

/** Looks at one component within one step. */
export interface HealthLooks {
  readonly component: HealthComponent
  /** Unix ms, where the step begins. */
  readonly startMs: number
  readonly checks: number
  /** Of them those that found it not well. */
  readonly failures: number
  /** Of those that found it well, added up; 0 where nothing is measured. */
  readonly responseMs: number
}

/** A UTC day. */
export interface HealthDay extends HealthLooks {
  /** Steps of the day in which somebody looked: of 288. */
  readonly steps: number
}

export interface HealthQuery {
  /** All whose names begin so; absent = all. */
  readonly prefix?: string
  readonly fromMs: number
  readonly toMs: number
}

export interface HealthHistory {
  /** Adds to what others have seen in the same steps. */
  add(looks: readonly HealthLooks[]): Promise<void>
  /** By component, then by time. Nothing is there for a time in which nobody looked. */
  steps(query: HealthQuery): Promise<readonly HealthLooks[]>
  days(query: HealthQuery): Promise<readonly HealthDay[]>
  prune(cutoffs: { readonly stepsBeforeMs: number; readonly daysBeforeMs: number }): Promise<void>
}
