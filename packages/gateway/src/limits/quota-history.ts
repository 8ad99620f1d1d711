// What a scope has spent before this process began to count: usage records are the memory of days, months and budgets,
// so that a restart neither forgets what was spent nor needs counters of its own on the disk.

export interface QuotaHistory {
  /**
   * Requests that were let through since a moment, and what they cost.
   * Counted as the ledger counts: those for which an upstream was asked (`attempts > 0`); refused ones are not.
   * Everything that was journaled must be in the figures, so the journal is brought in first.
   * Rejects when the database cannot be asked: then nobody is let through on a guess.
   * @param scope as in `LimitedScope.scope`: `key:key_…`, `account:…`, `group:…`, `model:…`, `credential:…`
   * @param fromMs unix milliseconds; 0 = from the beginning
   */
  since(scope: string, fromMs: number): Promise<{ readonly requests: number; readonly costNanos: number }>
}
