// Keeps what this instance goes by the same as the database: read at the start, and again whenever somebody changed it,
// here or on another instance. What cannot be read is tried again; until then what is known holds.
import type { Logger } from 'pino'

const RETRY_MS = 1_000

export interface DatabaseCopyOptions<Value> {
  /** For the log: `prices`. */
  readonly what: string
  /** What is known before the first look. Plain JSON. */
  readonly empty: Value
  readonly read: () => Promise<Value>
  /** Not called when nothing is different. */
  readonly changed: (value: Value) => void
  readonly log: Logger
}

export class DatabaseCopy<Value> implements Disposable {
  readonly #options: DatabaseCopyOptions<Value>
  #text: string
  #reading: Promise<void> | null = null
  #again = false
  #retry: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: DatabaseCopyOptions<Value>) {
    this.#options = options
    this.#text = JSON.stringify(options.empty)
  }

  /** Resolves when what was in the database at the call holds here, or could not be read; never rejects. */
  refresh(): Promise<void> {
    if (this.#reading !== null) {
      // A look that is under way may have begun before the change.
      this.#again = true
      return this.#reading
    }
    this.#reading = this.#read()
    return this.#reading
  }

  async #read(): Promise<void> {
    do {
      this.#again = false
      try {
        const value = await this.#options.read()
        const text = JSON.stringify(value)
        if (this.#closed || text === this.#text) continue
        this.#text = text
        this.#options.changed(value)
      } catch (error) {
        this.#tryLater(error)
      }
    } while (this.#again)
    // In the same turn as that last look at `again`: whoever asks from now on begins a new one.
    this.#reading = null
  }

  #tryLater(error: unknown): void {
    if (this.#closed) return
    this.#options.log.debug({ err: error }, `the ${this.#options.what} of the database cannot be read at the moment`)
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => void this.refresh(), RETRY_MS).unref()
  }

  [Symbol.dispose](): void {
    this.#closed = true
    clearTimeout(this.#retry)
  }
}
