import type { Kysely } from 'kysely'
import { databaseNow } from './database-clock.ts'
import type { Database, DatabaseKind } from './database.ts'
import { domainStores, type DomainStores, type Stores } from './domain-stores.ts'
import type { Tables } from './schema.ts'
import { codesOf } from './unavailable.ts'

/** Where the two databases differ. */
export interface DatabaseParts {
  readonly kind: DatabaseKind
  readonly name: string
  readonly kysely: Kysely<Tables>
  readonly usage: Stores['usage']
  readonly check: Database['check']
  readonly problems: Database['problems']
  readonly close: () => Promise<void>
}

/** Of PostgreSQL: two transactions that waited for each other, or saw what they could not both have seen. */
const TRY_AGAIN = new Set(['40P01', '40001'])
const ATTEMPTS = 5

export function sqlDatabase({ kysely, close, ...parts }: DatabaseParts): Database {
  return {
    ...parts,
    ...domainStores(kysely, parts.kind),
    ping: async () => (await kysely.selectNoFrom(databaseNow(parts.kind).as('now')).executeTakeFirstOrThrow()).now,
    transaction: (work) => inTransaction(kysely, parts.kind, work),
    [Symbol.asyncDispose]: close,
  }
}

/** `work` may run more than once, so it does nothing but ask and tell the stores. */
async function inTransaction<T>(
  kysely: Kysely<Tables>,
  kind: DatabaseKind,
  work: (stores: DomainStores) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await kysely.transaction().execute((transaction) => work(domainStores(transaction, kind)))
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof Error) || !TRY_AGAIN.has(codesOf(error).code)) throw error
    }
  }
}
