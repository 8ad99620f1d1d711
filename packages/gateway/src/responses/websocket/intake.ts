// What a client has sent of a message that is not whole yet. The bytes wait inside of the WebSocket library, so here they
// are counted: against what the process may hold, and against the clock, as the bodies of HTTP requests are.

/** As for the bodies of HTTP requests. */
const GRACE_MS = 10_000
/** What one read may bring along with the end of the message before it. */
const ONE_READ_BYTES = 64 * 1024
/** Of a control frame of the client's, with its mask. */
const CONTROL_HEAD_BYTES = 6

export interface Room {
  holdBytes(count: number): boolean
  releaseBytes(count: number): void
}

export class Intake {
  /** Monotonic; 0 = nothing has begun. */
  sinceMs = 0
  readonly #room: Room
  #pending = 0
  #held = 0

  constructor(room: Room) {
    this.#room = room
  }

  /** @returns false when the process has no room for it */
  read(bytes: number, nowMs: number): boolean {
    if (this.#pending === 0) this.sinceMs = nowMs
    this.#pending += bytes
    if (this.#pending <= ONE_READ_BYTES) return true
    const more = this.#pending - this.#held
    if (!this.#room.holdBytes(more)) return false
    this.#held += more
    return true
  }

  /** A control frame was among what was read. */
  control(payloadBytes: number): void {
    this.#pending = Math.max(0, this.#pending - payloadBytes - CONTROL_HEAD_BYTES)
    if (this.#pending === 0) this.sinceMs = 0
  }

  /** A message is whole. */
  message(): void {
    this.#pending = 0
    this.sinceMs = 0
    if (this.#held === 0) return
    this.#room.releaseBytes(this.#held)
    this.#held = 0
  }

  isTooSlow(minBytesPerSecond: number, nowMs: number): boolean {
    const tookMs = nowMs - this.sinceMs
    if (this.sinceMs === 0 || tookMs <= GRACE_MS) return false
    return this.#pending < (minBytesPerSecond * (tookMs - GRACE_MS)) / 1_000
  }

  /** When to look again; Infinity = nothing has begun. */
  get dueMs(): number {
    return this.sinceMs === 0 ? Infinity : this.sinceMs + GRACE_MS + 1_000
  }
}

/** Lets through so many at once, and so many a second from then on. */
export class LeakyBucket {
  readonly #capacity: number
  readonly #perSecond: number
  #level = 0
  #atMs = 0

  constructor(capacity: number, perSecond: number) {
    this.#capacity = capacity
    this.#perSecond = perSecond
  }

  /** @returns false when it runs over */
  add(nowMs: number): boolean {
    this.#level = Math.max(0, this.#level - ((nowMs - this.#atMs) / 1_000) * this.#perSecond) + 1
    this.#atMs = nowMs
    return this.#level <= this.#capacity
  }
}
