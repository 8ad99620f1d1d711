// `GET /v1/models` and `GET /v1/models/{id}`: what a key may use, in the shape of the caller's dialect.
// Sources: OpenAI's `Model` (with more of our own), Anthropic's `ModelInfo`, Google's `Model`.

import { LRUCache } from 'lru-cache'
import { dollarsFromPrice } from '../billing/prices/price-dollars.ts'
import { encodePrice } from '../billing/prices/price-text.ts'
import { FULL_PPM } from '../billing/prices/price.ts'
import { GatewayError } from '../core/errors.ts'
import type { PatternLists } from '../identity/patterns.ts'
import { mayUseModel, modelRules } from '../identity/permission.ts'
import type { Pricing, Principal } from '../identity/principal.ts'
import type { ListedModel } from '../routing/route-book.ts'

export interface ModelSource {
  /** A new array whenever anything changed. */
  listModels(): readonly ListedModel[]
  /** Public id of an id or alias. */
  publicIdOf(modelId: string): string | undefined
}

export type ModelShape = 'openai' | 'anthropic' | 'gemini'

interface Shape {
  one(model: ListedModel, pricing: Pricing): object
  /** Whether it says what a model costs. */
  readonly priced: boolean
  list(models: readonly object[], ids: readonly string[]): object
}

const SHAPES: Readonly<Record<ModelShape, Shape>> = {
  openai: { priced: true, one: openaiModel, list: (data) => ({ object: 'list', data }) },
  anthropic: {
    priced: false,
    one: anthropicModel,
    list: (data, ids) => ({ data, has_more: false, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null }),
  },
  gemini: { priced: false, one: geminiModel, list: (models) => ({ models }) },
}

interface Rendered {
  readonly list: Buffer
  readonly models: readonly object[]
  readonly byId: ReadonlyMap<string, Buffer>
}

/** Lists for keys with rules about models: one for each set of rules, which keys of a group share. */
const MAX_FILTERED = 200
/** Lists for each way of pricing: a few groups have one of their own. */
const MAX_RENDERED = 100

export class ModelList {
  readonly #source: ModelSource
  #from: readonly ListedModel[] = []
  readonly #rendered = new LRUCache<string, Rendered>({ max: MAX_RENDERED })
  readonly #ofRules = new LRUCache<PatternLists, LRUCache<string, Buffer>>({ max: MAX_FILTERED })

  constructor(source: ModelSource) {
    this.#source = source
  }

  list(principal: Principal, shape: ModelShape): Buffer {
    const rendered = this.#in(shape, principal)
    const rules = modelRules(principal)
    return rules === null ? rendered.list : this.#filtered(rendered, rules, shape, principal)
  }

  /** @throws {GatewayError} `model_not_found` */
  one(principal: Principal, id: string, shape: ModelShape): Buffer {
    const { byId } = this.#in(shape, principal)
    const publicId = byId.has(id) ? id : (this.#source.publicIdOf(id) ?? '')
    const picksFrom = this.#from.find((model) => model.id === publicId)?.picksFrom
    const mayUse = (picksFrom ?? [publicId]).some((name) => mayUseModel(principal, name))
    const body = mayUse ? byId.get(publicId) : undefined
    if (body === undefined) {
      throw new GatewayError(
        'model_not_found',
        `The model "${id.slice(0, 200)}" does not exist here, or this key may not use it. GET /v1/models lists what it may use.`,
        { param: 'model' },
      )
    }
    return body
  }

  #filtered(rendered: Rendered, rules: PatternLists, name: ModelShape, { pricing }: Principal): Buffer {
    const lists = this.#ofRules.get(rules) ?? new LRUCache<string, Buffer>({ max: MAX_RENDERED })
    this.#ofRules.set(rules, lists)
    const key = keyOf(name, pricing)
    let list = lists.get(key)
    if (list === undefined) {
      const ids = this.#from.map(({ id }) => id)
      const mayUse = this.#from.map(({ id, picksFrom }) => (picksFrom ?? [id]).some((name) => rules.matchesOnce(name)))
      const allowed = (_: unknown, index: number): boolean => mayUse[index] === true
      const body = SHAPES[name].list(rendered.models.filter(allowed), ids.filter(allowed))
      list = Buffer.from(JSON.stringify(body))
      lists.set(key, list)
    }
    return list
  }

  /** Rendered when first asked for, and again when the models have changed. */
  #in(name: ModelShape, { pricing }: Principal): Rendered {
    const models = this.#source.listModels()
    if (models !== this.#from) {
      this.#from = models
      this.#rendered.clear()
      this.#ofRules.clear()
    }
    const key = keyOf(name, pricing)
    let rendered = this.#rendered.get(key)
    if (rendered === undefined) {
      const shape = SHAPES[name]
      const each = models.map((model) => shape.one(model, pricing))
      const ids = models.map(({ id }) => id)
      rendered = {
        list: Buffer.from(JSON.stringify(shape.list(each, ids))),
        models: each,
        byId: new Map(each.map((model, index) => [ids[index] ?? '', Buffer.from(JSON.stringify(model))])),
      }
      this.#rendered.set(key, rendered)
    }
    return rendered
  }
}

/** The same for all that pay the same. */
const keys = new WeakMap<Pricing, string>()

function keyOf(name: ModelShape, pricing: Pricing): string {
  if (!SHAPES[name].priced) return name
  let key = keys.get(pricing)
  if (key === undefined) {
    const own = Object.entries(pricing.prices).map(([model, price]) => [model, encodePrice(price)])
    key = pricing.multiplierPpm === FULL_PPM && own.length === 0 ? '' : JSON.stringify([pricing.multiplierPpm, own])
    keys.set(pricing, key)
  }
  return `${name}${key}`
}

/** With what this caller pays: his group's own price, or the model's, times the group's multiplier. */
function openaiModel(model: ListedModel, { prices, multiplierPpm }: Pricing): object {
  const { id, created, ownedBy, description, contextLength } = model
  const price = Object.hasOwn(prices, id) ? (prices[id] ?? null) : model.price
  return {
    id,
    object: 'model',
    created,
    owned_by: ownedBy,
    description,
    permission: [],
    root: id,
    parent: null,
    context_length: contextLength,
    // US$ per million tokens, as plain decimals.
    pricing: price && dollarsFromPrice(price, multiplierPpm),
  }
}

function anthropicModel({ id, created, description }: ListedModel): object {
  return {
    type: 'model',
    id,
    display_name: id,
    description,
    created_at: new Date(created * 1_000).toISOString().replace('.000Z', 'Z'),
  }
}

function geminiModel({ id, description, contextLength }: ListedModel): object {
  return {
    name: `models/${id}`,
    version: '1',
    displayName: id,
    description,
    ...(contextLength === null ? {} : { inputTokenLimit: contextLength }),
    supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
  }
}
