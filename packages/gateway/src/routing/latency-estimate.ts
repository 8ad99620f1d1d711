// An exponentially weighted mean of the time to the first byte. New values weigh by the time since the last one, so a
// burst of a thousand answers counts as one moment; and what has not been seen for a while fades towards zero, so that a
// target which was slow once is tried again instead of being avoided for ever.

const MEMORY_MS = 10_000
const FADE_MS = 30_000

export class LatencyEstimate {
  #meanMs = 0
  /** Monotonic ms of the newest value; -1 = none yet. */
  #atMs = -1

  get known(): boolean {
    return this.#atMs >= 0
  }

  /** /!\ Hot path. */
  add(firstByteMs: number, nowMs: number): void {
    if (this.#atMs < 0) {
      this.#meanMs = firstByteMs
    } else {
      const weight = 1 - Math.exp(-Math.max(1, nowMs - this.#atMs) / MEMORY_MS)
      this.#meanMs += (firstByteMs - this.#meanMs) * weight
    }
    this.#atMs = nowMs
  }

  /** Milliseconds; 0 while nothing is known. */
  read(nowMs: number): number {
    if (this.#atMs < 0) return 0
    return this.#meanMs * Math.exp(-Math.max(0, nowMs - this.#atMs) / FADE_MS)
  }

  forget(): void {
    this.#atMs = -1
    this.#meanMs = 0
  }
}
