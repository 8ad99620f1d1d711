import type { Kysely, Selectable } from 'kysely'
import { decodePrice, encodePrice } from '../billing/prices/price-text.ts'
import type { Billing, GroupRecord, GroupStore } from '../identity/group-store.ts'
import type { Patterns } from '../identity/principal.ts'
import type { Limits } from '../limits/limits.ts'
import { DEFAULT_RESPONSES_POLICY, type ResponsesPolicy } from '../identity/responses-policy.ts'
import type { Tables } from './schema.ts'

export class SqlGroupStore implements GroupStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async insert(record: GroupRecord): Promise<boolean> {
    const result = await this.#kysely
      .insertInto('account_groups')
      .values({
        name: record.name,
        models: JSON.stringify(record.models),
        price_multiplier_ppm: record.priceMultiplierPpm,
        billing: record.billing,
        prices: pricesText(record.prices),
        limits: JSON.stringify(record.limits),
        shared_limits: JSON.stringify(record.sharedLimits),
        responses: JSON.stringify(record.responses),
        created_at: record.createdAtMs,
        updated_at: record.updatedAtMs,
      })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
  }

  async find(name: string): Promise<GroupRecord | undefined> {
    const row = await this.#kysely.selectFrom('account_groups').selectAll().where('name', '=', name).executeTakeFirst()
    return row && recordOf(row)
  }

  async list(): Promise<readonly GroupRecord[]> {
    const rows = await this.#kysely.selectFrom('account_groups').selectAll().orderBy('name').execute()
    return rows.map(recordOf)
  }

  async any(): Promise<boolean> {
    return (await this.#kysely.selectFrom('account_groups').select('name').limit(1).executeTakeFirst()) !== undefined
  }

  async update(name: string, changes: Partial<Omit<GroupRecord, 'name' | 'createdAtMs'>>): Promise<void> {
    const { models, priceMultiplierPpm, prices, billing, limits, sharedLimits, responses, updatedAtMs } = changes
    const columns = {
      ...(models === undefined ? {} : { models: JSON.stringify(models) }),
      ...(priceMultiplierPpm === undefined ? {} : { price_multiplier_ppm: priceMultiplierPpm }),
      ...(prices === undefined ? {} : { prices: pricesText(prices) }),
      ...(billing === undefined ? {} : { billing }),
      ...(limits === undefined ? {} : { limits: JSON.stringify(limits) }),
      ...(sharedLimits === undefined ? {} : { shared_limits: JSON.stringify(sharedLimits) }),
      ...(responses === undefined ? {} : { responses: JSON.stringify(responses) }),
      ...(updatedAtMs === undefined ? {} : { updated_at: updatedAtMs }),
    }
    if (Object.keys(columns).length === 0) return
    await this.#kysely.updateTable('account_groups').set(columns).where('name', '=', name).execute()
  }

  async remove(name: string): Promise<void> {
    await this.#kysely.deleteFrom('account_groups').where('name', '=', name).execute()
  }
}

function recordOf(row: Selectable<Tables['account_groups']>): GroupRecord {
  return {
    name: row.name,
    // Written by this store from values of these types.
    models: JSON.parse(row.models) as Patterns,
    priceMultiplierPpm: row.price_multiplier_ppm,
    prices: pricesFrom(row.prices),
    billing: row.billing as Billing,
    limits: JSON.parse(row.limits) as Limits,
    sharedLimits: JSON.parse(row.shared_limits) as Limits,
    // '{}' in groups that an older release made.
    responses: { ...DEFAULT_RESPONSES_POLICY, ...(JSON.parse(row.responses) as Partial<ResponsesPolicy>) },
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
  }
}

function pricesText(prices: GroupRecord['prices']): string {
  return JSON.stringify(Object.fromEntries(Object.entries(prices).map(([model, price]) => [model, encodePrice(price)])))
}

function pricesFrom(text: string): GroupRecord['prices'] {
  // Written by this store.
  const texts = JSON.parse(text) as Readonly<Record<string, string>>
  return Object.fromEntries(
    Object.entries(texts).flatMap(([model, priceText]) => {
      const read = decodePrice(priceText)
      return read === null ? [] : [[model, read.price]]
    }),
  )
}
