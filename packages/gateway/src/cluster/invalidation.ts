// Nobody goes on believing what has changed: a key that was revoked is good nowhere within a second.
//
// A change goes three ways. Inside this instance it is told to the workers at once. To other instances it goes through
// Redis, at once as well, if Redis is there. And it is a row in the table `changes`, which every instance on PostgreSQL
// reads twice a second: that net holds when Redis is frozen, gone, or lost a message, and when an instance was asleep.
// An instance that could not read the table for longer than its rows are kept forgets everything instead.
//
// Rows are read again for some seconds after they were read first: one that is committed late carries an earlier time
// than some that were read before it. Changes that were heard of already are told apart by their id.

import type { Logger } from 'pino'
import { changeFrom, type ChangePublisher, type ChangeStore, type News } from '../identity/change.ts'

const POLL_MS = 500
/** How far back every look goes. */
const OVERLAP_MS = 10_000
/** How long rows are kept. */
const KEEP_MS = 10 * 60_000
const PRUNE_EVERY_MS = 60_000
/** Changes that the database did not take, to be tried again; more than so many become one that covers all. */
const MOST_OWED = 1_000

/** The quick way between instances. */
export interface ChangeChannel {
  publish(change: News): void
}

export interface InvalidationOptions {
  /** Null where nobody shares the database: then there is nobody to tell. */
  readonly store: ChangeStore | null
  /** Tells the workers of this instance, and whoever remembers something in this process. */
  readonly tell: (change: News) => void
  readonly log: Logger
  readonly pollMs?: number
}

export class Invalidation implements ChangePublisher, Disposable {
  readonly #options: InvalidationOptions
  #channel: ChangeChannel | null = null
  #timer: NodeJS.Timeout | undefined
  #polling = false
  #pollAgain = false
  #closed = false
  /** The database's clock at the last look; null before the first. */
  #seenUntilMs: number | null = null
  #lookedAtMs = performance.now()
  #prunedAtMs = performance.now()
  /** Ids of rows that were told, since the look before. */
  #told = new Map<string, number>()
  #owed: News[] = []

  constructor(options: InvalidationOptions) {
    this.#options = options
  }

  /** Begins to look; what changed before this is known to nobody here yet, so nothing is missed. */
  start(channel: ChangeChannel | null = null): void {
    this.#channel = channel
    if (this.#options.store === null) return
    const pollMs = this.#options.pollMs ?? POLL_MS
    this.#timer = setInterval(() => void this.look(), pollMs).unref()
    void this.look()
  }

  async publish(change: News): Promise<void> {
    this.#options.tell(change)
    this.#channel?.publish(change)
    const { store } = this.#options
    if (store === null) return
    try {
      await store.insert(change)
    } catch {
      // The database went away after the commit: told when it is back. Whoever listens to Redis has heard of it.
      this.#owed = this.#owed.length < MOST_OWED ? [...this.#owed, change] : [{ kind: 'all' }]
    }
  }

  /** Tells other instances at once, where there is a quick way; nothing promises that it arrives. */
  hint(news: News): void {
    this.#channel?.publish(news)
  }

  /** A message from another instance. Telling twice does no harm. */
  heard(value: unknown): void {
    const change = changeFrom(value)
    if (change !== null) this.#options.tell(change)
  }

  /** Messages may have been missed: the table has them. */
  gap(): void {
    void this.look()
  }

  /** Reads the table now; never rejects. */
  async look(): Promise<void> {
    const { store, log } = this.#options
    if (store === null || this.#closed) return
    if (this.#polling) {
      this.#pollAgain = true
      return
    }
    this.#polling = true
    try {
      do {
        this.#pollAgain = false
        await this.#look(store)
      } while (this.#pollAgain)
    } catch (error) {
      log.debug({ err: error }, 'the table of changes cannot be read at the moment')
    } finally {
      this.#polling = false
    }
  }

  [Symbol.dispose](): void {
    this.#closed = true
    clearInterval(this.#timer)
  }

  async #look(store: ChangeStore): Promise<void> {
    await this.#payOwed(store)
    const first = this.#seenUntilMs === null
    const { nowMs, changes } = await store.since((this.#seenUntilMs ?? Date.now()) - OVERLAP_MS)
    const lookedMs = performance.now()
    // Both clocks: this process may have slept, or the database's clock may have been set.
    const pausedMs = Math.max(lookedMs - this.#lookedAtMs, Math.abs(nowMs - (this.#seenUntilMs ?? nowMs)))
    this.#lookedAtMs = lookedMs
    this.#seenUntilMs = nowMs
    if (!first && pausedMs > KEEP_MS / 2) {
      this.#options.log.warn({ pausedMs }, 'changes may have been missed: everything that was remembered is forgotten')
      this.#options.tell({ kind: 'all' })
    }
    for (const { id, change } of changes) {
      if (this.#told.has(id)) continue
      this.#told.set(id, nowMs)
      this.#options.tell(change)
    }
    for (const [id, atMs] of this.#told) {
      if (nowMs - atMs > 2 * OVERLAP_MS) this.#told.delete(id)
    }
    if (lookedMs - this.#prunedAtMs >= PRUNE_EVERY_MS) {
      this.#prunedAtMs = lookedMs
      await store.prune(nowMs - KEEP_MS)
    }
  }

  async #payOwed(store: ChangeStore): Promise<void> {
    while (this.#owed.length > 0) {
      const [oldest] = this.#owed
      if (oldest !== undefined) await store.insert(oldest)
      this.#owed = this.#owed.slice(1)
    }
  }
}
