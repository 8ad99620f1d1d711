// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.
import type { Nothing } from './nothing.ts'

export type MadeRedeemCodes = { id: string; object: "redeem_code_batch"; name: string; /** Of each code. */ amount: string; count: number; /** How many of them have been redeemed. */ redeemed: number; /** Unix seconds; null = never. */ expires_at: number | null; /** Unix seconds. */ created_at: number; /** Since when none of them can be redeemed; null = they can. */ voided_at: number | null; codes: readonly string[] }

export type NewRedeemCodes = { /** What they are for. */ name: string; /** US$ that each is worth. */ amount: string | number; /** How many. */ count: number; /** Seconds; absent or null = never. */ expires_in?: number | null | undefined }

export type RedeemCode = { id: string; object: "redeem_code"; /** Its end, to recognise it by. */ last4: string; /** Unix seconds; null = never. */ redeemed_at: number | null; /** An account; null = nobody yet. */ redeemed_by: string | null }

export type RedeemCodeBatch = { id: string; object: "redeem_code_batch"; name: string; /** Of each code. */ amount: string; count: number; /** How many of them have been redeemed. */ redeemed: number; /** Unix seconds; null = never. */ expires_at: number | null; /** Unix seconds. */ created_at: number; /** Since when none of them can be redeemed; null = they can. */ voided_at: number | null }

export interface RedeemCodesOperations {
  createRedeemCodes: { params: Nothing; query: { format?: "json" | "csv" | undefined }; body: NewRedeemCodes; reply: MadeRedeemCodes }
  listRedeemCodeBatches: { params: Nothing; query: { limit?: number | undefined; after?: string | undefined }; body: Nothing; reply: { object: "list"; data: readonly RedeemCodeBatch[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  getRedeemCodeBatch: { params: { batch_id: string }; query: Nothing; body: Nothing; reply: RedeemCodeBatch }
  listRedeemCodes: { params: { batch_id: string }; query: { limit?: number | undefined; after?: string | undefined }; body: Nothing; reply: { object: "list"; data: readonly RedeemCode[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  voidRedeemCodes: { params: { batch_id: string }; query: Nothing; body: Nothing; reply: RedeemCodeBatch }
}

/** Method, path, and whether a repeated request can be told from a new one. */
export const REDEEM_CODES: { readonly [Name in keyof RedeemCodesOperations]: readonly [string, string, 'repeatable'?] } = {
  createRedeemCodes: ['POST', '/api/redeem-code-batches', 'repeatable'],
  listRedeemCodeBatches: ['GET', '/api/redeem-code-batches'],
  getRedeemCodeBatch: ['GET', '/api/redeem-code-batches/{batch_id}'],
  listRedeemCodes: ['GET', '/api/redeem-code-batches/{batch_id}/codes'],
  voidRedeemCodes: ['POST', '/api/redeem-code-batches/{batch_id}/void'],
}
