import type { Kysely, Selectable } from 'kysely'
import type { AccessTokenRecord, AccessTokenStore, TokenScope } from '../identity/people/access-token-store.ts'
import type { PersonRecord } from '../identity/people/person-store.ts'
import { SqlPersonStore } from './person-store.ts'
import type { Tables } from './schema.ts'

export class SqlAccessTokenStore implements AccessTokenStore {
  readonly #kysely: Kysely<Tables>
  readonly #people: SqlPersonStore

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
    this.#people = new SqlPersonStore(kysely)
  }

  async insert(record: AccessTokenRecord): Promise<void> {
    await this.#kysely
      .insertInto('access_tokens')
      .values({
        token_id: record.tokenId,
        person_id: record.personId,
        name: record.name,
        prefix: record.prefix,
        last4: record.last4,
        digest: record.digest,
        scopes: JSON.stringify(record.scopes),
        account_id: record.accountId,
        created_at: record.createdAtMs,
        expires_at: record.expiresAtMs,
        last_used_at: record.lastUsedAtMs,
      })
      .execute()
  }

  async findByDigest(
    digest: string,
  ): Promise<{ readonly token: AccessTokenRecord; readonly person: PersonRecord } | undefined> {
    const row = await this.#all().where('digest', '=', digest).executeTakeFirst()
    const person = row && (await this.#people.find(row.person_id))
    return row && person && { token: recordOf(row), person }
  }

  async listOf(personId: string): Promise<readonly AccessTokenRecord[]> {
    const rows = await this.#all().where('person_id', '=', personId).orderBy('id', 'desc').execute()
    return rows.map(recordOf)
  }

  async touch(tokenId: string, atMs: number): Promise<void> {
    await this.#kysely
      .updateTable('access_tokens')
      .set({ last_used_at: atMs })
      .where('token_id', '=', tokenId)
      .where((where) => where.or([where('last_used_at', 'is', null), where('last_used_at', '<', atMs)]))
      .execute()
  }

  async remove(personId: string, tokenId: string): Promise<boolean> {
    const result = await this.#kysely
      .deleteFrom('access_tokens')
      .where('person_id', '=', personId)
      .where('token_id', '=', tokenId)
      .executeTakeFirst()
    return result.numDeletedRows > 0n
  }

  async removeAllOf(personId: string): Promise<number> {
    const result = await this.#kysely.deleteFrom('access_tokens').where('person_id', '=', personId).executeTakeFirst()
    return Number(result.numDeletedRows)
  }

  #all() {
    return this.#kysely.selectFrom('access_tokens').selectAll()
  }
}

function recordOf(row: Selectable<Tables['access_tokens']>): AccessTokenRecord {
  return {
    tokenId: row.token_id,
    personId: row.person_id,
    name: row.name,
    prefix: row.prefix,
    last4: row.last4,
    digest: row.digest,
    // Written by this store from values of this type.
    scopes: JSON.parse(row.scopes) as TokenScope[],
    accountId: row.account_id,
    createdAtMs: row.created_at,
    expiresAtMs: row.expires_at,
    lastUsedAtMs: row.last_used_at,
  }
}
