// A keeper that keeps everything in this process, until it ends: for tests, and for programs that embed the responder
// without a database. It has no quota and no clock; what is stored is stored whole.

import type { ResponseKeeper, ResponseToStore, SaveResult, StoredContext } from './keeper.ts'
import { idIn, partsOf } from './stored/response-parts.ts'

export class MemoryKeeper implements ResponseKeeper {
  readonly #responses = new Map<string, { readonly record: ResponseToStore; readonly context: StoredContext }>()
  readonly #conversations = new Map<string, string[]>()

  async context(accountId: string, responseId: string): Promise<StoredContext | null> {
    return this.#responses.get(nameOf(accountId, responseId))?.context ?? null
  }

  async conversation(accountId: string, conversationId: string): Promise<StoredContext | null> {
    const items = this.#conversations.get(nameOf(accountId, conversationId))
    if (items === undefined) return null
    return { responseId: null, conversationId, items: [...items], made: null, status: 'completed' }
  }

  async item(accountId: string, itemId: string): Promise<string | null> {
    const lists = [...this.#responses.values()]
      .filter(({ record }) => record.accountId === accountId)
      .map(({ context }) => context.items)
    for (const [name, items] of this.#conversations) if (name.startsWith(`${accountId} `)) lists.push(items)
    return lists.flat().findLast((item) => idIn(item) === itemId) ?? null
  }

  async save(record: ResponseToStore): Promise<SaveResult> {
    const { accountId, responseId, conversationId, input, made } = record
    const { output, status } = partsOf(record.response)
    const own = [...input, ...(record.output ?? output)]
    const items = [...(record.context?.items ?? []), ...own]
    this.#responses.set(nameOf(accountId, responseId), {
      record,
      context: { responseId, conversationId, items, made, status },
    })
    if (conversationId !== null) this.#conversations.get(nameOf(accountId, conversationId))?.push(...own)
    return 'stored'
  }

  // --- for whoever looks at it from outside ---

  addConversation(accountId: string, conversationId: string, items: readonly string[] = []): void {
    this.#conversations.set(nameOf(accountId, conversationId), [...items])
  }

  stored(accountId: string, responseId: string): ResponseToStore | undefined {
    return this.#responses.get(nameOf(accountId, responseId))?.record
  }

  /** False = unknown. */
  remove(accountId: string, responseId: string): boolean {
    return this.#responses.delete(nameOf(accountId, responseId))
  }
}

function nameOf(accountId: string, id: string): string {
  return `${accountId} ${id}`
}
