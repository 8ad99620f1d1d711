// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.
import type { Nothing } from './nothing.ts'

export type Budget = { /** US$, a decimal with nine places. Text, so that no reader rounds it. */ amount: string; reset: "day" | "week" | "month" | "never" }

export type Error = { error: { /** What happened, to which thing, and what to do. */ message: string; type: string; /** The field at fault, as a path: limits.rpm */ param: string | null; code: "invalid_request" | "previous_response_not_found" | "invalid_api_key" | "insufficient_balance" | "permission_denied" | "model_not_found" | "not_found" | "method_not_allowed" | "request_timeout" | "conflict" | "request_too_large" | "unsupported_media_type" | "upgrade_required" | "rate_limit_exceeded" | "internal_error" | "upstream_error" | "service_unavailable" | "upstream_timeout" } }

export type Key = { id: string; object: "api_key"; name: string; /** Its beginning, to recognise it by. */ prefix: string; last4: string; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ expires_at: number | null; scopes: readonly "keys:manage"[]; /** Its own. Those of the key that made it, and of the account, hold as well. */ limits: Limits; budget: Budget | null; /** Null = all that its group may use. */ models: (readonly string[]) | null; /** Null = all. */ endpoints: (readonly string[]) | null; /** Null = from anywhere. */ addresses: (readonly string[]) | null; /** Its own. That of the key that made it holds as well. */ data_policy: WantedDataPolicy | null; /** The key or the person that made it, or `master`. */ made_by: string; /** Null = the account's. */ group: string | null; /** For the operator only. */ account?: string | undefined; /** Unix seconds; null = never. */ last_used_at: number | null; /** Unix seconds; null = never. */ revoked_at: number | null; /** Until when the secret from before the last rotation works; null = there is none. */ previous_expires_at: number | null }

export type KeyPatch = { name?: string | undefined; /** Seconds from now; null = never, or when its maker does. */ expires_in?: number | null | undefined; limits?: LimitsPatch | null | undefined; budget?: { /** US$. */ amount: string | number; /** When it begins anew. */ reset?: "day" | "week" | "month" | "never" | undefined } | null | undefined; models?: (readonly string[]) | null | undefined; endpoints?: (readonly string[]) | null | undefined; addresses?: (readonly string[]) | null | undefined; /** What a provider must promise to be sent its requests; those that do not are not asked. Null = nothing. */ data_policy?: { /** Kept no longer than this; 0 = not at all. */ retention_days?: number | undefined; /** false: not trained on. */ training?: false | undefined } | null | undefined; /** What else it may do: keys:manage, or nothing. Absent = its maker's. */ scopes?: (readonly "keys:manage"[]) | null | undefined; /** Whose models, limits and prices hold, instead of the account's group; for the operator only. */ group?: string | null | undefined }

export type Limits = { /** Requests in any 60 seconds. */ rpm?: number | undefined; /** Tokens in any 60 seconds. */ tpm?: number | undefined; /** Requests at the same time. */ concurrency?: number | undefined; /** Requests per calendar day of the account. */ requests_per_day?: number | undefined; /** Requests per calendar month of the account. */ requests_per_month?: number | undefined }

export type LimitsPatch = { /** Requests per minute. */ rpm?: number | null | undefined; /** Tokens per minute. */ tpm?: number | null | undefined; /** Requests at the same time. */ concurrency?: number | null | undefined; /** Requests per calendar day. */ requests_per_day?: number | null | undefined; /** Requests per calendar month. */ requests_per_month?: number | null | undefined }

export type MadeKey = { id: string; object: "api_key"; name: string; /** The key itself: shown this once. */ key: string; /** Its beginning, to recognise it by. */ prefix: string; last4: string; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ expires_at: number | null; scopes: readonly "keys:manage"[]; /** Its own. Those of the key that made it, and of the account, hold as well. */ limits: Limits; budget: Budget | null; /** Null = all that its group may use. */ models: (readonly string[]) | null; /** Null = all. */ endpoints: (readonly string[]) | null; /** Null = from anywhere. */ addresses: (readonly string[]) | null; /** Its own. That of the key that made it holds as well. */ data_policy: WantedDataPolicy | null; /** The key or the person that made it, or `master`. */ made_by: string; /** Null = the account's. */ group: string | null; /** For the operator only. */ account?: string | undefined; /** Unix seconds; null = never. */ last_used_at: number | null; /** Unix seconds; null = never. */ revoked_at: number | null; /** Until when the secret from before the last rotation works; null = there is none. */ previous_expires_at: number | null }

export type NewKey = { /** What it is for. */ name: string; /** Seconds; absent or null = never, or when its maker does. */ expires_in?: number | null | undefined; limits?: NewLimits | null | undefined; budget?: { /** US$. */ amount: string | number; /** When it begins anew. */ reset?: "day" | "week" | "month" | "never" | undefined } | null | undefined; models?: (readonly string[]) | null | undefined; endpoints?: (readonly string[]) | null | undefined; addresses?: (readonly string[]) | null | undefined; /** What a provider must promise to be sent its requests; those that do not are not asked. Null = nothing. */ data_policy?: { /** Kept no longer than this; 0 = not at all. */ retention_days?: number | undefined; /** false: not trained on. */ training?: false | undefined } | null | undefined; /** What else it may do: keys:manage, or nothing. Absent = its maker's. */ scopes?: (readonly "keys:manage"[]) | null | undefined; /** Whose models, limits and prices hold, instead of the account's group; for the operator only. */ group?: string | null | undefined; /** Whose key it is; for the operator, who otherwise makes his own. */ account?: string | null | undefined }

export type NewLimits = { /** Requests per minute. */ rpm?: number | null | undefined; /** Tokens per minute. */ tpm?: number | null | undefined; /** Requests at the same time. */ concurrency?: number | null | undefined; /** Requests per calendar day. */ requests_per_day?: number | null | undefined; /** Requests per calendar month. */ requests_per_month?: number | null | undefined }

export type Rotation = { /** How long the old secret still works; 0, when absent: it ends now. */ grace_seconds?: number | undefined }

export type WantedDataPolicy = { /** Requests and answers are kept no longer; 0 = not at all. */ retention_days?: number | undefined; /** They are not trained on. */ training?: false | undefined }

export interface KeysOperations {
  createKey: { params: Nothing; query: Nothing; body: NewKey; reply: MadeKey }
  listKeys: { params: Nothing; query: { limit?: number | undefined; after?: string | undefined; account?: string | undefined }; body: Nothing; reply: { object: "list"; data: readonly Key[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  getKey: { params: { key_id: string }; query: Nothing; body: Nothing; reply: Key }
  updateKey: { params: { key_id: string }; query: Nothing; body: KeyPatch; reply: Key }
  revokeKey: { params: { key_id: string }; query: Nothing; body: Nothing; reply: { id: string; object: "api_key"; deleted: true } }
  rotateKey: { params: { key_id: string }; query: Nothing; body: Rotation; reply: MadeKey }
}

/** Method, path, and whether a repeated request can be told from a new one. */
export const KEYS: { readonly [Name in keyof KeysOperations]: readonly [string, string, 'repeatable'?] } = {
  createKey: ['POST', '/api/auth', 'repeatable'],
  listKeys: ['GET', '/api/auth'],
  getKey: ['GET', '/api/auth/{key_id}'],
  updateKey: ['PATCH', '/api/auth/{key_id}'],
  revokeKey: ['DELETE', '/api/auth/{key_id}'],
  rotateKey: ['POST', '/api/auth/{key_id}/rotate', 'repeatable'],
}
