// A token that is fetched again before it expires: once, however many wait for it, and without a timer.
//
//   |-- fresh: given at once --|-- ahead: given at once, one refresh on its way --|-- expired: everybody waits for it --|
//
// A refresh that fails is not repeated by everyone who comes along: until a pause is over, whoever has no token left
// gets the same error, at once. The pause doubles with each failure.

export interface Expiring<T> {
  readonly value: T
  /** Unix ms; Infinity = never. */
  readonly expiresAtMs: number
}

export interface RefreshingTokenOptions<T> {
  readonly fetch: () => Promise<Expiring<T>>
  /** Unix ms. */
  readonly now: () => number
  /** How long before its end a token is renewed; never more than half of its life. */
  readonly aheadMs?: number
  readonly firstPauseMs?: number
  readonly lastPauseMs?: number
  /** An issuer that is silent for so long has failed. */
  readonly timeoutMs?: number
}

const AHEAD_MS = 300_000
const FIRST_PAUSE_MS = 1_000
const LAST_PAUSE_MS = 60_000
const TIMEOUT_MS = 30_000
/** Refusals that come within this time are answers to requests that went out with the value before. */
const SETTLED_MS = 10_000

export class RefreshingToken<T> {
  readonly #options: RefreshingTokenOptions<T>
  #current: Expiring<T> | null = null
  #fetchedAtMs = -Infinity
  #refreshAtMs = -Infinity
  #running: Promise<T> | null = null
  #error: unknown = null
  #pauseMs = 0
  #pausedUntilMs = -Infinity

  constructor(options: RefreshingTokenOptions<T>) {
    this.#options = options
  }

  /** The value itself while it lives. @throws whatever the last fetch threw, as long as its pause lasts */
  get(): T | Promise<T> {
    const nowMs = this.#options.now()
    if (this.#current !== null && nowMs < this.#current.expiresAtMs) {
      if (nowMs >= this.#refreshAtMs && nowMs >= this.#pausedUntilMs) {
        // Nobody waits for this one: its failure is kept for those who will.
        this.#refresh(nowMs).catch(() => undefined)
      }
      return this.#current.value
    }
    if (this.#running !== null) return this.#running
    if (nowMs < this.#pausedUntilMs) return Promise.reject(this.#error)
    return this.#refresh(nowMs)
  }

  /** Somebody refused the value, though it should live: the next to ask gets another one. Not for one that is just new. */
  forget(): void {
    if (this.#options.now() - this.#fetchedAtMs >= SETTLED_MS) this.#current = null
  }

  #refresh(nowMs: number): Promise<T> {
    this.#running ??= this.#fetch(nowMs).finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #fetch(startedMs: number): Promise<T> {
    const { fetch, now, aheadMs = AHEAD_MS, firstPauseMs = FIRST_PAUSE_MS, lastPauseMs = LAST_PAUSE_MS } = this.#options
    try {
      const token = await inTime(fetch(), this.#options.timeoutMs ?? TIMEOUT_MS)
      const lifeMs = Math.max(0, token.expiresAtMs - startedMs)
      this.#refreshAtMs = token.expiresAtMs - Math.min(aheadMs, lifeMs / 2)
      this.#current = token
      this.#fetchedAtMs = startedMs
      this.#pauseMs = 0
      this.#pausedUntilMs = -Infinity
      return token.value
    } catch (error) {
      this.#error = error
      this.#pauseMs = Math.min(Math.max(firstPauseMs, this.#pauseMs * 2), lastPauseMs)
      this.#pausedUntilMs = now() + this.#pauseMs
      throw error
    }
  }
}

async function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
