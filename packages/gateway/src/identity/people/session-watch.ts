// Tells streams that a session opened (server-sent events, WebSockets) when that session has ended: at once when it was
// ended by somebody, whichever instance did it, and within half a minute when it ended by age.
import type { Change } from '../change.ts'

const LOOK_EVERY_MS = 30_000

export interface SessionWatchOptions {
  /** Those of them that are still good. */
  readonly alive: (sessionIds: readonly string[]) => Promise<ReadonlySet<string>>
  readonly lookEveryMs?: number
}

export class SessionWatch implements Disposable {
  readonly #options: SessionWatchOptions
  readonly #watched = new Map<string, Set<() => void>>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: SessionWatchOptions) {
    this.#options = options
  }

  /** @param ended called once @returns stops watching */
  onEnd(sessionId: string, ended: () => void): () => void {
    const listeners = this.#watched.get(sessionId) ?? new Set()
    listeners.add(ended)
    this.#watched.set(sessionId, listeners)
    this.#timer ??= setInterval(() => void this.look(), this.#options.lookEveryMs ?? LOOK_EVERY_MS).unref()
    // It may have ended between the question who it is and now.
    void this.look()
    return () => {
      listeners.delete(ended)
      if (listeners.size === 0 && this.#watched.get(sessionId) === listeners) this.#watched.delete(sessionId)
    }
  }

  /** How many streams are watched. */
  get size(): number {
    return [...this.#watched.values()].reduce((sum, { size }) => sum + size, 0)
  }

  heard(change: Change): void {
    if (change.kind === 'person' || change.kind === 'all') void this.look()
  }

  /** Never rejects: when the database cannot be asked, the next look does it. */
  async look(): Promise<void> {
    const ids = [...this.#watched.keys()]
    if (ids.length === 0) return
    let alive: ReadonlySet<string>
    try {
      alive = await this.#options.alive(ids)
    } catch {
      return
    }
    for (const id of ids) {
      if (alive.has(id)) continue
      const listeners = [...(this.#watched.get(id) ?? [])]
      this.#watched.delete(id)
      for (const ended of listeners) ended()
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#watched.clear()
  }
}
