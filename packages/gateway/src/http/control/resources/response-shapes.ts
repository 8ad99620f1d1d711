// Responses, conversations and their items on the wire, exactly as OpenAI's API has them: what is stored goes out as it
// was written, and only what a listing must have is added.
// Source: `Response`, `ResponseItemList`, `ConversationResource`, `ConversationItemList` of OpenAI's OpenAPI document.
import { z } from 'zod'
import { arrayOf, isJsonObject, parseJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'
import { GatewayError } from '../../../core/errors.ts'
import type { ItemList, ItemPage, ListedItem, StoredConversation } from '../../../responses/response-library.ts'
import { seconds, unixSeconds } from '../api/fields.ts'

export const responseShape = z
  .looseObject({
    id: z.string(),
    object: z.literal('response'),
    created_at: unixSeconds,
    status: z.enum(['completed', 'failed', 'in_progress', 'cancelled', 'queued', 'incomplete']),
    model: z.string(),
    output: z.array(z.looseObject({ type: z.string() })),
  })
  .describe("OpenAI's Response object, with all its members.")
  .meta({ id: 'Response' })

export const deletedResponseShape = z.strictObject({
  id: z.string(),
  object: z.literal('response'),
  deleted: z.literal(true),
})

const itemShape = z.looseObject({ id: z.string(), type: z.string() }).describe('As it was stored.')

export const itemListShape = z
  .strictObject({
    object: z.literal('list'),
    data: z.array(itemShape),
    first_id: z.string().describe("'' where there is none."),
    last_id: z.string().describe('What ?after= goes on with.'),
    has_more: z.boolean(),
  })
  .meta({ id: 'ItemList' })

export const oneItemShape = itemShape

export const conversationShape = z
  .strictObject({
    id: z.string(),
    object: z.literal('conversation'),
    created_at: unixSeconds,
    metadata: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Conversation' })

export const deletedConversationShape = z.strictObject({
  id: z.string(),
  object: z.literal('conversation.deleted'),
  deleted: z.literal(true),
})

const MOST_ITEMS = 20

export const metadataBody = z
  .record(z.string().min(1).max(64), z.string().max(512))
  .refine((pairs) => Object.keys(pairs).length <= 16, 'must have 16 pairs at most.')
  .describe('16 pairs at most: names of 64 characters, values of 512.')

export const itemsBody = z
  .array(z.looseObject({ type: z.string().optional() }))
  .max(MOST_ITEMS, `must have ${MOST_ITEMS} items at most.`)
  .describe('As `input` of a response has them; 20 at most.')

/** Lists of items come newest first, twenty at a time. Other parameters are OpenAI's, and change nothing here. */
export const itemListQuery = z.object({
  limit: z
    .preprocess(
      (value) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value),
      z.int().min(1).max(100),
    )
    .optional()
    .describe('How many at most; 20 when absent.'),
  order: z.enum(['asc', 'desc']).optional().describe('desc, newest first, when absent.'),
  after: z.string().max(200).optional().describe('The id of the last item of the page before.'),
  before: z.string().max(200).optional().describe('The id of the first item of the page behind.'),
  include: z.string().max(2000).optional().describe('What is stored is shown whole, so this changes nothing.'),
})

export function pageOf({ limit, order, after, before }: z.output<typeof itemListQuery>): ItemPage {
  return {
    limit: limit ?? 20,
    order: order ?? 'desc',
    ...(after === undefined ? {} : { after }),
    ...(before === undefined ? {} : { before }),
  }
}

export function itemListReply({ items, hasMore }: ItemList): Response {
  const ids = JSON.stringify([items[0]?.id ?? '', items.at(-1)?.id ?? ''])
  const [first, last] = [ids.slice(1, ids.indexOf('","') + 1), ids.slice(ids.indexOf('","') + 2, -1)]
  const data = items.map(itemText).join(',')
  return jsonReply(`{"object":"list","data":[${data}],"first_id":${first},"last_id":${last},"has_more":${hasMore}}`)
}

/** With the members that clients send without and are shown with. */
export function itemText({ text }: Pick<ListedItem, 'text'>): string {
  const item = parseJsonObject(text)
  return item === null ? text : JSON.stringify(resourceOf(item))
}

function resourceOf(item: JsonObject): JsonObject {
  const type = item['type'] ?? (item['role'] === undefined ? undefined : 'message')
  if (type === 'message') {
    const content = item['content']
    const part = item['role'] === 'assistant' ? 'output_text' : 'input_text'
    const parts: readonly JsonValue[] =
      typeof content === 'string' ? [{ type: part, text: content }] : (arrayOf(content) ?? [])
    return { ...item, type, status: item['status'] ?? 'completed', content: parts.map(partOf) }
  }
  return typeof type === 'string' && HAVE_STATUS.has(type) ? { ...item, status: item['status'] ?? 'completed' } : item
}

const HAVE_STATUS: ReadonlySet<string> = new Set([
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
])

function partOf(part: JsonValue): JsonValue {
  if (!isJsonObject(part)) return part
  if (part['type'] === 'output_text')
    return { ...part, annotations: part['annotations'] ?? [], logprobs: part['logprobs'] ?? [] }
  return part['type'] === 'input_image' ? { ...part, detail: part['detail'] ?? 'auto' } : part
}

export function conversationReply({ conversationId, createdAtMs, metadata }: StoredConversation): Response {
  const id = JSON.stringify(conversationId)
  return jsonReply(`{"id":${id},"object":"conversation","created_at":${seconds(createdAtMs)},"metadata":${metadata}}`)
}

/** @param text JSON */
export function jsonReply(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'application/json' } })
}

/** Raw JSON of the items of a body, in the spelling of their numbers. */
export function itemTexts(bodyText: string): readonly string[] {
  const items = arrayOf(parseJsonObject(bodyText)?.['items']) ?? []
  return items.map((item, index) => {
    if (isJsonObject(item) && item['type'] === 'item_reference') {
      const message = `items[${index}]: a reference is no item of a conversation. Send the item itself.`
      throw new GatewayError('invalid_request', message, { param: `items[${index}]` })
    }
    return JSON.stringify(item)
  })
}

/** Another account's is as unknown as one that never was. */
export function unknown(what: 'response' | 'conversation' | 'item', id: string): GatewayError {
  return new GatewayError('not_found', `There is no ${what} "${id.slice(0, 100)}" here: unknown, expired or deleted.`)
}
