// The primary's side of stored responses: what workers ask, and what the routes and the sweeps need.

import {
  type ItemList,
  type ItemPage,
  type JobName,
  type ResponseLibrary,
  type StoredResponse,
} from '../response-library.ts'
import type { ResponseStore } from '../response-store.ts'
import { WorkerKeeper } from '../worker-keeper.ts'
import { CommitQueue } from './commit-queue.ts'
import { StoredConversations } from './conversations.ts'
import { StoredJobs, type StoredJobsOptions } from './jobs.ts'
import { hashesUnder, pageOf, type ListingPorts } from './listing.ts'
import { readWhole } from './read-whole.ts'
import { responseOf } from './response-rows.ts'
import { portOf, type ResponsesAsk, type ResponsesReply } from './responses-messages.ts'
import { WorkerAnswers } from './worker-answers.ts'

export interface LibraryOptions extends Omit<StoredJobsOptions, 'keeper'> {
  /** Transactions at the same time. */
  readonly lanes: number
}

export class StoredLibrary implements ResponseLibrary {
  readonly conversations: StoredConversations
  readonly jobs: StoredJobs
  readonly #store: ResponseStore
  readonly #now: () => number
  readonly #queue: CommitQueue
  readonly #listing: ListingPorts
  readonly #answers: WorkerAnswers

  constructor({ store, keys, now, lanes, jobEnded }: LibraryOptions) {
    this.#store = store
    this.#now = now
    this.#queue = new CommitQueue({ store, now, lanes })
    this.#listing = { store, keys }
    this.#answers = new WorkerAnswers({ store, queue: this.#queue, now, changed: (job) => this.changed(job) })
    const port = portOf((ask) => this.answer(ask))
    const keeper = new WorkerKeeper({ port, keys, now, cache: { maxBytes: 1_048_576, maxKnown: 1_000 } })
    this.conversations = new StoredConversations({ store, keys, now })
    this.jobs = new StoredJobs({ store, keys, now, keeper, jobEnded })
  }

  /** For metrics. */
  get counts(): Readonly<CommitQueue['counts']> {
    return this.#queue.counts
  }

  /** What a worker asks. */
  async answer(ask: ResponsesAsk): Promise<ResponsesReply> {
    return await this.#answers.answer(ask)
  }

  /** Something happened to it in another instance, or here. */
  changed(job: JobName): void {
    this.jobs.changed(job)
  }

  async get(accountId: string, responseId: string): Promise<StoredResponse | null> {
    return await readWhole(async () => {
      const row = await this.#store.find(accountId, responseId, this.#now())
      if (row === null) return null
      const response = await responseOf(this.#listing, row)
      if (response === undefined) return undefined
      const job = await this.#store.findJob(accountId, responseId)
      const { status, createdAtMs, expiresAtMs } = row
      return {
        responseId,
        response,
        status,
        createdAtMs,
        expiresAtMs,
        job: job === null ? null : { state: job.state, stream: job.stream, attempts: job.attempts },
      }
    })
  }

  async inputItems(accountId: string, responseId: string, page: ItemPage): Promise<ItemList | null> {
    return await readWhole(async () => {
      const row = await this.#store.find(accountId, responseId, this.#now())
      if (row === null) return null
      const hashes = await hashesUnder(this.#listing, accountId, row.root)
      if (hashes === null) return undefined
      return await pageOf(this.#listing, accountId, hashes.slice(0, row.contextCount + row.inputCount), page)
    })
  }

  async remove(accountId: string, responseId: string): Promise<boolean> {
    const found = await this.#store.find(accountId, responseId, this.#now())
    const job = found === null ? null : await this.#store.findJob(accountId, responseId)
    // One whose time is over goes too; to the client it is as unknown as before.
    const removed = (await this.#store.remove(accountId, responseId)) && found !== null
    if (removed && job !== null && job.state !== 'done') this.jobs.ended({ accountId, responseId })
    return removed
  }
}
