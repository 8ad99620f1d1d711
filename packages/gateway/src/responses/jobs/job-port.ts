// What a worker asks the primary about background work, beyond keeping it (`../keeper.ts`).

import type { JobEvent, JobKeeper, JobLease } from '../keeper.ts'
import type { JobError } from './response-states.ts'

export interface JobPort extends JobKeeper {
  /** The run has ended without an answer: the response is `failed`, unless somebody else holds the job by now. */
  fail(lease: JobLease, error: JobError): Promise<void>
  /** How many more jobs this worker takes, and which it has: they are given to others when it is gone. */
  room(free: number, held: readonly JobLease[]): void
  /** Of the response as it is stored; null = it is deleted, or unknown. */
  status(accountId: string, responseId: string): Promise<string | null>
  /** Events `from` and later; waits some seconds for the first of them. Null = unknown. */
  follow(accountId: string, responseId: string, from: number): Promise<FollowedEvents | null>
}

/** Plain JSON. */
export interface FollowedEvents {
  readonly events: readonly JobEvent[]
  /** Set once no more events will come than these: the response as it is stored, and its status. */
  readonly ended: { readonly response: string; readonly status: string } | null
}

/** As they travel between the planes. */
export type JobAsk =
  | { readonly op: 'fail'; readonly lease: JobLease; readonly error: JobError }
  | { readonly op: 'status'; readonly accountId: string; readonly responseId: string }
  | { readonly op: 'follow'; readonly accountId: string; readonly responseId: string; readonly from: number }

export type JobReply = FollowedEvents | string | null
