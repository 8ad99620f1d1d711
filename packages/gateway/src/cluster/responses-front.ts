// Puts the Responses API of a worker together: what answers, what is kept, and what runs in the background.

import type { Logger } from 'pino'
import { TokenCounter } from '../billing/estimates/token-counter.ts'
import type { Config } from '../config/config.ts'
import type { Relay } from '../relay/relay.ts'
import { JobRunner } from '../responses/jobs/job-runner.ts'
import type { JobAsk, JobReply } from '../responses/jobs/job-port.ts'
import { WorkerJobPort } from '../responses/jobs/worker-job-port.ts'
import type { JobLease, JobOrder } from '../responses/keeper.ts'
import { policyFor } from '../identity/responses-policy.ts'
import { Responder, type StoredOutcome } from '../responses/responder.ts'
import { portOf, type ResponsesAsk, type ResponsesReply } from '../responses/stored/responses-messages.ts'
import { StoreKeys } from '../responses/stored/store-keys.ts'
import { WorkerKeeper } from '../responses/worker-keeper.ts'
import type { AutoRouter } from '../routing/auto/auto-router.ts'
import type { Fleet } from '../routing/fleet.ts'
import type { MetricFamily } from '../telemetry/metric-family.ts'
import { createCompactor } from './compaction.ts'

/** What it needs of the primary. */
export interface ResponsesPrimary {
  responses(ask: ResponsesAsk): Promise<ResponsesReply>
  job(ask: JobAsk): Promise<JobReply>
  jobRoom(free: number, held: readonly JobLease[]): void
}

export interface ResponsesFrontOptions {
  readonly config: () => Config
  readonly primary: ResponsesPrimary
  readonly relay: Relay
  readonly fleet: Fleet
  readonly auto: AutoRouter
  readonly pepper: Buffer
  /** The relay's. */
  readonly sealKey: Buffer
  readonly log: Logger
}

export class ResponsesFront implements Disposable {
  readonly responder: Responder
  readonly jobs: JobRunner
  readonly #keeper: WorkerKeeper
  readonly #outcomes = new Map<StoredOutcome, number>()

  constructor({ config, primary, relay, fleet, auto, pepper, sealKey, log }: ResponsesFrontOptions) {
    // Each question has its own kind of answer, which the primary keeps to.
    const port = portOf((ask) => primary.responses(ask))
    this.#keeper = new WorkerKeeper({
      port,
      keys: new StoreKeys(pepper),
      maxContextBytes: () => config().server.maxBodyBytes,
    })
    this.responder = new Responder({
      relay,
      keeper: this.#keeper,
      log,
      policy: (principal) => policyFor(principal, config().groups),
      sealKey,
      maxBodyBytes: () => config().server.maxBodyBytes,
      background: (request, draft) => this.jobs.accept(request, draft),
      compaction: createCompactor({ relay, fleet, auto, counter: new TokenCounter(), pepper, log }),
      saved: (outcome) => this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1),
    })
    this.jobs = new JobRunner({
      jobs: new WorkerJobPort({
        keeper: this.#keeper,
        ask: (ask) => primary.job(ask),
        room: (free, held) => primary.jobRoom(free, held),
      }),
      respond: (request, job) => this.responder.call(request, { job }),
      check: (request) => relay.check(request),
      refuse: (request, error) => relay.refuse(request, error),
      limits: () => {
        const { maxBackgroundPerWorker: perWorker, maxBackgroundPerAccount: perAccount } = config().server
        return { perWorker, perAccount }
      },
      log,
    })
  }

  /** What a drain waits for. */
  get openCount(): number {
    return this.responder.openCount + this.jobs.openCount
  }

  order(order: JobOrder): void {
    if (order.kind === 'run') this.jobs.run(order.job, order.principal)
    else this.jobs.stop(order.accountId, order.responseId)
  }

  collect(): readonly MetricFamily[] {
    return [
      {
        name: 'fairlead_responses_total',
        help: 'Responses that were to be stored: stored, full (over the quota), failed, or late (told before it was known).',
        type: 'counter',
        samples: [...this.#outcomes].map(([outcome, value]) => ({ labels: { outcome }, value })),
      },
      {
        name: 'fairlead_background_running',
        help: 'Background responses that are being made.',
        type: 'gauge',
        samples: [{ labels: {}, value: this.jobs.running }],
      },
      {
        name: 'fairlead_responses_cached_bytes',
        help: 'Texts of stored responses that workers remember.',
        type: 'gauge',
        samples: [{ labels: {}, value: this.#keeper.cachedBytes }],
      },
    ]
  }

  [Symbol.dispose](): void {
    this.jobs[Symbol.dispose]()
  }
}
