// Checks every provider at its interval, and at once when traffic says that one cannot be reached.

import type { Config, ProviderConfig } from '../config/config.ts'
import { checkProvider } from '../providers/health-check.ts'
import type { FleetChange } from '../routing/outcome.ts'

export interface HealthMonitorOptions {
  config(): Config
  onCheck(change: FleetChange): void
}

/** No more than one check in this time, whatever traffic says. */
const MIN_GAP_MS = 250

export class HealthMonitor implements Disposable {
  readonly #options: HealthMonitorOptions
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #lastCheckMs = new Map<string, number>()
  readonly #running = new Map<string, Promise<void>>()
  #stopped = false

  constructor(options: HealthMonitorOptions) {
    this.#options = options
  }

  /** Checks all of them now, then at the interval. Resolves when the first round is done. */
  async start(): Promise<void> {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    const { config } = this.#options
    if (config().health.check === 'off') return
    await Promise.all(config().providers.map((provider) => this.#checkAndPlan(provider.name)))
  }

  /** Traffic has met trouble: look now instead of at the next turn. */
  suspect(provider: string): void {
    if (this.#stopped || this.#options.config().health.check === 'off') return
    if (performance.now() - (this.#lastCheckMs.get(provider) ?? -Infinity) < MIN_GAP_MS) return
    clearTimeout(this.#timers.get(provider))
    void this.#checkAndPlan(provider)
  }

  /** For somebody who is looking; resolves when it is done. */
  async checkNow(provider: string): Promise<void> {
    if (this.#stopped || this.#options.config().health.check === 'off') return
    clearTimeout(this.#timers.get(provider))
    await this.#checkAndPlan(provider)
  }

  /** Or the one that is under way. */
  #checkAndPlan(name: string): Promise<void> {
    const running = this.#running.get(name)
    if (running !== undefined) return running
    const check = this.#check(name).finally(() => this.#running.delete(name))
    this.#running.set(name, check)
    return check
  }

  async #check(name: string): Promise<void> {
    const { health } = this.#options.config()
    const provider = this.#find(name)
    if (provider !== undefined && health.check !== 'off') {
      this.#lastCheckMs.set(name, performance.now())
      const result = await checkProvider(provider, health.check, health.timeoutMs)
      if (!this.#stopped)
        this.#options.onCheck({ kind: 'provider-check', provider: name, atUnixMs: Date.now(), ...result })
    }
    if (this.#stopped || this.#find(name) === undefined) return
    clearTimeout(this.#timers.get(name))
    // A little out of step, so that many providers are not all asked in one moment.
    const delayMs = health.intervalMs * (0.95 + 0.05 * Math.random())
    this.#timers.set(name, setTimeout(() => void this.#checkAndPlan(name), delayMs).unref())
  }

  #find(name: string): ProviderConfig | undefined {
    return this.#options.config().providers.find((provider) => provider.name === name)
  }

  [Symbol.dispose](): void {
    this.#stopped = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }
}
