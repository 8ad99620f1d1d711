// How often somebody guessed wrong, and until when nobody may guess again. `store/throttle-store.ts` keeps it.

export interface ThrottleRule {
  /** So many tries are free. */
  readonly free: number
  /** After the free ones the first wait; it doubles with each. */
  readonly firstWaitMs: number
  readonly longestWaitMs: number
  /** Tries are forgotten when none came for so long. */
  readonly forgetMs: number
}

export interface ThrottleScope {
  /** A digest: neither addresses nor mail addresses can be read from it. */
  readonly scope: string
  readonly rule: ThrottleRule
}

export interface ThrottleStore {
  /**
   * Counts one try against all of the scopes, or against none: then it resolves with how long to wait, in ms. 0 = go on.
   * The try counts before its outcome is known, so that many at once are no way round it.
   */
  take(scopes: readonly ThrottleScope[], nowMs: number): Promise<number>
  /** The try was right: one less in these. */
  giveBack(scopes: readonly string[]): Promise<void>
  /** Everything that was counted is forgotten. */
  forget(scopes: readonly string[]): Promise<void>
  prune(untilMs: number): Promise<void>
}
