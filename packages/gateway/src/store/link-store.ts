import type { Kysely, Selectable } from 'kysely'
import type { LinkKind, LinkRecord, LinkStore } from '../identity/people/link-store.ts'
import type { Tables } from './schema.ts'

export class SqlLinkStore implements LinkStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async insert(record: LinkRecord): Promise<void> {
    await this.#kysely
      .insertInto('one_time_links')
      .values({
        link_id: record.linkId,
        kind: record.kind,
        digest: record.digest,
        person_id: record.personId,
        created_at: record.createdAtMs,
        expires_at: record.expiresAtMs,
      })
      .execute()
  }

  async find(kind: LinkKind, digest: string, nowMs: number): Promise<LinkRecord | undefined> {
    const row = await this.#kysely
      .selectFrom('one_time_links')
      .selectAll()
      .where('kind', '=', kind)
      .where('digest', '=', digest)
      .where('expires_at', '>', nowMs)
      .executeTakeFirst()
    return row && recordOf(row)
  }

  async use(kind: LinkKind, digest: string, nowMs: number): Promise<LinkRecord | undefined> {
    const row = await this.#kysely
      .deleteFrom('one_time_links')
      .where('kind', '=', kind)
      .where('digest', '=', digest)
      .where('expires_at', '>', nowMs)
      .returningAll()
      .executeTakeFirst()
    return row && recordOf(row)
  }

  async removeAllOf(kind: LinkKind, personId: string | null): Promise<void> {
    await this.#kysely
      .deleteFrom('one_time_links')
      .where('kind', '=', kind)
      .where('person_id', personId === null ? 'is' : '=', personId)
      .execute()
  }

  async removeExpired(nowMs: number): Promise<void> {
    await this.#kysely.deleteFrom('one_time_links').where('expires_at', '<=', nowMs).execute()
  }
}

function recordOf(row: Selectable<Tables['one_time_links']>): LinkRecord {
  return {
    linkId: row.link_id,
    // Written by this store from values of this type.
    kind: row.kind as LinkKind,
    digest: row.digest,
    personId: row.person_id,
    createdAtMs: row.created_at,
    expiresAtMs: row.expires_at,
  }
}
