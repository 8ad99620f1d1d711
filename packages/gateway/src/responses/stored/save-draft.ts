// What has to be written so that a response is stored: its rows, and every object that it stands on. Objects are sealed
// and looked into only when they are really sent: of a long conversation nearly all are there already.

import type { ResponseToStore, StoredContext } from '../keeper.ts'
import type { ConversationStep, JobStep, NewObject, ObjectKind, ResponseRow, Root, Save } from '../response-store.ts'
import type { ResponsesPolicy } from '../../identity/responses-policy.ts'
import { listOf } from './item-list.ts'
import { idIn, partsOf } from './response-parts.ts'
import type { StoreKeys } from './store-keys.ts'

/** Longer ones are not looked up. */
const LONGEST_ITEM_ID = 128
/** A turn becomes part of its conversation when it is complete. */
const COMPLETE: ReadonlySet<string> = new Set(['completed', 'incomplete'])
/** After which a background job is done. */
const FINAL: ReadonlySet<string> = new Set(['completed', 'incomplete', 'failed', 'cancelled'])

interface DraftObject {
  readonly kind: ObjectKind
  /** Open. */
  readonly text: string
  /** Whether it can be looked up by the id in it. */
  readonly hasId: boolean
}

/** Objects of one account, by hash. */
export class DraftObjects {
  readonly #keys: StoreKeys
  readonly #accountId: string
  readonly #sealed: boolean
  readonly #objects = new Map<string, DraftObject>()
  #bytes = 0

  constructor(keys: StoreKeys, accountId: string, sealed: boolean) {
    this.#keys = keys
    this.#accountId = accountId
    this.#sealed = sealed
  }

  /** Of all of them, in the open. */
  get bytes(): number {
    return this.#bytes
  }

  get hashes(): Iterable<string> {
    return this.#objects.keys()
  }

  /** @returns its hash @param hash where it is known already */
  add(text: string, hash = this.#keys.nameOf(this.#accountId, 'item', this.#sealed, text)): string {
    this.#put(hash, { kind: 'item', text, hasId: true })
    return hash
  }

  /** A text that is no item of a conversation. @returns its hash */
  addMember(text: string): string {
    const hash = this.#keys.nameOf(this.#accountId, 'item', this.#sealed, text)
    this.#put(hash, { kind: 'item', text, hasId: false })
    return hash
  }

  addList(hashes: readonly string[]): Root {
    const { root, pieces } = listOf(hashes, (kind, content) => this.#keys.nameOf(this.#accountId, kind, false, content))
    for (const { hash, kind, content } of pieces) this.#put(hash, { kind, text: content, hasId: false })
    return root
  }

  /** As they are sent; those that `skip` knows are left out. */
  toSend(skip: (hash: string) => boolean): NewObject[] {
    const sent: NewObject[] = []
    for (const [hash, { kind, text, hasId }] of this.#objects) {
      if (skip(hash)) continue
      if (kind !== 'item') sent.push({ hash, kind, itemId: null, content: text })
      else {
        const id = hasId && text.startsWith('{') ? idIn(text) : null
        sent.push({
          hash,
          kind,
          itemId: id !== null && id.length <= LONGEST_ITEM_ID ? id : null,
          content: this.#sealed ? this.#keys.seal(this.#accountId, text) : text,
        })
      }
    }
    return sent
  }

  each(visit: (hash: string, kind: ObjectKind, text: string) => void): void {
    for (const [hash, { kind, text }] of this.#objects) visit(hash, kind, text)
  }

  #put(hash: string, object: DraftObject): void {
    if (this.#objects.has(hash)) return
    this.#objects.set(hash, object)
    this.#bytes += Buffer.byteLength(object.text)
  }
}

export interface SaveDraft {
  readonly objects: DraftObjects
  readonly response: ResponseRow
  /** Of this turn's own items. */
  readonly ownHashes: readonly string[]
  /** Null = none, or not yet. */
  readonly conversation: ConversationStep | null
  readonly job: JobStep | null
}

/** @param job absent = the record's own lease */
export function draftSave(keys: StoreKeys, record: ResponseToStore, nowMs: number, job?: JobStep): SaveDraft {
  const { accountId, policy, context, lease } = record
  const sealed = policy.encrypt
  const objects = new DraftObjects(keys, accountId, sealed)
  const parts = partsOf(record.response)
  const members: Record<string, string> = {}
  for (const [name, text] of parts.members) members[name] = objects.addMember(text)
  const shown = parts.output
  const output = record.output ?? shown
  if (record.output !== undefined && !sameItems(record.output, shown)) {
    members['output'] = objects.addMember(`[${shown.join(',')}]`)
  }
  const before = contextHashes(objects, context, sealed)
  const input = record.input.map((item) => objects.add(item))
  const own = [...input, ...output.map((item) => objects.add(item))]
  const root = objects.addList([...before, ...own])
  return {
    objects,
    ownHashes: own,
    response: {
      accountId,
      responseId: record.responseId,
      keyId: record.keyId,
      status: parts.status,
      createdAtMs: record.createdAtMs,
      expiresAtMs: expiryOf(policy, record.createdAtMs),
      previousResponseId: record.previousResponseId,
      conversationId: record.conversationId,
      root,
      contextCount: before.length,
      inputCount: input.length,
      outputCount: output.length,
      shell: sealed ? keys.seal(accountId, parts.shell) : parts.shell,
      members,
      made: record.made,
    },
    conversation:
      record.conversationId === null || context === null || !COMPLETE.has(parts.status)
        ? null
        : {
            conversationId: record.conversationId,
            version: context.kept?.version ?? 0,
            root,
            count: before.length + own.length,
            expiresAtMs: expiryOf(policy, nowMs),
          },
    job: job ?? (lease === undefined ? null : { kind: 'held', token: lease.token, ends: FINAL.has(parts.status) }),
  }
}

export function saveOf(draft: SaveDraft, policy: ResponsesPolicy, objects: readonly NewObject[]): Save {
  return {
    response: draft.response,
    objects,
    quota: { mode: policy.store, bytes: policy.quotaBytes, responses: policy.quotaResponses },
    wholeBytes: draft.objects.bytes + Buffer.byteLength(draft.response.shell),
    conversation: draft.conversation,
    job: draft.job,
  }
}

/** Null = never. */
export function expiryOf(policy: ResponsesPolicy, fromMs: number): number | null {
  return policy.store === 'ttl' ? fromMs + policy.ttlMs : null
}

/** Known ones name the same objects, as long as these are sealed, or not, as the policy says now. */
function contextHashes(objects: DraftObjects, context: StoredContext | null, sealed: boolean): string[] {
  if (context === null) return []
  const known = context.kept?.sealed === sealed ? context.kept.hashes : undefined
  return context.items.map((item, index) => objects.add(item, known?.[index]))
}

function sameItems(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index])
}
