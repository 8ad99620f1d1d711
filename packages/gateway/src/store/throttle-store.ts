import type { Kysely } from 'kysely'
import type { ThrottleRule, ThrottleScope, ThrottleStore } from '../identity/people/throttle-store.ts'
import type { Tables } from './schema.ts'
import { inOneTransaction } from './transactions.ts'

export class SqlThrottleStore implements ThrottleStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async take(scopes: readonly ThrottleScope[], nowMs: number): Promise<number> {
    const names = scopes.map(({ scope }) => scope)
    // The look before costs no lock, and a flood that is being kept waiting gets no further.
    const waitMs = await this.#wait(this.#kysely, names, nowMs)
    if (waitMs > 0) return waitMs
    return await inOneTransaction(this.#kysely, async (transaction) => {
      // In one order, so that two of them never wait for each other.
      const inOrder = scopes.toSorted((a, b) => (a.scope < b.scope ? -1 : 1))
      for (const { scope } of inOrder) {
        await transaction
          .insertInto('login_throttle')
          .values({ scope, tries: 0, blocked_until: 0, updated_at: nowMs })
          .onConflict((conflict) => conflict.column('scope').doUpdateSet({ scope }))
          .execute()
      }
      const meanwhileMs = await this.#wait(transaction, names, nowMs)
      if (meanwhileMs > 0) return meanwhileMs
      for (const { scope, rule } of inOrder) await count(transaction, scope, rule, nowMs)
      return 0
    })
  }

  async giveBack(scopes: readonly string[]): Promise<void> {
    if (scopes.length === 0) return
    await this.#kysely
      .updateTable('login_throttle')
      .set((eb) => ({ tries: eb('tries', '-', 1), blocked_until: 0 }))
      .where('scope', 'in', scopes)
      .where('tries', '>', 0)
      .execute()
  }

  async forget(scopes: readonly string[]): Promise<void> {
    if (scopes.length > 0) await this.#kysely.deleteFrom('login_throttle').where('scope', 'in', scopes).execute()
  }

  async prune(untilMs: number): Promise<void> {
    await this.#kysely
      .deleteFrom('login_throttle')
      .where('updated_at', '<', untilMs)
      .where('blocked_until', '<', untilMs)
      .execute()
  }

  async #wait(kysely: Kysely<Tables>, scopes: readonly string[], nowMs: number): Promise<number> {
    const rows = await kysely
      .selectFrom('login_throttle')
      .select('blocked_until')
      .where('scope', 'in', scopes)
      .where('blocked_until', '>', nowMs)
      .execute()
    return Math.max(0, ...rows.map((row) => row.blocked_until - nowMs))
  }
}

async function count(kysely: Kysely<Tables>, scope: string, rule: ThrottleRule, nowMs: number): Promise<void> {
  const row = await kysely
    .selectFrom('login_throttle')
    .select(['tries', 'updated_at'])
    .where('scope', '=', scope)
    .executeTakeFirst()
  const before = row === undefined || row.updated_at < nowMs - rule.forgetMs ? 0 : row.tries
  const tries = before + 1
  await kysely
    .updateTable('login_throttle')
    .set({ tries, blocked_until: nowMs + waitAfter(tries, rule), updated_at: nowMs })
    .where('scope', '=', scope)
    .execute()
}

/** Nothing after the free ones but the last; then twice as long with each. */
function waitAfter(tries: number, { free, firstWaitMs, longestWaitMs }: ThrottleRule): number {
  if (tries < free) return 0
  return Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(30, tries - free))
}
