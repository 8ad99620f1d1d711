// The models that ship with the code: who makes them, what they can do, how much they hold and what they cost.
// The data is `models.json`, made by `scripts/generate-catalogue.ts`; the indexes are built at the first question.
import { isPrice, priceFromDollars } from '../billing/prices/price-dollars.ts'
import type { CatalogueEntry, CatalogueModel } from './model.ts'
import data from './models.json' with { type: 'json' }

export type { CatalogueModel } from './model.ts'

/** Every model id that a client may use against a gateway with no provider configured, in the order they are listed. */
export const SEED_MODEL_IDS: readonly string[] = [
  'claude-sonnet-4.5',
  'claude-haiku-4.5',
  'gpt-4o',
  'gpt-4o-mini',
  'gpt-4',
  'gpt-3.5-turbo',
  'claude-sonnet-4-20250514',
  'claude-3-5-sonnet-20241022',
  'claude-3-5-haiku-20241022',
  'claude-3-opus',
  'gemini-1.5-pro',
  'gemini-1.5-flash',
  'gemini-2.0-flash',
  'deepseek-chat',
  'deepseek-reasoner',
  'moonshot-v1-128k',
  'kimi-k2.5',
  'text-embedding-3-small',
  'text-embedding-3-large',
  'gpt-image-1',
  'omni-moderation-latest',
  'gpt-3.5-turbo-instruct',
]

export interface Catalogue {
  /** By id, else by alias; an exact id wins. Case counts, as it does at the vendors. */
  find(idOrAlias: string): CatalogueModel | undefined
  /** Ids and aliases that mean the same model of the same vendor, the name given left out. */
  spellings(idOrAlias: string): readonly string[]
  byVendor(vendor: string): readonly CatalogueModel[]
  all(): readonly CatalogueModel[]
}

export const catalogue: Catalogue = {
  find: (idOrAlias) => index().byName.get(idOrAlias),
  spellings: (idOrAlias) => spellingsOf(idOrAlias),
  byVendor: (vendor) => index().byVendor.get(vendor) ?? [],
  all: () => index().models,
}

interface Index {
  readonly models: readonly CatalogueModel[]
  readonly byName: ReadonlyMap<string, CatalogueModel>
  readonly byVendor: ReadonlyMap<string, readonly CatalogueModel[]>
  /** The vendor's own id -> every name in the catalogue that means it. */
  readonly names: ReadonlyMap<string, readonly string[]>
}

let built: Index | undefined

function index(): Index {
  built ??= build((data.models as readonly CatalogueEntry[]).map(modelOf))
  return built
}

/** The generator has checked that every price is one. */
function modelOf({ price, ...model }: CatalogueEntry): CatalogueModel {
  const read = price && priceFromDollars(price)
  return read !== undefined && isPrice(read) ? { ...model, price: read } : model
}

function build(models: readonly CatalogueModel[]): Index {
  const byName = new Map<string, CatalogueModel>()
  const byVendor = new Map<string, CatalogueModel[]>()
  const names = new Map<string, string[]>()
  for (const model of models) {
    for (const alias of model.aliases) byName.set(alias, model)
    push(byVendor, model.vendor, model)
    for (const name of [model.id, ...model.aliases]) push(names, model.vendorId ?? model.id, name)
  }
  for (const model of models) byName.set(model.id, model)
  return { models, byName, byVendor, names }
}

function spellingsOf(idOrAlias: string): readonly string[] {
  const model = index().byName.get(idOrAlias)
  if (!model) return []
  return (index().names.get(model.vendorId ?? model.id) ?? []).filter((name) => name !== idOrAlias)
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
