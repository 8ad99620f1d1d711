// Models of the running config: what the file lists, what providers serve by themselves, and what the catalogue knows
// about each. Workers route from this list alone, so every fact that a reply needs is filled in here.
import { catalogue, SEED_MODEL_IDS, type CatalogueModel } from '../catalogue/catalogue.ts'
import { isPrice, priceFromDollars, type PriceDollars } from '../billing/prices/price-dollars.ts'
import { makePrice, type Price } from '../billing/prices/price.ts'
import type { MirrorConfig, ModelConfig, ProviderConfig, TargetConfig } from './config.ts'
import { policyOf } from '../core/data-policy.ts'
import { DEFAULTS } from './defaults.ts'
import type { Limits } from '../limits/limits.ts'
import type { Report } from './report.ts'
import type { ModelFile } from './schema.ts'
import { conditionOf } from './target-condition-schema.ts'

export interface ModelSources {
  readonly models: readonly ModelFile[]
  readonly providers: readonly ProviderConfig[]
  /** Provider name -> ids that it is known to serve, under those names. Absent = the catalogue decides. */
  readonly served: ReadonlyMap<string, readonly string[]>
  /** Providers whose answers cost nothing per token: list prices of the same model elsewhere do not apply. */
  readonly unpriced: ReadonlySet<string>
}

const FREE = makePrice({ inputNanosPerMillion: 0, outputNanosPerMillion: 0 })

interface Draft {
  readonly id: string
  readonly file: ModelFile | undefined
  readonly targets: TargetConfig[]
}

export function resolveModels(sources: ModelSources, report: Report): ModelConfig[] {
  const drafts = new Map<string, Draft>()
  for (const [index, file] of sources.models.entries()) {
    const targets = (file.targets ?? []).map((target): TargetConfig => ({
      provider: target.provider,
      model:
        target.model ??
        upstreamName(
          file.id,
          sources.providers.find(({ name }) => name === target.provider),
        ),
      weight: target.weight,
      priority: target.priority,
      ...costOf(target.price),
      ...(target.when === undefined ? {} : { when: conditionOf(target.when) }),
    }))
    drafts.set(file.id, { id: file.id, file, targets })
    if (!file.targets) targets.push(...fittingTargets(file.id, sources))
    if (!file.targets && targets.length === 0) {
      const hint = `Say who serves it: targets: [{ provider: ${sources.providers[0]?.name ?? 'openai'} }]`
      report.problem(['models', index], 'has no targets, and no provider fits by itself.', hint)
    }
  }
  for (const provider of sources.providers) {
    const simulated = provider.type === 'simulator' && !sources.served.has(provider.name)
    for (const id of servedBy(provider, sources)) {
      const draft = drafts.get(id) ?? { id, file: undefined, targets: [] }
      // The simulator stands in where nobody else serves a model; it never takes a share of real traffic unasked.
      if (draft.targets.some((target) => simulated || target.provider === provider.name)) continue
      draft.targets.push({ provider: provider.name, model: upstreamName(id, provider), ...DEFAULTS.target })
      drafts.set(id, draft)
    }
  }
  return withAliases([...drafts.values()]).map((draft) => resolveModel(draft, sources))
}

/** Ids that a provider serves without an entry of their own. */
function servedBy(provider: ProviderConfig, { models, served }: ModelSources): readonly string[] {
  const own = served.get(provider.name)
  if (own) return own
  if (models.length > 0) return []
  if (provider.type === 'simulator') return SEED_MODEL_IDS
  if (provider.vendor === undefined) return []
  return catalogue
    .byVendor(provider.vendor)
    .filter((model) => !model.retired && model.vendorId === undefined)
    .map((model) => model.id)
}

/** Who serves a model that names nobody: who lists it, else its vendor, else the only provider there is. */
function fittingTargets(id: string, { providers, served }: ModelSources): TargetConfig[] {
  const listing = providers.filter((provider) => served.get(provider.name)?.includes(id))
  const vendor = catalogue.find(id)?.vendor
  const vendors = providers.filter((provider) => vendor !== undefined && provider.vendor === vendor)
  const only = providers.length === 1 ? providers : []
  const chosen = [listing, vendors, only].find((list) => list.length > 0) ?? []
  return chosen.map((provider) => ({ provider: provider.name, model: upstreamName(id, provider), ...DEFAULTS.target }))
}

/** The vendor's own spelling at the vendor itself; everywhere else the id as it is. */
function upstreamName(id: string, provider: ProviderConfig | undefined): string {
  if (id.includes('*')) return '*'
  const known = catalogue.find(id)
  if (!known || known.vendor !== provider?.vendor) return id
  return known.vendorId ?? id
}

