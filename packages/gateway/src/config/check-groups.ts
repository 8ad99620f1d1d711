// What the shape alone cannot tell about `groups`: names that are taken twice, multipliers that are none, models that
// nobody serves.
import { multiplePpm } from '../billing/prices/price-dollars.ts'
import { matchesPattern } from '../identity/patterns.ts'
import { checkPrice } from './check-models.ts'
import type { ModelConfig, ProviderConfig } from './config.ts'
import { nearestHint } from './nearest.ts'
import type { Report } from './report.ts'
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
    if (multiplePpm(group.price_multiplier) === undefined) {
      report.problem(at('price_multiplier'), 'is not a decimal from 0 to 1000 with at most 6 places.')
    }
    for (const [name, price] of Object.entries(group.prices)) {
      checkPrice(price, at('prices', name), report)
      const model =
        served.models.find(({ id }) => id === name) ?? served.models.find(({ aliases }) => aliases.includes(name))
      if (model === undefined && !isServed(name, served)) {
        const ids = served.models.map(({ id }) => id)
        report.problem(at('prices', name), `"${name}" is not a model of this gateway.`, nearestHint(name, ids))
      } else if (model !== undefined && model.id !== name && Object.hasOwn(group.prices, model.id)) {
        report.problem(at('prices', name), `is the same model as "${model.id}", which has a price here too.`)
      }
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
