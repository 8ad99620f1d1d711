// What stored responses need of the database. `store/response-store.ts` answers it; routes and sweeps go through
// `response-library.ts`, which opens what is sealed here.
//
// Kept like a version control system keeps trees: objects, named by a keyed hash of what they hold, within one account.
// An item of a conversation is an object; so is a list of items (`item-list.ts` cuts long ones into pieces that agree
// between turns); a response names the list of everything that it was made from and made. So a turn adds its own items and
// a few list pieces, whether the client chains its turns or sends the whole conversation each time, and whatever it cuts
// off in front. Each object counts who refers to it, and goes with the last of them.

import type { MadeBy } from '../relay/ports.ts'
import type { StoreMode } from '../identity/responses-policy.ts'

export interface ResponseStore {
  /**
   * All of them in one transaction, each accepted or refused by itself; one outcome each, in order. Resolves when they
   * can be read everywhere.
   */
  commit(saves: readonly Save[], nowMs: number): Promise<readonly SaveOutcome[]>

  /** What has expired is not found. */
  find(accountId: string, responseId: string, nowMs: number): Promise<ResponseRow | null>
  /** Those that are there. */
  objects(accountId: string, hashes: readonly string[]): Promise<readonly ObjectRow[]>
  /** What is known of those that are there without reading them. */
  facts(accountId: string, hashes: readonly string[]): Promise<ReadonlyMap<string, ObjectFacts>>
  /** By the id that is in the item. */
  item(accountId: string, itemId: string): Promise<ObjectRow | null>
  remove(accountId: string, responseId: string): Promise<boolean>
  /** Removes what has expired, a bounded part of it in one transaction. @returns how many; 0 = nothing is left */
  removeExpired(nowMs: number, limit: number): Promise<number>
  usage(accountId: string): Promise<AccountUsage>
  /** For metrics. */
  totals(): Promise<AccountUsage>

  findConversation(accountId: string, conversationId: string, nowMs: number): Promise<ConversationRow | null>
  createConversation(conversation: NewConversationRow, objects: readonly NewObject[]): Promise<SaveOutcome>
  /** Only while its version is still `version`: `changed` otherwise. */
  updateConversation(change: ConversationChange, objects: readonly NewObject[]): Promise<SaveOutcome>
  removeConversation(accountId: string, conversationId: string): Promise<boolean>

  findJob(accountId: string, responseId: string): Promise<JobRow | null>
  /** False = the lease is not held any more. */
  extendLease(accountId: string, responseId: string, token: string, leaseMs: number): Promise<boolean>
  /** Nobody holds it then. @param counted false takes the attempt back */
  releaseJob(accountId: string, responseId: string, token: string, counted: boolean): Promise<void>
  releaseAllJobs(): Promise<void>
  /** False as above. Extends the lease, too. */
  appendEvents(batch: EventBatch, leaseMs: number): Promise<boolean>
  /** Whole batches, those with `from` or later in them, in order; at least one when there is one. */
  eventBatches(accountId: string, responseId: string, from: number, limit: number): Promise<readonly StoredEvents[]>
  claimJobs(claim: {
    readonly limit: number
    readonly maxAttempts: number
    readonly leaseMs: number
    /** Gives each its token. */
    readonly newToken: () => string
  }): Promise<readonly JobRow[]>
  exhaustedJobs(limit: number, maxAttempts: number): Promise<readonly JobRow[]>
}

/** `item`: text, sealed or not. `list`: hashes of items, of 32 characters each, one behind the other. `lists`: the same of lists. */
export type ObjectKind = 'item' | 'list' | 'lists'

export interface NewObject {
  readonly hash: string
  readonly kind: ObjectKind
  /** The id that is in an item; null = none. */
  readonly itemId: string | null
  readonly content: string
}

export interface ObjectFacts {
  /** The id that is in an item; null = none. */
  readonly itemId: string | null
  /** Bytes, some more than its text has. */
  readonly size: number
}

