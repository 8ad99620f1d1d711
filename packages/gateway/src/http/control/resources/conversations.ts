// Conversations: a list of items that responses read from and add to, where the client does not want to name each
// response before.
import { z } from 'zod'
import { GatewayError } from '../../../core/errors.ts'
import { parseJsonObject } from '../../../core/json.ts'
import type { Principal } from '../../../identity/principal.ts'
import type { Owner } from '../../../responses/response-library.ts'
import { policyFor } from '../../../identity/responses-policy.ts'
import { type Route, route } from '../api/route.ts'
import type { ControlServices } from '../api/services.ts'
import {
  conversationReply,
  conversationShape,
  deletedConversationShape,
  itemListQuery,
  itemListReply,
  itemListShape,
  itemsBody,
  itemText,
  itemTexts,
  jsonReply,
  metadataBody,
  oneItemShape,
  pageOf,
  unknown,
} from './response-shapes.ts'
import { mayUse } from './responses.ts'

/** What was said is for those who work with it. */
const COMMON = { access: 'key', role: 'developer', tag: 'Conversations' } as const
const LIST = '/v1/conversations'
const ONE = `${LIST}/{conversation_id}` as const
const ITEMS = `${ONE}/items` as const
const ITEM = `${ITEMS}/{item_id}` as const
const EXAMPLE = `${LIST}/conv_3f0c6a2f9e1d4b7a8c5d6e7f` as const
const FORBIDDEN = ['permission_denied'] as const

const id = z.string().max(200).describe('`conv_...`')
const params = z.object({ conversation_id: id })
const itemParams = z.object({ conversation_id: id, item_id: z.string().max(200).describe('Of the item.') })
const includeQuery = z.object({
  include: z.string().max(2000).optional().describe('What is stored is shown whole, so this changes nothing.'),
})

