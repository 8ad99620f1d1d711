// What an account wants to be told, or to happen, when its balance gets low. `store/wallet-settings-store.ts` keeps it.
// Each wish is armed or not: a crossing of its threshold disarms it, in one conditional update, so that of all
// instances and all moments one acts; a balance at or above the threshold arms it again.

export interface LowBalance {
  readonly thresholdNanos: number
  /** '' = none. */
  readonly webhookUrl: string
  /** '' = none. */
  readonly email: string
}

export interface AutoTopUp {
  readonly thresholdNanos: number
  /** Of each top-up. */
  readonly amountNanos: number
  /** Of all of them within any 24 hours. */
  readonly dailyCapNanos: number
}

export interface WalletSettings {
  readonly lowBalance: LowBalance | null
  readonly autoTopUp: AutoTopUp | null
  /** Why no card is charged any more, until somebody saves the setting again; '' = nothing stands in the way. */
  readonly autoTopUpPaused: string
}

export const NO_WALLET_SETTINGS: WalletSettings = Object.freeze({
  lowBalance: null,
  autoTopUp: null,
  autoTopUpPaused: '',
})

export interface LowWallet {
  readonly accountId: string
  readonly balanceNanos: number
}

export interface WalletSettingsStore {
  find(accountId: string): Promise<WalletSettings>
  /** What is absent stays as it is; what is set is armed. */
  set(
    accountId: string,
    changes: { readonly lowBalance?: LowBalance | null; readonly autoTopUp?: AutoTopUp | null; readonly atMs: number },
  ): Promise<void>
  /**
   * Arms whatever has its balance back. @param accountId absent = everybody's; named where money has just come in, for
   * it may be spent again before anybody looks
   */
  rearm(accountId?: string): Promise<void>
  /** Accounts below their threshold whose notice is armed. */
  low(): Promise<readonly LowWallet[]>
  /** True for one caller per crossing. */
  disarmNotice(accountId: string): Promise<boolean>
  /** Accounts below their threshold whose top-up is armed and not paused; wallets that are locked apart. */
  due(): Promise<readonly LowWallet[]>
  disarmTopUp(accountId: string): Promise<boolean>
  pauseTopUp(accountId: string, reason: string): Promise<void>
}
