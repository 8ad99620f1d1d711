// What the journal reader asks of a database. `store/usage-store.ts` answers it.
import type { UsageRecord } from './usage-record.ts'

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
  /** The fields of `journal-line.ts`'s key part, tab-separated and escaped; equal text is an equal key. */
  readonly keyText: string
  /** Likewise endpoint, model, provider... */
  readonly kindText: string
}

export interface JournalPosition {
  readonly instance: string
  readonly segment: number
  /** Bytes of the segment that are in the database. */
  readonly position: number
}

export interface UsageStore {
  position(instance: string, segment: number): Promise<number>
  positions(): Promise<readonly JournalPosition[]>
  /**
   * Rows and position, in one transaction. Throws and changes nothing when the position is no longer `from`
   * (somebody else brought these rows in) or the database is full.
   */
  append(rows: readonly JournalRow[], from: number, to: JournalPosition): Promise<void>
  /** Returns when everything appended so far survives a power cut. */
  flush(): Promise<void>
  forget(instance: string, segment: number): Promise<void>
  /** The last calls, newest first. */
  recent(query: { limit: number; keyId?: string; requestId?: string }): Promise<readonly UsageRecord[]>
}
