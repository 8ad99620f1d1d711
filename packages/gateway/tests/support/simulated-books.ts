// The books of the simulator: the real stores on a SQLite file, statements that fail on demand, and looks at the tables
// that are quick enough to be taken after every step.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { migrate } from 'fairlead/store/migrate.ts'
import type { Tables } from 'fairlead/store/schema.ts'
import { openSqlite, SqliteDialect } from 'fairlead/store/sqlite-dialect.ts'
import { SqliteUsageStore } from 'fairlead/store/usage-store.ts'
import { SqlWalletStore } from 'fairlead/store/wallet-store.ts'

export interface LiveSlice {
  readonly sliceId: string
  readonly accountId: string
  readonly holder: string
  readonly restNanos: number
}

interface WalletRow {
  readonly accountId: string
  readonly available: number
  readonly held: number
}

/** The tables, read again when something was written. */
interface Snapshot {
  readonly changes: number
  readonly wallets: readonly WalletRow[]
  readonly live: readonly LiveSlice[]
  readonly positions: ReadonlyMap<string, number>
}

export class Books {
  readonly usage: SqliteUsageStore
  readonly wallets: SqlWalletStore
  readonly #handle: DatabaseSync
  readonly #kysely: Kysely<Tables>
  #look: Readonly<Record<'changes' | 'wallets' | 'slices' | 'entries' | 'positions', StatementSync>> | null = null
  /** Statements until one fails; null = none does. */
  #failsAfter: number | null = null
  #snapshot: Snapshot = { changes: -1, wallets: [], live: [], positions: new Map() }
  #checkedAt = -1

