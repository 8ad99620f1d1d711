// Keeps what runs together with what the operator made: providers, models and switches of the database are laid over
// those of the file.
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { overlay, type OpenUpstreams, type Overlay } from '../upstreams/overlay.ts'
import type { UpstreamSeals } from '../upstreams/seal-upstream.ts'
import type { UpstreamStore } from '../upstreams/upstream-store.ts'
import { DatabaseCopy } from './database-copy.ts'

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
  #overlay: Overlay
  readonly #copy: DatabaseCopy<OpenUpstreams>

  constructor(options: UpstreamWatchOptions) {
    this.#options = options
    this.#base = options.base
    this.#overlay = overlay(options.base, NOTHING)
    const { seals, store, log, changed } = options
    this.#copy = new DatabaseCopy({
      what: 'providers and models',
      empty: NOTHING,
      read: async () => seals.openAll(await store.all()),
      changed: (stored) => {
        this.#stored = stored
        this.#lay()
        changed(this.#overlay.config)
      },
      log,
    })
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
    return this.#copy.refresh()
  }

  #lay(): void {
    this.#overlay = overlay(this.#base, this.#stored)
    for (const [provider, reason] of this.#overlay.providerFaults)
      this.#options.log.warn({ provider, reason }, 'a provider of the database is not in use')
    for (const [model, reason] of this.#overlay.modelFaults)
      this.#options.log.warn({ model, reason }, 'a model of the database is not in use')
  }

  [Symbol.dispose](): void {
    this.#copy[Symbol.dispose]()
  }
}
