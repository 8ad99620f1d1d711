// What a batch of usage rows costs whom: captures, returns and the end of slices, as the journal says them, and one
// transfer for each wallet. Part of the transaction that brings the rows in.
//
// Almost every call is paid from its slice to the last nano-dollar, and then nothing depends on anything but sums. What is
// left after that is decided call by call, in the order of the journal:
//   - it cost more than was held: the rest is taken from the wallet as far as it goes; what is missing is an overrun loss
//   - its slice was written off, because its gateway was frozen: a late loss, and the wallet is not touched
//   - its slice is not known (a power cut took the draw) or was closed: as if nothing had been held
import { sql, type Kysely } from 'kysely'
import { splitPart } from '../billing/journal/journal-line.ts'
import { MOST_NANOS, walletAccount } from '../billing/wallets/ledger.ts'
import type { JournalAdvance, JournalBatch, JournalRow } from '../billing/usage/usage-store.ts'
import { restOf, type Slice, type Wallet } from '../billing/wallets/wallet-store.ts'
import { insertEntries, type NewEntry } from './ledger-rows.ts'
import type { Tables } from './schema.ts'
import { valueRows } from './value-rows.ts'
import { changeSlices, changeWallets, lockSlices, lockWallets, nowOf } from './wallet-rows.ts'
import { endSlices } from './wallet-slices.ts'

/** Of the column `transfer`: paid for, but it cost nothing. */
const FREE = 0

interface Payer {
  readonly accountId: string
  readonly transfer: number
  readonly rows: JournalRow[]
}

interface Used {
  keyText: string
  payer: Payer
}

/** Collects who pays while the rows of a batch are written. */
export class Charges {
  /** With the payer of the last call that used it: nearly always the only one. */
  readonly #slices = new Map<string, Used>()
  /** By the key part of the line, which names the account. */
  readonly #byKey = new Map<string, Payer>()
  readonly #payers = new Map<string, Payer>()
  readonly #nextTransfer: () => number

  /** @param nextTransfer numbers of transfers that nobody else uses */
  constructor(nextTransfer: () => number) {
    this.#nextTransfer = nextTransfer
  }

  get payers(): Iterable<Payer> {
    return this.#payers.values()
  }

  get sliceIds(): Iterable<string> {
    return this.#slices.keys()
  }

