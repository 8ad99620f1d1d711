// Calls as they come in, for somebody who watches: what is new since the look before, and where to go on after a break.
//
// Where several gateways share the database, a row may appear after one with a larger number. So the place to go on from
// stays some seconds behind, and what was told since then is remembered: nothing is left out, and after a break some
// calls may be told twice. They have their ids.
import type { ArrivedRecord, RecordsFilter, UsageArrivals } from './usage-queries.ts'
import type { StoredUsageRecord } from './usage-record.ts'

/** As long as a transaction that brings records in may take. */
const SETTLED_MS = 5_000
/** Told in one look; whoever needs all of a busy time reads the list. */
const MOST_AT_ONCE = 100
/** Rows that are looked through after a break. */
const MOST_BEHIND = 20_000

interface FeedNews {
  readonly records: readonly StoredUsageRecord[]
  /** More has happened than is told. */
  readonly skipped: boolean
  /** With which `from` another feed goes on. */
  readonly place: number
}

export class RequestFeed {
  readonly #source: UsageArrivals
  readonly #filter: RecordsFilter
  readonly #now: () => number
  /** All up to this row was told. */
  #floor: number
  /** Rows above the floor that were told, with when. */
  readonly #told = new Map<number, number>()
  #skipped: boolean

  private constructor(
    source: UsageArrivals,
    filter: RecordsFilter,
    now: () => number,
    floor: number,
    skipped: boolean,
  ) {
    this.#source = source
    this.#filter = filter
    this.#now = now
    this.#floor = floor
    this.#skipped = skipped
  }

  /** @param from the `place` of a feed before; null = from now on */
  static async open(
    source: UsageArrivals,
    filter: RecordsFilter,
    from: number | null,
    now: () => number = () => performance.now(),
  ): Promise<RequestFeed> {
    const last = await source.lastRow()
    const wanted = Math.min(from ?? last, last)
    const floor = Math.max(wanted, last - MOST_BEHIND)
    return new RequestFeed(source, filter, now, floor, floor > wanted)
  }

  async next(): Promise<FeedNews> {
    const nowMs = this.#now()
    const last = await this.#source.lastRow()
    const isQuiet = last <= this.#floor
    const arrived = isQuiet
      ? []
      : await this.#source.arrivals({ ...this.#filter, afterRow: this.#floor, limit: MOST_AT_ONCE + this.#told.size })
    const fresh = arrived.filter(({ row }) => !this.#told.has(row)).slice(-MOST_AT_ONCE)
    const skipped = this.#skipped || fresh.length === MOST_AT_ONCE
    this.#skipped = false
    this.#remember(fresh, last, nowMs)
    return { records: fresh.map(({ record }) => record), skipped, place: this.#floor }
  }

  #remember(fresh: readonly ArrivedRecord[], last: number, nowMs: number): void {
    if (this.#source.inOrder) {
      this.#floor = Math.max(this.#floor, last)
      return
    }
    for (const { row } of fresh) this.#told.set(row, nowMs)
    this.#marks.push({ row: last, atMs: nowMs })
    let mark = this.#marks[0]
    while (mark !== undefined && nowMs - mark.atMs >= SETTLED_MS) {
      this.#floor = Math.max(this.#floor, mark.row)
      this.#marks.shift()
      mark = this.#marks[0]
    }
    for (const row of this.#told.keys()) if (row <= this.#floor) this.#told.delete(row)
  }

  /** The last row at each look of the last seconds. */
  readonly #marks: { readonly row: number; readonly atMs: number }[] = []
}
