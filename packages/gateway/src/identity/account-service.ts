// Accounts: making, listing, changing and suspending them. There is no deleting: usage and money refer to an account for
// ever, and a suspended one can do nothing.
import { GatewayError } from '../core/errors.ts'
import type { AccountChanges, AccountKind, AccountRecord, AccountStatus } from './account-store.ts'
import { writeAudit } from './audit-log.ts'
import type { ChangePublisher } from './change.ts'
import {
  checkedBudget,
  checkedChoice,
  checkedGroupName,
  checkedLimits,
  checkedName,
  checkedTimeZone,
} from './checks.ts'
import type { Group } from './group-store.ts'
import { DEFAULT_GROUP, findGroup } from './groups.ts'
import type { IdentityDatabase, IdentityStores } from './identity-database.ts'
import { randomBase62 } from './key-format.ts'
import { givenLimits, mergedLimits, type LimitsPatch } from './limits-patch.ts'
import type { Budget, Limits } from '../limits/limits.ts'
import { mustBeOperator } from './must-be-operator.ts'
import { NO_ORIGIN, type Origin } from './origin.ts'
import { pageLimit, type Page, type PageQuery } from './page.ts'
import type { Principal } from './principal.ts'

export const ACCOUNT_KINDS = ['person', 'team'] as const satisfies readonly AccountKind[]
export const ACCOUNT_STATUSES = ['active', 'suspended'] as const satisfies readonly AccountStatus[]

export interface AccountServiceOptions {
  readonly database: IdentityDatabase
  readonly now: () => number
  readonly changes?: ChangePublisher
  /** The groups of the file; none when absent. */
  readonly groups?: () => readonly Group[]
}

export interface NewAccount {
  readonly name: string
  /** Absent = `team`. */
  readonly kind?: AccountKind
  /** Absent = '': the group `default`, where it is defined. */
  readonly group?: string
  /** Absent = UTC. */
  readonly timeZone?: string
  readonly limits?: Limits
  /** Absent or null = none. */
  readonly budget?: Budget | null
}

/** Absent = as it is. */
export interface AccountPatch {
  readonly name?: string
  readonly kind?: AccountKind
  readonly group?: string
  readonly timeZone?: string
  readonly status?: AccountStatus
  readonly limits?: LimitsPatch | null
  /** Replaced whole; null = none any more. */
  readonly budget?: Budget | null
}

export interface AccountFilter extends PageQuery {
  readonly group?: string
  readonly status?: AccountStatus
}

/** Throws `GatewayError`: `permission_denied`, `invalid_request`, `not_found` (unknown, or another's). */
export interface AccountService {
  /** The operator only. */
  create(principal: Principal, account: NewAccount, origin?: Origin): Promise<AccountRecord>
  /** The operator any, a key its own. */
  get(principal: Principal, accountId: string): Promise<AccountRecord>
  /** Newest first; the operator sees all, a key its own. */
  list(principal: Principal, filter?: AccountFilter): Promise<Page<AccountRecord>>
  /**
   * The operator; its admins the name and the time zone. Suspending it refuses its keys within a second, and a later
   * `active` lets them in again.
   */
  update(principal: Principal, accountId: string, patch: AccountPatch, origin?: Origin): Promise<AccountRecord>
}

