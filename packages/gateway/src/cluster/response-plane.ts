// What the control plane has to do with stored responses: the library that keeps them, the desk that gives background
// work to the workers, and the sweep that takes away what has expired.

import type { Logger } from 'pino'
import type { Change } from '../identity/change.ts'
import type { KeyService } from '../identity/key-service.ts'
import { JobDesk } from '../responses/jobs/job-desk.ts'
import type { JobOrder } from '../responses/keeper.ts'
import type { JobName } from '../responses/response-library.ts'
import { StoredLibrary } from '../responses/stored/library.ts'
import { ResponseSweep } from '../responses/stored/response-sweep.ts'
import { StoreKeys } from '../responses/stored/store-keys.ts'
import type { Database } from '../store/database.ts'
import type { MetricFamily } from '../telemetry/metric-family.ts'
import { responseMetrics } from './response-metrics.ts'

/** Transactions of saves at the same time, on a database that takes more than one. */
const RESPONSE_LANES = 4

export interface ResponsePlaneOptions {
  readonly database: Database
  readonly pepper: Buffer
  readonly keys: Pick<KeyService, 'principalOf'>
  /** Brings in everything that is in the journals of this gateway. */
  readonly drainJournals: () => Promise<void>
  /** @param to absent = to all workers of this gateway */
  readonly order: (order: JobOrder, to?: number) => void
  /** Tells the other gateways. */
  readonly publish: (change: Change) => Promise<void>
  readonly log: Logger
}

export class ResponsePlane implements AsyncDisposable {
  readonly library: StoredLibrary
  /** Background work. */
  readonly jobs: JobDesk
  readonly #options: ResponsePlaneOptions
  readonly #sweep: ResponseSweep

  constructor(options: ResponsePlaneOptions) {
    const { database, pepper, keys, drainJournals, order, publish, log } = options
    this.#options = options
    this.library = new StoredLibrary({
      store: database.responses,
      keys: new StoreKeys(pepper),
      now: Date.now,
      lanes: database.kind === 'postgres' ? RESPONSE_LANES : 1,
      jobEnded: (job) => {
        this.jobEnded(job)
        void publish({ kind: 'response', ...job })
      },
    })
    this.jobs = new JobDesk({
      library: this.library,
      principalOf: async (keyId) => await keys.principalOf(keyId),
      send: (worker, jobOrder) => order(jobOrder, worker),
      forgo: async (requestId) => {
        await drainJournals()
        return await database.usage.forgo(requestId)
      },
      alone: database.kind === 'sqlite',
      log,
    })
    this.#sweep = new ResponseSweep({ store: database.responses, now: Date.now, log })
  }

  /** Resolves when what was being done before this start is free. */
  async start(): Promise<void> {
    this.#sweep.start()
    await this.jobs.start()
  }

  /** Here or elsewhere: whoever runs it is to stop, and whoever watches it to look. */
  jobEnded({ accountId, responseId }: JobName): void {
    this.#options.order({ kind: 'stop', accountId, responseId })
    this.library.changed({ accountId, responseId })
  }

  async metrics(): Promise<readonly MetricFamily[]> {
    return await responseMetrics(this.library, this.#sweep, this.#options.database.responses)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.jobs[Symbol.asyncDispose]()
    await this.#sweep[Symbol.asyncDispose]()
  }
}
