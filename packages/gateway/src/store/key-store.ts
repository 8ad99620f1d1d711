import { sql, type Insertable, type Kysely, type Selectable } from 'kysely'
import type { DataPolicy } from '../core/data-policy.ts'
import type { KeyChanges, KeyRecord, KeyStore, KeyWithAccount } from '../identity/key-store.ts'
import type { Page } from '../identity/page.ts'
import type { Patterns, Scope } from '../identity/principal.ts'
import type { Budget, Limits } from '../limits/limits.ts'
import { ACCOUNT_COLUMNS, accountOf } from './account-store.ts'
import type { Tables } from './schema.ts'

/** Ids per statement when many keys are touched at once: well under every database's limit of parameters. */
const TOUCH_BATCH = 500
/** Nobody makes a key with a key with a key so often; a row that named itself as its maker would go round for ever. */
const DEEPEST_CHAIN = 100

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
        made_by: record.madeBy,
        created_at: record.createdAtMs,
        last_used_at: record.lastUsedAtMs,
        revoked_at: record.revokedAtMs,
        ...columnsOf(record),
      })
      .execute()
  }

  async findByDigest(digest: string): Promise<KeyWithAccount | undefined> {
    const row = await this.#kysely
      .selectFrom('api_keys')
      .leftJoin('accounts', 'accounts.account_id', 'api_keys.account_id')
      .selectAll('api_keys')
      .select(ACCOUNT_COLUMNS)
      .where((where) => where.or([where('digest', '=', digest), where('previous_digest', '=', digest)]))
      .executeTakeFirst()
    return row && { key: recordOf(row), account: accountOf(row) }
  }

  async findById(keyId: string): Promise<KeyRecord | undefined> {
    const row = await this.#kysely.selectFrom('api_keys').selectAll().where('key_id', '=', keyId).executeTakeFirst()
    return row && recordOf(row)
  }

  async makersOf({ madeBy }: KeyRecord): Promise<readonly KeyRecord[]> {
    if (!madeBy.startsWith('key_')) return []
    const rows = await this.#kysely
      .withRecursive('chain(key_id, made_by, depth)', (chain) =>
        chain
          .selectFrom('api_keys')
          .select(['key_id', 'made_by', sql<number>`1`.as('depth')])
          .where('key_id', '=', madeBy)
          .unionAll(
            chain
              .selectFrom('api_keys')
              .innerJoin('chain', 'chain.made_by', 'api_keys.key_id')
              .select(['api_keys.key_id', 'api_keys.made_by', sql<number>`chain.depth + 1`.as('depth')])
              .where('chain.depth', '<', DEEPEST_CHAIN),
          ),
      )
      .selectFrom('chain')
      .innerJoin('api_keys', 'api_keys.key_id', 'chain.key_id')
      .selectAll('api_keys')
      .orderBy('chain.depth')
      .execute()
    return rows.map(recordOf)
  }

  async findMadeBy(sessionId: string, accountId: string): Promise<KeyRecord | undefined> {
    const row = await this.#kysely
      .selectFrom('api_keys')
      .selectAll()
      .where('made_by', '=', sessionId)
      .where('account_id', '=', accountId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    return row && recordOf(row)
  }

  async list({
    accountId,
    after,
    limit,
  }: {
    accountId?: string
    after?: string
    limit: number
  }): Promise<Page<KeyRecord>> {
    let query = this.#kysely.selectFrom('api_keys').selectAll().where('made_by', 'not like', 'ses_%')
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

  async lock(keyId: string): Promise<boolean> {
    // A write of what is there already: SQLite has no `select for update`, and both hold a written row.
    const result = await this.#kysely
      .updateTable('api_keys')
      .set({ key_id: keyId })
      .where('key_id', '=', keyId)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async update(keyId: string, changes: KeyChanges): Promise<void> {
    const columns = columnsOf(changes)
    if (Object.keys(columns).length === 0) return
    await this.#kysely.updateTable('api_keys').set(columns).where('key_id', '=', keyId).execute()
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

type ChangeableColumns = Pick<
  Insertable<Tables['api_keys']>,
  | 'name'
  | 'prefix'
  | 'last4'
  | 'digest'
  | 'scopes'
  | 'limits'
  | 'expires_at'
  | 'group_name'
  | 'models'
  | 'endpoints'
  | 'addresses'
  | 'budget'
  | 'data_policy'
  | 'previous_digest'
  | 'previous_expires_at'
>

/** The columns of those fields that are given: all of them for a whole record. */
function columnsOf(record: KeyRecord): ChangeableColumns
function columnsOf(changes: KeyChanges): Partial<ChangeableColumns>
function columnsOf(changes: KeyChanges): Partial<ChangeableColumns> {
  const { name, prefix, last4, digest, scopes, limits, expiresAtMs, group } = changes
  const { models, endpoints, addresses, budget, dataPolicy, previousDigest, previousExpiresAtMs } = changes
  return {
    ...(name === undefined ? {} : { name }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(last4 === undefined ? {} : { last4 }),
    ...(digest === undefined ? {} : { digest }),
    ...(scopes === undefined ? {} : { scopes: JSON.stringify(scopes) }),
    ...(limits === undefined ? {} : { limits: JSON.stringify(limits) }),
    ...(expiresAtMs === undefined ? {} : { expires_at: expiresAtMs }),
    ...(group === undefined ? {} : { group_name: group }),
    ...(models === undefined ? {} : { models: textOf(models) }),
    ...(endpoints === undefined ? {} : { endpoints: textOf(endpoints) }),
    ...(addresses === undefined ? {} : { addresses: textOf(addresses) }),
    ...(budget === undefined ? {} : { budget: textOf(budget) }),
    ...(dataPolicy === undefined ? {} : { data_policy: textOf(dataPolicy) }),
    ...(previousDigest === undefined ? {} : { previous_digest: previousDigest }),
    ...(previousExpiresAtMs === undefined ? {} : { previous_expires_at: previousExpiresAtMs }),
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
    // JSON that `columnsOf` above wrote, and nobody else.
    scopes: JSON.parse(row.scopes) as Scope[],
    limits: JSON.parse(row.limits) as Limits,
    budget: parsed(row.budget) as Budget | null,
    models: parsed(row.models) as Patterns | null,
    endpoints: parsed(row.endpoints) as Patterns | null,
    addresses: parsed(row.addresses) as Patterns | null,
    dataPolicy: parsed(row.data_policy) as DataPolicy | null,
    group: row.group_name,
    madeBy: row.made_by,
    createdAtMs: row.created_at,
    expiresAtMs: row.expires_at,
    lastUsedAtMs: row.last_used_at,
    revokedAtMs: row.revoked_at,
    previousDigest: row.previous_digest,
    previousExpiresAtMs: row.previous_expires_at,
  }
}

function textOf(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value)
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text)
}
