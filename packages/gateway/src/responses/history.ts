// What a request goes on from: the items of a response, of a conversation, or of this connection's own turns; and the
// items that its references name. What is not known is an error that names it: an answer without its past would be an
// answer to something else (H86).

import { GatewayError } from '../core/errors.ts'
import type { RelayRequest } from '../relay/ports.ts'
import type { AskedResponse } from './asked-response.ts'
import { itemHead } from './input-text.ts'
import type { ResponseKeeper, StoredContext } from './keeper.ts'
import type { LocalContexts } from './local-contexts.ts'

export interface HistoryPorts {
  readonly keeper: Pick<ResponseKeeper, 'context' | 'conversation' | 'item'>
}

export interface Past {
  /** Null where the request goes on from nothing. */
  readonly context: StoredContext | null
  /** Raw JSON of each item before the request's own. */
  readonly items: readonly string[]
  /** Of the request itself, its references resolved. */
  readonly input: readonly string[]
}

const NO_ITEMS: readonly string[] = Object.freeze([])

export class History {
  readonly #keeper: HistoryPorts['keeper']

  constructor({ keeper }: HistoryPorts) {
    this.#keeper = keeper
  }

  /**
   * @param input raw JSON of each item of the request
   * @throws {GatewayError} 400 for what is not known, 503 when nobody can say
   */
  async resolve(
    { principal }: Pick<RelayRequest, 'principal'>,
    asked: AskedResponse,
    input: readonly string[],
    local: LocalContexts | undefined,
  ): Promise<Past> {
    const { accountId } = principal
    const context = await this.#context(accountId, asked, local)
    const items = context?.items ?? NO_ITEMS
    return { context, items, input: await this.#resolved(accountId, input, items) }
  }

  async #context(
    accountId: string,
    { previous, conversation }: AskedResponse,
    local: LocalContexts | undefined,
  ): Promise<StoredContext | null> {
    if (previous !== null) {
      const known = local?.get(previous) ?? null
      if (known !== null) return { responseId: previous, conversationId: null, status: 'completed', ...known }
      return checked(previous, await this.#keeper.context(accountId, previous))
    }
    if (conversation === null) return null
    const context = await this.#keeper.conversation(accountId, conversation)
    if (context !== null) return context
    const message = `Conversation with id '${shown(conversation)}' not found. POST /v1/conversations makes one.`
    throw new GatewayError('invalid_request', message, { param: 'conversation' })
  }

  async #resolved(accountId: string, input: readonly string[], items: readonly string[]): Promise<readonly string[]> {
    const references = input.map((item) => {
      const { type, id } = mayBeReference(item) ? itemHead(item) : NO_REFERENCE
      return type === 'item_reference' ? (id ?? '') : null
    })
    if (references.every((id) => id === null)) return input
    const there = new Set(items.map((item) => itemHead(item).id))
    const found = await Promise.all(
      references.map(async (id, index): Promise<string | null> => {
        if (id === null) return input[index] ?? null
        // It stands there already.
        if (there.has(id)) return null
        const item = id === '' ? null : await this.#keeper.item(accountId, id)
        if (item !== null) return item
        const message = `Item with id '${shown(id)}' not found. Send the item itself.`
        throw new GatewayError('invalid_request', message, { param: `input[${index}].id` })
      }),
    )
    return found.filter((item) => item !== null)
  }
}

const NO_REFERENCE = Object.freeze({ type: '', id: null })

/** Long items need not be read for it. */
function mayBeReference(item: string): boolean {
  return item.includes('item_reference') || item.includes('id"')
}

/** Only a response that has an answer can be gone on from. */
function checked(id: string, context: StoredContext | null): StoredContext {
  if (context === null) throw unknown(`Previous response with id '${shown(id)}' not found.`)
  switch (context.status) {
    case 'completed':
    case 'incomplete':
      return context
    case 'queued':
    case 'in_progress': {
      const message = `The response '${shown(id)}' is still being made. Wait for its end, then go on from it.`
      throw new GatewayError('invalid_request', message, { param: 'previous_response_id' })
    }
    default:
      throw unknown(`The response '${shown(id)}' has no answer to go on from: it is ${context.status}.`)
  }
}

function unknown(message: string): GatewayError {
  return new GatewayError('previous_response_not_found', message, { param: 'previous_response_id' })
}

function shown(id: string): string {
  return id.slice(0, 100)
}
