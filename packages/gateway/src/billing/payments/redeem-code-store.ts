// Redeem codes: money that the operator gives away, or sells elsewhere. `store/redeem-code-store.ts` keeps them.
import type { Page } from '../../identity/page.ts'

/** Codes that were made together, each worth the same. Times are unix milliseconds. */
export interface RedeemBatch {
  /** `rcb_` and 16 base62 digits. */
  readonly batchId: string
  readonly name: string
  /** Of one code. */
  readonly amountNanos: number
  readonly count: number
  readonly expiresAtMs: number | null
  /** `key_…`, or `master`. */
  readonly madeBy: string
  readonly createdAtMs: number
  /** Since then none of them can be redeemed any more. */
  readonly voidedAtMs: number | null
}

export interface RedeemBatchView extends RedeemBatch {
  readonly redeemedCount: number
}

export interface RedeemCode {
  /** `rdc_` and 16 base62 digits. */
  readonly codeId: string
  readonly batchId: string
  readonly last4: string
  readonly redeemedAtMs: number | null
  readonly redeemedBy: string | null
}

/** What a code is worth to whoever redeems it now. */
export interface RedeemableCode {
  readonly codeId: string
  readonly batchId: string
  readonly amountNanos: number
}

export interface RedeemCodeStore {
  insert(
    batch: RedeemBatch,
    codes: readonly { readonly codeId: string; readonly digest: string; readonly last4: string }[],
  ): Promise<void>
  /** Newest first. */
  list(query: { readonly limit: number; readonly after?: string }): Promise<Page<RedeemBatchView>>
  find(batchId: string): Promise<RedeemBatchView | undefined>
  /** In the order in which they were made. */
  codes(batchId: string, query: { readonly limit: number; readonly after?: string }): Promise<Page<RedeemCode>>
  /** False when it was void already, or there is none. */
  void(batchId: string, atMs: number): Promise<boolean>
  /**
   * One conditional update: of any number of attempts at the same moment one gets the code. Null for a code that is
   * unknown, redeemed, expired or void; nobody learns which.
   */
  redeem(claim: {
    readonly digest: string
    readonly accountId: string
    readonly atMs: number
  }): Promise<RedeemableCode | null>
  /** Whether this account is the one that has redeemed it: somebody who asks twice is told so. */
  redeemedBy(digest: string, accountId: string): Promise<RedeemableCode | null>
}
