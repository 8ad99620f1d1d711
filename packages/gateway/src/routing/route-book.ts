// From the model that a client names to its route. Exact ids are built once per configuration; names that only a
// wildcard or an `anyModel` provider covers are made when asked for and kept in a bounded memo, because clients choose
// those names and could choose a new one for every request.
import { LRUCache } from 'lru-cache'

import type { Price } from '../billing/prices/price.ts'
import type { Config, ModelConfig } from '../config/config.ts'
import { asciiJson, headerValue } from '../core/ascii-json.ts'
import { type LimitedScope, limitedScope, NO_SCOPES } from '../limits/limits.ts'
import type { ModelInfo, ModelSource } from './model-info.ts'
import type { ProviderState } from './provider-state.ts'
import { buildTiers, releaseRoute } from './route.ts'
import type { Route, RouteTarget } from './route.ts'

const MADE_ROUTES = 1_000
/** No model of any vendor has a longer name. */
const MAX_ID_LENGTH = 256

/**
 * Vendors whose models think by default and show at most a summary of it. Claude thinks when it is told to; DeepSeek,
 * Kimi and Qwen stream their thoughts. Sources: the vendors' pages on reasoning, as `catalogue/*-traits.ts` names them.
 */
const HIDE_THOUGHTS: ReadonlySet<string> = new Set(['openai', 'google', 'xai'])

/** An entry of `GET /v1/models`. */
export interface ListedModel {
  readonly id: string
  readonly ownedBy: string
  /** Never empty. */
  readonly description: string
  /** Unix seconds; 0 = unknown. */
  readonly created: number
  /** Tokens; null = unknown. */
  readonly contextLength: number | null
  readonly price: Price | null
  /** Of a name of the picker's: the models that it may pick. */
  readonly picksFrom?: readonly string[]
}

interface Wildcard {
  readonly model: ModelConfig
  readonly before: string
  readonly after: string
}

export class RouteBook {
  readonly listed: readonly ListedModel[]
  readonly #config: Config
  readonly #source: ModelSource
  readonly #providers: ReadonlyMap<string, ProviderState>
  readonly #models = new Map<string, ModelConfig>()
  readonly #exact = new Map<string, Route>()
  readonly #aliases = new Map<string, Route>()
  /** What its vendor calls a model -> the route of a configured id that means it. */
  readonly #catalogued = new Map<string, Route>()
  readonly #wildcards: readonly Wildcard[]
  readonly #anyModel: readonly ProviderState[]
  readonly #made = new LRUCache<string, Route>({ max: MADE_ROUTES, dispose: releaseRoute })

