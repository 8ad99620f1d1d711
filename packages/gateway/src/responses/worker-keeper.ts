// The keeper of a worker: asks the primary, sends only what is new, and remembers texts by their names.

import { randomBytes } from 'node:crypto'
import { GatewayError } from '../core/errors.ts'
import type {
  JobEvent,
  JobKeeper,
  JobLease,
  NewJob,
  ResponseKeeper,
  ResponseToStore,
  SaveResult,
  StoredContext,
} from './keeper.ts'
import { LEASE_MS } from './response-library.ts'
import type { ConversationStep, JobStep, ObjectRow, SaveOutcome } from './response-store.ts'
import { hashesIn } from './stored/item-list.ts'
import { type CachedObject, ObjectCache, type ObjectCacheOptions } from './stored/object-cache.ts'
import type { FoundContext, ResponsesPort } from './stored/responses-messages.ts'
import { draftSave, saveOf, type SaveDraft } from './stored/save-draft.ts'
import { isSealed, type StoreKeys } from './stored/store-keys.ts'

/** Objects of one question: the answer travels in one message. */
const OBJECTS_AT_ONCE = 256
/** Of a conversation: nothing that a model could read is longer. */
const MOST_ITEMS = 100_000
/** Of several turns in one conversation at the same time, each waits for those that were faster. */
const MOST_TRIES = 20
const RETRY_AFTER_SECONDS = 5

export interface WorkerKeeperOptions {
  readonly port: ResponsesPort
  readonly keys: StoreKeys
  readonly now?: () => number
  readonly cache?: ObjectCacheOptions
  /** Of a whole conversation; absent = any. */
  readonly maxContextBytes?: () => number
}

interface ReadList {
  readonly hashes: readonly string[]
  readonly items: readonly CachedObject[]
}

export class WorkerKeeper implements ResponseKeeper, JobKeeper {
  readonly #port: ResponsesPort
  readonly #keys: StoreKeys
  readonly #cache: ObjectCache
  readonly #now: () => number
  readonly #maxContextBytes: () => number

  constructor({ port, keys, now = Date.now, cache, maxContextBytes = () => Infinity }: WorkerKeeperOptions) {
    this.#port = port
    this.#keys = keys
    this.#now = now
    this.#maxContextBytes = maxContextBytes
    this.#cache = new ObjectCache(cache)
  }

  /** Of the texts that are remembered. */
  get cachedBytes(): number {
    return this.#cache.bytes
  }

