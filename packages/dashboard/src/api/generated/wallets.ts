// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.
import type { Nothing } from './nothing.ts'

export type Adjustment = { /** US$; "-12.50" takes it away. At most 9 places and 1,000,000 at once. */ amount: string | number; /** Why, for the statement: the account sees it. */ note: string }

export type AutoTopUp = { /** US$, a decimal with nine places. Text, so that no reader rounds it. */ threshold: string; /** US$, a decimal with nine places. Text, so that no reader rounds it. */ amount: string; /** What is charged at most in any 24 hours. */ daily_cap: string; /** Why no card is charged until the setting is saved again; null = it is active. */ paused: string | null }

export type Checkout = { /** US$: "12.50" or 12.5, at most 9 places and 1,000,000 at once. */ amount: string | number; /** The card may be charged again when the balance gets low. */ save_card?: boolean | undefined }

export type CheckoutOrder = { id: string; object: "payment_order"; account: string; provider: "stripe"; /** auto = the saved card, when the balance was low. */ kind: "checkout" | "auto"; /** US$, a decimal with nine places. Text, so that no reader rounds it. */ amount: string; state: "pending" | "paid" | "failed" | "expired"; /** Why it failed. */ failure: string | null; /** Taken back by refunds and disputes. */ reversed: string; /** The provider's id of the payment. */ payment: string | null; /** Unix seconds. */ created_at: number; /** Unix seconds; null = it is not paid. */ paid_at: number | null; /** The page of the payment provider. */ url: string }

export type LowBalance = { /** US$, a decimal with nine places. Text, so that no reader rounds it. */ threshold: string; webhook_url: string | null; email: string | null }

export type OwnWallet = { /** Of the account. */ id: string; object: "wallet"; currency: "USD"; /** Available and held together: what is left. */ balance: string; /** What nobody has reserved. */ available: string; /** Reserved for calls under way and for the next ones; what they do not use comes back. */ held: string; /** A locked wallet pays for no call. */ state: "active" | "locked"; lock_reason: string | null; low_balance: LowBalance | null; auto_top_up: AutoTopUp | null; /** off = calls of this key are not charged. */ billing: "off" | "prepaid"; /** Whether money can be paid in here: /api/wallet/checkout. */ can_pay: boolean }

export type PaymentOrder = { id: string; object: "payment_order"; account: string; provider: "stripe"; /** auto = the saved card, when the balance was low. */ kind: "checkout" | "auto"; /** US$, a decimal with nine places. Text, so that no reader rounds it. */ amount: string; state: "pending" | "paid" | "failed" | "expired"; /** Why it failed. */ failure: string | null; /** Taken back by refunds and disputes. */ reversed: string; /** The provider's id of the payment. */ payment: string | null; /** Unix seconds. */ created_at: number; /** Unix seconds; null = it is not paid. */ paid_at: number | null }

export type Redemption = { /** Of the transfer. */ id: string; object: "redemption"; /** US$, a decimal with nine places. Text, so that no reader rounds it. */ amount: string; wallet: Wallet }

export type Refund = { /** Id of a top-up, an adjustment or a redeemed code. */ transfer?: string | undefined; /** Id of a call; one of the two. */ request?: string | undefined; /** US$; absent = all that is left of it. */ amount?: string | number | undefined; /** Why, for the statement: the account sees it. */ note?: string | undefined }

export type TopUp = { /** US$: "12.50" or 12.5, at most 9 places and 1,000,000 at once. */ amount: string | number; /** Why, for the statement: the account sees it. */ note?: string | undefined }

export type Transfer = { id: string; /** Unix seconds. */ created_at: number; kind: "usage" | "top_up" | "redeem" | "payment" | "refund" | "chargeback" | "adjustment" | "correction"; /** What the wallet gained; negative = lost. */ amount: string; note: string | null; /** What it is about: an order, a code, a call. */ reference: string | null; /** The transfer that it refunds or corrects. */ corrects: string | null; object: "transfer"; /** It had been done before; nothing was moved now. */ repeated: boolean; wallet: Wallet }

export type Wallet = { /** Of the account. */ id: string; object: "wallet"; currency: "USD"; /** Available and held together: what is left. */ balance: string; /** What nobody has reserved. */ available: string; /** Reserved for calls under way and for the next ones; what they do not use comes back. */ held: string; /** A locked wallet pays for no call. */ state: "active" | "locked"; lock_reason: string | null }

export type WalletDetail = { /** Of the account. */ id: string; object: "wallet"; currency: "USD"; /** Available and held together: what is left. */ balance: string; /** What nobody has reserved. */ available: string; /** Reserved for calls under way and for the next ones; what they do not use comes back. */ held: string; /** A locked wallet pays for no call. */ state: "active" | "locked"; lock_reason: string | null; low_balance: LowBalance | null; auto_top_up: AutoTopUp | null }

export type WalletEntry = { id: string; /** Unix seconds. */ created_at: number; kind: "usage" | "top_up" | "redeem" | "payment" | "refund" | "chargeback" | "adjustment" | "correction"; /** What the wallet gained; negative = lost. */ amount: string; note: string | null; /** What it is about: an order, a code, a call. */ reference: string | null; /** The transfer that it refunds or corrects. */ corrects: string | null; object: "wallet_entry"; /** Of the wallet after it. */ balance: string; /** For the operator only: who did it. */ actor?: string | undefined }

