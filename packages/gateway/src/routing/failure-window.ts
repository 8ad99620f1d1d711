// Successes and failures of the last `windowMs`, in ten buckets: O(1) to count, no timer, nothing allocated after the first use.

const BUCKETS = 10

export class FailureWindow {
  /** Per bucket: attempts, then failures. */
  readonly #counts = new Uint32Array(BUCKETS * 2)
  #bucketMs = 0
  /** Number of the newest bucket since the clock's zero. */
  #newest = 0
  #attempts = 0
  #failures = 0

  /** /!\ Hot path: runs for every attempt. */
  add(nowMs: number, windowMs: number, failed: boolean): void {
    this.#advance(nowMs, windowMs)
    const slot = (this.#newest % BUCKETS) * 2
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1
    this.#attempts++
    if (!failed) return
    this.#counts[slot + 1] = (this.#counts[slot + 1] ?? 0) + 1
    this.#failures++
  }

  /** Attempts counted up to the last `add`. */
  get attempts(): number {
    return this.#attempts
  }

  get failureShare(): number {
    return this.#attempts === 0 ? 0 : this.#failures / this.#attempts
  }

  clear(): void {
    this.#counts.fill(0)
    this.#attempts = 0
    this.#failures = 0
  }

  #advance(nowMs: number, windowMs: number): void {
    const bucketMs = windowMs / BUCKETS
    const bucket = Math.floor(nowMs / bucketMs)
    if (bucket === this.#newest && bucketMs === this.#bucketMs) return
    // Another window length after a reload: the old buckets mean something else.
    if (bucketMs !== this.#bucketMs || bucket - this.#newest >= BUCKETS || bucket < this.#newest) this.clear()
    else for (let number = this.#newest + 1; number <= bucket; number++) this.#drop((number % BUCKETS) * 2)
    this.#bucketMs = bucketMs
    this.#newest = bucket
  }

  #drop(slot: number): void {
    this.#attempts -= this.#counts[slot] ?? 0
    this.#failures -= this.#counts[slot + 1] ?? 0
    this.#counts[slot] = 0
    this.#counts[slot + 1] = 0
  }
}
