// Model routes, as the operator sees and makes them: which names clients may ask for, and who serves them. Those of the
// file are changed there; those that providers serve by themselves can be given a route of their own here.
import type { ModelConfig } from '../config/config.ts'
import { GatewayError } from '../core/errors.ts'
import { writeAudit } from '../identity/audit-log.ts'
import { mustBeOperator } from '../identity/must-be-operator.ts'
import type { Origin } from '../identity/origin.ts'
import type { Principal } from '../identity/principal.ts'
import { faultOf, type OpenModel } from './overlay.ts'
import { patched } from './patched.ts'
import { mustBeSound, UpstreamContext, type UpstreamOptions, type UpstreamStores } from './upstream-context.ts'
import type { ModelSettings, StoredModel } from './upstream-store.ts'

export interface NewModel {
  readonly id: string
  /** As the file has them, in its own words; without a price: that is `prices`' business. */
  readonly settings: ModelSettings
  readonly enabled: boolean
}

/** Absent = as it is. */
export interface ModelPatch {
  /** Of the fields named; null takes one away, so that its default holds. */
  readonly settings?: ModelSettings
  readonly enabled?: boolean
}

export interface ModelView {
  readonly id: string
  /** `found`: a provider serves it by itself. Only those of the database can be changed here. */
  readonly source: 'config' | 'found' | 'database'
  /** Those of the database as they were set, for the form; null otherwise. */
  readonly settings: ModelSettings | null
  /** As it runs; null where it does not. */
  readonly config: ModelConfig | null
  readonly enabled: boolean
  /** Why it is not in use although it is enabled. */
  readonly fault: string | null
  readonly createdAtMs: number | null
  readonly updatedAtMs: number | null
}

/**
 * For the operator only. Throws `GatewayError`: `permission_denied`, `invalid_request`, `not_found`, and `conflict` for
 * what is taken, or configured elsewhere.
 */
export interface ModelService {
  /** By id. */
  list(principal: Principal): Promise<readonly ModelView[]>
  get(principal: Principal, id: string): Promise<ModelView>
  create(principal: Principal, wanted: NewModel, origin: Origin): Promise<ModelView>
  update(principal: Principal, id: string, patch: ModelPatch, origin: Origin): Promise<ModelView>
  remove(principal: Principal, id: string, origin: Origin): Promise<ModelView>
}

export function createModelService(options: UpstreamOptions): ModelService {
  const context = new UpstreamContext(options)
  const { database, work, now } = options

  const views = async (): Promise<ModelView[]> => {
    const { models: stored } = await database.upstreams.all()
    const running = new Map(work.config().models.map((model) => [model.id, model]))
    const ids = new Set([...running.keys(), ...stored.map(({ id }) => id)])
    return [...ids].toSorted().map((id) => {
      const row = stored.find((model) => model.id === id)
      return viewOf(id, running.get(id) ?? null, row, work.modelFault(id))
    })
  }

  const view = async (id: string): Promise<ModelView> => {
    const found = (await views()).find((model) => model.id === id)
    if (found === undefined) throw unknown(id)
    return found
  }

  const mustNotBeOfFile = (id: string): void => {
    if (!work.base().models.some((model) => model.id === id && model.source === undefined)) return
    throw new GatewayError('conflict', `The model "${id}" is defined in the configuration file. Change it there.`)
  }

  const mustBeStored = async ({ upstreams }: UpstreamStores, id: string): Promise<StoredModel> => {
    const stored = await upstreams.findModel(id)
    if (stored !== undefined) return stored
    if (!work.config().models.some((model) => model.id === id)) throw unknown(id)
    const message = `A provider serves the model "${id}" by itself: there is nothing to change. Make a model of this name to say who serves it.`
    throw new GatewayError('conflict', message)
  }

  const mustFit = async (stores: Pick<UpstreamStores, 'upstreams'>, model: OpenModel): Promise<void> =>
    mustBeSound(faultOf(work.base(), await context.opened(stores), { model }))

  return {
    async list(principal) {
      mustBeOperator(principal)
      return await views()
    },

    async get(principal, id) {
      mustBeOperator(principal)
      return await view(id)
    },

    async create(principal, { id, settings, enabled }, origin) {
      mustBeOperator(principal)
      mustNotBeOfFile(id)
      await mustFit(database, { id, settings })
      const nowMs = now()
      await database.transaction(async (stores) => {
        if (!(await stores.upstreams.insertModel({ id, settings, enabled, createdAtMs: nowMs, updatedAtMs: nowMs }))) {
          throw new GatewayError('conflict', `There is a model "${id}" already.`, { param: 'id' })
        }
        const change = { objectId: id, accountId: '', before: null, after: { ...settings, enabled } }
        await writeAudit(stores.audit, principal, origin, nowMs, { action: 'model.create', ...change })
      })
      await context.changed()
      return await view(id)
    },

    async update(principal, id, patch, origin) {
      mustBeOperator(principal)
      mustNotBeOfFile(id)
      const nowMs = now()
      await database.transaction(async (stores) => {
        const before = await mustBeStored(stores, id)
        const settings = patched(before.settings, patch.settings ?? {})
        const enabled = patch.enabled ?? before.enabled
        if (enabled) await mustFit(stores, { id, settings })
        await stores.upstreams.updateModel({ id, settings, enabled, updatedAtMs: nowMs })
        await writeAudit(stores.audit, principal, origin, nowMs, {
          action: 'model.update',
          objectId: id,
          accountId: '',
          before: { ...before.settings, enabled: before.enabled },
          after: { ...settings, enabled },
        })
      })
      await context.changed()
      return await view(id)
    },

    async remove(principal, id, origin) {
      mustBeOperator(principal)
      const last = await view(id)
      await database.transaction(async (stores) => {
        // One that the file defines meanwhile can still be taken away here.
        if ((await stores.upstreams.findModel(id)) === undefined) mustNotBeOfFile(id)
        const before = await mustBeStored(stores, id)
        await stores.upstreams.removeModel(id)
        const change = { objectId: id, accountId: '', before: { ...before.settings }, after: null }
        await writeAudit(stores.audit, principal, origin, now(), { action: 'model.delete', ...change })
      })
      await context.changed()
      return last
    },
  }
}

function viewOf(id: string, config: ModelConfig | null, row: StoredModel | undefined, fault: string | null): ModelView {
  const isOfFile = config !== null && config.source === undefined
  const own = isOfFile ? undefined : row
  return {
    id,
    source: isOfFile ? 'config' : row === undefined ? 'found' : 'database',
    settings: own?.settings ?? null,
    config,
    enabled: own?.enabled ?? true,
    fault: own === undefined || !own.enabled ? null : fault,
    createdAtMs: own?.createdAtMs ?? null,
    updatedAtMs: own?.updatedAtMs ?? null,
  }
}

function unknown(id: string): GatewayError {
  return new GatewayError('not_found', `There is no model "${id.slice(0, 200)}" here.`)
}
