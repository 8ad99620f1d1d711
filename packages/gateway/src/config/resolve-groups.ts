// Groups of the running config: a preset's figures filled in, aliases of models replaced by the ids that they stand for.
import { multiplePpm } from '../billing/prices/price-dollars.ts'
import type { Group } from '../identity/group-store.ts'
import { PRESET_LIMITS } from '../identity/presets.ts'
import { DEFAULT_RESPONSES_POLICY, policyFromJson } from '../identity/responses-policy.ts'
import { limitsFromJson } from '../limits/limits-json.ts'
import type { ModelConfig } from './config.ts'
import { readPrice } from './resolve-models.ts'
import type { GroupFile } from './schema.ts'

export function resolveGroup(file: GroupFile, models: readonly ModelConfig[]): Group {
  const isId = (name: string): boolean => models.some(({ id }) => id === name)
  // What a key may use is decided on public ids alone, so that no alias leads past the rule.
  const idOf = (name: string): string => models.find(({ aliases }) => aliases.includes(name))?.id ?? name
  return {
    name: file.name,
    models: [...new Set(file.models.map((name) => (isId(name) ? name : idOf(name))))],
    // `check-groups.ts` has reported one that is none.
    priceMultiplierPpm: multiplePpm(file.price_multiplier) ?? 1_000_000,
    prices: Object.fromEntries(
      Object.entries(file.prices).flatMap(([name, price]) => {
        const read = readPrice(price)
        return read ? [[isId(name) ? name : idOf(name), read]] : []
      }),
    ),
    billing: file.billing,
    limits: { ...(file.preset === undefined ? {} : PRESET_LIMITS[file.preset]), ...limitsFromJson(file.limits) },
    sharedLimits: limitsFromJson(file.shared_limits),
    responses: { ...DEFAULT_RESPONSES_POLICY, ...policyFromJson(file.responses) },
  }
}
