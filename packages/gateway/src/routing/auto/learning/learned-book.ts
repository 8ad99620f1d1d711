import type { LearnedTable, LearnedTables } from '../../../core/learned.ts'
import { LearnedSet } from './learned-set.ts'

/** What serves, by account and pool. Sets are made when somebody asks, and kept while their version serves. */
export class LearnedBook {
  #tables: LearnedTables
  #sets = new WeakMap<LearnedTable, LearnedSet>()

  constructor(tables: LearnedTables) {
    this.#tables = tables
  }

  update(tables: LearnedTables): void {
    this.#tables = tables
  }

  /** /!\ Hot path: two look-ups. */
  find(accountId: string, pool: string): LearnedSet | null {
    if (!Object.hasOwn(this.#tables, accountId)) return null
    const table = this.#tables[accountId]?.[pool]
    if (table === undefined) return null
    let set = this.#sets.get(table)
    if (set === undefined) this.#sets.set(table, (set = new LearnedSet(table)))
    return set
  }
}
