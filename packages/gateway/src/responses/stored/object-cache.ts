// What a worker remembers of stored objects. A name says what it names, for ever, so nothing here can become wrong:
// whether a response is still there is asked each time, and only the texts behind it come from here.

import { LRUCache } from 'lru-cache'
import type { ObjectKind } from '../response-store.ts'

const MAX_BYTES = 32 * 1024 * 1024
const MAX_KNOWN = 100_000
/** Beside the text, roughly. */
const ENTRY_BYTES = 150
/** Two bytes a character at most; what is larger than this would push out everything else. */
const LARGEST_BYTES = 4 * 1024 * 1024

export interface CachedObject {
  readonly kind: ObjectKind
  /** Open. */
  readonly text: string
  /** Whether it is encrypted where it is stored. */
  readonly sealed: boolean
}

export interface ObjectCacheOptions {
  readonly maxBytes?: number
  readonly maxKnown?: number
}

export class ObjectCache {
  readonly #objects: LRUCache<string, CachedObject>
  /** Those that were there when last heard of; to be sent along only when that turns out to be wrong. */
  readonly #known: LRUCache<string, true>

  constructor({ maxBytes = MAX_BYTES, maxKnown = MAX_KNOWN }: ObjectCacheOptions = {}) {
    this.#objects = new LRUCache({
      maxSize: maxBytes,
      maxEntrySize: Math.min(LARGEST_BYTES, maxBytes),
      sizeCalculation: ({ text }) => Buffer.byteLength(text) + ENTRY_BYTES,
    })
    this.#known = new LRUCache({ max: maxKnown })
  }

  get bytes(): number {
    return this.#objects.calculatedSize
  }

  get(hash: string): CachedObject | undefined {
    return this.#objects.get(hash)
  }

  /** It is stored. */
  learn(hash: string, { kind, text, sealed }: CachedObject): void {
    this.#known.set(hash, true)
    // A part of a long text would keep all of it alive.
    if (!this.#objects.has(hash)) this.#objects.set(hash, { kind, text: Buffer.from(text).toString(), sealed })
  }

  isKnown(hash: string): boolean {
    return this.#known.get(hash) === true
  }

  /** They are not stored any more, or may not be. */
  doubt(hashes: Iterable<string>): void {
    for (const hash of hashes) this.#known.delete(hash)
  }
}
