// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.
import type { ItemList } from './responses.ts'
import type { Nothing } from './nothing.ts'

export type Conversation = { id: string; object: "conversation"; /** Unix seconds. */ created_at: number; metadata: Readonly<Record<string, string>> }

export type ConversationPatch = { metadata: (Readonly<Record<string, string>>) | null }

export type NewConversation = { items?: (readonly { type?: string | undefined }[]) | null | undefined; metadata?: (Readonly<Record<string, string>>) | null | undefined }

export type NewConversationItems = { /** As `input` of a response has them; 20 at most. */ items: readonly { type?: string | undefined }[] }

export interface ConversationsOperations {
  createConversation: { params: Nothing; query: Nothing; body: NewConversation; reply: Conversation }
  getConversation: { params: { conversation_id: string }; query: Nothing; body: Nothing; reply: Conversation }
  updateConversation: { params: { conversation_id: string }; query: Nothing; body: ConversationPatch; reply: Conversation }
  deleteConversation: { params: { conversation_id: string }; query: Nothing; body: Nothing; reply: { id: string; object: "conversation.deleted"; deleted: true } }
  listConversationItems: { params: { conversation_id: string }; query: { limit?: number | undefined; order?: "asc" | "desc" | undefined; after?: string | undefined; before?: string | undefined; include?: string | undefined }; body: Nothing; reply: ItemList }
  createConversationItems: { params: { conversation_id: string }; query: { include?: string | undefined }; body: NewConversationItems; reply: ItemList }
  getConversationItem: { params: { conversation_id: string; item_id: string }; query: { include?: string | undefined }; body: Nothing; reply: { id: string; type: string } }
  deleteConversationItem: { params: { conversation_id: string; item_id: string }; query: Nothing; body: Nothing; reply: Conversation }
}

/** Method, path, and whether a repeated request can be told from a new one. */
export const CONVERSATIONS: { readonly [Name in keyof ConversationsOperations]: readonly [string, string, 'repeatable'?] } = {
  createConversation: ['POST', '/v1/conversations'],
  getConversation: ['GET', '/v1/conversations/{conversation_id}'],
  updateConversation: ['POST', '/v1/conversations/{conversation_id}'],
  deleteConversation: ['DELETE', '/v1/conversations/{conversation_id}'],
  listConversationItems: ['GET', '/v1/conversations/{conversation_id}/items'],
  createConversationItems: ['POST', '/v1/conversations/{conversation_id}/items'],
  getConversationItem: ['GET', '/v1/conversations/{conversation_id}/items/{item_id}'],
  deleteConversationItem: ['DELETE', '/v1/conversations/{conversation_id}/items/{item_id}'],
}