/** Gives each model the catalogue's other spellings of its id, unless another model has that name already. */
function withAliases(drafts: readonly Draft[]): (Draft & { readonly aliases: readonly string[] })[] {
  const taken = new Set(drafts.flatMap(({ id, file }) => [id, ...(file?.aliases ?? [])]))
  return drafts.map((draft) => {
    const spellings = catalogue.spellings(draft.id).filter((name) => !taken.has(name))
    for (const name of spellings) taken.add(name)
    return {
      ...draft,
      aliases: [...new Set([...(draft.file?.aliases ?? []), ...spellings])].filter((name) => name !== draft.id),
    }
  })
}

function resolveModel(
  { id, file, targets, aliases }: Draft & { readonly aliases: readonly string[] },
  sources: ModelSources,
): ModelConfig {
  const facts = factsOf(id, targets)
  const free = targets.every((target) => sources.unpriced.has(target.provider))
  const own = readPrice(file?.price)
  const price = own ?? (free ? undefined : facts?.price)
  const contextLength = file?.context_length ?? (facts?.contextLength || undefined)
  const idOf = (name: string): string => sources.models.find((model) => model.aliases.includes(name))?.id ?? name
  const isId = (name: string): boolean => sources.models.some((model) => model.id === name)
  const fallbacks = (file?.fallbacks ?? []).map((name) => (isId(name) ? name : idOf(name)))
  return {
    id,
    aliases,
    strategy: file?.strategy ?? 'weighted',
    ...(file?.strategy === 'split' ? { splitBy: file.split_by ?? 'conversation' } : {}),
    targets: targets.map((target) =>
      target.price === undefined && sources.unpriced.has(target.provider) ? { ...target, price: FREE } : target,
    ),
    ...(price ? { price, priceFrom: own ? 'config' : 'catalogue' } : {}),
    ...(file?.limits ? { limits: limitsOf(file.limits) } : {}),
    fallbacks: [...new Set(fallbacks)].filter((name) => name !== id),
    ...(file?.hedge ? { hedge: { afterMs: file.hedge.after_ms ?? null } } : {}),
    ...(file?.mirror ? { mirror: mirrorOf(file.mirror, idOf) } : {}),
    ...(file?.continue_streams === true ? { continueStreams: true } : {}),
    ...(file?.data_policy ? { dataPolicy: policyOf(file.data_policy) } : {}),
    description: file?.description ?? facts?.description ?? `${id}, served through this gateway.`,
    ownedBy: file?.owned_by ?? facts?.vendor ?? (id.includes('/') ? id.slice(0, id.indexOf('/')) : 'custom'),
    ...(contextLength === undefined ? {} : { contextLength }),
    ...(facts ? { createdAtSeconds: facts.createdAtSeconds } : {}),
    ...(file ? {} : { source: 'found' as const }),
  }
}

function mirrorOf(file: NonNullable<ModelFile['mirror']>, idOf: (name: string) => string): MirrorConfig {
  const { model, share, at_once: atOnce } = file
  return { model: idOf(model), sharePpm: Math.round(share * 1_000_000), atOnce }
}

/** By the public id, else by what the first target calls it; `vendor/model` also by the part behind the slash. */
function factsOf(id: string, targets: readonly TargetConfig[]): CatalogueModel | undefined {
  for (const name of [id, targets[0]?.model ?? '']) {
    if (name.includes('*')) continue
    const facts = catalogue.find(name) ?? catalogue.find(name.slice(name.lastIndexOf('/') + 1))
    if (facts) return facts
  }
  return undefined
}

function limitsOf(limits: NonNullable<ModelFile['limits']>): Limits {
  const { requests_per_day: requestsPerDay, requests_per_month: requestsPerMonth, rpm, tpm, concurrency } = limits
  const given = Object.entries({ rpm, tpm, concurrency, requestsPerDay, requestsPerMonth })
  return Object.fromEntries(given.filter(([, value]) => value !== undefined))
}

/** Undefined when there is none, or when it is none: `check-models.ts` has reported that. */
export function readPrice(file: PriceDollars | undefined): Price | undefined {
  const price = file && priceFromDollars(file)
  return price !== undefined && isPrice(price) ? price : undefined
}

function costOf(file: PriceDollars | undefined): Pick<TargetConfig, 'price'> {
  const price = readPrice(file)
  return price ? { price } : {}
}
