// A circuit breaker. It opens at N consecutive failures, or at a share of the attempts in a window, rests for a time that
// grows with every relapse, and closes after one successful probe. There is one per (provider, credential, model) for
// what the upstream does wrong, and one per provider for what goes wrong before it was reached (connect, DNS, TLS):
// that says nothing about one model or one key. The numbers are those of Envoy's outlier detection.
import type { FleetEnvironment } from './environment.ts'
import { FailureWindow } from './failure-window.ts'
import { Suspension } from './suspension.ts'
import type { SuspensionState } from './suspension.ts'

const JITTER = 0.2

export class Circuit {
  /** Where it rests and comes back through a probe. */
  readonly suspension: Suspension
  readonly #window = new FailureWindow()
  readonly #environment: FleetEnvironment
  #consecutive = 0
  /** How often it has opened of late; the rest grows with it. */
  #relapses = 0
  #closedAtMs = 0

  constructor(id: string, environment: FleetEnvironment) {
    this.suspension = new Suspension(id, environment)
    this.#environment = environment
  }

  /** The same in every process. */
  get id(): string {
    return this.suspension.id
  }

  get state(): SuspensionState {
    return this.suspension.state
  }

  /** End of the rest, monotonic ms; 0 when closed. */
  get openUntilMs(): number {
    return this.suspension.state === 'closed' ? 0 : this.suspension.untilMs
  }

  get consecutiveFailures(): number {
    return this.#consecutive
  }

  /** /!\ Hot path. */
  available(nowMs: number): boolean {
    return this.suspension.available(nowMs)
  }

  readyAtMs(nowMs: number): number {
    return this.suspension.readyAtMs(nowMs)
  }

  /**
   * /!\ Hot path. True when this closed the circuit.
   * `sentAtMs`: an answer to a request that was sent before the circuit opened proves nothing about now.
   */
  success(nowMs: number, sentAtMs: number): boolean {
    if (this.suspension.state !== 'closed') {
      if (sentAtMs < this.suspension.sinceMs) return false
      this.close(nowMs)
      return true
    }
    this.#consecutive = 0
    this.#window.add(nowMs, this.#environment.breaker.windowMs, false)
    return false
  }

  /** The length of the rest in ms when this opened the circuit (again), otherwise 0. */
  failure(nowMs: number): number {
    const { breaker } = this.#environment
    const { state } = this.suspension
    // Attempts that were on their way when it opened, and last-chance ones: they must not make the rest longer.
    if (state === 'open') return 0
    this.#consecutive++
    this.#window.add(nowMs, breaker.windowMs, true)
    const trips =
      state === 'half-open' ||
      this.#consecutive >= breaker.consecutiveFailures ||
      (this.#window.attempts >= breaker.minRequests && this.#window.failureShare >= breaker.failureShare)
    if (!trips) return 0
    this.#forgetOldRelapses(nowMs)
    const restMs = Math.min(breaker.openMs * (this.#relapses + 1), breaker.maxOpenMs)
    // Without jitter every process would send its probe in the same instant.
    const forMs = restMs * (1 - JITTER + 2 * JITTER * this.#environment.random())
    this.open(nowMs, forMs)
    return forMs
  }

  /** Opens it because of its own failures, or because another process says so: several that notice together are one relapse. */
  open(nowMs: number, forMs: number): void {
    const { state, untilMs } = this.suspension
    const leftMs = state === 'open' ? untilMs - nowMs : 0
    if (leftMs <= 0) this.#relapses++
    this.suspension.open(nowMs, Math.max(forMs, leftMs))
  }

  /** Its rest is over: there is news, though not of a success. One probe may go now. */
  endRest(nowMs: number): void {
    if (this.suspension.state === 'open') this.suspension.open(nowMs, 0)
  }

  close(nowMs: number): void {
    if (this.suspension.state === 'closed') return
    this.suspension.close()
    this.#window.clear()
    this.#consecutive = 0
    this.#relapses = Math.floor(this.#relapses / 2)
    this.#closedAtMs = nowMs
  }

  #forgetOldRelapses(nowMs: number): void {
    const quietMs = nowMs - this.#closedAtMs
    if (this.suspension.state === 'closed' && quietMs > this.#environment.breaker.maxOpenMs) this.#relapses = 0
  }
}
