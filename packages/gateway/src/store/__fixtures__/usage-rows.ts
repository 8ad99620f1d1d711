// Journal rows for tests, and the plain sums that a question about them must agree with.
import { formatJournalLine, parseJournalLines } from '../../billing/journal/journal-line.ts'
import { tokenUsage } from '../../core/token-usage.ts'
import type { UsageRecord } from '../../billing/usage/usage-record.ts'
import type { JournalRow, UsageStore } from '../../billing/usage/usage-store.ts'

export function usageRecord(rest: Partial<UsageRecord> = {}): UsageRecord {
  return {
    requestId: 'req_1',
    startedAtMs: 1_700_000_000_000,
    durationMs: 1234,
    firstByteMs: 120,
    keyId: 'key_a',
    accountId: 'acc_a',
    group: '',
    endpoint: '/v1/chat/completions',
    model: 'gpt-4o',
    provider: 'openai',
    upstreamModel: 'gpt-4o',
    status: 200,
    errorCode: '',
    stream: true,
    attempts: 1,
    trail: [],
    usage: tokenUsage({ input: 100, cacheRead: 20, cacheWrite5m: 3, cacheWrite1h: 4, output: 50, reasoning: 5 }),
    estimated: false,
    costNanos: 1000,
    providerCostNanos: 700,
    priceText: '',
    sliceId: '',
    paidNanos: 0,
    heldNanos: 0,
    ...rest,
  }
}

export function journalRows(records: readonly UsageRecord[]): JournalRow[] {
  const rows: JournalRow[] = []
  parseJournalLines(records.map(formatJournalLine).join(''), rows)
  return rows
}

let segment = 0

/** As one batch of a journal of its own. */
export async function bringIn(usage: UsageStore, records: readonly UsageRecord[]): Promise<void> {
  const rows = journalRows(records)
  await usage.append({ rows, returns: [] }, {
    instance: 'test',
    segment: ++segment,
    from: 0,
    position: 1,
    directory: 'dir_test',
  })
}