export interface ObjectRow {
  readonly hash: string
  readonly kind: ObjectKind
  readonly content: string
}

/** What a response or a conversation holds; null = no items. */
export type Root = string | null

export interface ResponseRow {
  readonly accountId: string
  readonly responseId: string
  readonly keyId: string
  readonly status: string
  readonly createdAtMs: number
  /** Null = never. */
  readonly expiresAtMs: number | null
  readonly previousResponseId: string | null
  readonly conversationId: string | null
  readonly root: Root
  /** The list holds so many items that were there before, then those of the request, then those of the answer. */
  readonly contextCount: number
  readonly inputCount: number
  readonly outputCount: number
  /** The response object without its long members; sealed or not. */
  readonly shell: string
  /** Where the long members are: by name, their objects. */
  readonly members: Readonly<Record<string, string>>
  readonly made: MadeBy | null
}

export interface Quota {
  readonly mode: StoreMode
  readonly bytes: number
  readonly responses: number
}

export interface Save {
  readonly response: ResponseRow
  /** Those that may be new here. */
  readonly objects: readonly NewObject[]
  readonly quota: Quota
  /** What the response would take alone. */
  readonly wholeBytes: number
  /** The conversation's next state: replaced only while its version is still `version`. */
  readonly conversation: ConversationStep | null
  readonly job: JobStep | null
}

export type JobStep =
  | {
      readonly kind: 'begin'
      readonly token: string
      readonly request: string
      readonly stream: boolean
      readonly leaseMs: number
      /** Unfinished jobs that the account may have, this one included. */
      readonly mostOfAccount: number
    }
  /** `ends`: it has a final status now. */
  | { readonly kind: 'held'; readonly token: string; readonly ends: boolean }
  /** Whoever holds it. */
  | { readonly kind: 'end' }

export interface ConversationStep {
  readonly conversationId: string
  readonly version: number
  readonly root: Root
  readonly count: number
  readonly expiresAtMs: number | null
}

export type SaveOutcome =
  | { readonly kind: 'stored' }
  | { readonly kind: 'full' }
  /** Of unfinished jobs. */
  | { readonly kind: 'too-many' }
  /** The job is not the caller's (any more). */
  | { readonly kind: 'lost' }
  /** It refers to objects that are not here: to be sent along. */
  | { readonly kind: 'missing'; readonly hashes: readonly string[] }
  /** The conversation is another than it was when it was read. */
  | { readonly kind: 'changed' }
  /** There is no such conversation (any more). */
  | { readonly kind: 'gone' }

export interface ConversationRow {
  readonly accountId: string
  readonly conversationId: string
  readonly keyId: string
  readonly createdAtMs: number
  readonly expiresAtMs: number | null
  /** Sealed or not. */
  readonly metadata: string
  readonly root: Root
  readonly count: number
  readonly version: number
}

export interface NewConversationRow extends ConversationRow {
  readonly quota: Quota
}

export interface ConversationChange extends ConversationStep {
  readonly accountId: string
  /** Absent = as it is. */
  readonly metadata?: string
  /** Null = it only becomes smaller, or keeps its size. */
  readonly quota: Quota | null
}

export interface JobRow {
  readonly accountId: string
  readonly responseId: string
  readonly keyId: string
  readonly state: 'queued' | 'running' | 'done'
  readonly stream: boolean
  /** Sealed or not; empty when it is done. */
  readonly request: string
  readonly attempts: number
  readonly token: string | null
  readonly createdAtMs: number
  /** How many of its events are kept. */
  readonly events: number
}

export interface EventBatch {
  readonly accountId: string
  readonly responseId: string
  readonly token: string
  /** Of the first; the others follow without a gap. */
  readonly sequence: number
  readonly count: number
  /** Sealed or not. */
  readonly events: string
}

export type StoredEvents = Pick<EventBatch, 'sequence' | 'count' | 'events'>

export interface AccountUsage {
  readonly bytes: number
  readonly responses: number
}
