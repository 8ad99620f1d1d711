// Slices whose worker is gone: they end as soon as its journal has been brought in, for then nothing that it spent of them is
// missing. What cannot be done now is done at the next tick.

import type { Logger } from 'pino'
import type { WalletStore } from '../wallets/wallet-store.ts'

export interface OrphanSlicesOptions {
  readonly store: Pick<WalletStore, 'closeHolder' | 'liveSlices'>
  /** Brings in everything that is in the journals of this gateway. */
  readonly drainJournals: () => Promise<void>
  /** Whether the worker of this journal may still write. */
  readonly isAlive: (holder: string) => boolean
  readonly log: Pick<Logger, 'debug'>
}

export class OrphanSlices {
  readonly #options: OrphanSlicesOptions
  /** Journals of workers that are gone, whose slices may be open still. */
  readonly #holders = new Set<string>()
  #closing: Promise<void> = Promise.resolve()
  /** What an earlier process left behind has been looked for. */
  #lookedBack = false

  constructor(options: OrphanSlicesOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#holders.size === 0
  }

  /** The worker of this journal is gone. */
  add(holder: string): void {
    this.#holders.add(holder)
  }

  /**
   * On SQLite, once: slices of workers of an earlier process. Those whose journals are there are closed with them; this
   * is for those that died between a draw and the first line.
   */
  async lookBack(): Promise<void> {
    if (this.#lookedBack) return
    const { store, isAlive, drainJournals } = this.#options
    await drainJournals()
    const holders = (await store.liveSlices({})).map(({ holder }) => holder)
    for (const holder of holders.toSorted()) if (!isAlive(holder)) this.#holders.add(holder)
    this.#lookedBack = true
  }

  /** One at a time. Never rejects. */
  close(): Promise<void> {
    this.#closing = this.#closing.then(() => this.#closeNow())
    return this.#closing
  }

  async #closeNow(): Promise<void> {
    const { store, drainJournals, log } = this.#options
    const holders = [...this.#holders]
    if (holders.length === 0) return
    try {
      await drainJournals()
      for (const holder of holders) {
        // Before it is closed: a draw for it may be committed meanwhile, and then it is to be closed again.
        this.#holders.delete(holder)
        try {
          await store.closeHolder(holder)
        } catch (error) {
          this.#holders.add(holder)
          throw error
        }
      }
    } catch (error) {
      log.debug({ err: error }, 'slices of workers that are gone could not be closed yet')
    }
  }
}
