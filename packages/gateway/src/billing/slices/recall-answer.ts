// What comes back when unspent money is called back, from one worker, one gateway or all of them.

export interface RecallAnswer {
  readonly returnedNanos: number
  /** Everybody answered, and everything that they gave back is in the database. */
  readonly complete: boolean
}

export const NOTHING_RETURNED: RecallAnswer = Object.freeze({ returnedNanos: 0, complete: true })
/** Nobody can say. */
export const SILENCE: RecallAnswer = Object.freeze({ returnedNanos: 0, complete: false })

export function together(a: RecallAnswer, b: RecallAnswer): RecallAnswer {
  return { returnedNanos: a.returnedNanos + b.returnedNanos, complete: a.complete && b.complete }
}
