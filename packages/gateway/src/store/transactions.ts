// Transactions of the stores' own, and what to do when two got into each other's way.
import type { Kysely } from 'kysely'
import type { Tables } from './schema.ts'
import { codesOf } from './unavailable.ts'

/** Of PostgreSQL: two transactions that waited for each other, or saw what they could not both have seen. */
const TRY_AGAIN = new Set(['40P01', '40001'])
const ATTEMPTS = 5

/** `work` may run more than once, so it does nothing but ask and tell the database. */
export async function repeatedly<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof Error) || !TRY_AGAIN.has(codesOf(error).code)) throw error
    }
  }
}

/** In the transaction that is there, or in one of its own. `work` may run more than once. */
export async function inOneTransaction<T>(
  kysely: Kysely<Tables>,
  work: (transaction: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  if (kysely.isTransaction) return await work(kysely)
  return await repeatedly(() => kysely.transaction().execute(work))
}
