// Transfers and their entries as rows.
import { sql, type Kysely, type Selectable } from 'kysely'
import type { Entry, LedgerAccount, Transfer, TransferKind } from '../billing/wallets/ledger.ts'
import type { Tables } from './schema.ts'
import { valueRows } from './value-rows.ts'
import { nowOf } from './wallet-rows.ts'

export interface NewEntry {
  readonly transfer: number
  readonly account: LedgerAccount
  readonly nanos: number
  /** Of a wallet, after it; null for other accounts. */
  readonly balance: number | null
}

/** In this order. */
export async function insertEntries(transaction: Kysely<Tables>, entries: readonly NewEntry[]): Promise<void> {
  if (entries.length === 0) return
  const columns = { n: 'bigint', transfer: 'bigint', account: 'text', nanos: 'bigint', balance: 'bigint' } as const
  const rows = entries.map((entry, n) => ({ n, ...entry }))
  await sql`insert into wallet_entries (transfer, account, nanos, balance_nanos, at)
    select transfer, account, nanos, balance, ${nowOf(transaction)} from ${valueRows(transaction, 'd', columns, rows)} order by n`.execute(
    transaction,
  )
}

/** Of transfers that the condition names, oldest first. */
export async function transfersBy(
  kysely: Kysely<Tables>,
  condition: 'id' | 'corrects',
  id: number,
): Promise<readonly Transfer[]> {
  return await withEntries(
    kysely,
    await kysely.selectFrom('wallet_transfers').selectAll().where(condition, '=', id).orderBy('id').execute(),
  )
}

export async function transferByKey(
  kysely: Kysely<Tables>,
  kind: TransferKind,
  idemKey: string,
): Promise<Transfer | undefined> {
  const select = kysely.selectFrom('wallet_transfers').selectAll()
  const rows = await select.where('kind', '=', kind).where('idem_key', '=', idemKey).execute()
  return (await withEntries(kysely, rows))[0]
}

async function withEntries(
  kysely: Kysely<Tables>,
  rows: readonly Selectable<Tables['wallet_transfers']>[],
): Promise<readonly Transfer[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => ({ transfer: id }))
  const { rows: found } = await sql<{ transfer: number; account: string; nanos: number }>`
    select transfer, account, nanos from wallet_entries
    where transfer in (select transfer from ${valueRows(kysely, 'd', { transfer: 'bigint' }, ids)}) order by id`.execute(
    kysely,
  )
  const entries = Map.groupBy(found, ({ transfer }) => transfer)
  return rows.map((row) => ({
    transferId: transferIdOf(row.id),
    // Written by this folder from values of this type.
    kind: row.kind as TransferKind,
    idemKey: row.idem_key,
    atMs: row.at,
    actor: row.actor,
    note: row.note,
    reference: row.reference,
    correctsId: row.corrects === 0 ? '' : transferIdOf(row.corrects),
    entries: (entries.get(row.id) ?? []).map(({ account, nanos }): Entry => ({
      account: account as LedgerAccount,
      nanos,
    })),
  }))
}

export function transferIdOf(id: number): string {
  return `tr_${id}`
}

/** Undefined for what is no id of ours. */
export function rowIdOfTransfer(transferId: string): number | undefined {
  const [, digits] = /^tr_([1-9]\d{0,14})$/.exec(transferId) ?? []
  return digits === undefined ? undefined : Number(digits)
}
