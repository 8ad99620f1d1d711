// Wallets as people see and change them: how much is there, what came and went, top-ups, adjustments and refunds by the
// operator, and the lock. Everything that moves money is a transfer of the ledger under a key of its own, so that asking
// twice moves it once; what somebody did stands in the audit log, in the same transaction.
import { randomUUID } from 'node:crypto'
import { GatewayError } from '../../core/errors.ts'
import { ownAccount } from '../../identity/account-service.ts'
import { writeAudit } from '../../identity/audit-log.ts'
import { invalid } from '../../identity/checks.ts'
import { actorOf } from '../../identity/actor.ts'
import { mustBeOperator } from '../../identity/must-be-operator.ts'
import { NO_ORIGIN, type Origin } from '../../identity/origin.ts'
import type { Principal } from '../../identity/principal.ts'
import { type Entry, type LedgerAccount, MOST_NANOS, type Posting, type Transfer, walletAccount } from './ledger.ts'
import { postedOrThrow } from '../money-errors.ts'
import type { MoneyDatabase, MoneyStores } from '../money-database.ts'
import { originalOf, type Refunded } from '../payments/refunds.ts'
import type { UsageQueries } from '../usage/usage-queries.ts'
import { checkedAutoTopUp, checkedLowBalance } from './wallet-settings.ts'
import type { AutoTopUp, LowBalance, WalletSettings } from './wallet-settings-store.ts'
import type { StatementPage, StatementQuery, Wallet, WalletState } from './wallet-store.ts'

const LONGEST_NOTE = 500
/** The operator's own: nothing is ever charged to them. */
const WITHOUT_WALLET: readonly string[] = ['default', 'operator']

export interface WalletServiceOptions {
  readonly database: MoneyDatabase
  readonly usage: Pick<UsageQueries, 'record'>
  readonly now: () => number
  /** Calls back what workers hold of this wallet and have not spent; absent where there are none. */
  readonly recall?: (accountId: string) => Promise<void>
}

export interface WalletView {
  readonly wallet: Wallet
  readonly settings: WalletSettings
}

/** What somebody wants to be moved. */
export interface Move {
  /** Nano-US$; of an adjustment, negative takes it away. */
  readonly amountNanos: number
  readonly note: string
  /** What the client said to mark a repetition; null = this is no repetition of anything. */
  readonly repeatKey: string | null
}

export interface RefundWish extends Omit<Move, 'amountNanos'> {
  readonly of: Refunded
  /** Null = all that is left of it. */
  readonly amountNanos: number | null
}

export interface Moved {
  readonly transfer: Transfer
  readonly wallet: Wallet
  /** It had been done before; nothing was moved now. */
  readonly repeated: boolean
}

export interface SettingsPatch {
  readonly lowBalance?: LowBalance | null
  readonly autoTopUp?: AutoTopUp | null
}

export interface WalletList {
  readonly limit: number
  readonly after?: string
  readonly state?: WalletState
}

/**
 * Throws `GatewayError`: `permission_denied`, `invalid_request`, `not_found` for what is unknown or another's, and
 * `conflict` for what the wallet cannot bear.
 */
export class WalletService {
  readonly #options: WalletServiceOptions
  readonly #database: MoneyDatabase

  constructor(options: WalletServiceOptions) {
    this.#options = options
    this.#database = options.database
  }

  /** One that never had money is shown empty. The operator any, a key its own. */
  async get(principal: Principal, accountId: string): Promise<WalletView> {
    await this.#mustSee(principal, accountId)
    const [wallet, settings] = await Promise.all([
      this.#database.wallets.find(accountId),
      this.#database.walletSettings.find(accountId),
    ])
    return { wallet: wallet ?? emptyWallet(accountId), settings }
  }

  async list(principal: Principal, query: WalletList): Promise<{ wallets: readonly Wallet[]; hasMore: boolean }> {
    mustBeOperator(principal)
    return await this.#database.wallets.list(query)
  }

  /** @throws RangeError for a cursor that is none of ours */
  async statement(principal: Principal, query: StatementQuery): Promise<StatementPage> {
    await this.#mustSee(principal, query.accountId)
    return await this.#database.wallets.statement(query)
  }

