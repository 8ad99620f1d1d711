import type { Kysely, Selectable } from 'kysely'
import type {
  AccountChanges,
  AccountKind,
  AccountRecord,
  AccountStatus,
  AccountStore,
} from '../identity/account-store.ts'
import type { Page } from '../identity/page.ts'
import type { Budget, Limits } from '../limits/limits.ts'
import type { Tables } from './schema.ts'

export class SqlAccountStore implements AccountStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async insert(record: AccountRecord): Promise<void> {
    await this.#kysely
      .insertInto('accounts')
      .values({
        account_id: record.accountId,
        name: record.name,
        kind: record.kind,
        group_name: record.group,
        time_zone: record.timeZone,
        status: record.status,
        limits: JSON.stringify(record.limits),
        budget: jsonOf(record.budget),
        created_at: record.createdAtMs,
        updated_at: record.updatedAtMs,
      })
      .execute()
  }

  async find(accountId: string): Promise<AccountRecord | undefined> {
    const row = await this.#kysely
      .selectFrom('accounts')
      .select(ACCOUNT_COLUMNS)
      .where('account_id', '=', accountId)
      .executeTakeFirst()
    return row && accountOf(row)
  }

  async list(query: {
    readonly limit: number
    readonly after?: string
    readonly group?: string
    readonly status?: AccountStatus
  }): Promise<Page<AccountRecord>> {
    const { limit, after, group, status } = query
    let select = this.#kysely.selectFrom('accounts').select(ACCOUNT_COLUMNS)
    if (group !== undefined) select = select.where('group_name', '=', group)
    if (status !== undefined) select = select.where('status', '=', status)
    if (after !== undefined) {
      select = select.where('id', '<', (sub) => sub.selectFrom('accounts').select('id').where('account_id', '=', after))
    }
    const rows = await select
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute()
    return { records: rows.slice(0, limit).flatMap((row) => accountOf(row) ?? []), hasMore: rows.length > limit }
  }

  async lock(accountId: string): Promise<boolean> {
    const result = await this.#kysely
      .updateTable('accounts')
      .set({ account_id: accountId })
      .where('account_id', '=', accountId)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async update(accountId: string, changes: AccountChanges): Promise<void> {
    const { name, kind, group, timeZone, status, limits, budget, updatedAtMs } = changes
    const columns = {
      ...(name === undefined ? {} : { name }),
      ...(kind === undefined ? {} : { kind }),
      ...(group === undefined ? {} : { group_name: group }),
      ...(timeZone === undefined ? {} : { time_zone: timeZone }),
      ...(status === undefined ? {} : { status }),
      ...(limits === undefined ? {} : { limits: JSON.stringify(limits) }),
      ...(budget === undefined ? {} : { budget: jsonOf(budget) }),
      ...(updatedAtMs === undefined ? {} : { updated_at: updatedAtMs }),
    }
    if (Object.keys(columns).length === 0) return
    await this.#kysely.updateTable('accounts').set(columns).where('account_id', '=', accountId).execute()
  }

  async countInGroup(group: string): Promise<number> {
    const row = await this.#kysely
      .selectFrom('accounts')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('group_name', '=', group)
      .executeTakeFirstOrThrow()
    return Number(row.count)
  }
}

function jsonOf(budget: Budget | null): string | null {
  return budget === null ? null : JSON.stringify(budget)
}

/** Under names of their own, so that they can stand beside a key's columns. */
export const ACCOUNT_COLUMNS = [
  'accounts.account_id as of_account',
  'accounts.name as account_name',
  'accounts.kind as account_kind',
  'accounts.group_name as account_group',
  'accounts.time_zone as account_time_zone',
  'accounts.status as account_status',
  'accounts.limits as account_limits',
  'accounts.budget as account_budget',
  'accounts.created_at as account_created_at',
  'accounts.updated_at as account_updated_at',
] as const

type Row = Selectable<Tables['accounts']>

/** A row of `ACCOUNT_COLUMNS`; all null where a left join found none. */
export interface AccountRow {
  readonly of_account: Row['account_id'] | null
  readonly account_name: Row['name'] | null
  readonly account_kind: Row['kind'] | null
  readonly account_group: Row['group_name'] | null
  readonly account_time_zone: Row['time_zone'] | null
  readonly account_status: Row['status'] | null
  readonly account_limits: Row['limits'] | null
  readonly account_budget: Row['budget']
  readonly account_created_at: Row['created_at'] | null
  readonly account_updated_at: Row['updated_at'] | null
}

export function accountOf(row: AccountRow): AccountRecord | undefined {
  if (row.of_account === null) return undefined
  return {
    accountId: row.of_account,
    name: row.account_name ?? '',
    // Written by `insert` and `update` above from values of these types.
    kind: row.account_kind as AccountKind,
    group: row.account_group ?? '',
    timeZone: row.account_time_zone ?? 'UTC',
    status: row.account_status as AccountStatus,
    limits: JSON.parse(row.account_limits ?? '{}') as Limits,
    budget: row.account_budget === null ? null : (JSON.parse(row.account_budget) as Budget),
    createdAtMs: row.account_created_at ?? 0,
    updatedAtMs: row.account_updated_at ?? 0,
  }
}
