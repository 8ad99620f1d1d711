// Prices that the operator set while the gateway runs. No version is ever changed or removed: setting a price adds one,
// taking it away adds one without a price. `store/price-store.ts` keeps them.
import type { Price } from './price.ts'

export interface PriceVersion {
  /** Public model id. */
  readonly model: string
  /** 1, 2, 3… of this model. */
  readonly version: number
  /** Null: from then on the model cost what the file or the catalogue says. */
  readonly price: Price | null
  /** `key_…`, or `master`. */
  readonly setBy: string
  /** Unix milliseconds. */
  readonly setAtMs: number
}

export interface PriceStore {
  /** The newest version of each model, those without a price included; by model. */
  newest(): Promise<readonly PriceVersion[]>
  /** Newest first, at most so many. */
  versions(model: string, limit: number): Promise<readonly PriceVersion[]>
  /** False when this version of the model exists. */
  insert(version: PriceVersion): Promise<boolean>
}

/** As the config has them: by public model id, those that have one. */
export function pricesOf(newest: readonly PriceVersion[]): Readonly<Record<string, Price>> {
  return Object.fromEntries(newest.flatMap(({ model, price }) => (price === null ? [] : [[model, price]])))
}