  async topUp(principal: Principal, accountId: string, move: Move, origin: Origin = NO_ORIGIN): Promise<Moved> {
    mustBeOperator(principal)
    mustBeAmount(move.amountNanos, 'amount')
    return await this.#move(principal, accountId, origin, {
      action: 'wallet.top_up',
      posting: {
        ...this.#facts('top_up', principal, accountId, move),
        entries: between(accountId, move.amountNanos, 'adjustment'),
      },
    })
  }

  /** In either direction, for whatever reason the note says. */
  async adjust(principal: Principal, accountId: string, move: Move, origin: Origin = NO_ORIGIN): Promise<Moved> {
    mustBeOperator(principal)
    mustBeAmount(Math.abs(move.amountNanos), 'amount')
    if (move.note.trim() === '') throw invalid('note', 'must say why.')
    if (move.amountNanos < 0) await this.#callBack(accountId, -move.amountNanos)
    return await this.#move(principal, accountId, origin, {
      action: 'wallet.adjust',
      posting: {
        ...this.#facts('adjustment', principal, accountId, move),
        entries: between(accountId, move.amountNanos, 'adjustment'),
      },
    })
  }

  /**
   * Of a transfer that brought money in: takes it out of the wallet again. Of a call: gives back what it cost. All
   * refunds of the same thing together are at most the original.
   */
  async refund(principal: Principal, accountId: string, wish: RefundWish, origin: Origin = NO_ORIGIN): Promise<Moved> {
    mustBeOperator(principal)
    if (wish.amountNanos !== null) mustBeAmount(wish.amountNanos, 'amount')
    await this.#mustHaveWallet(principal, accountId)
    const original = await originalOf(
      { wallets: this.#database.wallets, usage: this.#options.usage },
      accountId,
      wish.of,
    )
    const facts = this.#facts('refund', principal, accountId, wish)
    const nanosOf = async (stores: MoneyStores): Promise<number> => {
      const left = original.nanos - (await stores.refunds.refundedNanos(original.subject))
      if (left <= 0) throw new GatewayError('conflict', 'All of it has been refunded already.')
      return wish.amountNanos ?? left
    }
    if (original.takesFromWallet) await this.#callBack(accountId, wish.amountNanos ?? original.nanos)
    return await this.#move(principal, accountId, origin, {
      action: 'wallet.refund',
      repeated: async (stores) =>
        sameRefund(await stores.wallets.transferByKey('refund', facts.idemKey), original.subject),
      prepare: async (stores) => {
        const nanos = await nanosOf(stores)
        if (!(await stores.refunds.take(original.subject, { originalNanos: original.nanos, nanos }))) {
          const refunded = await stores.refunds.refundedNanos(original.subject)
          throw new GatewayError(
            'conflict',
            `It cannot be more than is left: of ${original.nanos} nano-dollars ${refunded} have been refunded.`,
            { param: 'amount' },
          )
        }
        return {
          ...facts,
          reference: original.subject,
          correctsId: original.transferId,
          entries: between(accountId, original.takesFromWallet ? -nanos : nanos, original.counterpart),
        }
      },
    })
  }

  /** A locked wallet pays for no new call; what is under way ends as it would have. */
  async setState(
    principal: Principal,
    accountId: string,
    state: WalletState,
    reason: string,
    origin: Origin = NO_ORIGIN,
  ): Promise<Wallet> {
    mustBeOperator(principal)
    if (state === 'locked' && reason.trim() === '') throw invalid('reason', 'must say why.')
    await this.#mustHaveWallet(principal, accountId)
    return await this.#database.transaction(async (stores) => {
      const before = await stores.wallets.ensure(accountId)
      const after = await stores.wallets.setState(accountId, state, state === 'locked' ? checkedNote(reason) : '')
      await writeAudit(stores.audit, principal, origin, this.#options.now(), {
        action: state === 'locked' ? 'wallet.lock' : 'wallet.unlock',
        objectId: accountId,
        accountId,
        before: { state: before.state, reason: before.lockReason },
        after: { state: after.state, reason: after.lockReason },
      })
      return after
    })
  }

  /** The account's own wishes: its keys may change them, and so may the operator. */
  async setSettings(
    principal: Principal,
    accountId: string,
    patch: SettingsPatch,
    origin: Origin = NO_ORIGIN,
  ): Promise<WalletView> {
    await this.#mustHaveWallet(principal, accountId)
    const { lowBalance, autoTopUp } = patch
    const changes = {
      ...(lowBalance === undefined ? {} : { lowBalance: checkedLowBalance(lowBalance) }),
      ...(autoTopUp === undefined ? {} : { autoTopUp: checkedAutoTopUp(autoTopUp) }),
    }
    const atMs = this.#options.now()
    await this.#database.transaction(async (stores) => {
      const before = await stores.walletSettings.find(accountId)
      await stores.walletSettings.set(accountId, { ...changes, atMs })
      await writeAudit(stores.audit, principal, origin, atMs, {
        action: 'wallet.update',
        objectId: accountId,
        accountId,
        before: { ...before },
        after: { ...(await stores.walletSettings.find(accountId)) },
      })
    })
    return await this.get(principal, accountId)
  }

  #facts(
    kind: Posting['kind'],
    principal: Principal,
    accountId: string,
    { note, repeatKey }: Omit<Move, 'amountNanos'>,
  ): Omit<Posting, 'entries'> {
    // Another key's, or another wallet's, repetition is none.
    const actor = actorOf(principal)
    const idemKey = repeatKey === null ? `once:${randomUUID()}` : `api:${actor}:${accountId}:${repeatKey}`
    return { kind, idemKey, actor, note: checkedNote(note) }
  }

  async #move(
    principal: Principal,
    accountId: string,
    origin: Origin,
    wanted: {
      readonly action: 'wallet.top_up' | 'wallet.adjust' | 'wallet.refund'
      readonly posting?: Posting
      /** Where what is posted depends on what the transaction finds. */
      readonly prepare?: (stores: MoneyStores) => Promise<Posting>
      readonly repeated?: (stores: MoneyStores) => Promise<Transfer | undefined>
    },
  ): Promise<Moved> {
    await this.#mustHaveWallet(principal, accountId)
    return await this.#database.transaction(async (stores) => {
      const earlier = await wanted.repeated?.(stores)
      if (earlier !== undefined)
        return { transfer: earlier, wallet: await stores.wallets.ensure(accountId), repeated: true }
      const posting = wanted.posting ?? (await wanted.prepare?.(stores))
      if (posting === undefined) throw new TypeError('There is nothing to post.')
      const { transfer, repeated } = postedOrThrow(await stores.wallets.post(posting))
      if (!repeated) {
        await stores.walletSettings.rearm(accountId)
        await writeAudit(stores.audit, principal, origin, this.#options.now(), {
          action: wanted.action,
          objectId: transfer.transferId,
          accountId,
          before: null,
          after: { entries: transfer.entries, note: transfer.note, reference: transfer.reference },
        })
      }
      return { transfer, wallet: await stores.wallets.ensure(accountId), repeated }
    })
  }

  /** Money that workers hold and do not use comes back first, where what is available would not do. */
  async #callBack(accountId: string, needNanos: number): Promise<void> {
    const wallet = await this.#database.wallets.find(accountId)
    if (wallet === undefined || wallet.availableNanos >= needNanos || wallet.heldNanos === 0) return
    await this.#options.recall?.(accountId)
  }

  async #mustSee(principal: Principal, accountId: string): Promise<void> {
    // The operator's own key belongs to no account of the table.
    if (principal.operator && accountId === principal.accountId) return
    await ownAccount(this.#database, principal, accountId)
  }

  async #mustHaveWallet(principal: Principal, accountId: string): Promise<void> {
    if (WITHOUT_WALLET.includes(accountId)) {
      throw invalid('account_id', "is the operator's own: its calls are not charged, and it has no wallet.")
    }
    await ownAccount(this.#database, principal, accountId)
  }
}

