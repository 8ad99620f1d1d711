// What billing asks of a database about wallets, the slices that workers draw from them, and the ledger.
//
// A wallet's row says what is available and what is held; held is what its live slices have not spent or returned yet. A
// draw moves money from available to held at once and is committed when it is answered. Captures and returns come
// in with the journal (`UsageStore.append`), each exactly once and in the order of each journal. When a journal was
// read to its end and its worker is dead, its slices are closed: the rest is available again.
//
//   draw ──▶ open ──── journal read, worker dead ─────▶ closed       the rest is available again
//             │
//             └─ no sign of life from its gateway ────▶ written_off  likewise; what is captured later is the operator's loss
//
// Amounts are nano-US$, integers from 0 to `MOST_NANOS`.
import type { LedgerAccount, Posted, Posting, Transfer, TransferKind } from './ledger.ts'

export type WalletState = 'active' | 'locked'

export interface Wallet {
  readonly accountId: string
  readonly availableNanos: number
  /** Drawn by workers and not spent as far as the database knows. */
  readonly heldNanos: number
  readonly state: WalletState
  /** For people; '' when it is not locked. */
  readonly lockReason: string
  readonly createdAtMs: number
}

export type SliceState = 'open' | 'full' | 'closed' | 'written_off'

export interface Slice {
  /** `sl_...`, never used twice. */
  readonly sliceId: string
  readonly accountId: string
  /** The worker: the name of its journal. */
  readonly holder: string
  /** Its gateway. */
  readonly instanceId: string
  /** `full`: as open, but nothing more is drawn into it. */
  readonly state: SliceState
  /** Everything that was ever drawn into it. */
  readonly grantedNanos: number
  /** As far as its journal was brought in. */
  readonly capturedNanos: number
  readonly returnedNanos: number
  readonly openedAtMs: number
}

/** Neither captured nor returned, as far as the database knows. */
export function restOf(slice: Pick<Slice, 'grantedNanos' | 'capturedNanos' | 'returnedNanos'>): number {
  return slice.grantedNanos - slice.capturedNanos - slice.returnedNanos
}

export interface Draw {
  readonly accountId: string
  readonly holder: string
  readonly instanceId: string
  /** Less than this is refused. 0 = look only, and take what there is up to `wantNanos`. */
  readonly needNanos: number
  /** As much as this if it is there; at least `needNanos`. */
  readonly wantNanos: number
  /** Beyond `needNanos`, at most one part in so many of what is available, so that one worker never empties a wallet. Absent = 1. */
  readonly shareOf?: number
}

export type Drawn =
  | {
      readonly ok: true
      /** The worker's slice of this wallet; another one than before when that one was full, closed or written off. */
      readonly sliceId: string
      /** By this draw. May be 0 when nothing was needed. */
      readonly drawnNanos: number
      /**
       * Everything drawn into this slice so far, this draw included: a worker that has kept count of what it captured and
       * returned knows by this what it has, even when the answer to an earlier draw was lost.
       */
      readonly grantedNanos: number
      /** Left in the wallet. */
      readonly availableNanos: number
    }
  | {
      readonly ok: false
      /** `expired`: the gateway has given no sign of life (`renew`) and its slices were written off. */
      readonly reason: 'insufficient' | 'locked' | 'expired'
      readonly availableNanos: number
      /** In all live slices, the asker's own included; some of it may be spent already. */
      readonly heldNanos: number
    }

/** One line of a wallet's statement. */
export interface StatementLine {
  readonly transferId: string
  readonly atMs: number
  readonly kind: TransferKind
  readonly nanos: number
  /** Of the wallet after it, held money included. */
  readonly balanceNanos: number
  /** Of `usage`: how many calls it charges. */
  readonly calls: number
  readonly actor: string
  readonly note: string
  readonly reference: string
  readonly correctsId: string
}

export interface StatementQuery {
  readonly accountId: string
  /** Unix ms, from included, to excluded. */
  readonly fromMs?: number
  readonly toMs?: number
  readonly kinds?: readonly TransferKind[]
  readonly order: 'newest-first' | 'oldest-first'
  /** At most 1000. */
  readonly limit: number
  /** `next` of the page before. @throws RangeError for one that is none of ours */
  readonly cursor?: string
}

