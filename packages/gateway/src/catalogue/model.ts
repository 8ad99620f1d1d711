// One model as the catalogue knows it: facts that a vendor publishes, in our own units.
import type { PriceDollars } from '../billing/prices/price-dollars.ts'
import type { Price } from '../billing/prices/price.ts'

export type Capability =
  | 'chat'
  | 'completions'
  | 'embeddings'
  | 'image'
  | 'moderation'
  | 'vision'
  | 'tools'
  | 'reasoning'

export interface CatalogueModel {
  /** The public id, unique in the catalogue. */
  readonly id: string
  /** Who made it, as `owned_by` says it: openai, anthropic, google, deepseek, moonshot… */
  readonly vendor: string
  readonly name: string
  /** One sentence, never empty. */
  readonly description: string
  /** Tokens; 0 where the vendor states none (image models). */
  readonly contextLength: number
  /** Tokens; absent where the vendor states none. */
  readonly maxOutputTokens?: number
  /** Unix seconds of its release. */
  readonly createdAtSeconds: number
  /** The vendor's list price; absent where there is none. */
  readonly price?: Price
  readonly capabilities: readonly Capability[]
  /** Other spellings that mean this model: undated, dotted. No alias is the id of another model. */
  readonly aliases: readonly string[]
  /** What the vendor's own API calls it; absent when that is the id. */
  readonly vendorId?: string
  /** The vendor no longer serves it, or has said when it stops. */
  readonly retired: boolean
}

/** As `models.json` has it: the price in US$. */
export interface CatalogueEntry extends Omit<CatalogueModel, 'price'> {
  readonly price?: PriceDollars
}
