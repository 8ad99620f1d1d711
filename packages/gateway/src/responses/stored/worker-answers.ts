// What the keepers of workers ask about stored responses (`responses-messages.ts`), answered from the database.

import { LEASE_MS, type JobName } from '../response-library.ts'
import type { ObjectRow, ResponseStore } from '../response-store.ts'
import type { CommitQueue } from './commit-queue.ts'
import { parseMadeUpId } from './listed-item.ts'
import type { FoundContext, ResponsesAsk, ResponsesReply } from './responses-messages.ts'

/** Of one answer to a worker. */
const MOST_MESSAGE_BYTES = 4 * 1024 * 1024

export interface WorkerAnswersOptions {
  readonly store: ResponseStore
  readonly queue: CommitQueue
  readonly now: () => number
  /** Something of this job was kept. */
  readonly changed: (job: JobName) => void
}

export class WorkerAnswers {
  readonly #store: ResponseStore
  readonly #queue: CommitQueue
  readonly #now: () => number
  readonly #changed: (job: JobName) => void

  constructor({ store, queue, now, changed }: WorkerAnswersOptions) {
    this.#store = store
    this.#queue = queue
    this.#now = now
    this.#changed = changed
  }

  async answer(ask: ResponsesAsk): Promise<ResponsesReply> {
    switch (ask.op) {
      case 'save': {
        const outcome = await this.#queue.commit(ask.save)
        if (outcome.kind === 'stored' && ask.save.job !== null) this.#changed(ask.save.response)
        return outcome
      }
      case 'find':
        return await this.#findContext(ask.accountId, ask.responseId)
      case 'find-conversation':
        return await this.#findConversation(ask.accountId, ask.conversationId)
      case 'objects':
        return await this.#objects(ask.accountId, ask.hashes)
      case 'item':
        return await this.#item(ask.accountId, ask.itemId)
      case 'heartbeat':
        return await this.#store.extendLease(ask.accountId, ask.responseId, ask.token, LEASE_MS)
      case 'release':
        await this.#store.releaseJob(ask.accountId, ask.responseId, ask.token, ask.counted)
        return null
      case 'append': {
        const kept = await this.#store.appendEvents(ask, LEASE_MS)
        if (kept) this.#changed(ask)
        return kept
      }
    }
  }

  /** As many as one message may hold, at least one: the asker asks for the rest. */
  async #objects(accountId: string, hashes: readonly string[]): Promise<readonly ObjectRow[]> {
    const facts = await this.#store.facts(accountId, hashes)
    let bytes = 0
    const wanted: string[] = []
    for (const hash of hashes) {
      const size = facts.get(hash)?.size
      if (size === undefined) continue
      bytes += size
      if (wanted.length > 0 && bytes > MOST_MESSAGE_BYTES) break
      wanted.push(hash)
    }
    return await this.#store.objects(accountId, wanted)
  }

  async #findContext(accountId: string, responseId: string): Promise<FoundContext | null> {
    const row = await this.#store.find(accountId, responseId, this.#now())
    if (row === null) return null
    const { root, made, status, conversationId } = row
    return { root, made, status, conversationId, version: 0 }
  }

  async #findConversation(accountId: string, conversationId: string): Promise<FoundContext | null> {
    const row = await this.#store.findConversation(accountId, conversationId, this.#now())
    if (row === null) return null
    const { root, version } = row
    return { root, made: null, status: 'completed', conversationId, version }
  }

  async #item(accountId: string, itemId: string): Promise<readonly ObjectRow[]> {
    const own = await this.#store.item(accountId, itemId)
    if (own !== null) return [own]
    const madeUp = parseMadeUpId(itemId)
    if (madeUp === null) return []
    return (await this.#store.objects(accountId, [madeUp.hash])).filter(({ kind }) => kind === 'item')
  }
}
