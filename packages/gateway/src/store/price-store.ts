import type { Kysely, Selectable } from 'kysely'
import { decodePrice, encodePrice } from '../billing/prices/price-text.ts'
import type { PriceStore, PriceVersion } from '../billing/prices/price-store.ts'
import type { Tables } from './schema.ts'

export class SqlPriceStore implements PriceStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async newest(): Promise<readonly PriceVersion[]> {
    const rows = await this.#kysely
      .selectFrom('model_prices as price')
      .selectAll()
      .where(({ eb, selectFrom }) =>
        eb(
          'price.version',
          '=',
          selectFrom('model_prices as other')
            .select(({ fn }) => fn.max('other.version').as('version'))
            .whereRef('other.model', '=', 'price.model'),
        ),
      )
      .orderBy('price.model')
      .execute()
    return rows.map(versionOf)
  }

  async versions(model: string, limit: number): Promise<readonly PriceVersion[]> {
    const rows = await this.#kysely
      .selectFrom('model_prices')
      .selectAll()
      .where('model', '=', model)
      .orderBy('version', 'desc')
      .limit(limit)
      .execute()
    return rows.map(versionOf)
  }

  async insert({ model, version, price, setBy, setAtMs }: PriceVersion): Promise<boolean> {
    const row = { model, version, price: encodePrice(price), set_by: setBy, set_at: setAtMs }
    const result = await this.#kysely
      .insertInto('model_prices')
      .values(row)
      .onConflict((conflict) => conflict.columns(['model', 'version']).doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
  }
}

function versionOf(row: Selectable<Tables['model_prices']>): PriceVersion {
  return {
    model: row.model,
    version: row.version,
    price: decodePrice(row.price)?.price ?? null,
    setBy: row.set_by,
    setAtMs: row.set_at,
  }
}
