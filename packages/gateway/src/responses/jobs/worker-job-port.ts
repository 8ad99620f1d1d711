// The worker's way to the primary's desk: what is kept goes through the keeper, the rest as questions of its own.

import type { JobEvent, JobKeeper, JobLease, NewJob, ResponseToStore } from '../keeper.ts'
import type { FollowedEvents, JobAsk, JobPort, JobReply } from './job-port.ts'
import type { JobError } from './response-states.ts'

export interface WorkerJobPortOptions {
  readonly keeper: JobKeeper
  /** Rejects when the primary cannot tell. */
  ask(ask: JobAsk): Promise<JobReply>
  room(free: number, held: readonly JobLease[]): void
}

export class WorkerJobPort implements JobPort {
  readonly #options: WorkerJobPortOptions

  constructor(options: WorkerJobPortOptions) {
    this.#options = options
  }

  async enqueue(record: ResponseToStore, job: NewJob): Promise<JobLease | 'full' | 'too-many'> {
    return await this.#options.keeper.enqueue(record, job)
  }

  async release(lease: JobLease, options: { readonly counted: boolean }): Promise<void> {
    await this.#options.keeper.release(lease, options)
  }

  async heartbeat(lease: JobLease): Promise<'held' | 'lost'> {
    return await this.#options.keeper.heartbeat(lease)
  }

  async append(lease: JobLease, events: readonly JobEvent[]): Promise<'kept' | 'lost'> {
    return await this.#options.keeper.append(lease, events)
  }

  async fail(lease: JobLease, error: JobError): Promise<void> {
    await this.#options.ask({ op: 'fail', lease, error })
  }

  room(free: number, held: readonly JobLease[]): void {
    this.#options.room(free, held)
  }

  async status(accountId: string, responseId: string): Promise<string | null> {
    const answer = await this.#options.ask({ op: 'status', accountId, responseId })
    return typeof answer === 'string' ? answer : null
  }

  async follow(accountId: string, responseId: string, from: number): Promise<FollowedEvents | null> {
    const answer = await this.#options.ask({ op: 'follow', accountId, responseId, from })
    return typeof answer === 'string' ? null : answer
  }
}
