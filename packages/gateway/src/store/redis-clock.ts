// Redis's time, as near as this process knows it: told by the replies, each of which came some while after it was made.

/** Two estimates that differ by less are the same. */
const SLACK_MS = 20

export class RedisClock {
  readonly #given: (() => number) | undefined
  /** Unix ms of Redis less our monotonic clock. */
  #offsetMs = Date.now() - performance.now()
  #isMeasured = false

  /** @param given instead of Redis's time, for tests */
  constructor(given?: () => number) {
    this.#given = given
  }

  /** Unix ms. */
  get nowMs(): number {
    return this.#given?.() ?? performance.now() + this.#offsetMs
  }

  /** What scripts are to take for the time; null = Redis's own. */
  get givenMs(): number | null {
    return this.#given?.() ?? null
  }

  /** Redis has told its time: it can be told until when a command is worth anything. */
  get isMeasured(): boolean {
    return this.#isMeasured && this.#given === undefined
  }

  /** @param sentMs by our monotonic clock */
  heard(redisNowMs: number, sentMs: number): void {
    const offsetMs = redisNowMs - (sentMs + performance.now()) / 2
    if (this.#isMeasured && Math.abs(offsetMs - this.#offsetMs) < SLACK_MS) return
    this.#offsetMs = offsetMs
    this.#isMeasured = true
  }
}
