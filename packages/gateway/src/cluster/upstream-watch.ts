// Keeps what runs together with what the operator made: read at the start, and again whenever somebody changed it,
// here or on another instance. What cannot be read is tried again; until then what is known holds.
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { overlay, type OpenUpstreams, type Overlay } from '../upstreams/overlay.ts'
import type { UpstreamSeals } from '../upstreams/seal-upstream.ts'
import type { UpstreamStore } from '../upstreams/upstream-store.ts'

const RETRY_MS = 1_000
const NOTHING: OpenUpstreams = { providers: [], models: [], switches: [] }

export interface UpstreamWatchOptions {
  readonly store: UpstreamStore
  readonly seals: UpstreamSeals
  readonly base: Config
  readonly log: Logger
  /** Not called when nothing is different. */
  readonly changed: (config: Config) => void
}

export class UpstreamWatch implements Disposable {
  readonly #options: UpstreamWatchOptions
  #base: Config
  #stored = NOTHING
  #text = JSON.stringify(NOTHING)
  #overlay: Overlay
  #reading: Promise<void> | null = null
  #again = false
  #retry: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: UpstreamWatchOptions) {
    this.#options = options
    this.#base = options.base
    this.#overlay = overlay(options.base, NOTHING)
  }

  /** What the file and the environment say. */
  get base(): Config {
    return this.#base
  }

  providerFault(name: string): string | null {
    return this.#overlay.providerFaults.get(name) ?? null
  }

  modelFault(id: string): string | null {
    return this.#overlay.modelFaults.get(id) ?? null
  }

  /** The file changed. @returns what is to run */
  setBase(base: Config): Config {
    this.#base = base
    this.#lay()
    return this.#overlay.config
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
        const stored = this.#options.seals.openAll(await this.#options.store.all())
        const text = JSON.stringify(stored)
        if (this.#closed || text === this.#text) continue
        this.#text = text
        this.#stored = stored
        this.#lay()
        this.#options.changed(this.#overlay.config)
      } catch (error) {
        this.#tryLater(error)
      }
    } while (this.#again)
    // In the same turn as that last look at `again`: whoever asks from now on begins a new one.
    this.#reading = null
  }

  #lay(): void {
    this.#overlay = overlay(this.#base, this.#stored)
    for (const [provider, reason] of this.#overlay.providerFaults)
      this.#options.log.warn({ provider, reason }, 'a provider of the database is not in use')
    for (const [model, reason] of this.#overlay.modelFaults)
      this.#options.log.warn({ model, reason }, 'a model of the database is not in use')
  }

  #tryLater(error: unknown): void {
    if (this.#closed) return
    this.#options.log.debug({ err: error }, 'the providers of the database cannot be read at the moment')
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => void this.refresh(), RETRY_MS).unref()
  }

  [Symbol.dispose](): void {
    this.#closed = true
    clearTimeout(this.#retry)
  }
}
