// Accounts: a person or a team that owns keys and a wallet. `store/account-store.ts` keeps them.
import type { Budget, Limits } from '../limits/limits.ts'
import type { Page } from './page.ts'

export type AccountKind = 'person' | 'team'
export type AccountStatus = 'active' | 'suspended'

/** Times are unix milliseconds. */
export interface AccountRecord {
  /** `acc_` and 16 base62 digits; `default` for the operator's own keys. */
  readonly accountId: string
  readonly name: string
  readonly kind: AccountKind
  /** Name of a group; '' or `default` without a group of that name = nothing is restricted. */
  readonly group: string
  /** IANA name: where its days, weeks and months begin. */
  readonly timeZone: string
  readonly status: AccountStatus
  /** Of all its keys together. A figure here stands in place of the group's. */
  readonly limits: Limits
  /** What all its keys together may spend; null = no such limit. */
  readonly budget: Budget | null
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

export type AccountChanges = Partial<Omit<AccountRecord, 'accountId' | 'createdAtMs'>>

export interface AccountStore {
  insert(record: AccountRecord): Promise<void>
  find(accountId: string): Promise<AccountRecord | undefined>
  /** Newest first. */
  list(query: {
    readonly limit: number
    readonly after?: string
    readonly group?: string
    readonly status?: AccountStatus
  }): Promise<Page<AccountRecord>>
  /** Nobody else changes this account, or its members, before the transaction ends. False when there is none. */
  lock(accountId: string): Promise<boolean>
  update(accountId: string, changes: AccountChanges): Promise<void>
  countInGroup(group: string): Promise<number>
}
