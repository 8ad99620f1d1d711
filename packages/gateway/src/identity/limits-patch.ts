// A change to some figures of a set of limits, the way that JSON Merge Patch (RFC 7396) has it.
import { LIMIT_FIELDS, type LimitName, type Limits } from '../limits/limits.ts'

/** Absent = as it is; null = no such limit any more. */
export type LimitsPatch = { readonly [Name in LimitName]?: number | null }

/** @param patch null = no limit at all any more */
export function mergedLimits(current: Limits, patch: LimitsPatch | null): Limits {
  if (patch === null) return {}
  const merged: { -readonly [Name in LimitName]?: number } = {}
  for (const { name } of LIMIT_FIELDS) {
    const value = patch[name] === undefined ? current[name] : (patch[name] ?? undefined)
    if (value !== undefined) merged[name] = value
  }
  return merged
}

/** The figures that it sets. */
export function givenLimits(patch: LimitsPatch | null): Limits {
  return mergedLimits({}, patch)
}