  constructor(config: Config, source: ModelSource, providers: ReadonlyMap<string, ProviderState>) {
    this.#config = config
    this.#source = source
    this.#providers = providers
    const named = config.models.filter((model) => !model.id.includes('*'))
    for (const model of named) this.#addModel(model)
    for (const model of named) for (const alias of model.aliases) this.#addAlias(alias, model.id)
    this.#wildcards = config.models
      .filter((model) => model.id.includes('*'))
      .map(wildcardOf)
      // The most specific pattern first.
      .toSorted((left, right) => literalLength(right) - literalLength(left))
    this.#anyModel = [...providers.values()].filter((provider) => provider.config.anyModel)
    this.listed = Object.freeze([...this.#models.values()].map((model) => this.#listing(model)))
  }

  /** /!\ Hot path: one or two look-ups for a configured id or alias. Order: DESIGN section 8. */
  resolve(asked: string): Route | undefined {
    const known = this.#exact.get(asked) ?? this.#aliases.get(asked) ?? this.#made.get(asked)
    if (known !== undefined) return known
    if (asked.length === 0 || asked.length > MAX_ID_LENGTH) return undefined
    const made = this.#onProvider(asked)
    if (made !== undefined) return this.#keep(asked, made)
    const spelled = this.#catalogued.get(vendorIdOf(this.#source.find(asked)) ?? '')
    if (spelled !== undefined) return spelled
    const covered = this.#byWildcard(asked) ?? this.#byAnyModel(asked)
    return covered === undefined ? undefined : this.#keep(asked, covered)
  }

  /** Names whose routes were made on demand, so that a successor can make them again before this one is released. */
  madeIds(): readonly string[] {
    return [...this.#made.keys()]
  }

  routes(): readonly Route[] {
    return [...this.#exact.values(), ...this.#made.values()]
  }

  release(): void {
    for (const route of this.#exact.values()) releaseRoute(route)
    this.#made.clear()
  }

  #addModel(model: ModelConfig): void {
    if (this.#exact.has(model.id)) return
    const route = this.#routeOf(model, model.id, (target) => target.model)
    this.#models.set(model.id, model)
    this.#exact.set(model.id, route)
    const catalogued = vendorIdOf(this.#source.find(model.id))
    // A configured id that is the vendor's own wins over another spelling of it.
    if (catalogued !== undefined && (catalogued === model.id || !this.#catalogued.has(catalogued))) {
      this.#catalogued.set(catalogued, route)
    }
  }

  #addAlias(alias: string, id: string): void {
    const route = this.#exact.get(id)
    if (route !== undefined && !this.#aliases.has(alias)) this.#aliases.set(alias, route)
  }

  #routeOf(
    model: ModelConfig,
    publicId: string,
    upstreamOf: (target: ModelConfig['targets'][number]) => string,
  ): Route {
    const info = this.#source.find(publicId)
    const targets = model.targets.flatMap((target): RouteTarget[] => {
      const provider = this.#providers.get(target.provider)
      if (provider === undefined) return []
      const upstreamModel = upstreamOf(target)
      const price = target.price ?? this.#source.find(upstreamModel)?.price ?? model.price ?? null
      return [
        { provider, upstreamModel, weight: target.weight, priority: target.priority, price, when: target.when ?? null },
      ]
    })
    // A configured id has the price that the config settled on; what a wildcard covers, that of the vendor's model.
    const listPrice = model.id.includes('*') ? this.#listPrice(publicId, targets[0]) : undefined
    return this.#route(publicId, targets, model, info, [publicId, model.id], listPrice)
  }

  #route(
    publicId: string,
    targets: readonly RouteTarget[],
    model: ModelConfig | undefined,
    info: ModelInfo | undefined,
    names: readonly string[],
    listPrice: Price | undefined,
  ): Route {
    const priceNames = Object.freeze([...new Set(names)])
    const ownedBy = model?.ownedBy ?? info?.vendor ?? targets[0]?.provider.config.type ?? 'unknown'
    return Object.freeze({
      publicId,
      publicIdJson: asciiJson(publicId),
      publicIdHeader: headerValue(publicId),
      ownedByHeader: headerValue(ownedBy),
      ownedBy,
      price: this.#salePrice(priceNames, model) ?? listPrice ?? null,
      priceNames,
      limited: limitsOf(model),
      strategy: model?.strategy ?? 'weighted',
      splitBy: model?.splitBy ?? null,
      isConditional: targets.some(({ when }) => when !== null),
      tiers: buildTiers(targets),
      fallbacks: model?.fallbacks ?? [],
      hedge: model?.hedge ?? null,
      mirror: model?.mirror ?? null,
      dataPolicy: model?.dataPolicy ?? null,
      continueStreams: model?.continueStreams ?? false,
      contextLength: model?.contextLength ?? (info?.contextLength || null),
      maxOutputTokens: info?.maxOutputTokens ?? null,
      hiddenReasoning: info?.capabilities?.includes('reasoning') === true && HIDE_THOUGHTS.has(info.vendor),
    })
  }

  #listPrice(publicId: string, target: RouteTarget | undefined): Price | undefined {
    return this.#source.find(publicId)?.price ?? this.#source.find(target?.upstreamModel ?? '')?.price
  }

  /** The file's own price wins over the database's, and that over the catalogue's; a wildcard's is for what has none of its own. */
  #salePrice(names: readonly string[], model: ModelConfig | undefined): Price | undefined {
    const { prices } = this.#config
    for (const name of names) {
      if (name === model?.id && model.priceFrom === 'config') return model.price
      if (Object.hasOwn(prices, name)) return prices[name]
    }
    return model?.price
  }

  /** `provider/model`: only what that provider serves under a configured id, unless it takes any model. */
  #onProvider(asked: string): Route | undefined {
    const slash = asked.indexOf('/')
    const provider = slash > 0 ? this.#providers.get(asked.slice(0, slash)) : undefined
    if (provider === undefined) return undefined
    const name = asked.slice(slash + 1)
    if (name === '') return undefined
    const model = this.#modelOn(provider.name, name)
    if (model !== undefined) {
      const targets = model.targets.filter((target) => target.provider === provider.name)
      return this.#routeOf({ ...model, targets }, asked, (target) => target.model)
    }
    if (!provider.config.anyModel) return undefined
    return this.#anyRoute(asked, name, [provider])
  }

  /** By its public id or an alias, else by the upstream's own name. */
  #modelOn(provider: string, name: string): ModelConfig | undefined {
    const publicId = (this.#exact.get(name) ?? this.#aliases.get(name))?.publicId
    const named = publicId === undefined ? undefined : this.#models.get(publicId)
    if (named?.targets.some((target) => target.provider === provider)) return named
    for (const model of this.#models.values()) {
      const targets = model.targets.filter((target) => target.provider === provider && target.model === name)
      if (targets.length > 0) return { ...model, targets }
    }
    return undefined
  }

  #byWildcard(asked: string): Route | undefined {
    const found = this.#wildcards.find(({ before, after }) => matches(asked, before, after))
    if (found === undefined) return undefined
    const star = asked.slice(found.before.length, asked.length - found.after.length)
    return this.#routeOf(found.model, asked, (target) => target.model.replace('*', () => star))
  }

  #byAnyModel(asked: string): Route | undefined {
    if (this.#anyModel.length === 0) return undefined
    const vendor = this.#source.find(asked)?.vendor
    const vendors = this.#anyModel.filter((provider) => provider.name === vendor)
    return this.#anyRoute(asked, asked, vendors.length > 0 ? vendors : this.#anyModel)
  }

  #anyRoute(publicId: string, upstreamModel: string, providers: readonly ProviderState[]): Route {
    const info = this.#source.find(upstreamModel)
    const price = info?.price ?? null
    const targets = providers.map((provider) => ({
      provider,
      upstreamModel:
        info?.id === upstreamModel && info.vendor === provider.name ? (info.vendorId ?? upstreamModel) : upstreamModel,
      weight: 1,
      priority: 0,
      price,
      when: null,
    }))
    const names = [publicId, upstreamModel, info?.id ?? upstreamModel]
    return this.#route(publicId, targets, undefined, info, names, info?.price)
  }

