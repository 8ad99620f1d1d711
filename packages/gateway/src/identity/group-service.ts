// Groups, as the API shows and changes them: those of the file, which only the file can change, and those of the database.
import { dollarsFromPrice } from '../billing/prices/price-dollars.ts'
import type { Price } from '../billing/prices/price.ts'
import { GatewayError } from '../core/errors.ts'
import type { Limits } from '../limits/limits.ts'
import { DEFAULT_RESPONSES_POLICY, type ResponsesPolicy } from './responses-policy.ts'
import { writeAudit } from './audit-log.ts'
import type { AuditFacts } from './audit-store.ts'
import type { ChangePublisher } from './change.ts'
import { checkedChoice, checkedGroupName, checkedLimits, checkedModels, checkedResponses, invalid } from './checks.ts'
import type { Billing, Group, GroupRecord } from './group-store.ts'
import type { IdentityDatabase, IdentityStores } from './identity-database.ts'
import { mergedLimits, givenLimits, type LimitsPatch } from './limits-patch.ts'
import { mustBeOperator } from './must-be-operator.ts'
import { NO_ORIGIN, type Origin } from './origin.ts'
import { PRESET_LIMITS, PRESETS, type Preset } from './presets.ts'
import type { Patterns, Principal } from './principal.ts'

export const BILLINGS = ['off', 'prepaid'] as const satisfies readonly Billing[]
/** A thousand times the price: more is a mistyped figure. */
const HIGHEST_PRICE_MULTIPLIER_PPM = 1_000_000_000

export interface GroupServiceOptions {
  readonly database: IdentityDatabase
  readonly now: () => number
  readonly changes?: ChangePublisher
  /** The groups of the file; none when absent. */
  readonly groups?: () => readonly Group[]
}

export interface NewGroup {
  readonly name: string
  /** Figures to begin with; `limits` wins. */
  readonly preset?: Preset
  /** Absent = all. */
  readonly models?: Patterns
  /** Absent = 1,000,000. */
  readonly priceMultiplierPpm?: number
  readonly prices?: Group['prices']
  readonly billing?: Billing
  readonly limits?: Limits
  readonly sharedLimits?: Limits
  /** Absent members have their defaults. */
  readonly responses?: Partial<ResponsesPolicy>
}

/** Absent = as it is. */
export interface GroupPatch {
  readonly models?: Patterns
  readonly priceMultiplierPpm?: number
  /** Of the models named; null takes a price away, and null instead of the whole takes all. */
  readonly prices?: Readonly<Record<string, Price | null>> | null
  readonly billing?: Billing
  readonly limits?: LimitsPatch | null
  readonly sharedLimits?: LimitsPatch | null
  /** Null = the defaults. */
  readonly responses?: Partial<ResponsesPolicy> | null
}

export interface GroupView extends Group {
  /** `config` = the file's: it can only be changed there. */
  readonly source: 'config' | 'database'
  /** Null for those of the file. */
  readonly createdAtMs: number | null
}

/**
 * Throws `GatewayError`: `permission_denied`, `invalid_request`, `not_found`, and `conflict` for what is taken, in use,
 * or defined in the file. For the operator only.
 */
export interface GroupService {
  /** By name, all of them. One of the database that the file defines too is shown as the file has it. */
  list(principal: Principal): Promise<readonly GroupView[]>
  get(principal: Principal, name: string): Promise<GroupView>
  create(principal: Principal, group: NewGroup, origin?: Origin): Promise<GroupView>
  update(principal: Principal, name: string, patch: GroupPatch, origin?: Origin): Promise<GroupView>
  /** `conflict` while accounts are in it. */
  remove(principal: Principal, name: string, origin?: Origin): Promise<GroupView>
}

