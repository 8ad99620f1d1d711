// Once a minute, what has expired goes: a bounded part at a time, with a pause between, so that nobody waits for it.
// Any number of gateways may do so at once; what one has taken away is nothing to the others.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { ResponseStore } from '../response-store.ts'

const EVERY_MS = 60_000
const AT_ONCE = 50
const PAUSE_MS = 20

export interface ResponseSweepOptions {
  readonly store: Pick<ResponseStore, 'removeExpired'>
  readonly now: () => number
  readonly log: Pick<Logger, 'debug'>
  readonly everyMs?: number
}

export class ResponseSweep implements AsyncDisposable {
  readonly #options: ResponseSweepOptions
  readonly counts = { removed: 0 }
  #timer: NodeJS.Timeout | undefined
  #sweeping: Promise<void> | null = null
  #closed = false

  constructor(options: ResponseSweepOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => void this.sweep(), this.#options.everyMs ?? EVERY_MS).unref()
    void this.sweep()
  }

  /** Removes everything that has expired; never rejects. */
  async sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = null
    })
    await this.#sweeping
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await this.#sweeping
  }

  async #sweep(): Promise<void> {
    const { store, now, log } = this.#options
    try {
      while (!this.#closed) {
        const removed = await store.removeExpired(now(), AT_ONCE)
        this.counts.removed += removed
        if (removed === 0) return
        await sleep(PAUSE_MS, undefined, { ref: false })
      }
    } catch (error) {
      log.debug({ err: error }, 'expired responses cannot be removed at the moment')
    }
  }
}