  #keep(asked: string, route: Route): Route {
    this.#made.set(asked, route)
    return route
  }

  #listing(model: ModelConfig): ListedModel {
    const info = this.#source.find(model.id)
    const route = this.#exact.get(model.id)
    return Object.freeze({
      id: model.id,
      ownedBy: route?.ownedBy ?? 'unknown',
      description: model.description || info?.description || `${model.id}, served through ${this.#config.brand.name}.`,
      created: info?.createdAtSeconds ?? 0,
      contextLength: route?.contextLength ?? null,
      price: route?.price ?? null,
    })
  }
}

/** One count for all names under which the model can be asked for, and for all that a wildcard stands for. */
function limitsOf(model: ModelConfig | undefined): readonly LimitedScope[] {
  const scope = model?.limits === undefined ? null : limitedScope('model', model.id, model.id, model.limits)
  return scope === null ? NO_SCOPES : Object.freeze([scope])
}

function vendorIdOf(info: ModelInfo | undefined): string | undefined {
  return info === undefined ? undefined : (info.vendorId ?? info.id)
}

function wildcardOf(model: ModelConfig): Wildcard {
  const star = model.id.indexOf('*')
  return { model, before: model.id.slice(0, star), after: model.id.slice(star + 1) }
}

function literalLength({ before, after }: Wildcard): number {
  return before.length + after.length
}

function matches(asked: string, before: string, after: string): boolean {
  return asked.length >= before.length + after.length && asked.startsWith(before) && asked.endsWith(after)
}
