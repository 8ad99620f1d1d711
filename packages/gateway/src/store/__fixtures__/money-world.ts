// Workers, gateways and wallets as a test moves them, with books kept by hand: what the database must say after every step.
import { deepEqual, equal, ok } from 'node:assert/strict'
import type { Posted } from '../../billing/wallets/ledger.ts'
import type { JournalRow, SliceReturn } from '../../billing/usage/usage-store.ts'
import type { Database } from '../database.ts'
import { journalRows, usageRecord } from './usage-rows.ts'

export const ACCOUNTS = ['acc_a', 'acc_b'] as const
const DEAD_AFTER_MS = 20_000

type Line = { readonly row: JournalRow } | { readonly given: SliceReturn }

/** As a worker sees it. */
interface OwnSlice {
  readonly sliceId: string
  readonly accountId: string
  granted: number
  spent: number
}

export class Worker {
  readonly holder: string
  readonly instanceId: string
  readonly slices: OwnSlice[] = []
  journal: Line[] = []
  position = 0

  constructor(holder: string, instanceId: string) {
    this.holder = holder
    this.instanceId = instanceId
  }
}

/** Sums by hand: what a wallet must have, whoever holds it. */
interface Books {
  readonly balance: Map<string, number>
  revenue: number
  overrun: number
  late: number
}

export class World {
  readonly database: Database
  readonly books: Books = { balance: new Map(ACCOUNTS.map((account) => [account, 0])), revenue: 0, overrun: 0, late: 0 }
  readonly workers: Worker[]
  nowMs = 1_000_000
  /** Ids of slices that the database has, and how they ended. */
  readonly known = new Map<
    string,
    { accountId: string; rest: number; ended: '' | 'closed' | 'written_off'; holder: string }
  >()
  readonly available = new Map<string, number>(ACCOUNTS.map((account) => [account, 0]))
  #count = 0

  constructor(database: Database) {
    this.database = database
    this.workers = [new Worker('w1', 'ins_1'), new Worker('w2', 'ins_1'), new Worker('w3', 'ins_2')]
  }

  next(): number {
    return ++this.#count
  }

  async renewAll(): Promise<void> {
    for (const instance of ['ins_1', 'ins_2']) await this.database.wallets.renew(instance, this.nowMs)
  }

  worker(index: number): Worker {
    const worker = this.workers[index % this.workers.length]
    if (worker === undefined) throw new Error('no worker')
    return worker
  }

  addTo(map: Map<string, number>, account: string, nanos: number): void {
    map.set(account, (map.get(account) ?? 0) + nanos)
  }

  async post(account: string, nanos: number): Promise<Posted> {
    const posted = await this.database.wallets.post({
      kind: nanos > 0 ? 'top_up' : 'refund',
      idemKey: String(this.next()),
      actor: 'test',
      entries: [
        { account: 'psp_clearing', nanos: -nanos },
        { account: `wallet:${account}`, nanos },
      ],
    })
    const isCovered = (this.available.get(account) ?? 0) + nanos >= 0
    equal(posted.ok, isCovered)
    if (isCovered) {
      this.addTo(this.available, account, nanos)
      this.addTo(this.books.balance, account, nanos)
    }
    return posted
  }

  async draw(worker: Worker, accountId: string, needNanos: number, wantNanos: number): Promise<void> {
    const { holder, instanceId } = worker
    const drawn = await this.database.wallets.draw({ accountId, holder, instanceId, needNanos, wantNanos })
    const available = this.available.get(accountId) ?? 0
    if (!drawn.ok) {
      equal(drawn.reason, 'insufficient')
      equal(drawn.availableNanos, available)
      ok(available < needNanos || available === 0 || (needNanos === 0 && wantNanos === 0))
      return
    }
    equal(drawn.drawnNanos, Math.min(available, Math.max(needNanos, wantNanos)))
    this.addTo(this.available, accountId, -drawn.drawnNanos)
    equal(drawn.availableNanos, this.available.get(accountId))
    let slice = worker.slices.find(({ sliceId }) => sliceId === drawn.sliceId)
    if (slice === undefined) {
      slice = { sliceId: drawn.sliceId, accountId, granted: 0, spent: 0 }
      worker.slices.push(slice)
      this.known.set(drawn.sliceId, { accountId, rest: 0, ended: '', holder })
    }
    slice.granted += drawn.drawnNanos
    const known = this.known.get(drawn.sliceId)
    if (known !== undefined) known.rest += drawn.drawnNanos
    equal(drawn.grantedNanos, slice.granted)
  }

  capture(worker: Worker, pick: number, cost: number, held: number): void {
    const slice = worker.slices[pick % Math.max(1, worker.slices.length)]
    const free = slice === undefined ? 0 : slice.granted - slice.spent
    const paid = Math.min(cost, held, free)
    if (slice !== undefined) slice.spent += paid
    const accountId = slice?.accountId ?? ACCOUNTS[pick % ACCOUNTS.length] ?? ''
    const [row] = journalRows([
      usageRecord({
        requestId: `req_${this.next()}`,
        accountId,
        keyId: `key_${pick % 3}`,
        sliceId: slice?.sliceId ?? `sl_lost${pick}`,
        costNanos: cost,
        paidNanos: paid,
        priceText: `i0o0p${cost}`,
        ...(pick % 7 === 0 ? { sliceId: '', costNanos: cost, paidNanos: 0 } : {}),
      }),
    ])
    if (row === undefined) throw new Error('no row')
    worker.journal.push({ row })
  }