export function createGroupService(options: GroupServiceOptions): GroupService {
  const { database, now, changes } = options
  const configured = (): readonly Group[] => options.groups?.() ?? []
  const ofFile = (name: string): GroupView | undefined => {
    const group = configured().find((candidate) => candidate.name === name)
    return group && { ...group, source: 'config', createdAtMs: null }
  }
  const mustNotBeOfFile = (name: string): void => {
    if (ofFile(name) === undefined) return
    throw new GatewayError('conflict', `The group "${name}" is defined in the configuration file. Change it there.`)
  }
  const known = async ({ groups }: Pick<IdentityStores, 'groups'>, name: string): Promise<GroupRecord> => {
    const record = await groups.find(name)
    if (record !== undefined) return record
    throw new GatewayError('not_found', `There is no group "${name.slice(0, 64)}".`)
  }

  return {
    async list(principal) {
      mustBeOperator(principal)
      const stored = await database.groups.list()
      const views = [
        ...configured().flatMap(({ name }) => ofFile(name) ?? []),
        ...stored.filter(({ name }) => ofFile(name) === undefined).map(viewOf),
      ]
      return views.toSorted((left, right) => (left.name < right.name ? -1 : 1))
    },

    async get(principal, name) {
      mustBeOperator(principal)
      return ofFile(name) ?? viewOf(await known(database, name))
    },

    async create(principal, wanted, origin = NO_ORIGIN) {
      mustBeOperator(principal)
      mustNotBeOfFile(checkedGroupName(wanted.name, 'name'))
      const nowMs = now()
      const preset = wanted.preset === undefined ? {} : presetLimits(wanted.preset)
      const record: GroupRecord = {
        name: wanted.name,
        models: checkedModels(wanted.models ?? ['*']) ?? ['*'],
        priceMultiplierPpm: checkedMultiplier(wanted.priceMultiplierPpm ?? 1_000_000),
        prices: checkedPrices(wanted.prices ?? {}),
        billing: checkedChoice(wanted.billing ?? 'off', BILLINGS, 'billing'),
        limits: { ...preset, ...checkedLimits(wanted.limits ?? {}) },
        sharedLimits: checkedLimits(wanted.sharedLimits ?? {}, 'shared_limits'),
        responses: checkedResponses({ ...DEFAULT_RESPONSES_POLICY, ...wanted.responses }),
        createdAtMs: nowMs,
        updatedAtMs: nowMs,
      }
      await database.transaction(async (stores) => {
        if (!(await stores.groups.insert(record))) {
          throw new GatewayError('conflict', `There is a group "${record.name}" already.`, { param: 'name' })
        }
        const change = { objectId: record.name, accountId: '', before: null, after: factsOf(record) }
        await writeAudit(stores.audit, principal, origin, nowMs, { action: 'group.create', ...change })
      })
      // The first group of all changes what the others mean: without any, nothing is limited.
      await changes?.publish({ kind: 'all' })
      return viewOf(record)
    },

    async update(principal, name, patch, origin = NO_ORIGIN) {
      mustBeOperator(principal)
      mustNotBeOfFile(name)
      const nowMs = now()
      const record = await database.transaction(async (stores) => {
        const before = await known(stores, name)
        const changed = changesOf(before, patch)
        const after = { ...before, ...changed, updatedAtMs: nowMs }
        await stores.groups.update(name, { ...changed, updatedAtMs: nowMs })
        await writeAudit(stores.audit, principal, origin, nowMs, {
          action: 'group.update',
          objectId: name,
          accountId: '',
          before: factsOf({ ...before, updatedAtMs: 0 }),
          after: factsOf({ ...after, updatedAtMs: 0 }),
        })
        return after
      })
      await changes?.publish({ kind: 'group', group: name })
      return viewOf(record)
    },

    async remove(principal, name, origin = NO_ORIGIN) {
      mustBeOperator(principal)
      mustNotBeOfFile(name)
      const record = await database.transaction(async (stores) => {
        const before = await known(stores, name)
        const inUse = await stores.accounts.countInGroup(name)
        if (inUse > 0) {
          const message = `${inUse} account${inUse === 1 ? ' is' : 's are'} in the group "${name}". Move them first.`
          throw new GatewayError('conflict', message)
        }
        await stores.groups.remove(name)
        const change = { objectId: name, accountId: '', before: factsOf(before), after: null }
        await writeAudit(stores.audit, principal, origin, now(), { action: 'group.delete', ...change })
        return before
      })
      await changes?.publish({ kind: 'all' })
      return viewOf(record)
    },
  }
}

/** As the audit log shows it: prices in US$. */
function factsOf(record: GroupRecord): AuditFacts {
  const prices = Object.entries(record.prices).map(([model, price]) => [model, dollarsFromPrice(price)])
  return { ...record, prices: Object.fromEntries(prices) }
}

function viewOf(record: GroupRecord): GroupView {
  const { updatedAtMs: _, ...group } = record
  return { ...group, source: 'database' }
}

function changesOf(before: GroupRecord, patch: GroupPatch): Partial<Omit<GroupRecord, 'name' | 'createdAtMs'>> {
  const { models, priceMultiplierPpm, prices, billing, limits, sharedLimits, responses } = patch
  if (limits !== undefined) checkedLimits(givenLimits(limits))
  if (sharedLimits !== undefined) checkedLimits(givenLimits(sharedLimits), 'shared_limits')
  return {
    ...(models === undefined ? {} : { models: checkedModels(models) ?? ['*'] }),
    ...(priceMultiplierPpm === undefined ? {} : { priceMultiplierPpm: checkedMultiplier(priceMultiplierPpm) }),
    ...(prices === undefined ? {} : { prices: mergedPrices(before.prices, prices) }),
    ...(billing === undefined ? {} : { billing: checkedChoice(billing, BILLINGS, 'billing') }),
    ...(limits === undefined ? {} : { limits: mergedLimits(before.limits, limits) }),
    ...(sharedLimits === undefined ? {} : { sharedLimits: mergedLimits(before.sharedLimits, sharedLimits) }),
    ...(responses === undefined
      ? {}
      : {
          responses: checkedResponses(
            responses === null ? DEFAULT_RESPONSES_POLICY : { ...before.responses, ...responses },
          ),
        }),
  }
}

function checkedMultiplier(ppm: number): number {
  if (Number.isSafeInteger(ppm) && ppm >= 0 && ppm <= HIGHEST_PRICE_MULTIPLIER_PPM) return ppm
  throw invalid('price_multiplier', 'must be 0 to 1000, with at most 6 places.')
}

function mergedPrices(before: Group['prices'], patch: NonNullable<GroupPatch['prices']> | null): Group['prices'] {
  if (patch === null) return {}
  const merged = Object.entries({ ...before, ...patch }).flatMap(([model, price]) =>
    price === null ? [] : [[model, price] as const],
  )
  return checkedPrices(Object.fromEntries(merged))
}

/** Workers are told all of a group's with each of its keys. */
const MOST_PRICES = 1000

function checkedPrices(prices: Group['prices']): Group['prices'] {
  const models = Object.keys(prices)
  if (models.length > MOST_PRICES) throw invalid('prices', `must have at most ${MOST_PRICES} entries.`)
  for (const model of models) {
    if (model === '' || model.length > 256 || /[\s\p{Cc}]/u.test(model))
      throw invalid('prices', 'must have public model ids, of 1 to 256 characters without spaces.')
  }
  return prices
}

function presetLimits(preset: Preset): Limits {
  return PRESET_LIMITS[checkedChoice(preset, PRESETS, 'preset')]
}