  constructor(file: string) {
    this.#handle = openSqlite(file)
    // Nobody cuts the power here.
    this.#handle.exec('PRAGMA synchronous = OFF')
    const failing = this.#failing(this.#handle)
    this.#kysely = new Kysely<Tables>({ dialect: new SqliteDialect(failing) })
    this.usage = new SqliteUsageStore(this.#kysely, failing)
    this.wallets = new SqlWalletStore(this.#kysely, 'sqlite', async () => undefined)
  }

  async open(): Promise<void> {
    await migrate(this.#kysely, { nowMs: 0 })
    this.#look = {
      wallets: this.#handle.prepare('select account_id, available_nanos, held_nanos from wallets'),
      slices: this.#handle.prepare(
        `select slice_id, account_id, holder, granted_nanos - captured_nanos - returned_nanos as rest
         from wallet_slices where ended_at is null`,
      ),
      changes: this.#handle.prepare('select total_changes() as n'),
      positions: this.#handle.prepare('select instance, position from journal_positions'),
      entries: this.#handle.prepare('select account, sum(nanos) as nanos from wallet_entries group by account'),
    }
  }

  async close(): Promise<void> {
    await this.#kysely.destroy()
  }

  /** The statement after so many more fails, as if its process had died there; null = none. */
  failAfter(statements: number | null): void {
    this.#failsAfter = statements
  }

  balanceOf(accountId: string): number {
    const wallet = this.#now().wallets.find((wallet) => wallet.accountId === accountId)
    return (wallet?.available ?? 0) + (wallet?.held ?? 0)
  }

  liveSlices(): readonly LiveSlice[] {
    return this.#now().live
  }

  /** How far a journal has been brought in. */
  positionOf(holder: string): number {
    return this.#now().positions.get(holder) ?? 0
  }

  /** I1, I2, I3 and I7, when something has changed. */
  check(): void {
    const { changes, wallets, live } = this.#now()
    if (changes === this.#checkedAt) return
    this.#checkedAt = changes
    const entries = new Map(
      (this.#look?.entries.all() ?? []).map((row) => [String(row['account']), Number(row['nanos'])]),
    )
    const sum = [...entries.values()].reduce((a, b) => a + b, 0)
    if (sum !== 0) throw new Error(`I1: all entries together are ${sum}`)
    for (const { accountId, available, held } of wallets) {
      const booked = entries.get(`wallet:${accountId}`) ?? 0
      if (available < 0 || held < 0) throw new Error(`I7: ${accountId} has ${available} and ${held} held`)
      if (available + held !== booked)
        throw new Error(`I2: ${accountId} has ${available} and ${held} held, and ${booked} booked`)
      const own = live.filter((slice) => slice.accountId === accountId)
      const rest = own.reduce((nanos, { restNanos }) => nanos + restNanos, 0)
      if (rest !== held) throw new Error(`I3: ${accountId} has ${held} held, and its slices ${rest}`)
      if (own.some(({ restNanos }) => restNanos < 0)) throw new Error(`I7: a slice of ${accountId} is overdrawn`)
    }
  }

  /** All invariants, as the gateway looks for them. */
  async checkAll(): Promise<void> {
    const { violations } = await this.wallets.checkMoney({ full: true })
    // Whether a gateway is gone is a question of this moment's clock, and time here is made up.
    const [first] = violations.filter(({ invariant }) => invariant !== 'I5')
    if (first !== undefined) throw new Error(`${first.invariant}: ${first.message}`)
  }

  /** When nobody holds anything: what was put in, less what was served, plus what the operator bore. */
  checkQuiet(funds: ReadonlyMap<string, number>, served: ReadonlyMap<string, number>): void {
    const lost = this.#handle
      .prepare(
        `select k.account_id as account, sum(r.lost_nanos) as lost from usage_records r
         join usage_keys k on k.id = r.usage_key where r.lost_nanos > 0 group by 1`,
      )
      .all()
    for (const { accountId, available, held } of this.#now().wallets) {
      const borne = Number(lost.find((row) => row['account'] === accountId)?.['lost'] ?? 0)
      const due = (funds.get(accountId) ?? 0) - (served.get(accountId) ?? 0) + borne
      if (held !== 0) {
        const slices = this.liveSlices().filter((slice) => slice.accountId === accountId && slice.restNanos > 0)
        throw new Error(`${accountId} still has ${held} held: ${JSON.stringify(slices)}`)
      }
      if (available !== due) throw new Error(`${accountId} has ${available} and should have ${due}`)
    }
  }

  losses(): { readonly lateLoss: number; readonly overrunLoss: number } {
    const rows = this.#look?.entries.all() ?? []
    const of = (account: string): number => -Number(rows.find((row) => row['account'] === account)?.['nanos'] ?? 0)
    return { lateLoss: of('late_loss'), overrunLoss: of('overrun_loss') }
  }

  #now(): Snapshot {
    if (this.#look === null) return this.#snapshot
    const changes = Number(this.#look.changes.get()?.['n'])
    if (changes === this.#snapshot.changes) return this.#snapshot
    this.#snapshot = {
      changes,
      wallets: this.#look.wallets.all().map((row) => ({
        accountId: String(row['account_id']),
        available: Number(row['available_nanos']),
        held: Number(row['held_nanos']),
      })),
      live: this.#look.slices.all().map((row) => ({
        sliceId: String(row['slice_id']),
        accountId: String(row['account_id']),
        holder: String(row['holder']),
        restNanos: Number(row['rest']),
      })),
      positions: new Map(this.#look.positions.all().map((row) => [String(row['instance']), Number(row['position'])])),
    }
    return this.#snapshot
  }

  #count(): void {
    if (this.#failsAfter === null) return
    if (this.#failsAfter-- > 0) return
    this.#failsAfter = null
    throw new Error('the process died here')
  }

  #failing(handle: DatabaseSync): DatabaseSync {
    const count = (): void => this.#count()
    return new Proxy(handle, {
      get(target, name) {
        if (name === 'prepare') return (sql: string) => failingStatement(target.prepare(sql), sql, count)
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }
}

function failingStatement(statement: StatementSync, sql: string, count: () => void): StatementSync {
  const isEnd = /^\s*rollback/i.test(sql)
  return new Proxy(statement, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (isEnd || (name !== 'run' && name !== 'all' && name !== 'get' && name !== 'iterate')) return value.bind(target)
      return (...values: unknown[]): unknown => {
        count()
        return Reflect.apply(value, target, values)
      }
    },
  })
}
