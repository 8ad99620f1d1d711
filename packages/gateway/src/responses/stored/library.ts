// The primary's side of stored responses: answers what workers ask, and what the routes and the sweeps need.

import { randomBytes } from 'node:crypto'
import { GatewayError } from '../../core/errors.ts'
import { scanArray } from '../../core/json-scan.ts'
import type { ClaimedJob, JobEvent, JobLease, ResponseToStore } from '../keeper.ts'
import {
  LEASE_MS,
  type ItemList,
  type ItemPage,
  type JobEvents,
  type JobName,
  type ListedItem,
  type NewConversation,
  type Owner,
  type ResponseLibrary,
  type StoredConversation,
  type StoredResponse,
} from '../response-library.ts'
import type { ResponsesPolicy } from '../../identity/responses-policy.ts'
import type { ConversationRow, JobRow, ObjectRow, ResponseRow, ResponseStore, SaveOutcome } from '../response-store.ts'
import { WorkerKeeper } from '../worker-keeper.ts'
import { CommitQueue } from './commit-queue.ts'
import { parseMadeUpId } from './listed-item.ts'
import { hashesUnder, indexOfItem, listed, openTexts, pageOf, type ListingPorts } from './listing.ts'
import { joined } from './response-parts.ts'
import type { FoundContext, ResponsesAsk, ResponsesPort, ResponsesReply } from './responses-messages.ts'
import { DraftObjects, expiryOf } from './save-draft.ts'
import { isSealed, type StoreKeys } from './store-keys.ts'

/** Of one answer to a worker. */
const MOST_MESSAGE_BYTES = 4 * 1024 * 1024
/** Who changes a conversation while others do tries again. */
const MOST_TRIES = 20

export interface LibraryOptions {
  readonly store: ResponseStore
  readonly keys: StoreKeys
  readonly now: () => number
  /** Transactions at the same time. */
  readonly lanes: number
  /** A job was ended from here: whoever runs it, in this instance or another, should hear of it. */
  readonly jobEnded: (job: JobName) => void
}

export class StoredLibrary implements ResponseLibrary {
  readonly #store: ResponseStore
  readonly #keys: StoreKeys
  readonly #now: () => number
  readonly #jobEnded: (job: JobName) => void
  readonly #queue: CommitQueue
  readonly #listing: ListingPorts
  /** What workers do, done here: for tests and for jobs that nobody runs. */
  readonly #keeper: WorkerKeeper
  readonly #watchers = new Map<string, Set<() => void>>()

  constructor({ store, keys, now, lanes, jobEnded }: LibraryOptions) {
    this.#store = store
    this.#keys = keys
    this.#now = now
    this.#jobEnded = jobEnded
    this.#queue = new CommitQueue({ store, now, lanes })
    this.#listing = { store, keys }
    const port = { ask: async (ask: ResponsesAsk) => await this.answer(ask) } as ResponsesPort
    this.#keeper = new WorkerKeeper({ port, keys, now, cache: { maxBytes: 1_048_576, maxKnown: 1_000 } })
  }

  /** For metrics. */
  get counts(): Readonly<CommitQueue['counts']> {
    return this.#queue.counts
  }

  // --- what workers ask ---

