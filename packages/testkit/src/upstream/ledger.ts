// What the fake upstream has seen and served: the third witness, next to the client and the gateway.
import { nowMs } from '../deadlines.ts'

/** One request. Times are milliseconds since the epoch, with a fraction. */
export interface LedgerEntry {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly query: string
  readonly receivedAtMs: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** As they came, in order and case. */
  readonly headerLines: readonly (readonly [name: string, value: string])[]
  /** Which dialect answered: `openai-chat`, `anthropic-messages`, `bedrock-converse`… */
  readonly dialect: string | undefined
  readonly model: string | undefined
  /** The credential, without its scheme. */
  readonly key: string | undefined
  readonly stream: boolean
  /** How many bytes of body came, also when `body` keeps only a part. */
  readonly bodyBytes: number
  readonly body: Buffer
  /** The kind of the fault that was played. */
  readonly fault: string | undefined
  readonly status: number | undefined
  /** Tokens of what was written; a good reply's usage says the same once it is complete. */
  readonly tokensServed: Readonly<{ prompt: number; completion: number }>
  /** Events written whole (a JSON reply is one). */
  readonly eventsWritten: number
  readonly firstByteAtMs: number | undefined
  /** `fault`: ended by a fault's hand. `client-gone`: the client's side closed first. Undefined while it runs. */
  readonly end: 'complete' | 'client-gone' | 'fault' | undefined
  readonly clientGoneAtMs: number | undefined
  readonly endedAtMs: number | undefined
}

/** For the engine: the same, writable. */
export type OpenEntry = { -readonly [Key in keyof LedgerEntry]: LedgerEntry[Key] }

export interface LedgerTotals {
  openConnections: number
  /** Connections since the start. */
  connections: number
  openRequests: number
  /** Requests since the start or `reset`, also those no longer listed. */
  requests: number
  complete: number
  clientGone: number
  fault: number
  promptTokens: number
  completionTokens: number
  byDialect: Record<string, DialectTotals>
}

/** What one dialect has served. */
export interface DialectTotals {
  requests: number
  promptTokens: number
  completionTokens: number
}

export interface LedgerBounds {
  /** Entries kept; the oldest go first. */
  readonly entries: number
  /** Bytes of one request's body kept. */
  readonly bodyBytes: number
  /** Bytes of all bodies kept; the oldest bodies are emptied first. */
  readonly allBodyBytes: number
}

const BOUNDS: LedgerBounds = { entries: 20_000, bodyBytes: 256 * 1024, allBodyBytes: 64 * 1024 * 1024 }

export class Ledger {
  readonly #bounds: LedgerBounds
  #entries: OpenEntry[] = []
  readonly #open = new Set<OpenEntry>()
  #keptBytes = 0
  /** Index of the first entry whose body may still be there. */
  #firstWithBody = 0
  #waiters = new Set<() => void>()
  readonly totals: LedgerTotals = {
    openConnections: 0,
    connections: 0,
    openRequests: 0,
    requests: 0,
    complete: 0,
    clientGone: 0,
    fault: 0,
    promptTokens: 0,
    completionTokens: 0,
    byDialect: {},
  }

  constructor(bounds: Partial<LedgerBounds> = {}) {
    this.#bounds = { ...BOUNDS, ...bounds }
  }

  /** Oldest first. */
  get entries(): readonly LedgerEntry[] {
    return this.#entries
  }

  get last(): LedgerEntry | undefined {
    return this.#entries.at(-1)
  }

  /** Requests that have not ended. */
  get open(): ReadonlySet<LedgerEntry> {
    return this.#open
  }

  /** Resolves as soon as `condition` holds; looked at after every change of the ledger. Rejects after `timeoutMs`. */
  async until(condition: (ledger: Ledger) => boolean, timeoutMs = 10_000): Promise<void> {
    if (condition(this)) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = (): void => {
      if (condition(this)) resolve()
    }
    this.#waiters.add(look)
    const timer = setTimeout(() => {
      reject(new Error(`The ledger did not get there within ${timeoutMs} ms: ${JSON.stringify(this.totals)}`))
    }, timeoutMs)
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#waiters.delete(look)
    }
  }

  /** Forgets the past. Requests that still run stay, and totals begin anew. */
  reset(): void {
    this.#entries = [...this.#open]
    this.#firstWithBody = 0
    this.#keptBytes = this.#entries.reduce((sum, entry) => sum + entry.body.length, 0)
    const { openConnections, openRequests } = this.totals
    const fresh = { requests: openRequests, complete: 0, clientGone: 0, fault: 0, promptTokens: 0, completionTokens: 0 }
    Object.assign(this.totals, fresh, { byDialect: {} }, { connections: openConnections })
    this.changed()
  }

  begin(entry: OpenEntry): void {
    this.#entries.push(entry)
    this.#open.add(entry)
    this.totals.requests += 1
    this.totals.openRequests += 1
    const surplus = this.#entries.length - this.#bounds.entries
    // Drop a tenth at a time: shifting an array of thousands for every request would be most of the work.
    if (surplus > this.#bounds.entries / 10) {
      for (const gone of this.#entries.splice(0, surplus)) this.#keptBytes -= gone.body.length
      this.#firstWithBody = Math.max(0, this.#firstWithBody - surplus)
    }
    this.changed()
  }

  /** The entry knows its dialect by now. */
  answeredBy(entry: OpenEntry, dialect: string): void {
    entry.dialect = dialect
    this.#dialectTotals(dialect).requests += 1
  }

  #dialectTotals(dialect: string): DialectTotals {
    return (this.totals.byDialect[dialect] ??= { requests: 0, promptTokens: 0, completionTokens: 0 })
  }

  keepBody(entry: OpenEntry, body: Buffer): void {
    entry.bodyBytes = body.length
    entry.body = body.length <= this.#bounds.bodyBytes ? body : Buffer.from(body.subarray(0, this.#bounds.bodyBytes))
    this.#keptBytes += entry.body.length
    while (this.#keptBytes > this.#bounds.allBodyBytes && this.#firstWithBody < this.#entries.length - 1) {
      const oldest = this.#entries[this.#firstWithBody]
      if (oldest !== undefined) {
        this.#keptBytes -= oldest.body.length
        oldest.body = Buffer.alloc(0)
      }
      this.#firstWithBody += 1
    }
    this.changed()
  }

  served(entry: OpenEntry, promptTokens: number, completionTokens: number): void {
    entry.tokensServed = {
      prompt: entry.tokensServed.prompt + promptTokens,
      completion: entry.tokensServed.completion + completionTokens,
    }
    this.totals.promptTokens += promptTokens
    this.totals.completionTokens += completionTokens
    if (entry.dialect === undefined) return
    const served = this.#dialectTotals(entry.dialect)
    served.promptTokens += promptTokens
    served.completionTokens += completionTokens
  }

  end(entry: OpenEntry, end: NonNullable<LedgerEntry['end']>): void {
    // Not open: it has ended before, or was never counted.
    if (!this.#open.delete(entry)) return
    entry.end = end
    entry.endedAtMs = nowMs()
    if (end === 'client-gone') entry.clientGoneAtMs = entry.endedAtMs
    this.totals[end === 'client-gone' ? 'clientGone' : end] += 1
    this.totals.openRequests -= 1
    this.changed()
  }

  connected(): void {
    this.totals.openConnections += 1
    this.totals.connections += 1
    this.changed()
  }

  disconnected(): void {
    this.totals.openConnections -= 1
    this.changed()
  }

  changed(): void {
    for (const look of this.#waiters) look()
  }
}
