// What one block of load has seen. Plain arrays of numbers: a block has at most some hundred thousand entries.

export class Tally {
  completed = 0
  failed = 0
  /** Streamed events that arrived, [DONE] included. */
  events = 0
  /** Reads from the socket that carried events: fewer than events when chunks were merged on the way. */
  reads = 0
  readonly failures = new Map<string, number>()
  /** Microseconds from the scheduled (open loop) or sent (closed loop) time to the last byte. */
  readonly latenciesUs: number[] = []
  /** Microseconds from the same moment to the first content chunk of a streamed answer. */
  readonly firstTokensUs: number[] = []
  /** Microseconds between the mock writing a content chunk and the client reading it. */
  readonly chunkDelaysUs: number[] = []

  fail(reason: string): void {
    this.failed++
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1)
  }
}

/** The failures in words, most frequent first, or an empty string. */
export function describeFailures(failures: ReadonlyMap<string, number>): string {
  return [...failures]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([reason, count]) => `${count} x ${reason}`)
    .join(', ')
}
