// Background work in the database: what is kept of its events, who is told of it, who claims it, how it ends.

import { randomBytes } from 'node:crypto'
import { scanArray } from '../../core/json-scan.ts'
import type { ClaimedJob, JobEvent, JobLease } from '../keeper.ts'
import { LEASE_MS, type JobEvents, type JobLibrary, type JobName } from '../response-library.ts'
import type { JobRow, ResponseStore } from '../response-store.ts'
import type { WorkerKeeper } from '../worker-keeper.ts'
import type { ListingPorts } from './listing.ts'
import { recordOf, responseOf } from './response-rows.ts'
import { isSealed, type StoreKeys } from './store-keys.ts'

export interface StoredJobsOptions {
  readonly store: ResponseStore
  readonly keys: StoreKeys
  readonly now: () => number
  /** What workers do, done here for jobs that nobody runs. */
  readonly keeper: WorkerKeeper
  /** A job was ended from here: whoever runs it, in this instance or another, should hear of it. */
  readonly jobEnded: (job: JobName) => void
}

export class StoredJobs implements JobLibrary {
  readonly #store: ResponseStore
  readonly #keys: StoreKeys
  readonly #now: () => number
  readonly #keeper: WorkerKeeper
  readonly #jobEnded: (job: JobName) => void
  readonly #listing: ListingPorts
  readonly #watchers = new Map<string, Set<() => void>>()

  constructor({ store, keys, now, keeper, jobEnded }: StoredJobsOptions) {
    this.#store = store
    this.#keys = keys
    this.#now = now
    this.#keeper = keeper
    this.#jobEnded = jobEnded
    this.#listing = { store, keys }
  }

  async events(accountId: string, responseId: string, from: number, limit: number): Promise<JobEvents | null> {
    // First whether it is done, then what there is: nothing is added after the end.
    const job = await this.#store.findJob(accountId, responseId)
    if (job === null || (await this.#store.find(accountId, responseId, this.#now())) === null) return null
    const batches = await this.#store.eventBatches(accountId, responseId, from, limit)
    const events: JobEvent[] = []
    for (const { sequence, events: text } of batches) {
      for (const [index, event] of elements(this.#keys.open(accountId, text)).entries()) {
        if (sequence + index >= from && events.length < limit) events.push({ sequence: sequence + index, text: event })
      }
    }
    const { events: kept } = job
    return { events, done: job.state === 'done' && from + events.length >= kept }
  }

  watch(accountId: string, responseId: string, changed: () => void): () => void {
    const name = `${accountId} ${responseId}`
    const watchers = this.#watchers.get(name) ?? new Set()
    this.#watchers.set(name, watchers)
    watchers.add(changed)
    return () => {
      watchers.delete(changed)
      if (watchers.size === 0 && this.#watchers.get(name) === watchers) this.#watchers.delete(name)
    }
  }

  async end(
    accountId: string,
    responseId: string,
    edit: (response: string) => string,
  ): Promise<'ended' | 'already' | 'not-background' | null> {
    const row = await this.#store.find(accountId, responseId, this.#now())
    if (row === null) return null
    const job = await this.#store.findJob(accountId, responseId)
    if (job === null) return 'not-background'
    const before = job.state === 'done' ? undefined : await responseOf(this.#listing, row)
    if (before === undefined) return 'already'
    const edited = edit(before)
    const context = await this.#keeper.context(accountId, responseId)
    if (context === null) return 'already'
    if ((await this.#keeper.saveEnd(recordOf(row, context, edited))) !== 'stored') return 'already'
    this.ended({ accountId, responseId })
    return 'ended'
  }

  async claim(options: { readonly limit: number; readonly maxAttempts: number }): Promise<readonly ClaimedJob[]> {
    const newToken = (): string => randomBytes(16).toString('hex')
    const rows = await this.#store.claimJobs({ ...options, leaseMs: LEASE_MS, newToken })
    return rows.map((row) => this.#opened(row))
  }

  async exhausted(options: { readonly limit: number; readonly maxAttempts: number }): Promise<readonly JobName[]> {
    return await this.#store.exhaustedJobs(options.limit, options.maxAttempts)
  }

  async release(lease: JobLease, options: { readonly counted: boolean }): Promise<void> {
    await this.#keeper.release(lease, options)
  }

  async releaseAll(): Promise<void> {
    await this.#store.releaseAllJobs()
  }

  async heartbeat(lease: JobLease): Promise<'held' | 'lost'> {
    return await this.#keeper.heartbeat(lease)
  }

  /** Something happened to it in another instance, or here. */
  changed({ accountId, responseId }: JobName): void {
    for (const changed of this.#watchers.get(`${accountId} ${responseId}`) ?? []) changed()
  }

  /** Not by its run. */
  ended(job: JobName): void {
    this.changed(job)
    this.#jobEnded(job)
  }

  #opened(row: JobRow): ClaimedJob {
    const { accountId, responseId, keyId, stream, createdAtMs, request, attempts, token, events } = row
    return {
      lease: { accountId, responseId, token: token ?? '', attempt: attempts, sealed: isSealed(request) },
      keyId,
      request: this.#keys.open(accountId, request),
      stream,
      createdAtMs,
      keptEvents: events,
    }
  }
}

/** Raw JSON of each. */
function elements(list: string): string[] {
  const found: string[] = []
  scanArray(list, 0, (from, to) => void found.push(list.slice(from, to)))
  return found
}
