import { sql, type Kysely } from 'kysely'
import {
  NO_WALLET_SETTINGS,
  type LowWallet,
  type WalletSettings,
  type WalletSettingsStore,
} from '../billing/wallets/wallet-settings-store.ts'
import type { Tables } from './schema.ts'

/** What is left of a wallet: money that workers have drawn and not spent is its own still. */
const BALANCE = sql<number>`(wallets.available_nanos + wallets.held_nanos)`
/** So many accounts a round: what is left over comes with the next. */
const MOST_AT_ONCE = 200

export class SqlWalletSettingsStore implements WalletSettingsStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async find(accountId: string): Promise<WalletSettings> {
    const row = await this.#kysely
      .selectFrom('wallet_settings')
      .selectAll()
      .where('account_id', '=', accountId)
      .executeTakeFirst()
    if (row === undefined) return NO_WALLET_SETTINGS
    const { low_nanos: low, top_up_below_nanos: below, top_up_nanos: amount, top_up_cap_nanos: cap } = row
    return {
      lowBalance: low === null ? null : { thresholdNanos: low, webhookUrl: row.webhook_url, email: row.email },
      autoTopUp:
        below === null || amount === null || cap === null
          ? null
          : { thresholdNanos: below, amountNanos: amount, dailyCapNanos: cap },
      autoTopUpPaused: row.top_up_paused,
    }
  }

  async set(
    accountId: string,
    { lowBalance, autoTopUp, atMs }: Parameters<WalletSettingsStore['set']>[1],
  ): Promise<void> {
    const changes = {
      ...(lowBalance === undefined
        ? {}
        : {
            low_nanos: lowBalance?.thresholdNanos ?? null,
            webhook_url: lowBalance?.webhookUrl ?? '',
            email: lowBalance?.email ?? '',
            notice_armed: 1,
          }),
      ...(autoTopUp === undefined
        ? {}
        : {
            top_up_below_nanos: autoTopUp?.thresholdNanos ?? null,
            top_up_nanos: autoTopUp?.amountNanos ?? null,
            top_up_cap_nanos: autoTopUp?.dailyCapNanos ?? null,
            top_up_armed: 1,
            top_up_paused: '',
          }),
      updated_at: atMs,
    }
    await this.#kysely
      .insertInto('wallet_settings')
      .values({ account_id: accountId, ...changes })
      .onConflict((conflict) => conflict.column('account_id').doUpdateSet(changes))
      .execute()
  }

  async rearm(accountId?: string): Promise<void> {
    await this.#rearm('notice_armed', 'low_nanos', accountId)
    await this.#rearm('top_up_armed', 'top_up_below_nanos', accountId)
  }

  async low(): Promise<readonly LowWallet[]> {
    return await this.#below('low_nanos').where('notice_armed', '=', 1).execute()
  }

  async disarmNotice(accountId: string): Promise<boolean> {
    return await this.#disarm(accountId, 'notice_armed')
  }

  async due(): Promise<readonly LowWallet[]> {
    return await this.#below('top_up_below_nanos')
      .where('top_up_armed', '=', 1)
      .where('top_up_paused', '=', '')
      .where('wallets.state', '=', 'active')
      .execute()
  }

  async disarmTopUp(accountId: string): Promise<boolean> {
    return await this.#disarm(accountId, 'top_up_armed')
  }

  async pauseTopUp(accountId: string, reason: string): Promise<void> {
    await this.#kysely
      .updateTable('wallet_settings')
      .set({ top_up_paused: reason })
      .where('account_id', '=', accountId)
      .execute()
  }

  #below(threshold: 'low_nanos' | 'top_up_below_nanos') {
    return this.#kysely
      .selectFrom('wallet_settings')
      .innerJoin('wallets', 'wallets.account_id', 'wallet_settings.account_id')
      .select(['wallet_settings.account_id as accountId', BALANCE.as('balanceNanos')])
      .where(BALANCE, '<', sql<number>`${sql.ref(`wallet_settings.${threshold}`)}`)
      .orderBy('wallet_settings.account_id')
      .limit(MOST_AT_ONCE)
  }

  /** True for one of all who ask at the same moment. */
  async #disarm(accountId: string, armed: 'notice_armed' | 'top_up_armed'): Promise<boolean> {
    const result = await this.#kysely
      .updateTable('wallet_settings')
      .set({ [armed]: 0 })
      .where('account_id', '=', accountId)
      .where(armed, '=', 1)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async #rearm(
    armed: 'notice_armed' | 'top_up_armed',
    threshold: 'low_nanos' | 'top_up_below_nanos',
    accountId: string | undefined,
  ): Promise<void> {
    let update = this.#kysely.updateTable('wallet_settings').set({ [armed]: 1 })
    if (accountId !== undefined) update = update.where('wallet_settings.account_id', '=', accountId)
    await update
      .where(armed, '=', 0)
      .where((where) =>
        where.exists(
          where
            .selectFrom('wallets')
            .select('wallets.account_id')
            .whereRef('wallets.account_id', '=', 'wallet_settings.account_id')
            .where(BALANCE, '>=', sql<number>`${sql.ref(`wallet_settings.${threshold}`)}`),
        ),
      )
      .execute()
  }
}
