// All that moving money in and out asks of a database. `store/domain-stores.ts` answers it.
import type { AccountStore } from '../identity/account-store.ts'
import type { AuditStore } from '../identity/audit-store.ts'
import type { NoticeStore } from './payments/notice-store.ts'
import type { PaymentStore } from './payments/payment-store.ts'
import type { RedeemCodeStore } from './payments/redeem-code-store.ts'
import type { RefundStore } from './payments/refund-store.ts'
import type { WalletSettingsStore } from './wallets/wallet-settings-store.ts'
import type { WalletStore } from './wallets/wallet-store.ts'

export interface MoneyStores {
  readonly wallets: WalletStore
  readonly walletSettings: WalletSettingsStore
  readonly redeemCodes: RedeemCodeStore
  readonly payments: PaymentStore
  readonly refunds: RefundStore
  readonly notices: NoticeStore
  readonly accounts: AccountStore
  readonly audit: AuditStore
}

export interface MoneyDatabase extends MoneyStores {
  /** All of `work` or nothing. It may be run again when two transactions got into each other's way. */
  transaction<T>(work: (stores: MoneyStores) => Promise<T>): Promise<T>
}
