import { sql, type Kysely } from 'kysely'
import type { RefundStore } from '../billing/payments/refund-store.ts'
import type { Tables } from './schema.ts'

export class SqlRefundStore implements RefundStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async take(subject: string, { originalNanos, nanos }: Parameters<RefundStore['take']>[1]): Promise<boolean> {
    await this.#kysely
      .insertInto('refund_sums')
      .values({ subject, original_nanos: originalNanos, refunded_nanos: 0 })
      .onConflict((conflict) => conflict.column('subject').doNothing())
      .execute()
    const refunded = sql<number>`refunded_nanos + ${nanos}`
    const result = await this.#kysely
      .updateTable('refund_sums')
      .set({ refunded_nanos: refunded })
      .where('subject', '=', subject)
      .where(refunded, '<=', sql<number>`original_nanos`)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async refundedNanos(subject: string): Promise<number> {
    const row = await this.#kysely
      .selectFrom('refund_sums')
      .select('refunded_nanos')
      .where('subject', '=', subject)
      .executeTakeFirst()
    return row?.refunded_nanos ?? 0
  }
}
