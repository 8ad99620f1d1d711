// What one connection remembers of its own turns that are stored nowhere (`store: false`), so that they can be continued
// on it. Bounded: the oldest turn is forgotten first. Gone with the connection.

import type { MadeBy } from '../relay/ports.ts'

export interface LocalContext {
  /** Raw JSON of each item, oldest first: what the next turn begins with. */
  readonly items: readonly string[]
  /** Who answered; null = nobody did (a warm-up). */
  readonly made: MadeBy | null
}

export interface LocalContextLimits {
  /** Of all items together, in characters. */
  readonly maxBytes: number
  readonly maxResponses: number
}

const LIMITS: LocalContextLimits = Object.freeze({ maxBytes: 16 * 1024 * 1024, maxResponses: 64 })

interface Entry extends LocalContext {
  readonly bytes: number
}

export class LocalContexts {
  readonly #limits: LocalContextLimits
  /** In the order in which they were made. */
  readonly #entries = new Map<string, Entry>()
  #bytes = 0

  constructor(limits: LocalContextLimits = LIMITS) {
    this.#limits = limits
  }

  /** Of all that is remembered, counting what turns share once for each of them. */
  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#entries.size
  }

  get(responseId: string): LocalContext | null {
    return this.#entries.get(responseId) ?? null
  }

  /** One that is larger than all the room there is is not remembered: its id is not known afterwards. */
  remember(responseId: string, { items, made }: LocalContext): void {
    this.forget(responseId)
    const bytes = items.reduce((sum, item) => sum + item.length, responseId.length)
    if (bytes > this.#limits.maxBytes) return
    this.#entries.set(responseId, { items, made, bytes })
    this.#bytes += bytes
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#limits.maxBytes && this.#entries.size <= this.#limits.maxResponses) break
      this.forget(oldest)
    }
  }

  forget(responseId: string): void {
    const entry = this.#entries.get(responseId)
    if (entry === undefined) return
    this.#entries.delete(responseId)
    this.#bytes -= entry.bytes
  }

  clear(): void {
    this.#entries.clear()
    this.#bytes = 0
  }
}
