import type { Price } from '../billing/prices/price.ts'

/** What routing wants to know about a model. The catalogue's own models satisfy it. */
export interface ModelInfo {
  readonly id: string
  /** `openai`, `anthropic`, `google`... */
  readonly vendor: string
  readonly description: string
  /** Tokens; 0 where the vendor states none. */
  readonly contextLength: number
  /** Tokens; absent where the vendor states none. */
  readonly maxOutputTokens?: number
  /** What it can do, in the catalogue's words; absent = not known. */
  readonly capabilities?: readonly string[]
  /** Unix seconds of its release. */
  readonly createdAtSeconds: number
  /** Absent where there is no price per token. */
  readonly price?: Price
  /** What the vendor's own API calls it; absent when that is the id. */
  readonly vendorId?: string
}

/** The part of the catalogue that routing reads; `find` knows other spellings too. */
export interface ModelSource {
  find(idOrAlias: string): ModelInfo | undefined
}
