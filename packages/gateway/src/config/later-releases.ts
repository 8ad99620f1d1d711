// Keys that the design names and this release does not have yet. An operator who copies them from the documentation of
// a later release is told so, instead of "unknown key".
import type { ConfigProblem } from './config-error.ts'
import type { Position } from './yaml-source.ts'

const LATER_KEYS: Readonly<Record<string, string>> = {
  auto: 'The model picker arrives in a later release. Remove this section.',
}

type Locate = (path: readonly PropertyKey[], of?: 'key' | 'value') => Position

/**
 * Reports what belongs to a later release, and returns the data without it, so that the rest is still checked and
 * nothing is reported twice.
 */
export function takeOutLaterReleases(data: unknown, locate: Locate, problems: ConfigProblem[]): unknown {
  if (!isRecord(data)) return data
  const rest: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(data)) {
    const message = Object.hasOwn(LATER_KEYS, key) ? LATER_KEYS[key] : undefined
    if (message === undefined) rest[key] = value
    else problems.push({ ...locate([key], 'key'), path: key, message: `is not known to this release. ${message}` })
  }
  return rest
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
