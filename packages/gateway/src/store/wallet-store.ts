// Wallets, slices and the ledger on either database; `billing/wallets/wallet-store.ts` says what each question means.
import { sql, type Kysely } from 'kysely'
import type { LedgerAccount, Posted, Posting, Transfer, TransferKind } from '../billing/wallets/ledger.ts'
import type {
  Draw,
  Drawn,
  MoneyCheck,
  Slice,
  StatementPage,
  StatementQuery,
  Wallet,
  WalletState,
  WalletStore,
} from '../billing/wallets/wallet-store.ts'
import type { DatabaseKind } from './database.ts'
import { exactSum } from './exact-sum.ts'
import { rowIdOfTransfer, transferByKey, transfersBy } from './ledger-rows.ts'
import { checkMoney } from './money-checks.ts'
import type { Tables } from './schema.ts'
import { inOneTransaction } from './transactions.ts'
import { postTransfer } from './wallet-postings.ts'
import { lockSlices, lockWallets, sliceOf, walletOf } from './wallet-rows.ts'
import { drawSlice, endSlices, forgetInstance, renewInstance, writeOff } from './wallet-slices.ts'
import { readStatement } from './wallet-statements.ts'

export class SqlWalletStore implements WalletStore {
  readonly #kysely: Kysely<Tables>
  readonly #kind: DatabaseKind
  /** Money came in or went out: what was written must survive a power cut. */
  readonly #moved: () => Promise<void>

  constructor(kysely: Kysely<Tables>, kind: DatabaseKind, moved: () => Promise<void>) {
    this.#kysely = kysely
    this.#kind = kind
    this.#moved = moved
  }

  async find(accountId: string): Promise<Wallet | undefined> {
    const select = this.#kysely.selectFrom('wallets').selectAll()
    const row = await select.where('account_id', '=', accountId).executeTakeFirst()
    return row && walletOf(row)
  }

  async list(query: {
    readonly limit: number
    readonly after?: string
    readonly state?: WalletState
  }): Promise<{ readonly wallets: readonly Wallet[]; readonly hasMore: boolean }> {
    let select = this.#kysely.selectFrom('wallets').selectAll()
    if (query.after !== undefined) select = select.where('account_id', '>', query.after)
    if (query.state !== undefined) select = select.where('state', '=', query.state)
    const rows = await select
      .orderBy('account_id')
      .limit(query.limit + 1)
      .execute()
    return { wallets: rows.slice(0, query.limit).map(walletOf), hasMore: rows.length > query.limit }
  }

  async totals(): Promise<{ readonly wallets: number; readonly availableNanos: bigint; readonly heldNanos: bigint }> {
    const { rows } = await sql<{ wallets: number; available: string | null; held: string | null }>`
      select count(*) as wallets, ${exactSum(this.#kind, 'available_nanos')} as available, ${exactSum(this.#kind, 'held_nanos')} as held
      from wallets`.execute(this.#kysely)
    const [row] = rows
    return {
      wallets: row?.wallets ?? 0,
      availableNanos: BigInt(row?.available ?? 0),
      heldNanos: BigInt(row?.held ?? 0),
    }
  }

  async ensure(accountId: string): Promise<Wallet> {
    return (await this.find(accountId)) ?? (await this.lock(accountId))
  }

  async lock(accountId: string): Promise<Wallet> {
    return await inOneTransaction(this.#kysely, async (transaction) => {
      const wallet = (await lockWallets(transaction, [accountId])).get(accountId)
      if (wallet === undefined) throw new Error(`The wallet of ${accountId} could not be made.`)
      return wallet
    })
  }

  async setState(accountId: string, state: WalletState, reason: string): Promise<Wallet> {
    const lockReason = state === 'locked' ? reason : ''
    return await inOneTransaction(this.#kysely, async (transaction) => {
      const wallet = (await lockWallets(transaction, [accountId])).get(accountId)
      if (wallet === undefined) throw new Error(`The wallet of ${accountId} could not be made.`)
      const update = transaction.updateTable('wallets').set({ state, lock_reason: lockReason })
      await update.where('account_id', '=', accountId).execute()
      return { ...wallet, state, lockReason }
    })
  }

  async draw(draw: Draw): Promise<Drawn> {
    for (const nanos of [draw.needNanos, draw.wantNanos]) mustBeAmount(nanos)
    return await inOneTransaction(this.#kysely, (transaction) => drawSlice(transaction, draw))
  }

  async renew(instanceId: string, nowMs?: number): Promise<{ readonly life: number; readonly nowMs: number }> {
    return await renewInstance(this.#kysely, instanceId, nowMs)
  }

  async leave(instanceId: string): Promise<void> {
    await forgetInstance(this.#kysely, instanceId)
  }

  async writeOffDead(deadAfterMs: number, nowMs?: number): Promise<readonly Slice[]> {
    mustBeAmount(deadAfterMs)
    return await inOneTransaction(this.#kysely, (transaction) => writeOff(transaction, deadAfterMs, nowMs))
  }

  async closeHolder(holder: string): Promise<readonly Slice[]> {
    return await inOneTransaction(this.#kysely, async (transaction) => {
      const slices = await lockSlices(transaction, sql`holder = ${holder} and ended_at is null`)
      await endSlices(transaction, slices, 'closed')
      return slices
    })
  }

  async liveSlices(of: {
    readonly accountId?: string
    readonly instanceId?: string
    readonly holder?: string
  }): Promise<readonly Slice[]> {
    let select = this.#kysely.selectFrom('wallet_slices').selectAll().where('ended_at', 'is', null)
    if (of.accountId !== undefined) select = select.where('account_id', '=', of.accountId)
    if (of.instanceId !== undefined) select = select.where('instance_id', '=', of.instanceId)
    if (of.holder !== undefined) select = select.where('holder', '=', of.holder)
    return (await select.orderBy('slice_id').execute()).map(sliceOf)
  }

  async post(posting: Posting): Promise<Posted> {
    const posted = await inOneTransaction(this.#kysely, (transaction) => postTransfer(transaction, posting))
    if (posted.ok) await this.#moved()
    return posted
  }

  async transfer(transferId: string): Promise<Transfer | undefined> {
    const id = rowIdOfTransfer(transferId)
    return id === undefined ? undefined : (await transfersBy(this.#kysely, 'id', id))[0]
  }

  async transferByKey(kind: TransferKind, idemKey: string): Promise<Transfer | undefined> {
    return await transferByKey(this.#kysely, kind, idemKey)
  }

  async corrections(transferId: string): Promise<readonly Transfer[]> {
    const id = rowIdOfTransfer(transferId)
    return id === undefined ? [] : await transfersBy(this.#kysely, 'corrects', id)
  }

  async statement(query: StatementQuery): Promise<StatementPage> {
    return await readStatement(this.#kysely, query)
  }

  async ledgerSums(): Promise<ReadonlyMap<LedgerAccount | 'wallet:*', bigint>> {
    const { rows } = await sql<{ name: LedgerAccount | 'wallet:*'; sum: string }>`
      select case when account like 'wallet:%' then 'wallet:*' else account end as name, ${exactSum(this.#kind, 'nanos')} as sum
      from wallet_entries group by 1 order by 1`.execute(this.#kysely)
    return new Map(rows.map(({ name, sum }) => [name, BigInt(sum)]))
  }

  async checkMoney(options: { readonly sinceTransfer?: number; readonly full?: boolean }): Promise<MoneyCheck> {
    return await checkMoney(this.#kysely, this.#kind, options)
  }
}

function mustBeAmount(value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not an integer from 0 on.`)
}