  /** /!\ Hot path: once per row. @returns the column `transfer` */
  add(row: JournalRow): number | null {
    if (row.sliceId === '') return null
    if (row.costNanos <= 0) return FREE
    let used = this.#slices.get(row.sliceId)
    if (used === undefined) {
      used = { keyText: row.keyText, payer: this.#payerOf(row.keyText) }
      this.#slices.set(row.sliceId, used)
    } else if (used.keyText !== row.keyText) {
      used.keyText = row.keyText
      used.payer = this.#payerOf(row.keyText)
    }
    used.payer.rows.push(row)
    return used.payer.transfer
  }

  #payerOf(keyText: string): Payer {
    const known = this.#byKey.get(keyText)
    if (known !== undefined) return known
    const accountId = accountOf(keyText)
    let payer = this.#payers.get(accountId)
    if (payer === undefined) {
      payer = { accountId, transfer: this.#nextTransfer(), rows: [] }
      this.#payers.set(accountId, payer)
    }
    this.#byKey.set(keyText, payer)
    return payer
  }
}

/** How many transfers a batch needs. */
export function countPayers(rows: readonly JournalRow[]): number {
  const keys = new Set<string>()
  for (const row of rows) if (row.sliceId !== '' && row.costNanos > 0) keys.add(row.keyText)
  return new Set([...keys].map(accountOf)).size
}

function accountOf(keyText: string): string {
  return splitPart(keyText)[1] ?? ''
}

interface OpenSlice extends Slice {
  captured: number
  returned: number
}

interface Balance {
  readonly wallet: Wallet
  available: number
  held: number
}

interface Lost {
  readonly request: string
  readonly transfer: number
  readonly nanos: number
}

interface Bill {
  readonly payer: Payer
  revenue: number
  wallet: number
  overrun: number
  late: number
  readonly lost: Lost[]
}

/** The last part of the transaction, so that wallets are locked for a moment only. */
export async function settle(
  transaction: Kysely<Tables>,
  charges: Charges,
  batch: JournalBatch,
  advance: JournalAdvance,
): Promise<void> {
  const payers = [...charges.payers]
  if (payers.length === 0 && batch.returns.length === 0 && batch.closes === undefined) return
  const slices = await slicesOf(transaction, charges, batch)
  const accounts = [
    ...payers.map(({ accountId }) => accountId),
    ...[...slices.values()].map(({ accountId }) => accountId),
  ]
  const wallets = await lockWallets(transaction, accounts)
  const balances = new Map<string, Balance>()
  for (const wallet of wallets.values()) {
    balances.set(wallet.accountId, { wallet, available: wallet.availableNanos, held: wallet.heldNanos })
  }
  // All captures first: what has no room in its slice can be paid from what the same batch gives back.
  const bills = payers.map((payer) => capture(payer, slices, balances))
  for (const { sliceId, nanos } of batch.returns) giveBack(slices.get(sliceId), Math.max(0, nanos), balances)
  const dead = [...slices.values()].filter(({ holder, state }) => holder === batch.closes && isLive(state))
  for (const slice of dead) giveBack(slice, Infinity, balances)
  for (const { bill, open } of bills) chargeRest(bill, open, balances)

  await write(transaction, slices, balances)
  // Nothing is left in them, so no wallet changes here.
  await endSlices(
    transaction,
    dead.map((slice) => ({
      ...slice,
      capturedNanos: slice.capturedNanos + slice.captured,
      returnedNanos: slice.returnedNanos + slice.returned,
    })),
    'closed',
  )
  await noteLosses(
    transaction,
    bills.flatMap(({ bill }) => bill.lost),
  )
  await writeTransfers(
    transaction,
    bills.map(({ bill }) => bill),
    balances,
    advance,
  )
}

/** Those that the batch names, and those that it closes; all locked. */
async function slicesOf(
  transaction: Kysely<Tables>,
  charges: Charges,
  { returns, closes }: JournalBatch,
): Promise<ReadonlyMap<string, OpenSlice>> {
  const ids = new Set<string>([...charges.sliceIds, ...returns.map(({ sliceId }) => sliceId)])
  const named = valueRows(
    transaction,
    'd',
    { slice: 'text' },
    [...ids].map((slice) => ({ slice })),
  )
  const closed =
    closes === undefined
      ? sql``
      : sql`union select slice_id from wallet_slices where holder = ${closes} and ended_at is null`
  const found = await lockSlices(transaction, sql`slice_id in (select slice from ${named} ${closed})`)
  return new Map(found.map((slice) => [slice.sliceId, { ...slice, captured: 0, returned: 0 }]))
}

function isLive(state: Slice['state']): boolean {
  return state === 'open' || state === 'full'
}

function roomIn(slice: OpenSlice): number {
  return restOf(slice) - slice.captured - slice.returned
}

interface OpenRest {
  readonly row: JournalRow
  readonly nanos: number
}

/** What the slices pay; the rest stays open. */
function capture(
  payer: Payer,
  slices: ReadonlyMap<string, OpenSlice>,
  balances: ReadonlyMap<string, Balance>,
): { readonly bill: Bill; readonly open: readonly OpenRest[] } {
  const bill: Bill = { payer, revenue: 0, wallet: 0, overrun: 0, late: 0, lost: [] }
  const open: OpenRest[] = []
  const balance = balances.get(payer.accountId)
  for (const row of payer.rows) {
    // Only nonsense gets there, and must not keep the journal out; the checks will say so.
    const cost = Math.min(row.costNanos, MOST_NANOS - bill.revenue)
    bill.revenue += cost
    const slice = slices.get(row.sliceId)
    const isOwn = slice?.accountId === payer.accountId
    if (isOwn && slice.state === 'written_off') {
      bill.late += cost
      lose(bill, row, cost)
      continue
    }
    let paid = 0
    if (isOwn && isLive(slice.state) && balance !== undefined) {
      paid = Math.min(Math.max(0, row.paidNanos), cost, roomIn(slice))
      slice.captured += paid
      balance.held -= paid
      bill.wallet += paid
    }
    if (paid < cost) open.push({ row, nanos: cost - paid })
  }
  return { bill, open }
}

function giveBack(slice: OpenSlice | undefined, nanos: number, balances: ReadonlyMap<string, Balance>): void {
  const balance = slice && balances.get(slice.accountId)
  if (slice === undefined || balance === undefined || !isLive(slice.state)) return
  const returned = Math.min(nanos, roomIn(slice))
  slice.returned += returned
  balance.held -= returned
  balance.available += returned
}

/** From the wallet as far as it goes. */
function chargeRest(bill: Bill, open: readonly OpenRest[], balances: ReadonlyMap<string, Balance>): void {
  const balance = balances.get(bill.payer.accountId)
  for (const { row, nanos } of open) {
    const taken = Math.min(nanos, balance?.available ?? 0)
    if (balance !== undefined) balance.available -= taken
    bill.wallet += taken
    bill.overrun += nanos - taken
    if (taken < nanos) lose(bill, row, nanos - taken)
  }
}

/** The operator bears a part of this call, or all of it. */
function lose(bill: Bill, row: JournalRow, nanos: number): void {
  bill.lost.push({ request: row.requestId, transfer: bill.payer.transfer, nanos })
}

async function write(
  transaction: Kysely<Tables>,
  slices: ReadonlyMap<string, OpenSlice>,
  balances: ReadonlyMap<string, Balance>,
): Promise<void> {
  await changeSlices(
    transaction,
    [...slices.values()].map(({ sliceId, captured, returned }) => ({ slice: sliceId, captured, returned })),
  )
  await changeWallets(
    transaction,
    [...balances.values()].map(({ wallet, available, held }) => ({
      account: wallet.accountId,
      available: available - wallet.availableNanos,
      held: held - wallet.heldNanos,
    })),
  )
}

async function noteLosses(transaction: Kysely<Tables>, lost: readonly Lost[]): Promise<void> {
  if (lost.length === 0) return
  const columns = { request: 'text', transfer: 'bigint', nanos: 'bigint' } as const
  await sql`update usage_records set lost_nanos = d.nanos from ${valueRows(transaction, 'd', columns, lost)}
    where usage_records.transfer = d.transfer and usage_records.request_id = d.request`.execute(transaction)
}

async function writeTransfers(
  transaction: Kysely<Tables>,
  bills: readonly Bill[],
  balances: ReadonlyMap<string, Balance>,
  { instance, segment, from }: JournalAdvance,
): Promise<void> {
  if (bills.length === 0) return
  const columns = { id: 'bigint', idem: 'text', calls: 'bigint' } as const
  const rows = bills.map(({ payer: { transfer, accountId, rows } }) => ({
    id: transfer,
    // Once for each stretch of a journal and wallet, whatever happens to the position of the journal.
    idem: `${instance}/${segment}/${from}/${accountId}`,
    calls: rows.length,
  }))
  await sql`insert into wallet_transfers (id, kind, idem_key, at, actor, note, reference, corrects, calls)
    select id, 'usage', idem, ${nowOf(transaction)}, 'system', '', '', 0, calls from ${valueRows(transaction, 'd', columns, rows)}`.execute(
    transaction,
  )
  const entries: NewEntry[] = bills.flatMap(({ payer: { transfer, accountId }, revenue, wallet, overrun, late }) => {
    const balance = balances.get(accountId)
    return [
      {
        transfer,
        account: walletAccount(accountId),
        nanos: -wallet,
        balance: balance === undefined ? 0 : balance.available + balance.held,
      },
      { transfer, account: 'revenue', nanos: revenue, balance: null },
      { transfer, account: 'overrun_loss', nanos: -overrun, balance: null },
      { transfer, account: 'late_loss', nanos: -late, balance: null },
    ]
  })
  await insertEntries(
    transaction,
    entries.filter(({ nanos }) => nanos !== 0),
  )
}