  async context(accountId: string, responseId: string): Promise<StoredContext | null> {
    return await answered(async () => {
      return await this.#context(accountId, { responseId, conversationId: null }, () =>
        this.#port.ask({ op: 'find', accountId, responseId }),
      )
    })
  }

  async conversation(accountId: string, conversationId: string): Promise<StoredContext | null> {
    return await answered(async () => {
      return await this.#context(accountId, { responseId: null, conversationId }, () =>
        this.#port.ask({ op: 'find-conversation', accountId, conversationId }),
      )
    })
  }

  async item(accountId: string, itemId: string): Promise<string | null> {
    return await answered(async () => {
      const [row] = await this.#port.ask({ op: 'item', accountId, itemId })
      return row === undefined ? null : this.#learn(accountId, row).text
    })
  }

  async save(record: ResponseToStore): Promise<SaveResult> {
    return await answered(async () => {
      if ((record.context?.items.length ?? 0) + record.input.length > MOST_ITEMS) return 'full'
      return await this.#saveWith(record)
    })
  }

  /** The end of a job, whoever holds it. */
  async saveEnd(record: ResponseToStore): Promise<SaveResult> {
    return await answered(() => this.#saveWith(record, { kind: 'end' }))
  }

  async enqueue(record: ResponseToStore, job: NewJob): Promise<JobLease | 'full' | 'too-many'> {
    return await answered(async () => {
      const { accountId, responseId, policy } = record
      const token = randomBytes(16).toString('hex')
      const request = policy.encrypt ? this.#keys.seal(accountId, job.request) : job.request
      const { stream, mostOfAccount } = job
      const step: JobStep = { kind: 'begin', token, request, stream, leaseMs: LEASE_MS, mostOfAccount }
      const { kind } = await this.#save(record, draftSave(this.#keys, record, this.#now(), step))
      if (kind === 'too-many') return kind
      return kind === 'stored' ? { accountId, responseId, token, attempt: 1, sealed: policy.encrypt } : 'full'
    })
  }

  async release({ accountId, responseId, token }: JobLease, { counted }: { readonly counted: boolean }): Promise<void> {
    await answered(() => this.#port.ask({ op: 'release', accountId, responseId, token, counted }))
  }

  async heartbeat({ accountId, responseId, token }: JobLease): Promise<'held' | 'lost'> {
    return await answered(async () => {
      return (await this.#port.ask({ op: 'heartbeat', accountId, responseId, token })) ? 'held' : 'lost'
    })
  }

  async append(lease: JobLease, events: readonly JobEvent[]): Promise<'kept' | 'lost'> {
    const [first] = events
    if (first === undefined) return await this.heartbeat(lease).then((held) => (held === 'held' ? 'kept' : 'lost'))
    return await answered(async () => {
      const { accountId, responseId, token, sealed } = lease
      const text = `[${events.map((event) => event.text).join(',')}]`
      const kept = await this.#port.ask({
        op: 'append',
        accountId,
        responseId,
        token,
        sequence: first.sequence,
        count: events.length,
        events: sealed ? this.#keys.seal(accountId, text) : text,
      })
      return kept ? 'kept' : 'lost'
    })
  }

  // --- writing ---

  async #saveWith(record: ResponseToStore, step?: JobStep): Promise<SaveResult> {
    const { kind } = await this.#save(record, draftSave(this.#keys, record, this.#now(), step))
    return kind === 'stored' || kind === 'lost' ? kind : 'full'
  }

  async #save(record: ResponseToStore, draft: SaveDraft): Promise<SaveOutcome> {
    const { accountId, policy } = record
    const { objects } = draft
    let current = draft
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const sent = objects.toSend((hash) => this.#cache.isKnown(hash))
      const outcome = await this.#port.ask({ op: 'save', save: saveOf(current, policy, sent) })
      switch (outcome.kind) {
        case 'stored':
          objects.each((hash, kind, text) =>
            this.#cache.learn(hash, { kind, text, sealed: kind === 'item' && policy.encrypt }),
          )
          return outcome
        case 'missing':
          // What was there is gone: with nothing held back, everything that it stands on comes along.
          this.#cache.doubt(objects.hashes)
          break
        case 'changed':
        case 'gone':
          current = { ...current, conversation: await this.#nextStep(accountId, current) }
          break
        default:
          return outcome
      }
    }
    throw unavailable(new Error(`The response could not be saved in ${MOST_TRIES} tries.`))
  }

  /** Behind what others have added meanwhile; null = the conversation is gone, and the response stands alone. */
  async #nextStep(
    accountId: string,
    { objects, ownHashes, conversation }: SaveDraft,
  ): Promise<ConversationStep | null> {
    if (conversation === null) return null
    const { conversationId, expiresAtMs } = conversation
    const found = await this.#port.ask({ op: 'find-conversation', accountId, conversationId })
    if (found === null) return null
    const before = found.root === null ? [] : await this.#hashes(accountId, found.root)
    // Changed while it was read: the next try finds that out.
    if (before === null) return conversation
    // Held on to by the conversation that is there: they need not be sent.
    const hashes = [...before, ...ownHashes]
    return { conversationId, expiresAtMs, version: found.version, root: objects.addList(hashes), count: hashes.length }
  }

  // --- reading ---

  async #context(
    accountId: string,
    ids: Pick<StoredContext, 'responseId' | 'conversationId'>,
    find: () => Promise<FoundContext | null>,
  ): Promise<StoredContext | null> {
    // What it stands on may go between the questions: then so has it, or it has become another.
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const found = await find()
      if (found === null) return null
      const list = found.root === null ? { hashes: [], items: [] } : await this.#read(accountId, found.root)
      if (list === null) continue
      const sealed = list.items.filter((item) => item.sealed).length
      return {
        ...ids,
        conversationId: ids.conversationId ?? found.conversationId,
        items: list.items.map(({ text }) => text),
        made: found.made,
        status: found.status,
        kept: {
          hashes: list.hashes,
          sealed: sealed === 0 ? false : sealed === list.items.length ? true : null,
          version: found.version,
        },
      }
    }
    throw unavailable(new Error('A stored list is not whole.'))
  }

  /** Null = some of it is gone. */
  async #read(accountId: string, root: string): Promise<ReadList | null> {
    const hashes = await this.#hashes(accountId, root)
    const items = hashes === null ? null : await this.#objects(accountId, hashes)
    return hashes === null || items === null ? null : { hashes, items }
  }

  async #hashes(accountId: string, root: string): Promise<string[] | null> {
    let level = [root]
    for (;;) {
      const pieces = await this.#objects(accountId, level)
      if (pieces === null) return null
      level = pieces.flatMap(({ text }) => hashesIn(text))
      if (level.length > MOST_ITEMS) this.#mustBeBearable(Infinity)
      if (pieces[0]?.kind === 'list') return level
    }
  }

  /** In order. Null = not all of them are there. */
  async #objects(accountId: string, hashes: readonly string[]): Promise<CachedObject[] | null> {
    const found = new Map<string, CachedObject>()
    const wanted: string[] = []
    for (const hash of new Set(hashes)) {
      const cached = this.#cache.get(hash)
      if (cached === undefined) wanted.push(hash)
      else found.set(hash, cached)
    }
    let bytes = 0
    for (const { text } of found.values()) bytes += text.length
    for (let asked = wanted.splice(0, OBJECTS_AT_ONCE); asked.length > 0;) {
      this.#mustBeBearable(bytes)
      const rows = await this.#port.ask({ op: 'objects', accountId, hashes: asked })
      // An answer holds as much as a message may; an empty one, that the rest is gone.
      if (rows.length === 0) return null
      for (const row of rows) {
        const object = this.#learn(accountId, row)
        bytes += object.text.length
        found.set(row.hash, object)
      }
      asked = [...asked.filter((hash) => !found.has(hash)), ...wanted.splice(0, rows.length)]
    }
    const objects = hashes.map((hash) => found.get(hash)).filter((object) => object !== undefined)
    // One that is there many times is one object, and as many items.
    this.#mustBeBearable(objects.reduce((sum, { text }) => sum + text.length, 0))
    return objects
  }

  /** @throws {GatewayError} 413 */
  #mustBeBearable(bytes: number): void {
    const most = this.#maxContextBytes()
    if (bytes <= most) return
    throw new GatewayError(
      'request_too_large',
      `What this request goes on from is larger than ${most} bytes. Compact it, or begin anew.`,
    )
  }

  #learn(accountId: string, { hash, kind, content }: ObjectRow): CachedObject {
    const object = { kind, text: this.#keys.open(accountId, content), sealed: isSealed(content) }
    this.#cache.learn(hash, object)
    return object
  }
}

/** Whatever went wrong on the way to the database is nothing that the client did. */
async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw unavailable(error)
  }
}

function unavailable(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause
  return new GatewayError(
    'service_unavailable',
    `Stored responses cannot be reached at the moment. Try again in ${RETRY_AFTER_SECONDS} s.`,
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause },
  )
}
