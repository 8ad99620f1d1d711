// Retries as a share of requests. When everything behind the gateway is down, each request that is tried again makes the
// outage worse; with a budget the upstreams see at most 1.2 times the load (plus a few), however many attempts are allowed.

const BUCKETS = 10
const BUCKET_MS = 1_000

export class RetryBudget {
  /** Per second of the last ten: requests, then retries. */
  readonly #counts = new Uint32Array(BUCKETS * 2)
  #newest = 0
  #requests = 0
  #retries = 0
  readonly #share: number
  readonly #least: number

  /** With each retry that is granted, the last ten seconds hold at most `share` x requests + `least` retries. */
  constructor(share: number, least: number) {
    this.#share = share
    this.#least = least
  }

  /** /!\ Hot path. Counts a request, not its retries. */
  request(nowMs: number): void {
    this.#count(nowMs, 0)
    this.#requests++
  }

  /** Takes one retry from the budget. */
  tryRetry(nowMs: number): boolean {
    this.#advance(nowMs)
    if (this.#retries + 1 > this.#share * this.#requests + this.#least) return false
    this.#count(nowMs, 1)
    this.#retries++
    return true
  }

  #count(nowMs: number, offset: 0 | 1): void {
    this.#advance(nowMs)
    const slot = (this.#newest % BUCKETS) * 2 + offset
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1
  }

  #advance(nowMs: number): void {
    const bucket = Math.floor(nowMs / BUCKET_MS)
    if (bucket <= this.#newest) return
    const last = Math.min(bucket, this.#newest + BUCKETS)
    for (let number = this.#newest + 1; number <= last; number++) this.#drop((number % BUCKETS) * 2)
    this.#newest = bucket
  }

  #drop(slot: number): void {
    this.#requests -= this.#counts[slot] ?? 0
    this.#retries -= this.#counts[slot + 1] ?? 0
    this.#counts[slot] = 0
    this.#counts[slot + 1] = 0
  }
}
