// Keeps this instance's prices those of the database: read at the start, and again whenever somebody changed one. What
// cannot be read is tried again; until then the prices that are known hold.
import type { Logger } from 'pino'
import { pricesOf, type PriceStore } from '../billing/prices/price-store.ts'
import type { Price } from '../billing/prices/price.ts'

const RETRY_MS = 1_000

export interface PriceWatchOptions {
  readonly store: PriceStore
  readonly log: Logger
  /** Not called when nothing is different. */
  readonly changed: (prices: Readonly<Record<string, Price>>) => void
}

export class PriceWatch implements Disposable {
  readonly #options: PriceWatchOptions
  #text = '{}'
  #reading: Promise<void> | null = null
  #again = false
  #retry: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: PriceWatchOptions) {
    this.#options = options
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
        const prices = pricesOf(await this.#options.store.newest())
        const text = JSON.stringify(prices)
        if (this.#closed || text === this.#text) continue
        this.#text = text
        this.#options.changed(prices)
      } catch (error) {
        this.#tryLater(error)
      }
    } while (this.#again)
    // In the same turn as that last look at `again`: whoever asks from now on begins a new one.
    this.#reading = null
  }

  #tryLater(error: unknown): void {
    if (this.#closed) return
    this.#options.log.debug({ err: error }, 'the prices cannot be read at the moment')
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => void this.refresh(), RETRY_MS).unref()
  }

  [Symbol.dispose](): void {
    this.#closed = true
    clearTimeout(this.#retry)
  }
}
