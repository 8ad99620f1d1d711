// The header lines that a request to a provider carries: an allow-list that we fill, never the client's.

import type { ProviderConfig } from '../config/config.ts'
import { VERSION } from '../core/version.ts'
import type { Lines } from './adapter.ts'

/** What every request has, and the operator's own; credentials stand between the two, so that an operator may replace them. */
export function linesOf(config: ProviderConfig, own: Readonly<Record<string, string>>): Lines {
  const lines = [
    'content-type',
    'application/json',
    'accept-encoding',
    'identity',
    'user-agent',
    `fairlead/${VERSION}`,
    ...Object.entries(own).flat(),
  ]
  return Object.freeze(withLines(lines, config.headers))
}

/** The lines with others added; one of the same name is replaced. The same array where there is nothing to add. */
export function withLines(lines: Lines, more: Readonly<Record<string, string>>): Lines {
  const names = Object.keys(more)
  if (names.length === 0) return lines
  const result: string[] = []
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const name = lines[index] ?? ''
    if (!names.includes(name)) result.push(name, lines[index + 1] ?? '')
  }
  return [...result, ...Object.entries(more).flat()]
}

export function linesAsObject(lines: Lines): Record<string, string> {
  const result: Record<string, string> = {}
  for (let index = 0; index + 1 < lines.length; index += 2) result[lines[index] ?? ''] = lines[index + 1] ?? ''
  return result
}

export function bearer(secret: string): Record<string, string> {
  return secret === '' ? {} : { authorization: `Bearer ${secret}` }
}
