// One run of background work, as the responder sees it.
import type { JobLease, ResponseToStore } from '../keeper.ts'

export interface JobRun {
  readonly lease: JobLease
  /** As it was told when it was taken in. */
  readonly createdAtSeconds?: number
  /** Resolves when the events that were written so far are kept for replay: a job that is done takes no more. */
  flushed(): Promise<void>
}

/** What the responder knows of background work before it is taken in: all but the response itself. */
export type BackgroundDraft = Pick<
  ResponseToStore,
  'accountId' | 'keyId' | 'policy' | 'previousResponseId' | 'conversationId' | 'context' | 'input'
>
