// Conversations in the database. Each is a list under a root, with a version: who changes it while others do finds another
// version when it is to be kept, and begins anew from what they have made of it.

import { randomBytes } from 'node:crypto'
import type { ResponsesPolicy } from '../../identity/responses-policy.ts'
import type {
  ConversationLibrary,
  ItemList,
  ItemPage,
  ListedItem,
  NewConversation,
  Owner,
  StoredConversation,
} from '../response-library.ts'
import type { ConversationRow, ResponseStore, SaveOutcome } from '../response-store.ts'
import { hashesUnder, indexOfItem, listed, pageOf, type ListingPorts } from './listing.ts'
import { readWhole } from './read-whole.ts'
import { DraftObjects, expiryOf } from './save-draft.ts'
import { isSealed, type StoreKeys } from './store-keys.ts'

export interface StoredConversationsOptions {
  readonly store: ResponseStore
  readonly keys: StoreKeys
  readonly now: () => number
}

export class StoredConversations implements ConversationLibrary {
  readonly #store: ResponseStore
  readonly #keys: StoreKeys
  readonly #now: () => number
  readonly #listing: ListingPorts

  constructor({ store, keys, now }: StoredConversationsOptions) {
    this.#store = store
    this.#keys = keys
    this.#now = now
    this.#listing = { store, keys }
  }

  async create(owner: Owner, { metadata, items }: NewConversation): Promise<StoredConversation | 'off' | 'full'> {
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

  async get(accountId: string, conversationId: string): Promise<StoredConversation | null> {
    const row = await this.#store.findConversation(accountId, conversationId, this.#now())
    return row === null ? null : this.#opened(row)
  }

  async update(accountId: string, conversationId: string, metadata: string): Promise<StoredConversation | null> {
    const changed = await this.#change(accountId, conversationId, async (row) => {
      const text = isSealed(row.metadata) ? this.#keys.seal(accountId, metadata) : metadata
      return { outcome: await this.#store.updateConversation({ ...stepOf(row), metadata: text, quota: null }, []), row }
    })
    return changed === null || changed === 'full' ? null : { ...this.#opened(changed), metadata }
  }

  async remove(accountId: string, conversationId: string): Promise<boolean> {
    const row = await this.#store.findConversation(accountId, conversationId, this.#now())
    return (await this.#store.removeConversation(accountId, conversationId)) && row !== null
  }

  async items(accountId: string, conversationId: string, page: ItemPage): Promise<ItemList | null> {
    return await readWhole(async () => {
      const hashes = await this.#hashesOf(accountId, conversationId)
      return hashes && (await pageOf(this.#listing, accountId, hashes, page))
    })
  }

  async addItems(
    { accountId, policy }: Owner,
    conversationId: string,
    items: readonly string[],
  ): Promise<readonly ListedItem[] | null | 'full'> {
    const all = await this.#change(accountId, conversationId, async (row, before) => {
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

  async item(accountId: string, conversationId: string, itemId: string): Promise<string | null> {
    return await readWhole(async () => {
      const hashes = await this.#hashesOf(accountId, conversationId)
      if (hashes === null || hashes === undefined) return hashes
      const index = await indexOfItem(this.#listing, accountId, hashes, itemId)
      if (index === -1) return null
      return (await listed(this.#listing, accountId, hashes, index, index + 1))[0]?.text
    })
  }

  async removeItem(accountId: string, conversationId: string, itemId: string): Promise<boolean> {
    const removed = await this.#change(accountId, conversationId, async (row, before) => {
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

  #opened({ accountId, conversationId, metadata, createdAtMs }: ConversationRow): StoredConversation {
    return { conversationId, metadata: this.#keys.open(accountId, metadata), createdAtMs }
  }

  /** Null = there is none; undefined = it changed while it was read. */
  async #hashesOf(accountId: string, conversationId: string): Promise<string[] | null | undefined> {
    const row = await this.#store.findConversation(accountId, conversationId, this.#now())
    if (row === null) return null
    return (await hashesUnder(this.#listing, accountId, row.root)) ?? undefined
  }

  async #change<T>(
    accountId: string,
    conversationId: string,
    change: (
      row: ConversationRow,
      hashes: readonly string[],
    ) => Promise<{ readonly outcome: SaveOutcome; readonly row: T }>,
  ): Promise<T | null | 'full'> {
    return await readWhole(async () => {
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

function stepOf({ accountId, conversationId, version, root, count, expiresAtMs }: ConversationRow) {
  return { accountId, conversationId, version, root, count, expiresAtMs }
}

function quotaOf({ store, quotaBytes, quotaResponses }: ResponsesPolicy) {
  return { mode: store, bytes: quotaBytes, responses: quotaResponses }
}
