// Money on its way in and out of wallets: redeem codes, payment orders and what the provider said about them, refunds,
// what an account wants to be told; and budgets of accounts.
import type { CreateTableBuilder } from 'kysely'
import { sql } from 'kysely'
import { rowId } from './columns.ts'
import type { Migration } from './migration.ts'

const TABLES = [
  'redeem_batches',
  'redeem_codes',
  'payment_orders',
  'payment_events',
  'payment_customers',
  'refund_sums',
  'wallet_settings',
  'notices',
] as const

export const moneyInAndOut: Migration = {
  version: 8,
  name: 'money-in-and-out',
  // An older release would damage nothing of it, but it knows no budgets of accounts and would let calls past them.
  oldestCompatible: 8,

  async up(database) {
    const { schema } = database
    await schema.alterTable('accounts').addColumn('budget', 'text').execute()

    await schema
      .createTable('redeem_batches')
      .addColumn(...rowId(database))
      .addColumn('batch_id', 'text', (column) => column.notNull().unique())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('amount_nanos', 'bigint', (column) => column.notNull().check(sql`amount_nanos > 0`))
      .addColumn('code_count', 'integer', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('made_by', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('voided_at', 'bigint')
      .execute()
    await schema
      .createTable('redeem_codes')
      .addColumn(...rowId(database))
      .addColumn('code_id', 'text', (column) => column.notNull().unique())
      .addColumn('batch_id', 'text', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull().unique())
      .addColumn('last4', 'text', (column) => column.notNull())
      .addColumn('redeemed_at', 'bigint')
      .addColumn('redeemed_by', 'text')
      .execute()
    await schema.createIndex('redeem_codes_by_batch').on('redeem_codes').columns(['batch_id', 'id']).execute()

    await schema
      .createTable('payment_orders')
      .addColumn(...rowId(database))
      .addColumn('order_id', 'text', (column) => column.notNull().unique())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('amount_minor', 'bigint', (column) => column.notNull())
      .addColumn('currency', 'text', (column) => column.notNull())
      .addColumn('amount_nanos', 'bigint', (column) => column.notNull().check(sql`amount_nanos > 0`))
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('session_ref', 'text')
      .addColumn('payment_ref', 'text')
      // The last line of defence: nothing is taken back that was not paid.
      .addColumn('reversed_nanos', 'bigint', (column) =>
        column.notNull().check(sql`reversed_nanos >= 0 and reversed_nanos <= amount_nanos`),
      )
      .addColumn('short_nanos', 'bigint', (column) => column.notNull())
      .addColumn('failure', 'text', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addColumn('paid_at', 'bigint')
      .execute()
    await schema.createIndex('payment_orders_by_account').on('payment_orders').columns(['account_id', 'id']).execute()
    await schema
      .createIndex('payment_orders_by_payment')
      .on('payment_orders')
      .columns(['provider', 'payment_ref'])
      .execute()
    await schema.createIndex('payment_orders_by_state').on('payment_orders').columns(['state', 'updated_at']).execute()
    await schema
      .createTable('payment_events')
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('event_id', 'text', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('order_id', 'text', (column) => column.notNull())
      .addColumn('received_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('payment_events_key', ['provider', 'event_id'])
      .execute()
    await schema
      .createTable('payment_customers')
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('customer_ref', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('payment_customers_key', ['provider', 'account_id'])
      .execute()

    await schema
      .createTable('refund_sums')
      .addColumn('subject', 'text', (column) => column.primaryKey())
      .addColumn('original_nanos', 'bigint', (column) => column.notNull())
      .addColumn('refunded_nanos', 'bigint', (column) =>
        column.notNull().check(sql`refunded_nanos >= 0 and refunded_nanos <= original_nanos`),
      )
      .execute()

    await withTopUp(
      schema
        .createTable('wallet_settings')
        .addColumn('account_id', 'text', (column) => column.primaryKey())
        .addColumn('low_nanos', 'bigint')
        .addColumn('webhook_url', 'text', (column) => column.notNull().defaultTo(''))
        .addColumn('email', 'text', (column) => column.notNull().defaultTo(''))
        .addColumn('notice_armed', 'integer', (column) => column.notNull().defaultTo(1)),
    ).execute()
    await schema
      .createTable('notices')
      .addColumn('notice_id', 'text', (column) => column.primaryKey())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('channel', 'text', (column) => column.notNull())
      .addColumn('recipient', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('due_at', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema.createIndex('notices_by_due').on('notices').columns(['due_at']).execute()
  },

  async down(database) {
    for (const table of TABLES.toReversed()) await database.schema.dropTable(table).execute()
    await database.schema.alterTable('accounts').dropColumn('budget').execute()
  },
}

function withTopUp(table: CreateTableBuilder<string, string>): CreateTableBuilder<string, string> {
  return table
    .addColumn('top_up_below_nanos', 'bigint')
    .addColumn('top_up_nanos', 'bigint')
    .addColumn('top_up_cap_nanos', 'bigint')
    .addColumn('top_up_armed', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('top_up_paused', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
}
