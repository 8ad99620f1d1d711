// Transfers that somebody asks for: top-ups, refunds, adjustments. Usage has a way of its own (`wallet-charges.ts`).
import { sql, type Kysely } from 'kysely'
import {
  MOST_NANOS,
  walletOwner,
  type Entry,
  type Posted,
  type Posting,
  type Transfer,
} from '../billing/wallets/ledger.ts'
import type { Wallet } from '../billing/wallets/wallet-store.ts'
import { insertEntries, rowIdOfTransfer, transferByKey, transfersBy } from './ledger-rows.ts'
import type { Tables } from './schema.ts'
import { changeWallets, lockWallets, nowOf } from './wallet-rows.ts'

/** Inside a transaction. @throws RangeError when the entries are no transfer */
export async function postTransfer(transaction: Kysely<Tables>, posting: Posting): Promise<Posted> {
  mustBeTransfer(posting)
  const owners = posting.entries.flatMap(({ account }) => walletOwner(account) ?? [])
  // Whoever posts the same at the same time waits here, and finds it done.
  const wallets = await lockWallets(transaction, owners)
  const known = await transferByKey(transaction, posting.kind, posting.idemKey)
  if (known !== undefined) return repeatedOrConflict(known, posting)
  const planned = planEntries(posting, wallets)
  if ('ok' in planned) return planned
  const id = await insertTransfer(transaction, posting)
  if (id === undefined) {
    // Posted meanwhile for a wallet that is not among ours.
    const other = await transferByKey(transaction, posting.kind, posting.idemKey)
    if (other === undefined)
      throw new Error(`The transfer ${posting.kind} ${posting.idemKey} was posted and is not there.`)
    return repeatedOrConflict(other, posting)
  }
  const entries = planned.map(({ account, nanos }) => {
    const wallet = wallets.get(walletOwner(account) ?? '')
    const balance = wallet === undefined ? null : wallet.availableNanos + wallet.heldNanos + nanos
    return { transfer: id, account, nanos, balance }
  })
  await insertEntries(transaction, entries)
  await changeWallets(
    transaction,
    planned.flatMap(({ account, nanos }) => {
      const owner = walletOwner(account)
      return owner === null ? [] : [{ account: owner, available: nanos, held: 0 }]
    }),
  )
  const [transfer] = await transfersBy(transaction, 'id', id)
  if (transfer === undefined) throw new Error('A transfer was posted and is not there.')
  return { ok: true, transfer, repeated: false }
}

/** The entries as they can be posted, or why they cannot. */
function planEntries(posting: Posting, wallets: ReadonlyMap<string, Wallet>): readonly Entry[] | Posted {
  let shortfall = 0
  const planned: Entry[] = []
  for (const { account, nanos } of posting.entries) {
    const owner = walletOwner(account)
    const wallet = owner === null ? undefined : wallets.get(owner)
    if (owner === null || wallet === undefined) {
      planned.push({ account, nanos })
      continue
    }
    if (nanos > MOST_NANOS - wallet.availableNanos - wallet.heldNanos)
      return { ok: false, reason: 'too_much', accountId: owner }
    const missing = Math.max(0, -nanos - wallet.availableNanos)
    if (missing > 0 && posting.shortfallFrom === undefined)
      return { ok: false, reason: 'insufficient', accountId: owner, availableNanos: wallet.availableNanos }
    shortfall += missing
    if (nanos + missing !== 0) planned.push({ account, nanos: nanos + missing })
  }
  if (shortfall > 0 && posting.shortfallFrom !== undefined)
    planned.push({ account: posting.shortfallFrom, nanos: -shortfall })
  return planned
}

async function insertTransfer(transaction: Kysely<Tables>, posting: Posting): Promise<number | undefined> {
  const { kind, idemKey, actor, note = '', reference = '', correctsId = '' } = posting
  const corrects = correctsId === '' ? 0 : rowIdOfTransfer(correctsId)
  if (corrects === undefined) throw new RangeError(`"${correctsId}" is no transfer.`)
  const { rows } = await sql<{ id: number }>`
    insert into wallet_transfers (kind, idem_key, at, actor, note, reference, corrects, calls)
    values (${kind}, ${idemKey}, ${nowOf(transaction)}, ${actor}, ${note}, ${reference}, ${corrects}, 0)
    on conflict do nothing returning id`.execute(transaction)
  return rows[0]?.id
}

function mustBeTransfer({ entries, shortfallFrom }: Posting): void {
  let sum = 0n
  const accounts = new Set<string>()
  for (const { account, nanos } of entries) {
    if (!Number.isSafeInteger(nanos) || nanos === 0)
      throw new RangeError(`${account}: ${nanos} is no amount to transfer.`)
    accounts.add(account)
    sum += BigInt(nanos)
  }
  if (entries.length < 2 || accounts.size < entries.length)
    throw new RangeError('A transfer has two entries or more, each of another account.')
  if (sum !== 0n) throw new RangeError(`The entries of a transfer sum to zero; these to ${sum}.`)
  if (shortfallFrom === undefined) return
  const debited = entries.filter(({ account, nanos }) => walletOwner(account) !== null && nanos < 0)
  if (debited.length > 1 || accounts.has(shortfallFrom))
    throw new RangeError('What is missing can stand in for one wallet only, from an account that has no entry itself.')
}

function repeatedOrConflict(known: Transfer, posting: Posting): Posted {
  const isSame = known.correctsId === (posting.correctsId ?? '') && sameEntries(known, posting)
  return isSame ? { ok: true, transfer: known, repeated: true } : { ok: false, reason: 'conflict', transfer: known }
}

/** With what another account stood in for, put back to the wallet. */
function sameEntries(known: Transfer, { entries, shortfallFrom }: Posting): boolean {
  const left = new Map<string, number>(entries.map(({ account, nanos }) => [account, nanos]))
  const debited = entries.find(({ account, nanos }) => walletOwner(account) !== null && nanos < 0)?.account
  for (const { account, nanos } of known.entries) {
    const of = account === shortfallFrom && debited !== undefined ? debited : account
    left.set(of, (left.get(of) ?? 0) - nanos)
  }
  return [...left.values()].every((nanos) => nanos === 0)
}
