// Rows of wallets and slices as the domain has them, and the two locks that everybody who moves money takes, always in this
// order: slices by their id, then wallets by their account. So nobody waits for each other in a circle.
import { sql, type Kysely, type RawBuilder, type Selectable } from 'kysely'
import type { Slice, SliceState, Wallet, WalletState } from '../billing/wallets/wallet-store.ts'
import { databaseNow } from './database-clock.ts'
import { isPostgres } from './migrations/columns.ts'
import type { Tables } from './schema.ts'
import { valueRows } from './value-rows.ts'

export function walletOf(row: Selectable<Tables['wallets']>): Wallet {
  return {
    accountId: row.account_id,
    availableNanos: row.available_nanos,
    heldNanos: row.held_nanos,
    // Written by this folder from values of this type.
    state: row.state as WalletState,
    lockReason: row.lock_reason,
    createdAtMs: row.created_at,
  }
}

export function sliceOf(row: Selectable<Tables['wallet_slices']>): Slice {
  return {
    sliceId: row.slice_id,
    accountId: row.account_id,
    holder: row.holder,
    instanceId: row.instance_id,
    state: row.state as SliceState,
    grantedNanos: row.granted_nanos,
    capturedNanos: row.captured_nanos,
    returnedNanos: row.returned_nanos,
    openedAtMs: row.opened_at,
  }
}

/** `for update` where there is such a thing; SQLite's transactions are alone anyway. */
function forUpdate(kysely: Kysely<Tables>): RawBuilder<unknown> {
  return isPostgres(kysely) ? sql`for update` : sql``
}

export function nowOf(kysely: Kysely<Tables>): RawBuilder<number> {
  return databaseNow(isPostgres(kysely) ? 'postgres' : 'sqlite')
}

/** Nobody else changes these slices until the transaction ends. @param condition on the columns of wallet_slices */
export async function lockSlices(transaction: Kysely<Tables>, condition: RawBuilder<unknown>): Promise<Slice[]> {
  const { rows } = await sql<Selectable<Tables['wallet_slices']>>`
    select * from wallet_slices where ${condition} order by slice_id ${forUpdate(transaction)}`.execute(transaction)
  return rows.map(sliceOf)
}

/** Likewise. Wallets that are missing are made, empty. */
export async function lockWallets(
  transaction: Kysely<Tables>,
  accountIds: Iterable<string>,
): Promise<ReadonlyMap<string, Wallet>> {
  const asked = [...new Set(accountIds)].sort().map((account) => ({ account }))
  const select = async (): Promise<Map<string, Wallet>> => {
    const { rows } = await sql<Selectable<Tables['wallets']>>`
      select * from wallets where account_id in (select account from ${valueRows(transaction, 'asked', { account: 'text' }, asked)})
      order by account_id ${forUpdate(transaction)}`.execute(transaction)
    return new Map(rows.map((row) => [row.account_id, walletOf(row)]))
  }
  if (asked.length === 0) return new Map()
  const found = await select()
  const missing = asked.filter(({ account }) => !found.has(account))
  if (missing.length === 0) return found
  await sql`insert into wallets (account_id, available_nanos, held_nanos, state, lock_reason, created_at)
    select account, 0, 0, 'active', '', ${nowOf(transaction)} from ${valueRows(transaction, 'made', { account: 'text' }, missing)} where 1 = 1
    on conflict do nothing`.execute(transaction)
  // All of them again: the locks must be taken in their order, and somebody else may have made one.
  return await select()
}

export interface WalletChange {
  readonly account: string
  /** Added to what is there. */
  readonly available: number
  readonly held: number
}

export async function changeWallets(transaction: Kysely<Tables>, changes: readonly WalletChange[]): Promise<void> {
  const real = changes.filter(({ available, held }) => available !== 0 || held !== 0)
  if (real.length === 0) return
  const columns = { account: 'text', available: 'bigint', held: 'bigint' } as const
  await sql`update wallets set available_nanos = wallets.available_nanos + d.available, held_nanos = wallets.held_nanos + d.held
    from ${valueRows(transaction, 'd', columns, real)} where wallets.account_id = d.account`.execute(transaction)
}

export interface SliceChange {
  readonly slice: string
  readonly captured: number
  readonly returned: number
}

export async function changeSlices(transaction: Kysely<Tables>, changes: readonly SliceChange[]): Promise<void> {
  const real = changes.filter(({ captured, returned }) => captured !== 0 || returned !== 0)
  if (real.length === 0) return
  const columns = { slice: 'text', captured: 'bigint', returned: 'bigint' } as const
  await sql`update wallet_slices set captured_nanos = wallet_slices.captured_nanos + d.captured,
      returned_nanos = wallet_slices.returned_nanos + d.returned
    from ${valueRows(transaction, 'd', columns, real)} where wallet_slices.slice_id = d.slice`.execute(transaction)
}
