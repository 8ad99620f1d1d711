// Looks every minute how the gateway, its database and its upstreams are, and writes down what it saw. It asks nobody
// anything new: upstreams are as the health checks and the traffic have found them. While the database is away the looks
// wait in memory, so that its own outage is in the history too.
import { HEALTH_DAY_MS, HEALTH_STEP_MS, type HealthHistory, type HealthLooks } from './health-history.ts'

const LOOK_EVERY_MS = 60_000
const KEEP_STEPS_MS = 2 * HEALTH_DAY_MS
const KEEP_DAYS_MS = 400 * HEALTH_DAY_MS
/** Of the looks that wait, in steps: what is older is given up. */
const MOST_WAITING = 5_000
const PRUNE_EVERY_MS = 3_600_000
/** A database that has not answered by then is not well. */
const DATABASE_TIMEOUT_MS = 10_000

export interface HealthSample {
  readonly component: string
  readonly healthy: boolean
  /** 0 = nothing was measured. */
  readonly responseMs: number
}

export interface HealthRecorderOptions {
  readonly history: HealthHistory
  /** All but the database. Must not throw. */
  readonly look: () => readonly HealthSample[]
  /** Rejects when the database is not well. */
  readonly checkDatabase: () => Promise<void>
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
  readonly everyMs?: number
}

interface Waiting {
  readonly component: string
  readonly startMs: number
  checks: number
  failures: number
  responseMs: number
}

export class HealthRecorder implements AsyncDisposable {
  readonly #options: HealthRecorderOptions
  #waiting = new Map<string, Waiting>()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  #busy = false
  #prunedAtMs = -Infinity
  #failing = false

  constructor(options: HealthRecorderOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => void this.lookNow(), this.#options.everyMs ?? LOOK_EVERY_MS).unref()
    void this.lookNow()
  }

  /** Never rejects. A look that falls into one that is still going on is left out. */
  async lookNow(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    this.#running = this.#look().finally(() => {
      this.#busy = false
    })
    await this.#running
  }

  async #look(): Promise<void> {
    const atMs = this.#options.now()
    for (const sample of this.#options.look()) this.#note(sample, atMs)
    this.#note(await this.#databaseSample(), atMs)
    await this.#write(atMs)
  }

  async #databaseSample(): Promise<HealthSample> {
    const startedMs = performance.now()
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('The database does not answer.')), DATABASE_TIMEOUT_MS).unref()
    })
    try {
      await Promise.race([this.#options.checkDatabase(), tooLate])
      return { component: 'database', healthy: true, responseMs: Math.round(performance.now() - startedMs) }
    } catch {
      return { component: 'database', healthy: false, responseMs: 0 }
    } finally {
      clearTimeout(timer)
    }
  }

  #note({ component, healthy, responseMs }: HealthSample, atMs: number): void {
    const startMs = Math.floor(atMs / HEALTH_STEP_MS) * HEALTH_STEP_MS
    const name = `${startMs} ${component}`
    let waiting = this.#waiting.get(name)
    if (waiting === undefined) {
      waiting = { component, startMs, checks: 0, failures: 0, responseMs: 0 }
      this.#waiting.set(name, waiting)
    }
    waiting.checks += 1
    if (healthy) waiting.responseMs += Math.max(0, Math.round(responseMs))
    else waiting.failures += 1
    for (const oldest of this.#waiting.keys()) {
      if (this.#waiting.size <= MOST_WAITING) break
      this.#waiting.delete(oldest)
    }
  }

  async #write(atMs: number): Promise<void> {
    const { history, log } = this.#options
    const looks: readonly HealthLooks[] = [...this.#waiting.values()]
    try {
      await history.add(looks)
      this.#waiting = new Map()
      this.#failing = false
      if (atMs - this.#prunedAtMs < PRUNE_EVERY_MS) return
      await history.prune({ stepsBeforeMs: atMs - KEEP_STEPS_MS, daysBeforeMs: atMs - KEEP_DAYS_MS })
      this.#prunedAtMs = atMs
    } catch (error) {
      if (!this.#failing) log.warn({ err: error }, 'the health history could not be written; it waits in memory')
      this.#failing = true
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }
}
