// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.
import type { Account } from './self-service.ts'
import type { Key, LimitsPatch, NewLimits } from './keys.ts'
import type { Nothing } from './nothing.ts'

export type AccountPatch = { name?: string | undefined; /** A person or a team. */ kind?: "person" | "team" | undefined; /** Name of its group; empty = the group default, where there is one. */ group?: string | undefined; /** IANA name: where days, weeks and months begin. */ time_zone?: string | undefined; limits?: LimitsPatch | null | undefined; budget?: { /** US$. */ amount: string | number; /** When it begins anew. */ reset?: "day" | "week" | "month" | "never" | undefined } | null | undefined }

export type NewAccount = { name: string; /** A person or a team. */ kind?: "person" | "team" | undefined; /** Name of its group; empty = the group default, where there is one. */ group?: string | undefined; /** IANA name: where days, weeks and months begin. */ time_zone?: string | undefined; limits?: NewLimits | null | undefined; budget?: { /** US$. */ amount: string | number; /** When it begins anew. */ reset?: "day" | "week" | "month" | "never" | undefined } | null | undefined }

export interface AccountsOperations {
  createAccount: { params: Nothing; query: Nothing; body: NewAccount; reply: Account }
  listAccounts: { params: Nothing; query: { limit?: number | undefined; after?: string | undefined; group?: string | undefined; status?: "active" | "suspended" | undefined }; body: Nothing; reply: { object: "list"; data: readonly Account[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  getAccount: { params: { account_id: string }; query: Nothing; body: Nothing; reply: Account }
  updateAccount: { params: { account_id: string }; query: Nothing; body: AccountPatch; reply: Account }
  suspendAccount: { params: { account_id: string }; query: Nothing; body: Nothing; reply: Account }
  activateAccount: { params: { account_id: string }; query: Nothing; body: Nothing; reply: Account }
  listAccountKeys: { params: { account_id: string }; query: { limit?: number | undefined; after?: string | undefined }; body: Nothing; reply: { object: "list"; data: readonly Key[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
}

/** Method, path, and whether a repeated request can be told from a new one. */
export const ACCOUNTS: { readonly [Name in keyof AccountsOperations]: readonly [string, string, 'repeatable'?] } = {
  createAccount: ['POST', '/api/accounts', 'repeatable'],
  listAccounts: ['GET', '/api/accounts'],
  getAccount: ['GET', '/api/accounts/{account_id}'],
  updateAccount: ['PATCH', '/api/accounts/{account_id}'],
  suspendAccount: ['POST', '/api/accounts/{account_id}/suspend'],
  activateAccount: ['POST', '/api/accounts/{account_id}/activate'],
  listAccountKeys: ['GET', '/api/accounts/{account_id}/keys'],
}
