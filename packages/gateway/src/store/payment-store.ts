import { sql, type Kysely, type Selectable } from 'kysely'
import type { PaymentEvent, PaymentOrder, PaymentProvider, PaymentStore } from '../billing/payments/payment-store.ts'
import type { Page } from '../identity/page.ts'
import type { PaymentOrdersTable } from './schema-money.ts'
import type { Tables } from './schema.ts'

export class SqlPaymentStore implements PaymentStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async insertOrder(order: PaymentOrder): Promise<void> {
    await this.#kysely
      .insertInto('payment_orders')
      .values({
        order_id: order.orderId,
        account_id: order.accountId,
        provider: order.provider,
        kind: order.kind,
        amount_minor: order.amountMinor,
        currency: order.currency,
        amount_nanos: order.amountNanos,
        state: order.state,
        session_ref: order.sessionRef,
        payment_ref: order.paymentRef,
        reversed_nanos: order.reversedNanos,
        short_nanos: order.shortNanos,
        failure: order.failure,
        actor: order.actor,
        created_at: order.createdAtMs,
        updated_at: order.updatedAtMs,
        paid_at: order.paidAtMs,
      })
      .execute()
  }

  async find(orderId: string): Promise<PaymentOrder | undefined> {
    const row = await this.#orders().where('order_id', '=', orderId).executeTakeFirst()
    return row && orderOf(row)
  }

  async findByPayment(provider: PaymentProvider, paymentRef: string): Promise<PaymentOrder | undefined> {
    const row = await this.#orders()
      .where('provider', '=', provider)
      .where('payment_ref', '=', paymentRef)
      .executeTakeFirst()
    return row && orderOf(row)
  }

  async list({ limit, after, accountId }: Parameters<PaymentStore['list']>[0]): Promise<Page<PaymentOrder>> {
    let query = this.#orders()
    if (accountId !== undefined) query = query.where('account_id', '=', accountId)
    if (after !== undefined) {
      query = query.where('id', '<', (sub) =>
        sub.selectFrom('payment_orders').select('id').where('order_id', '=', after),
      )
    }
    const rows = await query
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute()
    return { records: rows.slice(0, limit).map(orderOf), hasMore: rows.length > limit }
  }

  async lock(orderId: string): Promise<PaymentOrder | undefined> {
    // An update takes the row's lock on PostgreSQL, and the file's on SQLite.
    const row = await this.#kysely
      .updateTable('payment_orders')
      .set({ order_id: orderId })
      .where('order_id', '=', orderId)
      .returningAll()
      .executeTakeFirst()
    return row && orderOf(row)
  }

  async setRefs(
    orderId: string,
    { sessionRef, paymentRef, atMs }: Parameters<PaymentStore['setRefs']>[1],
  ): Promise<void> {
    await this.#kysely
      .updateTable('payment_orders')
      .set({
        ...(sessionRef === undefined ? {} : { session_ref: sessionRef }),
        ...(paymentRef === undefined ? {} : { payment_ref: paymentRef }),
        updated_at: atMs,
      })
      .where('order_id', '=', orderId)
      .execute()
  }

  async pay(orderId: string, { paymentRef, atMs }: Parameters<PaymentStore['pay']>[1]): Promise<boolean> {
    const result = await this.#kysely
      .updateTable('payment_orders')
      .set({
        state: 'paid',
        failure: '',
        ...(paymentRef === null ? {} : { payment_ref: paymentRef }),
        updated_at: atMs,
        paid_at: atMs,
      })
      .where('order_id', '=', orderId)
      .where('state', '<>', 'paid')
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async end(orderId: string, { state, failure, atMs }: Parameters<PaymentStore['end']>[1]): Promise<void> {
    await this.#kysely
      .updateTable('payment_orders')
      .set({ state, failure, updated_at: atMs })
      .where('order_id', '=', orderId)
      .where('state', '<>', 'paid')
      .execute()
  }

  async reverse(
    orderId: string,
    { nanos, shortNanos, atMs }: Parameters<PaymentStore['reverse']>[1],
  ): Promise<boolean> {
    const reversed = sql<number>`reversed_nanos + ${nanos}`
    const result = await this.#kysely
      .updateTable('payment_orders')
      .set({ reversed_nanos: reversed, short_nanos: sql<number>`short_nanos + ${shortNanos}`, updated_at: atMs })
      .where('order_id', '=', orderId)
      .where('state', '=', 'paid')
      .where(reversed, '>=', 0)
      .where(reversed, '<=', sql<number>`amount_nanos`)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async insertEvent(event: PaymentEvent): Promise<boolean> {
    const inserted = await this.#kysely
      .insertInto('payment_events')
      .values({
        provider: event.provider,
        event_id: event.eventId,
        type: event.type,
        order_id: event.orderId,
        received_at: event.receivedAtMs,
      })
      .onConflict((conflict) => conflict.columns(['provider', 'event_id']).doNothing())
      .returning('event_id')
      .executeTakeFirst()
    return inserted !== undefined
  }

  async customer(provider: PaymentProvider, accountId: string): Promise<string | undefined> {
    const row = await this.#kysely
      .selectFrom('payment_customers')
      .select('customer_ref')
      .where('provider', '=', provider)
      .where('account_id', '=', accountId)
      .executeTakeFirst()
    return row?.customer_ref
  }

  async setCustomer(provider: PaymentProvider, accountId: string, customerRef: string): Promise<void> {
    await this.#kysely
      .insertInto('payment_customers')
      .values({ provider, account_id: accountId, customer_ref: customerRef })
      .onConflict((conflict) => conflict.columns(['provider', 'account_id']).doUpdateSet({ customer_ref: customerRef }))
      .execute()
  }

  async autoOrderedNanos(accountId: string, sinceMs: number): Promise<number> {
    const { sum } = await this.#kysely
      .selectFrom('payment_orders')
      .select(sql<number | null>`cast(sum(amount_nanos) as bigint)`.as('sum'))
      .where('account_id', '=', accountId)
      .where('kind', '=', 'auto')
      .where('state', '<>', 'failed')
      .where('created_at', '>', sinceMs)
      .executeTakeFirstOrThrow()
    return Number(sum ?? 0)
  }

  async staleAutoOrders(beforeMs: number): Promise<readonly PaymentOrder[]> {
    const rows = await this.#orders()
      .where('kind', '=', 'auto')
      .where('state', '=', 'pending')
      .where('updated_at', '<', beforeMs)
      .orderBy('id')
      .limit(100)
      .execute()
    return rows.map(orderOf)
  }

  #orders() {
    return this.#kysely.selectFrom('payment_orders').selectAll()
  }
}

function orderOf(row: Selectable<PaymentOrdersTable>): PaymentOrder {
  return {
    orderId: row.order_id,
    accountId: row.account_id,
    provider: 'stripe',
    kind: row.kind === 'auto' ? 'auto' : 'checkout',
    amountMinor: row.amount_minor,
    currency: row.currency,
    amountNanos: row.amount_nanos,
    state: row.state === 'paid' || row.state === 'failed' || row.state === 'expired' ? row.state : 'pending',
    sessionRef: row.session_ref,
    paymentRef: row.payment_ref,
    reversedNanos: row.reversed_nanos,
    shortNanos: row.short_nanos,
    failure: row.failure,
    actor: row.actor,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
    paidAtMs: row.paid_at,
  }
}
