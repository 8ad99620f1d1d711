// The words of the ledger: who money moves between, and why.
// Append-only and double-entry. A transfer has two entries or more that sum to zero, and is never changed; what was wrong is
// put right by another transfer that names the first. Money that a worker has drawn is still its wallet's: draws and
// returns move it between `available` and `held` and are no transfers. So for every wallet, at any moment:
// available + held = the sum of its entries.

export const LEDGER_ACCOUNTS = [
  /** What calls cost. */
  'revenue',
  /** Money on its way in from, or back to, a payment provider. */
  'psp_clearing',
  /** Given away: redeem codes, welcome gifts. */
  'promo',
  'adjustment',
  'refunds',
  /** Calls that cost more than any bound said and more than the wallet had. */
  'overrun_loss',
  /** Calls paid from a slice that had been written off, because its gateway was frozen. */
  'late_loss',
] as const

/** A wallet's account is `wallet:` and the id of its owner. */
export type LedgerAccount = (typeof LEDGER_ACCOUNTS)[number] | `wallet:${string}`

export const TRANSFER_KINDS = [
  /** What one batch of calls cost one wallet. */
  'usage',
  'top_up',
  'redeem',
  'payment',
  'refund',
  'chargeback',
  'adjustment',
  'correction',
] as const

export type TransferKind = (typeof TRANSFER_KINDS)[number]

/** Nano-US$. More cannot be said exactly in one number: a wallet never holds more. */
export const MOST_NANOS = Number.MAX_SAFE_INTEGER

export interface Entry {
  readonly account: LedgerAccount
  /** An integer; positive = the account gains. */
  readonly nanos: number
}

export interface Transfer {
  /** `tr_...` */
  readonly transferId: string
  readonly kind: TransferKind
  /** Of two transfers of a kind with the same key there is only ever one. */
  readonly idemKey: string
  /** Unix ms, by the database's clock. */
  readonly atMs: number
  /** Who did it: a key id, `system`, the name of a payment provider. */
  readonly actor: string
  readonly note: string
  /** What it is about elsewhere: an order, a code, a charge; '' = nothing. */
  readonly reference: string
  /** The transfer that this one corrects or refunds; '' = none. */
  readonly correctsId: string
  /** In the order in which they were given; they sum to zero. */
  readonly entries: readonly Entry[]
}

/** What somebody wants to be transferred. */
export interface Posting {
  readonly kind: Exclude<TransferKind, 'usage'>
  readonly idemKey: string
  readonly actor: string
  readonly note?: string
  readonly reference?: string
  readonly correctsId?: string
  /** Two or more, each account once, none zero, together zero. */
  readonly entries: readonly Entry[]
  /**
   * Instead of refusing a transfer that takes more from a wallet than is available: what is missing is taken from this
   * account. For chargebacks, which happen whether the wallet can pay or not.
   */
  readonly shortfallFrom?: Exclude<LedgerAccount, `wallet:${string}`>
}

export type Posted =
  /** `repeated`: it was there already, with the same entries; nothing was done. */
  | { readonly ok: true; readonly transfer: Transfer; readonly repeated: boolean }
  /** `availableNanos`: what the wallet could give now. Slices may hold more; they can be called back. */
  | { readonly ok: false; readonly reason: 'insufficient'; readonly accountId: string; readonly availableNanos: number }
  /** The wallet would hold more than `MOST_NANOS`. */
  | { readonly ok: false; readonly reason: 'too_much'; readonly accountId: string }
  /** The key was used for another transfer; `transfer` is that one. */
  | { readonly ok: false; readonly reason: 'conflict'; readonly transfer: Transfer }

export function walletAccount(accountId: string): LedgerAccount {
  return `wallet:${accountId}`
}

/** Null for an account that is no wallet. */
export function walletOwner(account: string): string | null {
  return account.startsWith('wallet:') ? account.slice('wallet:'.length) : null
}
