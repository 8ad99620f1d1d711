// How much of what has been given back already. One row for each transfer or call that was ever refunded, with the rule
// in the table itself: never more than the original. `store/refund-store.ts` keeps it.

export interface RefundStore {
  /**
   * Books a part of the original as given back: one conditional update. False when it would be more than is left.
   * @param subject the transfer or the call: `transfer:…`, `request:…`
   */
  take(subject: string, part: { readonly originalNanos: number; readonly nanos: number }): Promise<boolean>
  refundedNanos(subject: string): Promise<number>
}
