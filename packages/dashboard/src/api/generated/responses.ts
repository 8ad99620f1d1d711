// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.
import type { Nothing } from './nothing.ts'

export type ItemList = { object: "list"; data: readonly { id: string; type: string }[]; /** '' where there is none. */ first_id: string; /** What ?after= goes on with. */ last_id: string; has_more: boolean }

export type Response = { id: string; object: "response"; /** Unix seconds. */ created_at: number; status: "completed" | "failed" | "in_progress" | "cancelled" | "queued" | "incomplete"; model: string; output: readonly { type: string }[] }

export interface ResponsesOperations {
  getResponse: { params: { response_id: string }; query: { stream?: "0" | "1" | "true" | "false" | "" | undefined; starting_after?: string | undefined; include?: string | undefined; include_obfuscation?: "0" | "1" | "true" | "false" | "" | undefined }; body: Nothing; reply: Response }
  deleteResponse: { params: { response_id: string }; query: Nothing; body: Nothing; reply: { id: string; object: "response"; deleted: true } }
  cancelResponse: { params: { response_id: string }; query: Nothing; body: Nothing; reply: Response }
  listInputItems: { params: { response_id: string }; query: { limit?: number | undefined; order?: "asc" | "desc" | undefined; after?: string | undefined; before?: string | undefined; include?: string | undefined }; body: Nothing; reply: ItemList }
}

/** Method, path, and whether a repeated request can be told from a new one. */
export const RESPONSES: { readonly [Name in keyof ResponsesOperations]: readonly [string, string, 'repeatable'?] } = {
  getResponse: ['GET', '/v1/responses/{response_id}'],
  deleteResponse: ['DELETE', '/v1/responses/{response_id}'],
  cancelResponse: ['POST', '/v1/responses/{response_id}/cancel'],
  listInputItems: ['GET', '/v1/responses/{response_id}/input_items'],
}
