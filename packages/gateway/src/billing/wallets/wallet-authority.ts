// Who decides whether a call can be paid.
// A worker draws money from wallets in slices and holds, for each call, a part of a slice in its memory. The relay knows
// this interface only: it asks for a hold before anything goes upstream, lets it grow while a long stream runs, and ends
// it on every way out, either by `capture` (the call cost something, perhaps less than was held) or by `release`.
// Nothing here touches a database: a capture becomes a fact with the line that the relay writes into the journal in the
// same turn, and whatever was not captured when this process dies goes back to its wallet.

/** Money of one call. Amounts are nano-US$. */
export interface Hold {
  readonly ok: true
  readonly accountId: string
  /** What may be spent; becomes larger with `grow`, and 0 when the hold has ended. */
  readonly amountNanos: number
  /** The slice that it is a part of; '' = nobody pays for this call. May become another one with `grow`. */
  readonly sliceId: string
}

export interface HoldRefused {
  readonly ok: false
  /** `locked`: the operator, or a broken invariant, has stopped all spending from this wallet. */
  readonly reason: 'insufficient' | 'locked'
  /** What could still be held, after everything unspent was called back; 0 for a locked wallet. */
  readonly availableNanos: number
  readonly neededNanos: number
}

export type HoldAnswer = Hold | HoldRefused

/** For the usage line of the call. */
export interface Captured {
  /** '' = nothing is charged. */
  readonly sliceId: string
  /** Taken from the slice: the cost, or all that was held when the cost is more. */
  readonly paidNanos: number
}

export const NOTHING_HELD: Hold = Object.freeze({ ok: true, accountId: '', amountNanos: 0, sliceId: '' })

export const NOTHING_CAPTURED: Captured = Object.freeze({ sliceId: '', paidNanos: 0 })

export interface WalletAuthority {
  /**
   * `/!\ Hot path`. Money for one call: all of `needNanos` or nothing. The answer is there at once when the worker has the
   * money; otherwise calls of one account are answered in the order in which they asked.
   * Rejects with a GatewayError `service_unavailable` when nobody can say whether the wallet could pay.
   * @param needNanos an integer >= 0
   */
  hold(accountId: string, needNanos: number): Hold | Promise<HoldAnswer>
  /**
   * `/!\ Hot path`. More for a call that is under way. False = the wallet cannot pay for it: then the hold is as it was, and
   * the call has to end with what it has. Never rejects: while nobody can say (the database is away), running streams shall
   * finish, so the answer is true and `amountNanos` stays what it is; what the wallet cannot pay of it in the end is the
   * operator's loss. Ask again only when the answer is there. A hold that ends meanwhile makes it false.
   */
  grow(hold: Hold, byNanos: number): boolean | Promise<boolean>
  /**
   * `/!\ Hot path`. Ends the hold; the rest of it is free at once. Whoever calls this writes the usage line of the call, with
   * what is returned, into the journal of this process before the turn of the event loop is over.
   * Ending a hold a second time does nothing, captures nothing and gives `NOTHING_CAPTURED`.
   */
  capture(hold: Hold, costNanos: number): Captured
  /** `/!\ Hot path`. Ends the hold and spends nothing. Does nothing when it has ended. */
  release(hold: Hold): void
}
