// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.
import type { NewPrice } from './groups.ts'
import type { Price } from './self-service.ts'
import type { Nothing } from './nothing.ts'

export type ModelPrice = { /** Public id of the model. */ id: string; object: "price"; /** What callers pay, before the multiplier of their group; null = nobody has said, and prepaid accounts cannot use the model. */ price: Price | null; /** config = the file: it can only be changed there; database = set here; catalogue = the vendor's list price. */ source: ("config" | "database" | "catalogue") | null; /** Counts the changes made here; null = none ever was. */ version: number | null; /** Who made the last of them: id of a key, or master. */ set_by: string | null; set_at: number | null; /** What the providers of the model charge; null where that is not known. */ costs: readonly { provider: string; model: string; price: Price | null }[] }

export type PriceVersion = { id: string; object: "price_version"; version: number; /** null = taken away. */ price: Price | null; set_by: string; /** Unix seconds. */ set_at: number }

export interface PricesOperations {
  listPrices: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly ModelPrice[]; has_more: false } }
  getPrice: { params: { model: string }; query: Nothing; body: Nothing; reply: ModelPrice }
  setPrice: { params: { model: string }; query: Nothing; body: NewPrice; reply: ModelPrice }
  removePrice: { params: { model: string }; query: Nothing; body: Nothing; reply: ModelPrice }
  listPriceVersions: { params: { model: string }; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly PriceVersion[]; has_more: false } }
}

/** Method, path, and whether a repeated request can be told from a new one. */
export const PRICES: { readonly [Name in keyof PricesOperations]: readonly [string, string, 'repeatable'?] } = {
  listPrices: ['GET', '/api/prices'],
  getPrice: ['GET', '/api/prices/{model}'],
  setPrice: ['PUT', '/api/prices/{model}'],
  removePrice: ['DELETE', '/api/prices/{model}'],
  listPriceVersions: ['GET', '/api/prices/{model}/versions'],
}
