// What the data plane asks of stored responses. A worker knows no SQL: its keeper (`worker-keeper.ts`) asks the primary
// over the cluster's IPC and remembers what cannot change; `memory-keeper.ts` is one for tests and embedding.
//
// Every text here is JSON as Unicode text (not latin1), spelled as its maker spelled it. All methods reject with the
// `GatewayError` `service_unavailable` when nobody can say.

import type { MadeBy } from '../relay/ports.ts'
import type { Principal } from '../identity/principal.ts'
import type { ResponsesPolicy } from '../identity/responses-policy.ts'

export interface ResponseKeeper {
  /** The chain behind a response, oldest first; null = unknown here, expired, or another account's. */
  context(accountId: string, responseId: string): Promise<StoredContext | null>
  conversation(accountId: string, conversationId: string): Promise<StoredContext | null>
  /** An item that is part of something stored, for `item_reference`; ids that listings made up are known too. */
  item(accountId: string, itemId: string): Promise<string | null>
  /**
   * Resolves when every reader anywhere sees it. A response that is there already is replaced.
   * `full` = the account's quota does not take it; `lost` = only with `lease`: another run or a cancel was first, and
   * what is stored is theirs.
   */
  save(record: ResponseToStore): Promise<SaveResult>
}

export type SaveResult = 'stored' | 'full' | 'lost'

export interface StoredContext {
  /** Null for a conversation. */
  readonly responseId: string | null
  readonly conversationId: string | null
  /** Raw JSON of each item: what the response's request began from, its input and its output. */
  readonly items: readonly string[]
  /** Null for a conversation, and where nobody answered (yet). */
  readonly made: MadeBy | null
  /** Of the response as it is now: `completed`, `in_progress`…; `completed` for a conversation. */
  readonly status: string
  /** The keeper's own; absent in contexts that are not from a keeper. Hand the context back as it came. */
  readonly kept?: KeptFacts
}

export interface KeptFacts {
  /** Of each item. */
  readonly hashes: readonly string[]
  /** All of them are encrypted where they are kept; null = some are. */
  readonly sealed: boolean | null
  /** Of a conversation, which counts its changes. */
  readonly version: number
}

export interface ResponseToStore {
  readonly responseId: string
  readonly accountId: string
  readonly keyId: string
  /** The caller's, with another `store` than `off`. */
  readonly policy: ResponsesPolicy
  readonly previousResponseId: string | null
  /** Its input and output become part of the conversation in the same moment. */
  readonly conversationId: string | null
  readonly createdAtMs: number
  /** The whole object as it is sent, with its `output`. */
  readonly response: string
  /** What the request began from; null = nothing. */
  readonly context: StoredContext | null
  /** Raw JSON of the items of this request, references resolved; a string as one user message. */
  readonly input: readonly string[]
  /** What a next turn starts from, where that is not the object's own `output` (sealed reasoning, for example). */
  readonly output?: readonly string[]
  readonly made: MadeBy | null
  /** For background work: saved only while it is held, and the job ends with it when `response` has a final status. */
  readonly lease?: JobLease
}

// --- background work ---

/** The worker's side of background work; the primary's is `JobLibrary`. */
export interface JobKeeper {
  /**
   * Keeps the response as it is now (`queued`) and the job, held by the caller. Not kept: `full` = the quota does not take
   * it; `too-many` = the account has `mostOfAccount` unfinished jobs.
   */
  enqueue(record: ResponseToStore, job: NewJob): Promise<JobLease | 'full' | 'too-many'>
  /**
   * Gives the job back: nobody holds it, and whoever claims first has it. A lease that is void already is no error.
   * @param options `counted: false` takes the attempt back, for one that did not fail of the job
   */
  release(lease: JobLease, options: { readonly counted: boolean }): Promise<void>
  /** Extends the lease. `lost` = stop: it was cancelled, ran out, or is done. */
  heartbeat(lease: JobLease): Promise<'held' | 'lost'>
  /** Keeps events for replay, in order and without gaps. */
  append(lease: JobLease, events: readonly JobEvent[]): Promise<'kept' | 'lost'>
}

export interface NewJob {
  /** Whatever the runner needs to run it again, as JSON text; sealed at rest where the policy says so. */
  readonly request: string
  /** Events are kept for replay. */
  readonly stream: boolean
  /** Unfinished jobs that an account may have, this one included. */
  readonly mostOfAccount: number
}

/** Plain JSON. */
export interface JobLease {
  readonly accountId: string
  readonly responseId: string
  /** Random, new with each claim. */
  readonly token: string
  /** 1 for the first run. */
  readonly attempt: number
  /** What is kept of it is encrypted. */
  readonly sealed: boolean
}

export interface ClaimedJob {
  readonly lease: JobLease
  readonly keyId: string
  readonly request: string
  readonly stream: boolean
  readonly createdAtMs: number
  /** Events of earlier runs that are kept: numbers 0 to this - 1. */
  readonly keptEvents: number
}

export interface JobEvent {
  /** Its `sequence_number`. */
  readonly sequence: number
  /** The event's JSON, without SSE framing. */
  readonly text: string
}

/** What the primary tells a worker about background work. The runner of a data plane answers it. */
export type JobOrder =
  | { readonly kind: 'run'; readonly job: ClaimedJob; readonly principal: Principal }
  /** Its lease is void: end the upstream call. */
  | { readonly kind: 'stop'; readonly accountId: string; readonly responseId: string }