  async answer(ask: ResponsesAsk): Promise<ResponsesReply> {
    switch (ask.op) {
      case 'save': {
        const outcome = await this.#queue.commit(ask.save)
        if (outcome.kind === 'stored' && ask.save.job !== null) this.#tell(ask.save.response)
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
        if (kept) this.#tell(ask)
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

  // --- responses ---

  async get(accountId: string, responseId: string): Promise<StoredResponse | null> {
    return await this.#whole(async () => {
      const row = await this.#store.find(accountId, responseId, this.#now())
      if (row === null) return null
      const response = await this.#responseOf(row)
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
    return await this.#whole(async () => {
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
    if (removed && job !== null && job.state !== 'done') this.#ended({ accountId, responseId })
    return removed
  }

  // --- conversations ---

  async createConversation(
    owner: Owner,
    { metadata, items }: NewConversation,
  ): Promise<StoredConversation | 'off' | 'full'> {
    const { accountId, keyId, policy } = owner
    if (policy.store === 'off') return 'off'
    const createdAtMs = this.#now()
    const conversationId = `conv_${randomBytes(24).toString('hex')}`
    const objects = new DraftObjects(this.#keys, accountId, policy.encrypt)
    const hashes = items.map((item) => objects.add(item))
    const root = objects.addList(hashes)
    const outcome = await this.#store.createConversation(
      {
        accountId,
        conversationId,
        keyId,
        createdAtMs,
        expiresAtMs: expiryOf(policy, createdAtMs),
        metadata: this.#sealed(accountId, metadata, policy),
        root,
        count: hashes.length,
        version: 1,
        quota: quotaOf(policy),
      },
      objects.toSend(() => false),
    )
    return outcome.kind === 'stored' ? { conversationId, metadata, createdAtMs } : 'full'
  }

  async conversation(accountId: string, conversationId: string): Promise<StoredConversation | null> {
    const row = await this.#store.findConversation(accountId, conversationId, this.#now())
    return row === null ? null : this.#conversationOf(row)
  }

  async updateConversation(
    accountId: string,
    conversationId: string,
    metadata: string,
  ): Promise<StoredConversation | null> {
    const changed = await this.#changeConversation(accountId, conversationId, async (row) => {
      const text = isSealed(row.metadata) ? this.#keys.seal(accountId, metadata) : metadata
      return { outcome: await this.#store.updateConversation({ ...stepOf(row), metadata: text, quota: null }, []), row }
    })
    return changed === null || changed === 'full' ? null : { ...this.#conversationOf(changed), metadata }
  }

  async removeConversation(accountId: string, conversationId: string): Promise<boolean> {
    const row = await this.#store.findConversation(accountId, conversationId, this.#now())
    return (await this.#store.removeConversation(accountId, conversationId)) && row !== null
  }

  async conversationItems(accountId: string, conversationId: string, page: ItemPage): Promise<ItemList | null> {
    return await this.#whole(async () => {
      const hashes = await this.#conversationHashes(accountId, conversationId)
      return hashes && (await pageOf(this.#listing, accountId, hashes, page))
    })
  }

  async addConversationItems(
    { accountId, policy }: Owner,
    conversationId: string,
    items: readonly string[],
  ): Promise<readonly ListedItem[] | null | 'full'> {
    const all = await this.#changeConversation(accountId, conversationId, async (row, before) => {
      const objects = new DraftObjects(this.#keys, accountId, policy.encrypt)
      const hashes = [...before, ...items.map((item) => objects.add(item))]
      const root = objects.addList(hashes)
      const outcome = await this.#store.updateConversation(
        {
          ...stepOf(row),
          root,
          count: hashes.length,
          expiresAtMs: row.expiresAtMs === null ? null : expiryOf(policy, this.#now()),
          quota: quotaOf(policy),
        },
        objects.toSend(() => false),
      )
      return { outcome, row: hashes }
    })
    if (all === null || all === 'full') return all
    return await listed(this.#listing, accountId, all, all.length - items.length, all.length)
  }

  async conversationItem(accountId: string, conversationId: string, itemId: string): Promise<string | null> {
    return await this.#whole(async () => {
      const hashes = await this.#conversationHashes(accountId, conversationId)
      if (hashes === null || hashes === undefined) return hashes
      const index = await indexOfItem(this.#listing, accountId, hashes, itemId)
      if (index === -1) return null
      return (await listed(this.#listing, accountId, hashes, index, index + 1))[0]?.text
    })
  }

  async removeConversationItem(accountId: string, conversationId: string, itemId: string): Promise<boolean> {
    const removed = await this.#changeConversation(accountId, conversationId, async (row, before) => {
      const index = await indexOfItem(this.#listing, accountId, before, itemId)
      if (index === -1) return { outcome: { kind: 'gone' } as const, row: false }
      const objects = new DraftObjects(this.#keys, accountId, false)
      const hashes = before.toSpliced(index, 1)
      const root = objects.addList(hashes)
      const change = { ...stepOf(row), root, count: hashes.length, quota: null }
      return {
        outcome: await this.#store.updateConversation(
          change,
          objects.toSend(() => false),
        ),
        row: true,
      }
    })
    return removed === true
  }

  // --- background work ---

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

  async endJob(
    accountId: string,
    responseId: string,
    edit: (response: string) => string,
  ): Promise<'ended' | 'already' | 'not-background' | null> {
    const row = await this.#store.find(accountId, responseId, this.#now())
    if (row === null) return null
    const job = await this.#store.findJob(accountId, responseId)
    if (job === null) return 'not-background'
    const before = job.state === 'done' ? undefined : await this.#responseOf(row)
    if (before === undefined) return 'already'
    const record = await this.#recordOf(row, edit(before))
    if (record === null || (await this.#keeper.saveEnd(record)) !== 'stored') return 'already'
    this.#ended({ accountId, responseId })
    return 'ended'
  }

  async claimJobs(options: { readonly limit: number; readonly maxAttempts: number }): Promise<readonly ClaimedJob[]> {
    const newToken = (): string => randomBytes(16).toString('hex')
    const rows = await this.#store.claimJobs({ ...options, leaseMs: LEASE_MS, newToken })
    return rows.map((row) => this.#claimed(row))
  }

  async exhaustedJobs(options: { readonly limit: number; readonly maxAttempts: number }): Promise<readonly JobName[]> {
    return await this.#store.exhaustedJobs(options.limit, options.maxAttempts)
  }

  async enqueue(...args: Parameters<ResponseLibrary['enqueue']>): ReturnType<ResponseLibrary['enqueue']> {
    return await this.#keeper.enqueue(...args)
  }

  async release(...args: Parameters<ResponseLibrary['release']>): Promise<void> {
    await this.#keeper.release(...args)
  }

  async releaseAll(): Promise<void> {
    await this.#store.releaseAllJobs()
  }

  async heartbeat(lease: JobLease): Promise<'held' | 'lost'> {
    return await this.#keeper.heartbeat(lease)
  }

  async append(lease: JobLease, events: readonly JobEvent[]): Promise<'kept' | 'lost'> {
    return await this.#keeper.append(lease, events)
  }

  /** Something happened to it in another instance, or here. */
  changed({ accountId, responseId }: JobName): void {
    this.#tell({ accountId, responseId })
  }

  // --- within ---

  #tell({ accountId, responseId }: JobName): void {
    for (const changed of this.#watchers.get(`${accountId} ${responseId}`) ?? []) changed()
  }

  #ended(job: JobName): void {
    this.#tell(job)
    this.#jobEnded(job)
  }

  #claimed(row: JobRow): ClaimedJob {
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

  /** What is read in several questions may be changed between them: `undefined` asks again. */
  async #whole<T>(read: () => Promise<T | undefined>): Promise<T> {
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const found = await read()
      if (found !== undefined) return found
    }
    throw new GatewayError('service_unavailable', 'What is stored changes faster than it can be read. Try again.')
  }

  /** As it was sent; undefined = some of it is gone. */
  async #responseOf(row: ResponseRow): Promise<string | undefined> {
    const { accountId, members, outputCount } = row
    const hashes = await this.#outputHashes(row)
    if (hashes === null) return undefined
    const texts = await openTexts(this.#listing, accountId, [...hashes, ...Object.values(members)])
    const named = new Map<string, string>()
    for (const [name, hash] of Object.entries(members)) {
      const text = texts.get(hash)
      if (text === undefined) return undefined
      named.set(name, text)
    }
    const output = hashes.map((hash) => texts.get(hash)).filter((text) => text !== undefined)
    if (output.length < outputCount) return undefined
    return joined(this.#keys.open(accountId, row.shell), output, named)
  }

  async #outputHashes(row: ResponseRow): Promise<readonly string[] | null> {
    if (row.outputCount === 0) return []
    const hashes = await hashesUnder(this.#listing, row.accountId, row.root)
    return hashes?.slice(row.contextCount + row.inputCount) ?? null
  }

  /** The record that this row was made from, with another object. */
  async #recordOf(row: ResponseRow, response: string): Promise<ResponseToStore | null> {
    const { accountId, responseId, contextCount, inputCount } = row
    const context = await this.#keeper.context(accountId, responseId)
    if (context === null) return null
    const sealed = isSealed(row.shell)
    return {
      responseId,
      accountId,
      keyId: row.keyId,
      // It is there already, and takes hardly more than it does.
      policy: {
        store: row.expiresAtMs === null ? 'keep' : 'ttl',
        ttlMs: (row.expiresAtMs ?? 0) - row.createdAtMs,
        encrypt: sealed,
        quotaBytes: 0,
        quotaResponses: 0,
      },
      previousResponseId: row.previousResponseId,
      conversationId: row.conversationId,
      createdAtMs: row.createdAtMs,
      response,
      context: {
        ...context,
        items: context.items.slice(0, contextCount),
        ...(context.kept === undefined
          ? {}
          : { kept: { ...context.kept, hashes: context.kept.hashes.slice(0, contextCount) } }),
      },
      input: context.items.slice(contextCount, contextCount + inputCount),
      made: row.made,
    }
  }

  #conversationOf({ accountId, conversationId, metadata, createdAtMs }: ConversationRow): StoredConversation {
    return { conversationId, metadata: this.#keys.open(accountId, metadata), createdAtMs }
  }

  /** Null = there is none; undefined = it changed while it was read. */
  async #conversationHashes(accountId: string, conversationId: string): Promise<string[] | null | undefined> {
    const row = await this.#store.findConversation(accountId, conversationId, this.#now())
    if (row === null) return null
    return (await hashesUnder(this.#listing, accountId, row.root)) ?? undefined
  }

  async #changeConversation<T>(
    accountId: string,
    conversationId: string,
    change: (
      row: ConversationRow,
      hashes: readonly string[],
    ) => Promise<{ readonly outcome: SaveOutcome; readonly row: T }>,
  ): Promise<T | null | 'full'> {
    return await this.#whole(async () => {
      const row = await this.#store.findConversation(accountId, conversationId, this.#now())
      if (row === null) return null
      const hashes = await hashesUnder(this.#listing, accountId, row.root)
      if (hashes === null) return undefined
      const changed = await change(row, hashes)
      switch (changed.outcome.kind) {
        case 'stored':
          return changed.row
        case 'changed':
        case 'missing':
          return undefined
        case 'gone':
          return null
        default:
          return 'full' as const
      }
    })
  }

  #sealed(accountId: string, text: string, { encrypt }: ResponsesPolicy): string {
    return encrypt ? this.#keys.seal(accountId, text) : text
  }
}

/** Raw JSON of each. */
function elements(list: string): string[] {
  const found: string[] = []
  scanArray(list, 0, (from, to) => void found.push(list.slice(from, to)))
  return found
}

function stepOf({ accountId, conversationId, version, root, count, expiresAtMs }: ConversationRow) {
  return { accountId, conversationId, version, root, count, expiresAtMs }
}

function quotaOf({ store, quotaBytes, quotaResponses }: ResponsesPolicy) {
  return { mode: store, bytes: quotaBytes, responses: quotaResponses }
}
