// What the operator does to providers and models while the gateway runs: the services, what keeps this instance in step
// with the database, and the history of providers. The control plane has one.
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import type { ChangePublisher } from '../identity/change.ts'
import { testCall } from '../providers/test-call.ts'
import type { HealthView } from '../routing/health-view.ts'
import type { FleetChange } from '../routing/outcome.ts'
import type { Database } from '../store/database.ts'
import { createModelService, type ModelService } from '../upstreams/model-service.ts'
import { createProviderService, type ProviderService } from '../upstreams/provider-service.ts'
import { UpstreamSeals } from '../upstreams/seal-upstream.ts'
import type { UpstreamOptions } from '../upstreams/upstream-context.ts'
import { ProviderChronicle } from './provider-chronicle.ts'
import { UpstreamWatch } from './upstream-watch.ts'

export interface UpstreamDeskOptions {
  readonly database: Database
  /** What `derivePepper` made. */
  readonly pepper: Buffer
  /** What the file and the environment say. */
  readonly base: Config
  readonly config: () => Config
  readonly health: () => HealthView
  readonly changes: ChangePublisher
  readonly log: Logger
  readonly now: () => number
  /** Another configuration is to run. */
  readonly run: (config: Config) => void
  /** Checks a provider now. */
  readonly check: (provider: string) => Promise<void>
}

export class UpstreamDesk implements AsyncDisposable {
  readonly services: { readonly providers: ProviderService; readonly models: ModelService }
  readonly #watch: UpstreamWatch
  readonly #chronicle: ProviderChronicle

  constructor(options: UpstreamDeskOptions) {
    const { database, log, base, config, health, changes, now } = options
    const seals = new UpstreamSeals(options.pepper)
    this.#watch = new UpstreamWatch({ store: database.upstreams, seals, base, log, changed: options.run })
    this.#chronicle = new ProviderChronicle(database.providerHistory, log)
    const common: UpstreamOptions = {
      database,
      seals,
      testCall,
      now,
      changes,
      work: {
        base: () => this.#watch.base,
        config,
        health,
        providerFault: (name) => this.#watch.providerFault(name),
        modelFault: (id) => this.#watch.modelFault(id),
        refresh: () => this.#watch.refresh(),
        check: options.check,
        note: (event) => this.#chronicle.note(event),
        history: (provider, fromMs, toMs) => this.#chronicle.past(provider, fromMs, toMs),
      },
    }
    this.services = { providers: createProviderService(common), models: createModelService(common) }
  }

  /** The file's and the environment's own configuration. */
  get base(): Config {
    return this.#watch.base
  }

  /** @returns what is to run */
  setBase(base: Config): Config {
    return this.#watch.setBase(base)
  }

  start(): void {
    this.#chronicle.start()
  }

  heard(change: FleetChange): void {
    this.#chronicle.heard(change)
  }

  /** Never rejects. */
  async refresh(): Promise<void> {
    await this.#watch.refresh()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]()
    await this.#chronicle[Symbol.asyncDispose]()
  }
}
