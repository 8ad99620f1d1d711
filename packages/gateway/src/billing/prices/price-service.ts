// The operator's prices: what callers pay for each model, who said so, and what its upstreams charge. A price of the
// configuration file is changed there; every other model can be given one here, while the gateway runs, and each change
// is kept for ever with its author. Calls under way keep the price that they began with.
import type { Config, ModelConfig } from '../../config/config.ts'
import { nearestHint } from '../../config/nearest.ts'
import { GatewayError } from '../../core/errors.ts'
import { actorOf } from '../../identity/actor.ts'
import { writeAudit } from '../../identity/audit-log.ts'
import type { AuditStore } from '../../identity/audit-store.ts'
import type { ChangePublisher } from '../../identity/change.ts'
import { mustBeOperator } from '../../identity/must-be-operator.ts'
import { NO_ORIGIN, type Origin } from '../../identity/origin.ts'
import type { Principal } from '../../identity/principal.ts'
import { dollarsFromPrice } from './price-dollars.ts'
import type { PriceStore, PriceVersion } from './price-store.ts'
import type { Price } from './price.ts'

/** `catalogue` = the list price of the vendor, as this release knows it. */
export type PriceSource = 'config' | 'database' | 'catalogue'

export interface PriceView {
  /** Public id; with its `*` where the configuration has one. */
  readonly model: string
  /** Null: nobody has said, and prepaid accounts cannot use it. */
  readonly price: Price | null
  readonly source: PriceSource | null
  /** Of the price that was set here; null = none ever was. */
  readonly newest: PriceVersion | null
  /** What its providers charge, as far as that is known, in the order of its targets. */
  readonly costs: readonly { readonly provider: string; readonly model: string; readonly price: Price | null }[]
}

interface PriceStores {
  readonly prices: PriceStore
  readonly audit: AuditStore
}

export interface PriceServiceOptions {
  readonly database: PriceStores & { transaction<T>(work: (stores: PriceStores) => Promise<T>): Promise<T> }
  readonly config: () => Config
  /** The catalogue's price of an upstream's model. */
  readonly listPrice: (model: string) => Price | undefined
  readonly now: () => number
  readonly changes?: ChangePublisher
  /** Resolves when the new price holds in this instance. */
  readonly applied?: () => Promise<void>
}

/**
 * For the operator only. Throws `GatewayError`: `permission_denied`, `model_not_found`, and `conflict` for a model whose
 * price is in the file, or is being changed by somebody else at the same moment.
 */
export interface PriceService {
  /** Of every model that is configured or has a price here; by id. */
  list(principal: Principal): Promise<readonly PriceView[]>
  get(principal: Principal, model: string): Promise<PriceView>
  /** Newest first. */
  versions(principal: Principal, model: string): Promise<readonly PriceVersion[]>
  set(principal: Principal, model: string, price: Price, origin?: Origin): Promise<PriceView>
  /** Back to the catalogue's. `not_found` when there is none to take away. */
  remove(principal: Principal, model: string, origin?: Origin): Promise<PriceView>
}

const SHOWN_VERSIONS = 1000

export function createPriceService(options: PriceServiceOptions): PriceService {
  const { database, config, listPrice, now, changes, applied } = options

  const viewOf = (model: string, newest: PriceVersion | null): PriceView => {
    const configured = modelOf(config(), model)
    const catalogued = configured?.price ?? listPrice(model) ?? null
    const own = configured?.id === model && configured.priceFrom === 'config'
    const price = own ? catalogued : (newest?.price ?? catalogued)
    const from = configured?.priceFrom === 'config' ? 'config' : 'catalogue'
    return {
      model,
      price,
      source: price === null ? null : !own && newest?.price ? 'database' : from,
      newest,
      costs: (configured?.targets ?? []).map((target) => ({
        provider: target.provider,
        model: target.model,
        price: target.price ?? listPrice(target.model) ?? configured?.price ?? null,
      })),
    }
  }

  /** @returns its public id */
  const known = (name: string): string => {
    const { models, providers } = config()
    const model = modelOf(config(), name)
    if (model !== undefined) return model.aliases.includes(name) ? model.id : name
    // Names that providers serve without having been listed.
    if (providers.some(({ anyModel, name: provider }) => anyModel || name.startsWith(`${provider}/`))) return name
    const ids = models.map(({ id }) => id)
    const hint = nearestHint(name, ids) ?? 'GET /api/prices lists all of them.'
    throw new GatewayError('model_not_found', `There is no model "${name.slice(0, 200)}" here. ${hint}`, {
      param: 'model',
    })
  }

  const add = async (principal: Principal, model: string, price: Price | null, origin: Origin): Promise<PriceView> => {
    const nowMs = now()
    const added = await database.transaction(async ({ prices, audit }) => {
      const [newest] = await prices.versions(model, 1)
      if (price === null && (newest?.price ?? null) === null) {
        throw new GatewayError('not_found', `No price was set here for the model "${model}".`)
      }
      const version = { model, version: (newest?.version ?? 0) + 1, price, setBy: actorOf(principal), setAtMs: nowMs }
      if (!(await prices.insert(version))) {
        const message = `Somebody else is changing the price of "${model}" at this moment. Look at it, and try again.`
        throw new GatewayError('conflict', message)
      }
      await writeAudit(audit, principal, origin, nowMs, {
        action: price === null ? 'price.remove' : 'price.set',
        objectId: model,
        accountId: '',
        before: newest?.price ? { ...dollarsFromPrice(newest.price) } : null,
        after: price === null ? null : { ...dollarsFromPrice(price) },
      })
      return version
    })
    await changes?.publish({ kind: 'prices' })
    await applied?.()
    return viewOf(model, added)
  }

  const settable = (principal: Principal, name: string): string => {
    mustBeOperator(principal)
    const model = known(name)
    const ofFile = config().models.some(({ id, priceFrom }) => id === model && priceFrom === 'config')
    if (!ofFile) return model
    throw new GatewayError('conflict', `The price of "${model}" is in the configuration file. Change it there.`)
  }

  return {
    async list(principal) {
      mustBeOperator(principal)
      const newest = new Map((await database.prices.newest()).map((version) => [version.model, version]))
      const priced = [...newest.values()].filter(({ price }) => price !== null).map(({ model }) => model)
      const models = new Set([...config().models.map(({ id }) => id), ...priced])
      return [...models].toSorted().map((model) => viewOf(model, newest.get(model) ?? null))
    },

    async get(principal, name) {
      mustBeOperator(principal)
      const model = known(name)
      const [newest] = await database.prices.versions(model, 1)
      return viewOf(model, newest ?? null)
    },

    async versions(principal, name) {
      mustBeOperator(principal)
      return await database.prices.versions(known(name), SHOWN_VERSIONS)
    },

    set: async (principal, name, price, origin = NO_ORIGIN) =>
      await add(principal, settable(principal, name), price, origin),

    remove: async (principal, name, origin = NO_ORIGIN) =>
      await add(principal, settable(principal, name), null, origin),
  }
}

/** As a call would find it: id, alias, wildcard. */
function modelOf({ models }: Config, name: string): ModelConfig | undefined {
  return (
    models.find(({ id }) => id === name) ??
    models.find(({ aliases }) => aliases.includes(name)) ??
    models.find(({ id }) => covers(id, name))
  )
}

function covers(id: string, name: string): boolean {
  const star = id.indexOf('*')
  if (star === -1) return false
  const [head, tail] = [id.slice(0, star), id.slice(star + 1)]
  return name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail)
}
