// The sums of one batch of rows, before they are added to the table: one entry per hour, key and series, so a batch of
// thousands of rows writes a handful. All of it in memory and synchronous.
import { latencyBucket } from '../billing/usage/latency-histogram.ts'
import type { JournalRow } from '../billing/usage/usage-store.ts'
import { EVERYBODY, FIRST_DURATION, FIRST_FIRST, HOUR_MS, SUM_COLUMNS } from './rollup-columns.ts'

/** What a row's kind says that the sums need. */
export interface KindFacts {
  readonly id: number
  readonly series: number
  readonly error: boolean
  readonly sent: boolean
  readonly stream: boolean
}

export interface RollupEntry {
  readonly slot: number
  readonly key: number
  readonly series: number
  /** In the order of `SUM_COLUMNS`. */
  readonly sums: number[]
}

/** Of a 32-bit column; a time that makes no sense must not keep a whole journal out. */
const LAST_SLOT = 2 ** 31 - 1
/** More series than a gateway has: room for both numbers in one. */
const SERIES_ROOM = 2 ** 22
const PROVIDER_COST = SUM_COLUMNS.indexOf('provider_cost_nanos')
const BILLED = SUM_COLUMNS.indexOf('billed_nanos')

export class RollupBatch {
  readonly #slots = new Map<number, Map<number, RollupEntry>>()
  #slot = -1
  #current = new Map<number, RollupEntry>()

  /** /!\ Hot path: once per row. */
  add(row: JournalRow, key: number, kind: KindFacts): void {
    const slot = Math.min(Math.max(0, Math.floor(row.startedAtMs / HOUR_MS)), LAST_SLOT)
    if (slot !== this.#slot) this.#turnTo(slot)
    const name = key * SERIES_ROOM + kind.series
    let entry = this.#current.get(name)
    if (entry === undefined) {
      entry = { slot, key, series: kind.series, sums: Array<number>(SUM_COLUMNS.length).fill(0) }
      this.#current.set(name, entry)
    }
    addRow(entry.sums, row, kind)
  }

  /** With those of everybody; sorted, so that writers who share rows never wait for each other in a circle. */
  entries(): readonly RollupEntry[] {
    const entries: RollupEntry[] = []
    for (const [slot, bySeries] of this.#slots) {
      const totals = new Map<number, RollupEntry>()
      for (const entry of bySeries.values()) {
        entries.push(entry)
        const total = totals.get(entry.series)
        if (total === undefined)
          totals.set(entry.series, { slot, key: EVERYBODY, series: entry.series, sums: [...entry.sums] })
        else for (const [index, value] of entry.sums.entries()) total.sums[index] = (total.sums[index] ?? 0) + value
      }
      entries.push(...totals.values())
    }
    return entries.sort((a, b) => a.slot - b.slot || a.key - b.key || a.series - b.series)
  }

  #turnTo(slot: number): void {
    this.#slot = slot
    const known = this.#slots.get(slot)
    this.#current = known ?? new Map()
    if (known === undefined) this.#slots.set(slot, this.#current)
  }
}

function addRow(sums: number[], row: JournalRow, kind: KindFacts): void {
  add(sums, 0, 1)
  if (kind.error) add(sums, 1, 1)
  if (kind.sent) add(sums, 2, 1)
  add(sums, 3, row.inputTokens)
  add(sums, 4, row.cacheReadTokens)
  add(sums, 5, row.cacheWrite5mTokens)
  add(sums, 6, row.cacheWrite1hTokens)
  add(sums, 7, row.outputTokens)
  add(sums, 8, row.reasoningTokens)
  add(sums, 9, row.costNanos)
  add(sums, 10, row.durationMs)
  add(sums, PROVIDER_COST, row.providerCostNanos)
  if (row.sliceId !== '') add(sums, BILLED, row.costNanos)
  add(sums, FIRST_DURATION + latencyBucket(row.durationMs), 1)
  if (!kind.stream || row.firstByteMs < 0) return
  add(sums, 11, 1)
  add(sums, 12, row.firstByteMs)
  add(sums, FIRST_FIRST + latencyBucket(row.firstByteMs), 1)
}

function add(sums: number[], index: number, value: number): void {
  // Beyond 2^53 a sum is no longer exact, and no number of ours; only nonsense gets there.
  sums[index] = Math.min((sums[index] ?? 0) + value, Number.MAX_SAFE_INTEGER)
}