  giveBack(worker: Worker, pick: number, nanos: number): void {
    const slice = worker.slices[pick % Math.max(1, worker.slices.length)]
    if (slice === undefined) return
    const given = Math.min(nanos, slice.granted - slice.spent)
    if (given === 0) return
    slice.spent += given
    worker.journal.push({ given: { sliceId: slice.sliceId, nanos: given } })
  }

  async bringIn(worker: Worker, most: number, dies: boolean): Promise<void> {
    const lines = worker.journal.splice(0, most)
    const rows = lines.flatMap((line) => ('row' in line ? [line.row] : []))
    const returns = lines.flatMap((line) => ('given' in line ? [line.given] : []))
    const from = worker.position
    worker.position += lines.length + 1
    await this.database.usage.append(
      { rows, returns, ...(dies ? { closes: worker.holder } : {}) },
      { instance: worker.holder, segment: 1, from, position: worker.position, directory: 'dir_test' },
    )
    this.settleByHand(rows, returns, dies ? worker.holder : null)
  }

  settleByHand(rows: readonly JournalRow[], returns: readonly SliceReturn[], closes: string | null): void {
    const open: [account: string, nanos: number][] = []
    for (const row of rows) {
      if (row.sliceId === '') continue
      const account = row.keyText.split('\t')[1] ?? ''
      this.books.revenue += row.costNanos
      const slice = this.known.get(row.sliceId)
      if (slice?.ended === 'written_off') {
        this.books.late += row.costNanos
        continue
      }
      const paid = slice === undefined || slice.ended !== '' ? 0 : Math.min(row.paidNanos, slice.rest)
      if (slice !== undefined) slice.rest -= paid
      this.addTo(this.books.balance, account, -paid)
      open.push([account, row.costNanos - paid])
    }
    for (const { sliceId, nanos } of returns) {
      const slice = this.known.get(sliceId)
      if (slice === undefined || slice.ended !== '') continue
      slice.rest -= nanos
      this.addTo(this.available, slice.accountId, nanos)
    }
    if (closes !== null) this.end('closed', (slice) => slice.holder === closes)
    for (const [account, nanos] of open) {
      const taken = Math.min(nanos, this.available.get(account) ?? 0)
      this.addTo(this.available, account, -taken)
      this.addTo(this.books.balance, account, -taken)
      this.books.overrun += nanos - taken
    }
  }

  end(how: 'closed' | 'written_off', which: (slice: { readonly holder: string }) => boolean): void {
    for (const slice of this.known.values()) {
      if (slice.ended !== '' || !which(slice)) continue
      slice.ended = how
      this.addTo(this.available, slice.accountId, slice.rest)
      slice.rest = 0
    }
  }

  /** The gateway of this worker freezes, is written off, and wakes up; its workers go on with the slices they have. */
  async freeze(worker: Worker): Promise<void> {
    this.nowMs += DEAD_AFTER_MS + 1
    for (const instance of new Set(this.workers.map(({ instanceId }) => instanceId)))
      if (instance !== worker.instanceId) await this.database.wallets.renew(instance, this.nowMs)
    await this.database.wallets.writeOffDead(DEAD_AFTER_MS, this.nowMs)
    const own = new Set(this.workers.filter(({ instanceId }) => instanceId === worker.instanceId).map((w) => w.holder))
    this.end('written_off', ({ holder }) => own.has(holder))
    await this.renewAll()
  }

  async die(worker: Worker): Promise<void> {
    await this.bringIn(worker, Infinity, true)
    const index = this.workers.indexOf(worker)
    this.workers[index] = new Worker(`after_${worker.holder}_${this.next()}`, worker.instanceId)
  }

  async check(sinceTransfer?: number): Promise<number> {
    const { wallets } = this.database
    const since = sinceTransfer === undefined ? {} : { sinceTransfer }
    const { violations, lastTransfer } = await wallets.checkMoney({ full: sinceTransfer === undefined, ...since })
    deepEqual(violations, [])
    for (const account of ACCOUNTS) {
      const wallet = await wallets.find(account)
      equal(wallet?.availableNanos ?? 0, this.available.get(account))
      equal((wallet?.availableNanos ?? 0) + (wallet?.heldNanos ?? 0), this.books.balance.get(account))
    }
    const sums = await wallets.ledgerSums()
    equal(sums.get('revenue') ?? 0n, BigInt(this.books.revenue))
    equal(sums.get('overrun_loss') ?? 0n, BigInt(-this.books.overrun))
    equal(sums.get('late_loss') ?? 0n, BigInt(-this.books.late))
    return lastTransfer
  }
}

