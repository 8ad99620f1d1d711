import type { Kysely } from 'kysely'
import type { IdempotencyStore, SealedReply, StoredReply } from '../core/idempotency-store.ts'
import type { Tables } from './schema.ts'

export class SqlIdempotencyStore implements IdempotencyStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async claim(claim: Parameters<IdempotencyStore['claim']>[0]): Promise<StoredReply | null> {
    const { id, requestDigest, atMs, staleBeforeMs, expiredBeforeMs } = claim
    await this.#kysely.deleteFrom('repeatable_requests').where('claimed_at', '<', expiredBeforeMs).execute()
    await this.#kysely
      .deleteFrom('repeatable_requests')
      .where('id', '=', id)
      .where('status', 'is', null)
      .where('claimed_at', '<', staleBeforeMs)
      .execute()
    // Of two at the same moment one inserts: the primary key decides which.
    const inserted = await this.#kysely
      .insertInto('repeatable_requests')
      .values({ id, request_digest: requestDigest, claimed_at: atMs, status: null, sealed: null })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst()
    if (inserted !== undefined) return null
    const row = await this.#kysely
      .selectFrom('repeatable_requests')
      .select(['request_digest', 'status', 'sealed'])
      .where('id', '=', id)
      .executeTakeFirst()
    // Released between the two statements: as if it were still being worked on, so that the client asks again.
    if (row === undefined) return { requestDigest, reply: null }
    const { status, sealed } = row
    return { requestDigest: row.request_digest, reply: status === null || sealed === null ? null : { status, sealed } }
  }

  async finish(id: string, { status, sealed }: SealedReply): Promise<void> {
    await this.#kysely.updateTable('repeatable_requests').set({ status, sealed }).where('id', '=', id).execute()
  }

  async release(id: string): Promise<void> {
    await this.#kysely.deleteFrom('repeatable_requests').where('id', '=', id).where('status', 'is', null).execute()
  }
}
