// What can be refunded, and how much it was.
import { GatewayError } from '../../core/errors.ts'
import { type LedgerAccount, type TransferKind, walletAccount } from '../wallets/ledger.ts'
import type { UsageQueries } from '../usage/usage-queries.ts'
import type { WalletStore } from '../wallets/wallet-store.ts'

/** A transfer that brought money in, or a call that took some. */
export type Refunded = { readonly transferId: string } | { readonly requestId: string }

export interface Original {
  /** Under which all refunds of it are added up. */
  readonly subject: string
  readonly nanos: number
  /** True for money that came in: it leaves the wallet again. */
  readonly takesFromWallet: boolean
  readonly counterpart: LedgerAccount
  /** '' = a call, which has no transfer of its own. */
  readonly transferId: string
}

const BROUGHT_IN: ReadonlySet<TransferKind> = new Set(['top_up', 'redeem', 'adjustment'])

/** @throws {GatewayError} `not_found` also for another account's; `conflict` for what cannot be refunded here */
export async function originalOf(
  stores: { readonly wallets: Pick<WalletStore, 'transfer'>; readonly usage: Pick<UsageQueries, 'record'> },
  accountId: string,
  refunded: Refunded,
): Promise<Original> {
  return 'transferId' in refunded
    ? await transferOf(stores.wallets, accountId, refunded.transferId)
    : await callOf(stores.usage, accountId, refunded.requestId)
}

async function transferOf(wallets: Pick<WalletStore, 'transfer'>, accountId: string, id: string): Promise<Original> {
  const transfer = await wallets.transfer(id)
  const entry = transfer?.entries.find(({ account }) => account === walletAccount(accountId))
  if (transfer === undefined || entry === undefined) {
    throw new GatewayError('not_found', `There is no transfer "${id.slice(0, 64)}" of this wallet.`)
  }
  if (transfer.kind === 'payment') {
    throw new GatewayError(
      'conflict',
      'This money came through a payment provider. Refund it there: the wallet follows by itself.',
    )
  }
  const other = transfer.entries.find(({ account }) => account !== entry.account)
  if (!BROUGHT_IN.has(transfer.kind) || entry.nanos <= 0 || transfer.entries.length !== 2 || other === undefined) {
    const message = `A transfer of the kind ${transfer.kind} that brought nothing in cannot be refunded. Make an adjustment.`
    throw new GatewayError('conflict', message)
  }
  return {
    subject: `transfer:${transfer.transferId}`,
    nanos: entry.nanos,
    takesFromWallet: true,
    counterpart: other.account,
    transferId: transfer.transferId,
  }
}

async function callOf(usage: Pick<UsageQueries, 'record'>, accountId: string, id: string): Promise<Original> {
  const record = await usage.record(accountId, id)
  if (record === null) throw new GatewayError('not_found', `There is no call "${id.slice(0, 64)}" of this account.`)
  const charged = record.chargedNanos ?? 0
  if (charged === 0) throw new GatewayError('conflict', 'Nothing was charged for this call.')
  return {
    subject: `request:${record.requestId}`,
    nanos: charged,
    takesFromWallet: false,
    counterpart: 'refunds',
    transferId: '',
  }
}
