// Stored responses, conversations and background jobs as the primary serves them: what the routes and the sweep of
// background work use. Texts come out opened (`sealed-text.ts`) and whole, spelled as they were stored; SQL is behind
// `response-store.ts`. Everything is found by (account, id) and by nothing else: another account's id is an unknown one.

import type { ClaimedJob, JobEvent, JobKeeper } from './keeper.ts'
import type { ResponsesPolicy } from '../identity/responses-policy.ts'

/** Rejects with `service_unavailable` when the database does not answer. */
export interface ResponseLibrary {
  /** Null = unknown, expired, or another account's. */
  get(accountId: string, responseId: string): Promise<StoredResponse | null>
  /**
   * The items that the response was made from: what came before it in its chain, and its own input. Each has an `id`;
   * those that came without one get one that stays the same.
   */
  inputItems(accountId: string, responseId: string, page: ItemPage): Promise<ItemList | null>
  /** False = unknown. What no other response shares is gone when it resolves. Ends a background job too. */
  remove(accountId: string, responseId: string): Promise<boolean>

  readonly conversations: ConversationLibrary
  /** Background work. */
  readonly jobs: JobLibrary
}

export interface ConversationLibrary {
  /** `off` = the policy keeps nothing; `full` = the quota does not take it. */
  create(owner: Owner, conversation: NewConversation): Promise<StoredConversation | 'off' | 'full'>
  get(accountId: string, conversationId: string): Promise<StoredConversation | null>
  /** @param metadata raw JSON */
  update(accountId: string, conversationId: string, metadata: string): Promise<StoredConversation | null>
  /** Its responses stay. */
  remove(accountId: string, conversationId: string): Promise<boolean>
  items(accountId: string, conversationId: string, page: ItemPage): Promise<ItemList | null>
  /** @returns the items as they are kept now, each with its id */
  addItems(
    owner: Owner,
    conversationId: string,
    items: readonly string[],
  ): Promise<readonly ListedItem[] | null | 'full'>
  item(accountId: string, conversationId: string, itemId: string): Promise<string | null>
  removeItem(accountId: string, conversationId: string, itemId: string): Promise<boolean>
}

export interface JobLibrary extends Pick<JobKeeper, 'release' | 'heartbeat'> {
  /** Events `from` and later, in order, at most `limit`; null = unknown, or no background response. */
  events(accountId: string, responseId: string, from: number, limit: number): Promise<JobEvents | null>
  /**
   * Called whenever something about the job happened in this instance (events, a save, a cancel); other instances'
   * doings must be asked for. @returns stops it
   */
  watch(accountId: string, responseId: string, changed: () => void): () => void
  /**
   * Ends a job whoever runs it: its lease is void from then on (`lost`), and the response is what `edit` makes of the
   * object that is stored. `already` = it has a final status. Tells the runner to stop, in this instance and in others.
   */
  end(
    accountId: string,
    responseId: string,
    edit: (response: string) => string,
  ): Promise<'ended' | 'already' | 'not-background' | null>
  /** Jobs that nobody holds (any more), with fewer than `maxAttempts` runs: they are the caller's now. */
  claim(options: { readonly limit: number; readonly maxAttempts: number }): Promise<readonly ClaimedJob[]>
  /** Jobs that nobody holds any more after `maxAttempts` runs: `end` them. */
  exhausted(options: { readonly limit: number; readonly maxAttempts: number }): Promise<readonly JobName[]>
  /** Nobody holds any job: for the start of a gateway that is alone on its database. */
  releaseAll(): Promise<void>
}

/** How long a claim holds without a heartbeat; beat three times as often. */
export const LEASE_MS = 15_000

export interface Owner {
  readonly accountId: string
  readonly keyId: string
  readonly policy: ResponsesPolicy
}

export interface StoredResponse {
  readonly responseId: string
  /** The whole object as it was sent, raw JSON. */
  readonly response: string
  readonly status: string
  readonly createdAtMs: number
  /** Null = for ever. */
  readonly expiresAtMs: number | null
  /** Null = not in the background. */
  readonly job: JobState | null
}

export interface JobState {
  /** `queued`: nobody holds it. */
  readonly state: 'queued' | 'running' | 'done'
  readonly stream: boolean
  readonly attempts: number
}

export interface JobName {
  readonly accountId: string
  readonly responseId: string
}

export interface ItemPage {
  readonly order: 'asc' | 'desc'
  /** The id of the item before the page; absent = from the beginning. */
  readonly after?: string
  /** The id of the item behind the page. */
  readonly before?: string
  /** 1 to 100. */
  readonly limit: number
}

export interface ItemList {
  readonly items: readonly ListedItem[]
  readonly hasMore: boolean
}

export interface ListedItem {
  readonly id: string
  /** Raw JSON, the `id` in it. */
  readonly text: string
}

export interface NewConversation {
  /** Raw JSON of an object. */
  readonly metadata: string
  /** Raw JSON of each. */
  readonly items: readonly string[]
}

export interface StoredConversation {
  /** `conv_…` */
  readonly conversationId: string
  /** Raw JSON. */
  readonly metadata: string
  readonly createdAtMs: number
}

export interface JobEvents {
  readonly events: readonly JobEvent[]
  /** No more will come. */
  readonly done: boolean
}
