import type { Kysely } from 'kysely'
import type {
  AccountUsage,
  ConversationChange,
  ConversationRow,
  EventBatch,
  JobRow,
  NewConversationRow,
  NewObject,
  ObjectFacts,
  ObjectRow,
  ResponseRow,
  ResponseStore,
  Save,
  SaveOutcome,
  StoredEvents,
} from '../responses/response-store.ts'
import { readUsage } from './response-accounts.ts'
import { commitSaves } from './response-commit.ts'
import { createConversation, updateConversation } from './response-conversations.ts'
import {
  appendEvents,
  claimJobs,
  eventBatches,
  exhaustedJobs,
  extendLease,
  releaseAllJobs,
  releaseJob,
} from './response-jobs.ts'
import { readFacts, readObjects } from './response-objects.ts'
import { removeConversation, removeExpired, removeResponse } from './response-removal.ts'
import { conversationOfRow, jobOfRow, responseOfRow } from './response-rows.ts'
import type { Tables } from './schema.ts'

const PAGES_OF_A_SAVE = 10
const KIB_OF_A_PAGE = 4
/** Of one item: as it was made, and as clients sent it back. */
const MOST_SPELLINGS = 20

export class SqlResponseStore implements ResponseStore {
  readonly #kysely: Kysely<Tables>
  readonly #wrote: (kib: number) => void

  /** @param wrote told how many KiB were written, roughly */
  constructor(kysely: Kysely<Tables>, wrote: (kib: number) => void) {
    this.#kysely = kysely
    this.#wrote = wrote
  }

  async commit(saves: readonly Save[], nowMs: number): Promise<readonly SaveOutcome[]> {
    const outcomes = await commitSaves(this.#kysely, saves, nowMs)
    this.#wrote(saves.reduce((sum, save) => sum + kibOf(save), 0))
    return outcomes
  }

  async find(accountId: string, responseId: string, nowMs: number): Promise<ResponseRow | null> {
    const row = await this.#kysely
      .selectFrom('responses')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('response_id', '=', responseId)
      .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', nowMs)]))
      .executeTakeFirst()
    return row === undefined ? null : responseOfRow(row)
  }

  async objects(accountId: string, hashes: readonly string[]): Promise<readonly ObjectRow[]> {
    return await readObjects(this.#kysely, accountId, hashes)
  }

  async facts(accountId: string, hashes: readonly string[]): Promise<ReadonlyMap<string, ObjectFacts>> {
    return await readFacts(this.#kysely, accountId, hashes)
  }

  async item(accountId: string, itemId: string): Promise<ObjectRow | null> {
    // Without an order: for one, SQLite would read everything of the account.
    const rows = await this.#kysely
      .selectFrom('response_objects')
      .select('hash')
      .where('account_id', '=', accountId)
      .where('item_id', '=', itemId)
      .limit(MOST_SPELLINGS)
      .execute()
    const found = await this.objects(
      accountId,
      rows.map(({ hash }) => hash),
    )
    // Where a client sent it back in another spelling: the one that says most.
    return found.toSorted((left, right) => right.content.length - left.content.length)[0] ?? null
  }

  async remove(accountId: string, responseId: string): Promise<boolean> {
    return await removeResponse(this.#kysely, accountId, responseId)
  }

  async removeExpired(nowMs: number, limit: number): Promise<number> {
    return await removeExpired(this.#kysely, nowMs, limit)
  }

  async usage(accountId: string): Promise<AccountUsage> {
    return await readUsage(this.#kysely, accountId)
  }

  async totals(): Promise<AccountUsage> {
    return await readUsage(this.#kysely)
  }

  async findConversation(accountId: string, conversationId: string, nowMs: number): Promise<ConversationRow | null> {
    const row = await this.#kysely
      .selectFrom('response_conversations')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('conversation_id', '=', conversationId)
      .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', nowMs)]))
      .executeTakeFirst()
    return row === undefined ? null : conversationOfRow(row)
  }

  async createConversation(conversation: NewConversationRow, objects: readonly NewObject[]): Promise<SaveOutcome> {
    return await createConversation(this.#kysely, conversation, objects)
  }

  async updateConversation(change: ConversationChange, objects: readonly NewObject[]): Promise<SaveOutcome> {
    return await updateConversation(this.#kysely, change, objects)
  }

  async removeConversation(accountId: string, conversationId: string): Promise<boolean> {
    return (await removeConversation(this.#kysely, accountId, [conversationId])) > 0
  }

  async findJob(accountId: string, responseId: string): Promise<JobRow | null> {
    const row = await this.#kysely
      .selectFrom('response_jobs')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('response_id', '=', responseId)
      .executeTakeFirst()
    return row === undefined ? null : jobOfRow(row)
  }

  async extendLease(accountId: string, responseId: string, token: string, leaseMs: number): Promise<boolean> {
    return await extendLease(this.#kysely, { accountId, responseId, token }, leaseMs)
  }

  async releaseJob(accountId: string, responseId: string, token: string, counted: boolean): Promise<void> {
    await releaseJob(this.#kysely, { accountId, responseId, token }, counted)
  }

  async releaseAllJobs(): Promise<void> {
    await releaseAllJobs(this.#kysely)
  }

  async appendEvents(batch: EventBatch, leaseMs: number): Promise<boolean> {
    return await appendEvents(this.#kysely, batch, leaseMs)
  }

  async eventBatches(
    accountId: string,
    responseId: string,
    from: number,
    limit: number,
  ): Promise<readonly StoredEvents[]> {
    return await eventBatches(this.#kysely, accountId, responseId, from, limit)
  }

  async claimJobs(claim: Parameters<ResponseStore['claimJobs']>[0]): Promise<readonly JobRow[]> {
    return await claimJobs(this.#kysely, claim)
  }

  async exhaustedJobs(limit: number, maxAttempts: number): Promise<readonly JobRow[]> {
    return await exhaustedJobs(this.#kysely, limit, maxAttempts)
  }
}

/** Each save touches some pages of every table and index, and writes its texts. */
function kibOf({ objects, response }: Save): number {
  const characters = objects.reduce((sum, { content }) => sum + content.length, response.shell.length)
  return PAGES_OF_A_SAVE * KIB_OF_A_PAGE + characters / 1_024
}
