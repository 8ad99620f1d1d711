// What the shape alone cannot tell about `groups`: names that are taken twice, multipliers that are none, models that
// nobody serves.
import { matchesPattern } from '../identity/patterns.ts'
import type { ModelConfig, ProviderConfig } from './config.ts'
import { nearestHint } from './nearest.ts'
import type { Report } from './report.ts'
import { multiplierPpm } from './resolve-groups.ts'
import type { GroupFile } from './schema.ts'

interface Served {
  readonly models: readonly ModelConfig[]
  readonly providers: readonly ProviderConfig[]
}

export function checkGroups(groups: readonly GroupFile[], served: Served, report: Report): void {
  const names = new Map<string, number>()
  for (const [index, group] of groups.entries()) {
    const at = (...rest: PropertyKey[]): PropertyKey[] => ['groups', index, ...rest]
    const twin = names.get(group.name)
    if (twin !== undefined) report.problem(at('name'), `"${group.name}" is also the name of groups[${twin}].`)
    else names.set(group.name, index)
    if (!/^[\w.-]+$/.test(group.name)) {
      report.problem(at('name'), 'may only hold letters, digits, ".", "_" and "-".')
    }
    if (multiplierPpm(group.price_multiplier) === undefined) {
      report.problem(at('price_multiplier'), 'is not a decimal from 0 to 1000 with at most 6 places.')
    }
    if (group.billing === 'prepaid') {
      report.warning(
        at('billing'),
        'has no effect yet: wallets arrive in a later release, and until then calls are free.',
      )
    }
    for (const [position, pattern] of group.models.entries()) {
      const path = at('models', position)
      if (/[\s\p{Cc}]/u.test(pattern)) report.problem(path, 'must not hold spaces or control characters.')
      // No more than a warning: what providers list themselves may come and go.
      else if (!isServed(pattern, served)) {
        const ids = served.models.map(({ id }) => id)
        report.warning(
          path,
          `"${pattern}" is not a model of this gateway, nor a pattern of any.`,
          nearestHint(pattern, ids),
        )
      }
    }
  }
}

/** Whether the pattern allows anything that a request could ask for. */
function isServed(pattern: string, { models, providers }: Served): boolean {
  if (providers.some(({ name, anyModel }) => anyModel || pattern.startsWith(`${name}/`))) return true
  return models.some(({ id, aliases }) =>
    id.includes('*')
      ? matchesPattern(id, pattern) || matchesPattern(pattern, id)
      : matchesPattern(pattern, id) || aliases.includes(pattern),
  )
}
