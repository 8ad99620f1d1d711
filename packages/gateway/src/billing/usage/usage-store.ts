// What billing asks of a database. `store/` answers it, on SQLite and on PostgreSQL.
import type { QuotaHistory } from '../../limits/quota-history.ts'
import type { UsageArrivals, UsageQueries } from './usage-queries.ts'
import type { JournalReceipt } from './receipts.ts'
import type { StoredUsageRecord } from './usage-record.ts'

/** A row as the journal holds it: the figures apart, and the two parts that repeat still as their source text. */
export interface JournalRow {
  readonly requestId: string
  readonly startedAtMs: number
  readonly durationMs: number
  readonly firstByteMs: number
  readonly inputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWrite5mTokens: number
  readonly cacheWrite1hTokens: number
  readonly outputTokens: number
  readonly reasoningTokens: number
  readonly costNanos: number
  readonly providerCostNanos: number
  readonly paidNanos: number
  /** '' = nothing is charged. */
  readonly sliceId: string
  /** Unescaped; equal text is an equal price. */
  readonly priceText: string
  /** Rarer classes of usage, as `usage-extras.ts` writes them; empty for most calls. */
  readonly extrasText: string
  /** The fields of `journal-line.ts`'s key part, tab-separated and escaped; equal text is an equal key. */
  readonly keyText: string
  /** Likewise endpoint, model, provider... */
  readonly kindText: string
  /** The attempts, as `journal-trail.ts` writes them; empty for most calls. */
  readonly trailText: string
}

/** Money that a worker has drawn and gives back. */
export interface SliceReturn {
  readonly sliceId: string
  readonly nanos: number
}

/** What a stretch of a journal says. */
export interface JournalBatch {
  readonly rows: readonly JournalRow[]
  readonly returns: readonly SliceReturn[]
  /** Of the rows, or of replies that are still under way. */
  readonly receipts?: readonly JournalReceipt[]
  /** The worker that wrote the journal; it is dead, and this is the last of it: its slices are closed after the rest. */
  readonly closes?: string
}

export interface JournalPosition {
  readonly instance: string
  readonly segment: number
  /** Bytes of the segment that are in the database. */
  readonly position: number
}

/** Where a batch of rows comes from, and how far the segment is read after it. */
export interface JournalAdvance extends JournalPosition {
  /** `position` before the batch. */
  readonly from: number
  /** Name of the directory in which the segment lies: `journal-directory.ts`. */
  readonly directory: string
}

/** What the journal reader needs. */
export interface JournalTarget {
  position(instance: string, segment: number): Promise<number>
  /** Of the segments that lay in this directory, and of those from before directories had names. */
  positions(directory: string): Promise<readonly JournalPosition[]>
  /**
   * Rows, their roll-ups, what they are charged and the position, in one transaction. Throws and changes nothing when the position is no
   * longer `from` (somebody else brought these rows in) or the database is full. Holds the event loop for a few
   * milliseconds at a time, however many rows there are.
   */
  append(batch: JournalBatch, advance: JournalAdvance): Promise<void>
  /** Returns when everything appended so far survives a power cut. */
  flush(): Promise<void>
  forget(instance: string, segment: number): Promise<void>
}

export interface RetentionCutoffs {
  /** Unix ms; what began before is deleted. -Infinity keeps everything. */
  readonly recordsBeforeMs: number
  /** Hours that daily roll-ups hold. */
  readonly hoursBeforeMs: number
  readonly daysBeforeMs: number
}

/** The chores that keep the tables small and charts quick. Each call does a little, and says whether more is to do. */
export interface UsageUpkeep {
  /** Sums the hours of one UTC day that ended two days ago or more. */
  sumNextDay(nowMs: number): Promise<boolean>
  /** Deletes a batch of what is too old. Never a record that the roll-ups do not hold, never an hour of a day that is not summed. */
  deleteOld(cutoffs: RetentionCutoffs): Promise<boolean>
}

export interface UsageStore extends JournalTarget, UsageQueries, UsageArrivals, QuotaHistory, UsageUpkeep {
  /** The last calls of everybody, newest first. */
  recent(query: { limit: number; keyId?: string; requestId?: string }): Promise<readonly StoredUsageRecord[]>
  /**
   * Of background work that has come to nothing: no run of it will be charged.
   * @returns false = one has been charged already
   */
  forgo(requestId: string): Promise<boolean>
}
