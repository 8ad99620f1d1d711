// What the control plane has to do with upstreams: it checks them, gives out the right to probe one that rests, and knows
// of each what all workers together have learned.

import type { Config } from '../config/config.ts'
import { catalogue } from '../catalogue/catalogue.ts'
import { probeLeaseMs } from '../routing/environment.ts'
import { Fleet } from '../routing/fleet.ts'
import type { HealthView } from '../routing/health-view.ts'
import type { FleetChange } from '../routing/outcome.ts'
import { ProbeLeases } from '../routing/probe-leases.ts'
import type { ListedModel } from '../routing/route-book.ts'
import { HealthMonitor } from './health-monitor.ts'
import { mergeHealth } from './merge-health.ts'

export class UpstreamPlane implements Disposable {
  readonly #fleet: Fleet
  readonly #probes: ProbeLeases
  readonly #monitor: HealthMonitor

  /** @param onCheck what a check of our own has found; nobody has heard it yet, `heard` included */
  constructor(config: () => Config, onCheck: (change: FleetChange) => void) {
    this.#fleet = new Fleet({ config: config(), catalogue })
    this.#probes = new ProbeLeases(probeLeaseMs(config()))
    this.#monitor = new HealthMonitor({ config, onCheck })
  }

  /** Checks, from now on or anew. The first round is done when it resolves. */
  async check(): Promise<void> {
    await this.#monitor.start()
  }

  /** One of them, at once. */
  async checkNow(provider: string): Promise<void> {
    await this.#monitor.checkNow(provider)
  }

  update(config: Config): void {
    this.#fleet.update(config)
  }

  /** From a worker, or from a check. */
  heard(change: FleetChange): void {
    this.#fleet.apply(change, performance.now())
    this.#probes.heard(change)
    if (change.kind === 'circuit-opened') this.#monitor.suspect(change.provider)
  }

  /** The routes as this process knows them; nothing is sent by it. */
  get fleet(): Fleet {
    return this.#fleet
  }

  /** One probe of a half-open circuit among all workers. */
  grantProbe(circuit: string): boolean {
    return this.#probes.grant(circuit, performance.now())
  }

  /** What somebody who starts now must know. */
  get changes(): readonly FleetChange[] {
    return this.#fleet.changes(performance.now())
  }

  listModels(): readonly ListedModel[] {
    return this.#fleet.listModels()
  }

  /** @param ofWorkers as each of them sees it */
  health(ofWorkers: readonly HealthView[]): HealthView {
    return mergeHealth(this.#fleet.view(performance.now()), ofWorkers)
  }

  [Symbol.dispose](): void {
    this.#monitor[Symbol.dispose]()
  }
}
