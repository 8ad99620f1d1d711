// Requests and tokens of the last minute, for `/health`: an account of what happened, not a limit.

const BUCKETS = 12
const BUCKET_MS = 5_000

export class MinuteMeter {
  /** Per bucket: requests, then tokens. */
  readonly #counts = new Float64Array(BUCKETS * 2)
  #newest = 0

  /** /!\ Hot path. */
  add(nowMs: number, requests: number, tokens: number): void {
    this.#advance(nowMs)
    const slot = (this.#newest % BUCKETS) * 2
    this.#counts[slot] = (this.#counts[slot] ?? 0) + requests
    this.#counts[slot + 1] = (this.#counts[slot + 1] ?? 0) + tokens
  }

  requests(nowMs: number): number {
    return this.#sum(nowMs, 0)
  }

  tokens(nowMs: number): number {
    return this.#sum(nowMs, 1)
  }

  #sum(nowMs: number, offset: 0 | 1): number {
    this.#advance(nowMs)
    let sum = 0
    for (let slot = offset; slot < BUCKETS * 2; slot += 2) sum += this.#counts[slot] ?? 0
    return sum
  }

  #advance(nowMs: number): void {
    const bucket = Math.floor(nowMs / BUCKET_MS)
    if (bucket <= this.#newest) return
    if (bucket - this.#newest >= BUCKETS) this.#counts.fill(0)
    else for (let number = this.#newest + 1; number <= bucket; number++) this.#clear((number % BUCKETS) * 2)
    this.#newest = bucket
  }

  #clear(slot: number): void {
    this.#counts[slot] = 0
    this.#counts[slot + 1] = 0
  }
}