export type WalletLock = { reason: string }

export type WalletPatch = { /** null = tell nobody. */ low_balance?: { /** US$: "12.50" or 12.5, at most 9 places and 1,000,000 at once. */ threshold: string | number; /** https only; messages are signed, see /api/wallet/webhook-key. */ webhook_url?: string | null | undefined; email?: string | null | undefined } | null | undefined; /** Needs a card that was saved with a top-up; null = never. */ auto_top_up?: { /** US$: "12.50" or 12.5, at most 9 places and 1,000,000 at once. */ threshold: string | number; /** US$: "12.50" or 12.5, at most 9 places and 1,000,000 at once. */ amount: string | number; /** US$: "12.50" or 12.5, at most 9 places and 1,000,000 at once. */ daily_cap: string | number } | null | undefined }

export interface WalletsOperations {
  getWallet: { params: Nothing; query: Nothing; body: Nothing; reply: OwnWallet }
  updateWallet: { params: Nothing; query: Nothing; body: WalletPatch; reply: WalletDetail }
  listWalletEntries: { params: Nothing; query: { from?: string | undefined; to?: string | undefined; time_zone?: string | undefined; limit?: number | undefined; after?: string | undefined; kind?: readonly string[] | undefined; order?: "newest_first" | "oldest_first" | undefined; format?: "json" | "csv" | undefined }; body: Nothing; reply: { object: "list"; data: readonly WalletEntry[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  getWalletWebhookKey: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "webhook_key"; value: string } }
  redeemCode: { params: Nothing; query: Nothing; body: { /** As it is printed; case and dashes do not matter. */ code: string }; reply: Redemption }
  createCheckout: { params: Nothing; query: Nothing; body: Checkout; reply: CheckoutOrder }
  listPayments: { params: Nothing; query: { limit?: number | undefined; after?: string | undefined; account?: string | undefined }; body: Nothing; reply: { object: "list"; data: readonly PaymentOrder[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  getPayment: { params: { order_id: string }; query: Nothing; body: Nothing; reply: PaymentOrder }
  listWallets: { params: Nothing; query: { limit?: number | undefined; after?: string | undefined; state?: "active" | "locked" | undefined }; body: Nothing; reply: { object: "list"; data: readonly Wallet[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  getAccountWallet: { params: { account_id: string }; query: Nothing; body: Nothing; reply: WalletDetail }
  updateAccountWallet: { params: { account_id: string }; query: Nothing; body: WalletPatch; reply: WalletDetail }
  listAccountWalletEntries: { params: { account_id: string }; query: { from?: string | undefined; to?: string | undefined; time_zone?: string | undefined; limit?: number | undefined; after?: string | undefined; kind?: readonly string[] | undefined; order?: "newest_first" | "oldest_first" | undefined; format?: "json" | "csv" | undefined }; body: Nothing; reply: { object: "list"; data: readonly WalletEntry[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  topUpWallet: { params: { account_id: string }; query: Nothing; body: TopUp; reply: Transfer }
  adjustWallet: { params: { account_id: string }; query: Nothing; body: Adjustment; reply: Transfer }
  refundWallet: { params: { account_id: string }; query: Nothing; body: Refund; reply: Transfer }
  lockWallet: { params: { account_id: string }; query: Nothing; body: WalletLock; reply: Wallet }
  unlockWallet: { params: { account_id: string }; query: Nothing; body: Nothing; reply: Wallet }
}

/** Method, path, and whether a repeated request can be told from a new one. */
export const WALLETS: { readonly [Name in keyof WalletsOperations]: readonly [string, string, 'repeatable'?] } = {
  getWallet: ['GET', '/api/wallet'],
  updateWallet: ['PATCH', '/api/wallet'],
  listWalletEntries: ['GET', '/api/wallet/entries'],
  getWalletWebhookKey: ['GET', '/api/wallet/webhook-key'],
  redeemCode: ['POST', '/api/wallet/redeem', 'repeatable'],
  createCheckout: ['POST', '/api/wallet/checkout', 'repeatable'],
  listPayments: ['GET', '/api/payments'],
  getPayment: ['GET', '/api/payments/{order_id}'],
  listWallets: ['GET', '/api/wallets'],
  getAccountWallet: ['GET', '/api/accounts/{account_id}/wallet'],
  updateAccountWallet: ['PATCH', '/api/accounts/{account_id}/wallet'],
  listAccountWalletEntries: ['GET', '/api/accounts/{account_id}/wallet/entries'],
  topUpWallet: ['POST', '/api/accounts/{account_id}/wallet/top-ups', 'repeatable'],
  adjustWallet: ['POST', '/api/accounts/{account_id}/wallet/adjustments', 'repeatable'],
  refundWallet: ['POST', '/api/accounts/{account_id}/wallet/refunds', 'repeatable'],
  lockWallet: ['POST', '/api/accounts/{account_id}/wallet/lock'],
  unlockWallet: ['POST', '/api/accounts/{account_id}/wallet/unlock'],
}
