import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import { changeFrom, type ChangeStore, type News, type NumberedChange } from '../identity/change.ts'
import { databaseNow } from './database-clock.ts'
import type { Tables } from './schema.ts'

/** More than so many at once are not worth telling apart. */
const MOST_AT_ONCE = 1_000

export class SqlChangeStore implements ChangeStore {
  readonly #kysely: Kysely<Tables>
  readonly #kind: 'sqlite' | 'postgres'

  constructor(kysely: Kysely<Tables>, kind: 'sqlite' | 'postgres') {
    this.#kysely = kysely
    this.#kind = kind
  }

  async insert(change: News): Promise<void> {
    await this.#kysely
      .insertInto('changes')
      .values({
        // Not a counter: numbers are given before the commit, so a lower one may appear after a higher one was read.
        change_id: randomBytes(12).toString('hex'),
        change: JSON.stringify(change),
        changed_at: databaseNow(this.#kind),
      })
      .execute()
  }

  async since(sinceMs: number): Promise<{ readonly nowMs: number; readonly changes: readonly NumberedChange[] }> {
    const clock = await this.#kysely.selectNoFrom(databaseNow(this.#kind).as('now')).executeTakeFirstOrThrow()
    const rows = await this.#kysely
      .selectFrom('changes')
      .select(['change_id', 'change'])
      .where('changed_at', '>=', sinceMs)
      .orderBy('changed_at')
      .limit(MOST_AT_ONCE + 1)
      .execute()
    const nowMs = Number(clock.now)
    if (rows.length > MOST_AT_ONCE) return { nowMs, changes: [{ id: `all ${nowMs}`, change: { kind: 'all' } }] }
    return {
      nowMs,
      changes: rows.map(({ change_id: id, change }) => ({ id, change: parsed(change) })),
    }
  }

  async prune(untilMs: number): Promise<void> {
    await this.#kysely.deleteFrom('changes').where('changed_at', '<', untilMs).execute()
  }
}

function parsed(text: string): News {
  try {
    return changeFrom(JSON.parse(text)) ?? { kind: 'all' }
  } catch {
    return { kind: 'all' }
  }
}