export const CONVERSATION_ROUTES: readonly Route[] = [
  route({
    ...COMMON,
    method: 'POST',
    path: LIST,
    name: 'createConversation',
    summary: 'Begin a conversation',
    errors: FORBIDDEN,
    largeBody: true,
    body: z
      .strictObject({ items: itemsBody.nullish(), metadata: metadataBody.nullish() })
      .meta({ id: 'NewConversation' }),
    example: {
      body: { metadata: { topic: 'demo' }, items: [{ type: 'message', role: 'user', content: 'Hello!' }] },
    },
    reply: { description: 'The conversation.', schema: conversationShape },
    async handler({ principal, bodyText }, services) {
      mayUse(principal, LIST)
      const made = await services.responses.conversations.create(ownerOf(principal, services), {
        metadata: metadataIn(bodyText),
        items: itemTexts(bodyText),
      })
      if (made === 'off') {
        throw new GatewayError(
          'permission_denied',
          'The group of this key keeps no responses and no conversations. Send the conversation with each request, with store: false.',
        )
      }
      return conversationReply(mustFit(made))
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: ONE,
    name: 'getConversation',
    summary: 'A conversation',
    errors: FORBIDDEN,
    params,
    example: { path: EXAMPLE },
    reply: { description: 'The conversation.', schema: conversationShape },
    async handler({ principal, params: { conversation_id: name } }, { responses }) {
      mayUse(principal, ONE)
      const found = await responses.conversations.get(principal.accountId, name)
      return conversationReply(mustBeThere(found, name))
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: ONE,
    name: 'updateConversation',
    summary: 'Change the metadata of a conversation',
    errors: FORBIDDEN,
    params,
    largeBody: true,
    body: z.strictObject({ metadata: metadataBody.nullable() }).meta({ id: 'ConversationPatch' }),
    example: { path: EXAMPLE, body: { metadata: { topic: 'other' } } },
    reply: { description: 'The conversation as it is now.', schema: conversationShape },
    async handler({ principal, params: { conversation_id: name }, bodyText }, { responses }) {
      mayUse(principal, ONE)
      const changed = await responses.conversations.update(principal.accountId, name, metadataIn(bodyText))
      return conversationReply(mustBeThere(changed, name))
    },
  }),

  route({
    ...COMMON,
    method: 'DELETE',
    path: ONE,
    name: 'deleteConversation',
    summary: 'Delete a conversation',
    description: 'Its responses stay.',
    errors: FORBIDDEN,
    params,
    example: { path: EXAMPLE },
    reply: { description: 'It is gone.', schema: deletedConversationShape },
    async handler({ principal, params: { conversation_id: name } }, { responses }) {
      mayUse(principal, ONE)
      if (!(await responses.conversations.remove(principal.accountId, name))) throw unknown('conversation', name)
      return { id: name, object: 'conversation.deleted' as const, deleted: true as const }
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: ITEMS,
    name: 'listConversationItems',
    summary: 'The items of a conversation',
    errors: FORBIDDEN,
    params,
    query: itemListQuery,
    example: { path: `${EXAMPLE}/items` },
    reply: { description: 'A page of items.', schema: itemListShape },
    async handler({ principal, params: { conversation_id: name }, query }, { responses }) {
      mayUse(principal, ITEMS)
      const items = await responses.conversations.items(principal.accountId, name, pageOf(query))
      if (items === null) throw unknown('conversation', name)
      return itemListReply(items)
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: ITEMS,
    name: 'createConversationItems',
    summary: 'Add items to a conversation',
    errors: FORBIDDEN,
    params,
    query: includeQuery,
    largeBody: true,
    body: z.strictObject({ items: itemsBody }).meta({ id: 'NewConversationItems' }),
    example: {
      path: `${EXAMPLE}/items`,
      body: { items: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello!' }] }] },
    },
    reply: { description: 'The items that were added, in their order.', schema: itemListShape },
    async handler({ principal, params: { conversation_id: name }, bodyText }, services) {
      mayUse(principal, ITEMS)
      const owner = ownerOf(principal, services)
      const added = await services.responses.conversations.addItems(owner, name, itemTexts(bodyText))
      if (added === null) throw unknown('conversation', name)
      return itemListReply({ items: mustFit(added), hasMore: false })
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: ITEM,
    name: 'getConversationItem',
    summary: 'An item of a conversation',
    errors: FORBIDDEN,
    params: itemParams,
    query: includeQuery,
    example: { path: `${EXAMPLE}/items/msg_1` },
    reply: { description: 'The item.', schema: oneItemShape },
    async handler({ principal, params: { conversation_id: name, item_id: item } }, { responses }) {
      mayUse(principal, ITEM)
      const text = await responses.conversations.item(principal.accountId, name, item)
      if (text === null) throw unknown('item', item)
      return jsonReply(itemText({ text }))
    },
  }),

  route({
    ...COMMON,
    method: 'DELETE',
    path: ITEM,
    name: 'deleteConversationItem',
    summary: 'Delete an item of a conversation',
    errors: FORBIDDEN,
    params: itemParams,
    example: { path: `${EXAMPLE}/items/msg_1` },
    reply: { description: 'The conversation without it.', schema: conversationShape },
    async handler({ principal, params: { conversation_id: name, item_id: item } }, { responses }) {
      mayUse(principal, ITEM)
      const { accountId } = principal
      if (!(await responses.conversations.removeItem(accountId, name, item))) throw unknown('item', item)
      return conversationReply(mustBeThere(await responses.conversations.get(accountId, name), name))
    },
  }),
]

function ownerOf(principal: Principal, { state }: Pick<ControlServices, 'state'>): Owner {
  const { accountId, keyId } = principal
  return { accountId, keyId, policy: policyFor(principal, state.config().groups) }
}

/** Raw JSON; it has been checked. */
function metadataIn(bodyText: string): string {
  return JSON.stringify(parseJsonObject(bodyText)?.['metadata'] ?? {})
}

function mustBeThere<T>(found: T | null, name: string): T {
  if (found === null) throw unknown('conversation', name)
  return found
}

function mustFit<T>(answer: T | 'full'): T {
  if (answer !== 'full') return answer
  const message =
    'What is stored for this account fills its quota. Delete responses or conversations, or ask the operator for more.'
  throw new GatewayError('invalid_request', message)
}
