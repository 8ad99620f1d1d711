// What learning reads from the database and keeps there. `store/learning-store.ts` answers it.
import type { Feedback } from '../../../billing/usage/receipts.ts'
import type { LearnedTable } from '../../../core/learned.ts'
import type { ReceiptName, ShadowResult } from './shadow.ts'
import type { ReplayResult } from './replay.ts'

/** A call that `auto` chose for, and what came of it. */
export interface DecisionRow {
  readonly receiptId: string
  readonly keyId: string
  readonly createdAtMs: number
  /** JSON: `core/receipt.ts`. */
  readonly body: string
  /** Null while the call is under way. */
  readonly status: number | null
  /** What the caller paid. */
  readonly costNanos: number
  readonly outputTokens: number
  /** What a judge thinks of it against another model; null = none was asked. */
  readonly shadow: Pick<ShadowResult, 'other' | 'verdict' | 'otherNanos' | 'otherTokens'> | null
}

export interface DecisionQuery {
  readonly accountId: string
  readonly limit: number
  /** Goes on behind this one. */
  readonly before?: { readonly createdAtMs: number; readonly receiptId: string }
}

export type AnswerQuery = Omit<DecisionQuery, 'accountId'>

export interface AnswerRow {
  readonly receiptId: string
  readonly createdAtMs: number
  /** JSON: `core/receipt.ts`. */
  readonly body: string
  /** Public id of the model that answered. */
  readonly model: string
  readonly outputTokens: number
  readonly reasoningTokens: number
}

export interface NewVersion {
  /** `av_…` */
  readonly versionId: string
  readonly accountId: string
  /** '' = the default one. */
  readonly pool: string
  /** 1, 2, 3… of this account and pool. */
  readonly number: number
  readonly madeAtMs: number
  /** `key_…`, `master`, or `schedule`. */
  readonly madeBy: string
  /** What it was compared with; '' = what ships with the gateway. */
  readonly base: string
  readonly table: LearnedTable
  readonly replay: ReplayResult
}

/** As it is listed. */
export interface VersionRecord extends Omit<NewVersion, 'table'> {
  readonly serving: boolean
  /** When it last began to serve; null = it never did. */
  readonly servedAtMs: number | null
}

/** What serves for an account in a pool. */
export interface Serving {
  readonly accountId: string
  readonly pool: string
  readonly versionId: string
}

/** A part of what shadow evaluations may cost in a day. */
export interface SpendHold {
  /** Days since the epoch, UTC. */
  readonly day: number
  /** `operator`, or an account's id. */
  readonly payer: string
  readonly nanos: number
  readonly capNanos: number
}

export interface SpendSettled {
  readonly day: number
  readonly payer: string
  readonly heldNanos: number
  readonly spentNanos: number
  /** Of the call that is evaluated. */
  readonly receipt: ReceiptName
}

export interface LearningStore {
  /** False when the cap leaves no room for it: what is held and spent is never more. */
  holdSpend(hold: SpendHold): Promise<boolean>
  /** What was held has become what was spent, and counts against what its receipt has saved. */
  settleSpend(spent: SpendSettled, atMs: number): Promise<void>
  /** Counts against what a receipt has saved. */
  addOverhead(receipt: ReceiptName, nanos: number, atMs: number): Promise<void>
  /** Once for each receipt. */
  addShadow(result: ShadowResult, atMs: number): Promise<void>
  /** Accounts with receipts since then. */
  accountsSince(sinceMs: number): Promise<readonly string[]>
  /** Newest first. */
  decisions(query: DecisionQuery): Promise<readonly DecisionRow[]>
  /** Answers to calls of `auto` that their provider has counted, of all accounts, newest first. */
  answers(query: AnswerQuery): Promise<readonly AnswerRow[]>
  /** The newest of each receipt. */
  feedbackOn(receiptIds: readonly string[]): Promise<readonly Feedback[]>
  /** False when somebody else has made one of this number. */
  insert(version: NewVersion): Promise<boolean>
  /** Newest first, of all accounts and pools when none is named. */
  versions(filter: {
    readonly accountId?: string
    readonly pool?: string
    readonly limit: number
  }): Promise<readonly VersionRecord[]>
  version(versionId: string): Promise<VersionRecord | null>
  serving(accountId: string, pool: string): Promise<Serving | null>
  table(versionId: string): Promise<LearnedTable | null>
  /** Those that began to serve last first. */
  servingTables(limit: number): Promise<readonly (Serving & { readonly table: LearnedTable })[]>
  /** Inside a transaction; '' = what ships with the gateway. @returns false when another than `instead` serves by now */
  serve(next: Serving, instead: string, atMs: number): Promise<boolean>
  /** Versions behind the newest so many, but never one that serves or that a serving one stands on. */
  prune(accountId: string, pool: string, keep: number): Promise<void>
}
