import type { Kysely, Selectable } from 'kysely'
import type { KeyPage, KeyRecord, KeyStore } from '../identity/key-store.ts'
import type { KeyLimits, Scope } from '../identity/principal.ts'
import type { Tables } from './schema.ts'

/** Ids per statement when many keys are touched at once: well under every database's limit of parameters. */
const TOUCH_BATCH = 500

export class SqlKeyStore implements KeyStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async insert(record: KeyRecord): Promise<void> {
    await this.#kysely
      .insertInto('api_keys')
      .values({
        key_id: record.keyId,
        account_id: record.accountId,
        name: record.name,
        prefix: record.prefix,
        last4: record.last4,
        digest: record.digest,
        scopes: JSON.stringify(record.scopes),
        limits: JSON.stringify(record.limits),
        made_by: record.madeBy,
        created_at: record.createdAtMs,
        expires_at: record.expiresAtMs,
        last_used_at: record.lastUsedAtMs,
        revoked_at: record.revokedAtMs,
      })
      .execute()
  }

  async findByDigest(digest: string): Promise<KeyRecord | undefined> {
    const row = await this.#kysely.selectFrom('api_keys').selectAll().where('digest', '=', digest).executeTakeFirst()
    return row && recordOf(row)
  }

  async findById(keyId: string): Promise<KeyRecord | undefined> {
    const row = await this.#kysely.selectFrom('api_keys').selectAll().where('key_id', '=', keyId).executeTakeFirst()
    return row && recordOf(row)
  }

  async list({ accountId, after, limit }: { accountId?: string; after?: string; limit: number }): Promise<KeyPage> {
    let query = this.#kysely.selectFrom('api_keys').selectAll()
    if (accountId !== undefined) query = query.where('account_id', '=', accountId)
    if (after !== undefined) {
      query = query.where('id', '<', (sub) => sub.selectFrom('api_keys').select('id').where('key_id', '=', after))
    }
    const rows = await query
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute()
    return { records: rows.slice(0, limit).map(recordOf), hasMore: rows.length > limit }
  }

  async markRevoked(keyId: string, atMs: number): Promise<boolean> {
    const result = await this.#kysely
      .updateTable('api_keys')
      .set({ revoked_at: atMs })
      .where('key_id', '=', keyId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async touch(keyIds: readonly string[], atMs: number): Promise<void> {
    for (let at = 0; at < keyIds.length; at += TOUCH_BATCH) {
      await this.#kysely
        .updateTable('api_keys')
        .set({ last_used_at: atMs })
        .where('key_id', 'in', keyIds.slice(at, at + TOUCH_BATCH))
        .where((where) => where.or([where('last_used_at', 'is', null), where('last_used_at', '<', atMs)]))
        .execute()
    }
  }

  async count(): Promise<number> {
    const row = await this.#kysely
      .selectFrom('api_keys')
      .select((select) => select.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    return Number(row.count)
  }
}

function recordOf(row: Selectable<Tables['api_keys']>): KeyRecord {
  return {
    keyId: row.key_id,
    accountId: row.account_id,
    name: row.name,
    prefix: row.prefix,
    last4: row.last4,
    digest: row.digest,
    // Written by `insert` above and by nobody else.
    scopes: JSON.parse(row.scopes) as Scope[],
    limits: JSON.parse(row.limits) as KeyLimits,
    madeBy: row.made_by,
    createdAtMs: Number(row.created_at),
    expiresAtMs: numberOrNull(row.expires_at),
    lastUsedAtMs: numberOrNull(row.last_used_at),
    revokedAtMs: numberOrNull(row.revoked_at),
  }
}

/** PostgreSQL's driver hands bigint columns over as text. */
function numberOrNull(value: number | null): number | null {
  return value === null ? null : Number(value)
}