export function createAccountService(options: AccountServiceOptions): AccountService {
  const { database, now, changes } = options

  const checkedGroup = async ({ groups }: IdentityStores, name: string): Promise<string> => {
    if (name === '' || name === DEFAULT_GROUP) return name
    checkedGroupName(name, 'group')
    if ((await findGroup(name, options.groups?.() ?? [], groups)).group !== null) return name
    throw new GatewayError('not_found', `There is no group "${name}".`, { param: 'group' })
  }

  return {
    async create(principal, wanted, origin = NO_ORIGIN) {
      mustBeOperator(principal)
      const nowMs = now()
      return await database.transaction(async (stores) => {
        const record: AccountRecord = {
          accountId: `acc_${randomBase62(16)}`,
          name: checkedName(wanted.name),
          kind: checkedChoice(wanted.kind ?? 'team', ACCOUNT_KINDS, 'kind'),
          group: await checkedGroup(stores, wanted.group ?? ''),
          timeZone: checkedTimeZone(wanted.timeZone ?? 'UTC'),
          status: 'active',
          limits: checkedLimits(wanted.limits ?? {}),
          budget: wanted.budget == null ? null : checkedBudget(wanted.budget),
          createdAtMs: nowMs,
          updatedAtMs: nowMs,
        }
        await stores.accounts.insert(record)
        const { accountId } = record
        const change = { objectId: accountId, accountId, before: null, after: { ...record } }
        await writeAudit(stores.audit, principal, origin, nowMs, { action: 'account.create', ...change })
        return record
      })
    },

    async get(principal, accountId) {
      return await ownAccount(database, principal, accountId)
    },

    async list(principal, filter = {}) {
      if (principal.operator) return await database.accounts.list({ ...filter, limit: pageLimit(filter) })
      const own = await database.accounts.find(principal.accountId)
      return { records: own === undefined || filter.after !== undefined ? [] : [own], hasMore: false }
    },

    async update(principal, accountId, patch, origin = NO_ORIGIN) {
      mustBeOwnToChange(principal, patch)
      const nowMs = now()
      const record = await database.transaction(async (stores) => {
        await stores.accounts.lock(accountId)
        const before = await ownAccount(stores, principal, accountId)
        const changed = await changesOf(stores, before, patch, checkedGroup)
        const after = { ...before, ...changed, updatedAtMs: nowMs }
        await stores.accounts.update(accountId, { ...changed, updatedAtMs: nowMs })
        const { updatedAtMs: _, ...facts } = after
        await writeAudit(stores.audit, principal, origin, nowMs, {
          action: 'account.update',
          objectId: accountId,
          accountId,
          before: { ...before, updatedAtMs: undefined },
          after: facts,
        })
        return after
      })
      await changes?.publish({ kind: 'account', accountId })
      return record
    },
  }
}

/** What an account is called is its people's to say; what it may do and spend is the operator's. */
function mustBeOwnToChange(principal: Principal, patch: AccountPatch): void {
  const { name: _, timeZone: __, ...rest } = patch
  const [field] = Object.entries(rest).find(([, value]) => value !== undefined) ?? []
  if (principal.person === undefined || field !== undefined) mustBeOperator(principal, field ?? null)
}

/** Another's account is answered like one that does not exist. */
export async function ownAccount(
  { accounts }: Pick<IdentityStores, 'accounts'>,
  principal: Principal,
  accountId: string,
): Promise<AccountRecord> {
  const isOwn = principal.operator || principal.accountId === accountId
  const record = isOwn ? await accounts.find(accountId) : undefined
  if (record !== undefined) return record
  throw new GatewayError('not_found', `There is no account "${accountId.slice(0, 64)}".`)
}

async function changesOf(
  stores: IdentityStores,
  before: AccountRecord,
  patch: AccountPatch,
  checkedGroup: (stores: IdentityStores, name: string) => Promise<string>,
): Promise<AccountChanges> {
  const { name, kind, group, timeZone, status, limits, budget } = patch
  if (limits !== undefined) checkedLimits(givenLimits(limits))
  return {
    ...(name === undefined ? {} : { name: checkedName(name) }),
    ...(kind === undefined ? {} : { kind: checkedChoice(kind, ACCOUNT_KINDS, 'kind') }),
    ...(group === undefined ? {} : { group: await checkedGroup(stores, group) }),
    ...(timeZone === undefined ? {} : { timeZone: checkedTimeZone(timeZone) }),
    ...(status === undefined ? {} : { status: checkedChoice(status, ACCOUNT_STATUSES, 'status') }),
    ...(limits === undefined ? {} : { limits: mergedLimits(before.limits, limits) }),
    ...(budget === undefined ? {} : { budget: budget === null ? null : checkedBudget(budget) }),
  }
}
