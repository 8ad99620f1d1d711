// What a worker and the primary say to each other about slices: plain JSON, over the cluster's IPC.

/** A worker wants money of a wallet, for calls that wait or for those that will come. */
export interface DrawAsk {
  readonly kind: 'draw'
  readonly accountId: string
  /** Who draws: the name of the worker's journal, in which everything that happens to the slice will stand. */
  readonly holder: string
  /** All of it or nothing; 0 = nobody waits, it is for later. Nano-US$. */
  readonly needNanos: number
  /** At least `needNanos`. What is beyond the need is given if there is enough of it. */
  readonly wishNanos: number
}

/** What the database says about a worker's slice. */
export interface KnownSlice {
  readonly sliceId: string
  readonly grantedNanos: number
  readonly life: number
}

export interface Drawn {
  readonly ok: true
  readonly sliceId: string
  /** What the slice has become larger by. 0 = nothing was to be had, and nobody waits for it. */
  readonly nanos: number
  /** Everything that was ever drawn into it. */
  readonly grantedNanos: number
  /** In which life of this gateway it was drawn: `SlicesValid.life`. */
  readonly life: number
  /** `machineNowMs` until which the slice may be used, unless more is heard; `ALWAYS_VALID` on SQLite. */
  readonly validUntilMs: number
  /** Others were asked to give back what they had for this: nobody should put money aside now. */
  readonly scarce: boolean
}

export interface NotDrawn {
  readonly ok: false
  readonly reason: 'insufficient' | 'locked'
  /** In the wallet. */
  readonly availableNanos: number
  /** Whoever needs more than this beyond what he has cannot be served either: the same, if everything unspent was called back. */
  readonly reachNanos: number
  /** The asker's own slice, should an earlier answer about it have been lost. */
  readonly known: KnownSlice | null
}

export type DrawReply = Drawn | NotDrawn

/** Give back what is not held by calls. */
export interface RecallOrder {
  readonly kind: 'recall'
  readonly id: number
  readonly accountId: string
  /** The worker's slice of this wallet: a draw may have been committed whose answer never came. */
  readonly known: KnownSlice | null
}

/** The return lines are in the journal file when this is sent. */
export interface Recalled {
  readonly kind: 'recalled'
  readonly id: number
  readonly returnedNanos: number
  /** False when the journal did not take a line: there is more, and it cannot be had now. */
  readonly complete: boolean
}

/** A sign of life of this instance reached the database. */
export interface SlicesValid {
  readonly kind: 'slices-valid'
  /** Changes when the slices of this gateway were written off: those of an earlier life are void. */
  readonly life: number
  /** `machineNowMs` */
  readonly untilMs: number
}

/** Not Infinity: it travels as JSON. */
export const ALWAYS_VALID = Number.MAX_SAFE_INTEGER