/** @throws {GatewayError} `conflict` when the key was used to refund something else */
function sameRefund(earlier: Transfer | undefined, subject: string): Transfer | undefined {
  if (earlier === undefined || earlier.reference === subject) return earlier
  throw new GatewayError('conflict', 'This Idempotency-Key was used for another refund. Use a new one.', {
    param: 'Idempotency-Key',
  })
}

function emptyWallet(accountId: string): Wallet {
  return { accountId, availableNanos: 0, heldNanos: 0, state: 'active', lockReason: '', createdAtMs: 0 }
}

/** @param nanos what the wallet gains; the other side loses it */
export function between(accountId: string, nanos: number, other: LedgerAccount): readonly Entry[] {
  return [
    { account: walletAccount(accountId), nanos },
    { account: other, nanos: -nanos },
  ]
}

export function mustBeAmount(nanos: number, param: string): void {
  if (Number.isSafeInteger(nanos) && nanos > 0 && nanos <= MOST_NANOS) return
  throw invalid(param, 'must be more than 0 US$, with at most 9 places.')
}

function checkedNote(note: string): string {
  const trimmed = note.trim()
  if (trimmed.length > LONGEST_NOTE) throw invalid('note', `must have at most ${LONGEST_NOTE} characters.`)
  if (/[\p{Cc}\u2028\u2029]/u.test(trimmed))
    throw invalid('note', 'must not hold line breaks or other control characters.')
  return trimmed
}
