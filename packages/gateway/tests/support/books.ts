// What the database says about one account's money, read beside the gateways that write it: the store's own examination
// (`checkMoney`), and a few sums of our own that do not trust it.

import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Slice, Violation, Wallet } from 'fairlead/billing/wallets/wallet-store.ts'
import { kyselyOn } from 'fairlead/store/__fixtures__/each-database.ts'
import { type DatabasePlace, openDatabase } from 'fairlead/store/database.ts'

const LOOK_EVERY_MS = 200

export interface Books {
  readonly wallet: Wallet
  readonly violations: readonly Violation[]
  /** By ledger account, wallets together as `wallet:*`; nano-US$. */
  readonly sums: ReadonlyMap<string, number>
  readonly liveSlices: readonly Slice[]
  /** What each call cost, by request id. */
  readonly costs: ReadonlyMap<string, number>
  /** Of all usage rows, nano-US$. */
  readonly costNanos: number
  /** Request ids that stand in more than one row. */
  readonly doubled: readonly string[]
}

export async function readBooks(place: DatabasePlace, accountId: string): Promise<Books> {
  const database = await openDatabase(place, { migrate: false })
  const raw = kyselyOn(place)
  try {
    const { wallets } = database
    const wallet = await wallets.find(accountId)
    if (wallet === undefined) throw new Error(`${accountId} has no wallet`)
    const { violations } = await wallets.checkMoney({ full: true })
    const sums = [...(await wallets.ledgerSums())].map(([account, nanos]) => [account, Number(nanos)] as const)
    const liveSlices = await wallets.liveSlices({ accountId })
    const { rows } = await sql<{ id: string; cost: number | string }>`
      select r.request_id as id, r.cost_nanos as cost from usage_records r
      join usage_keys k on k.id = r.usage_key where k.account_id = ${accountId}`.execute(raw)
    const costs = new Map<string, number>()
    const doubled: string[] = []
    let costNanos = 0
    for (const { id, cost } of rows) {
      if (costs.has(id)) doubled.push(id)
      costs.set(id, Number(cost))
      costNanos += Number(cost)
    }
    return { wallet, violations, sums: new Map(sums), liveSlices, costs, costNanos, doubled }
  } finally {
    await raw.destroy()
    await database[Symbol.asyncDispose]()
  }
}

/** Waits until nothing of the wallet is held any more: every journal was read, every slice given back or closed. */
export async function settledBooks(place: DatabasePlace, accountId: string, timeoutMs = 60_000): Promise<Books> {
  const database = await openDatabase(place, { migrate: false })
  try {
    const endMs = performance.now() + timeoutMs
    for (;;) {
      const wallet = await database.wallets.find(accountId)
      if (wallet?.heldNanos === 0) break
      if (performance.now() > endMs) {
        const slices = JSON.stringify(await database.wallets.liveSlices({ accountId }))
        throw new Error(`${wallet?.heldNanos} nano-US$ are still held after ${timeoutMs} ms: ${slices}`)
      }
      await sleep(LOOK_EVERY_MS)
    }
  } finally {
    await database[Symbol.asyncDispose]()
  }
  return await readBooks(place, accountId)
}

/** What the operator paid of what calls cost: overruns, and what came too late. */
export function lostNanos(books: Books): number {
  return 0 - sumOf(books, 'overrun_loss') - sumOf(books, 'late_loss')
}

/** What a ledger account has; 0 when it has no entries. */
export function sumOf(books: Books, account: string): number {
  return books.sums.get(account) ?? 0
}

/** What was taken from the wallet since it was given `balanceNanos`, by its row and by its entries: the same, or it throws. */
export function takenNanos(books: Books, balanceNanos: number): number {
  const { availableNanos, heldNanos } = books.wallet
  const byRow = balanceNanos - availableNanos - heldNanos
  const byEntries = balanceNanos - sumOf(books, 'wallet:*')
  if (byRow !== byEntries) throw new Error(`by its row ${byRow} are gone, by its entries ${byEntries}`)
  return byRow
}