export interface StatementPage {
  readonly lines: readonly StatementLine[]
  /** Null on the last page. */
  readonly next: string | null
}

/** What is not as it must be. `docs/billing.md` has the invariants. */
export interface Violation {
  /** `I1`... `I9` of the billing page. */
  readonly invariant: string
  /** The wallet to lock; '' = the fault is not one wallet's. */
  readonly accountId: string
  /** For the operator's log. */
  readonly message: string
}

export interface MoneyCheck {
  readonly violations: readonly Violation[]
  /** Hand it in as `sinceTransfer` next time. */
  readonly lastTransfer: number
}

export interface WalletStore {
  /** Undefined = it never had money. */
  find(accountId: string): Promise<Wallet | undefined>
  /** By account id, `limit` at most, after `after`. */
  list(query: { readonly limit: number; readonly after?: string; readonly state?: WalletState }): Promise<{
    readonly wallets: readonly Wallet[]
    readonly hasMore: boolean
  }>
  /** Sums over all wallets, beyond what a number can say. */
  totals(): Promise<{ readonly wallets: number; readonly availableNanos: bigint; readonly heldNanos: bigint }>
  /** Makes an empty wallet when there is none. */
  ensure(accountId: string): Promise<Wallet>
  /** Inside a transaction: until it ends nobody else changes this wallet. Makes the wallet when there is none. */
  lock(accountId: string): Promise<Wallet>
  /** A locked wallet gives nothing: no draws. Money may still come in. Makes the wallet when there is none. */
  setState(accountId: string, state: WalletState, reason: string): Promise<Wallet>

  /** One transaction, committed when it is answered. Only the gateway that keeps the worker calls it, one draw at a time for each (holder, wallet). */
  draw(draw: Draw): Promise<Drawn>
  /**
   * A sign of life of this gateway, by the database's clock; needed before the first draw. `life` is another number than last
   * time when its slices were written off in between: then all of them are void, and what is captured in them is lost.
   * @param nowMs only for tests: instead of the database's clock
   */
  renew(instanceId: string, nowMs?: number): Promise<{ readonly life: number; readonly nowMs: number }>
  /** This gateway is leaving, and its journals were read to the end. */
  leave(instanceId: string): Promise<void>
  /** Writes off the slices of gateways that gave no sign of life for so long, and says which wallets got something back. */
  writeOffDead(deadAfterMs: number, nowMs?: number): Promise<readonly Slice[]>
  /**
   * Closes the live slices of a worker that is dead and whose journal was read to its end: the rest is available again.
   * `UsageStore.append` does the same with `closes`, together with the last lines.
   */
  closeHolder(holder: string): Promise<readonly Slice[]>
  /** Slices that are open or full. */
  liveSlices(of: {
    readonly accountId?: string
    readonly instanceId?: string
    readonly holder?: string
  }): Promise<readonly Slice[]>

  /**
   * Posts a transfer once, however often it is asked for; makes wallets that are missing. On SQLite the transfer
   * survives a power cut when this returns, or when the transaction around it has ended.
   * @throws RangeError for entries that are no transfer: not integers, not zero together, a zero, an account twice
   */
  post(posting: Posting): Promise<Posted>
  transfer(transferId: string): Promise<Transfer | undefined>
  transferByKey(kind: TransferKind, idemKey: string): Promise<Transfer | undefined>
  /** Transfers that name this one in `correctsId`, oldest first. */
  corrections(transferId: string): Promise<readonly Transfer[]>
  statement(query: StatementQuery): Promise<StatementPage>
  /** What each account of the ledger has by all its entries; wallets together as `wallet:*`. */
  ledgerSums(): Promise<ReadonlyMap<LedgerAccount | 'wallet:*', bigint>>

  /**
   * Looks for broken invariants: among transfers after `sinceTransfer` (quick), or everywhere (`full`). Changes nothing.
   */
  checkMoney(options: { readonly sinceTransfer?: number; readonly full?: boolean }): Promise<MoneyCheck>
}
