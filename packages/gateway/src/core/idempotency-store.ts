// What has been answered to requests that carry an Idempotency-Key. `store/idempotency-store.ts` keeps it.

export interface StoredReply {
  /** Digest of method, path and body. */
  readonly requestDigest: string
  /** Null while the first request is being worked on. */
  readonly reply: SealedReply | null
}

export interface SealedReply {
  readonly status: number
  /** Nobody but the sender of the Idempotency-Key can read it. */
  readonly sealed: string
}

/** Ids and digests are hexadecimal, times unix milliseconds. */
export interface IdempotencyStore {
  /**
   * Null = the id is the caller's now; else what is there already. What is older than `expiredBeforeMs`, or has not been
   * answered since `staleBeforeMs`, counts as nothing.
   */
  claim(claim: {
    readonly id: string
    readonly requestDigest: string
    readonly atMs: number
    readonly staleBeforeMs: number
    readonly expiredBeforeMs: number
  }): Promise<StoredReply | null>
  finish(id: string, reply: SealedReply): Promise<void>
  /** The request failed: the next one may try again. */
  release(id: string): Promise<void>
}
