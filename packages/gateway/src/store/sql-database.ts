import type { Kysely } from 'kysely'
import { databaseNow } from './database-clock.ts'
import type { Database, DatabaseKind } from './database.ts'
import { domainStores, type DomainStores, type Stores } from './domain-stores.ts'
import type { Tables } from './schema.ts'
import { storageFigures } from './storage-figures.ts'
import { repeatedly } from './transactions.ts'

/** Where the two databases differ. */
export interface DatabaseParts {
  readonly kind: DatabaseKind
  readonly name: string
  readonly kysely: Kysely<Tables>
  readonly usage: Stores['usage']
  readonly check: Database['check']
  readonly problems: Database['problems']
  readonly close: () => Promise<void>
  /** Told how many KiB were written that nobody else counts. */
  readonly wrote?: (kib: number) => void
}

export function sqlDatabase({ kysely, close, wrote = () => {}, ...parts }: DatabaseParts): Database {
  return {
    ...parts,
    ...domainStores(kysely, parts.kind, () => parts.usage.flush(), wrote),
    ping: async () => (await kysely.selectNoFrom(databaseNow(parts.kind).as('now')).executeTakeFirstOrThrow()).now,
    figures: () => storageFigures(kysely, parts.kind),
    transaction: (work) => inTransaction(kysely, { ...parts, wrote }, work),
    [Symbol.asyncDispose]: close,
  }
}

/** Resolves when money that was moved survives a power cut. `work` may run more than once, so it only asks and tells the stores. */
async function inTransaction<T>(
  kysely: Kysely<Tables>,
  { kind, usage, wrote }: Required<Pick<DatabaseParts, 'kind' | 'usage' | 'wrote'>>,
  work: (stores: DomainStores) => Promise<T>,
): Promise<T> {
  let moneyMoved = false
  const moved = async (): Promise<void> => {
    moneyMoved = true
  }
  const result = await repeatedly(() =>
    kysely.transaction().execute((transaction) => work(domainStores(transaction, kind, moved, wrote))),
  )
  if (moneyMoved) await usage.flush()
  return result
}
