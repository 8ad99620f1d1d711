// What is done with requests, and what a caller wants to be done. What nobody has said is not known, and is no promise.

export interface DataPolicy {
  /** Days that requests and answers are kept at most; 0 = not at all. */
  readonly retentionDays?: number
  /** Whether they are trained on. As a wish only `false` says something. */
  readonly training?: boolean
}

export const NO_POLICY: DataPolicy = Object.freeze({})

/** Whether a promise is as strict as a wish. */
export function keepsPolicy(promised: DataPolicy, wanted: DataPolicy): boolean {
  if (wanted.training === false && promised.training !== false) return false
  return wanted.retentionDays === undefined || (promised.retentionDays ?? Infinity) <= wanted.retentionDays
}

/** Both wishes at once. */
export function stricterPolicy(left: DataPolicy, right: DataPolicy): DataPolicy {
  const retentionDays = Math.min(left.retentionDays ?? Infinity, right.retentionDays ?? Infinity)
  const untrained = left.training === false || right.training === false
  return {
    ...(retentionDays === Infinity ? {} : { retentionDays }),
    ...(untrained ? { training: false } : {}),
  }
}

/** Whether anything is wanted at all. */
export function isWish({ retentionDays, training }: DataPolicy): boolean {
  return retentionDays !== undefined || training === false
}

/** A wish in words. */
export function policyText({ retentionDays, training }: DataPolicy): string {
  const kept = retentionDays === 0 ? 'nothing is kept' : `kept for ${retentionDays} days at most`
  return [...(retentionDays === undefined ? [] : [kept]), ...(training === false ? ['not trained on'] : [])].join(', ')
}

/** As YAML and JSON have it. */
export function policyOf(file: {
  readonly retention_days?: number | undefined
  readonly training?: boolean | undefined
}): DataPolicy {
  const { retention_days: retentionDays, training } = file
  return {
    ...(retentionDays === undefined ? {} : { retentionDays }),
    ...(training === undefined ? {} : { training }),
  }
}
