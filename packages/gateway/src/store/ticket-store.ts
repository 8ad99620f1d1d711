import type { Kysely } from 'kysely'
import type { TicketStore } from '../identity/people/ticket-store.ts'
import type { Tables } from './schema.ts'

export class SqlTicketStore implements TicketStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async spend(digest: string, expiresAtMs: number): Promise<boolean> {
    // Of two at the same moment one inserts: the primary key decides which.
    const row = await this.#kysely
      .insertInto('spent_tickets')
      .values({ digest, expires_at: expiresAtMs })
      .onConflict((conflict) => conflict.column('digest').doNothing())
      .returning('digest')
      .executeTakeFirst()
    return row !== undefined
  }

  async prune(untilMs: number): Promise<void> {
    await this.#kysely.deleteFrom('spent_tickets').where('expires_at', '<', untilMs).execute()
  }
}
