// Wallets, the slices that workers draw from them, and the ledger; what usage rows lacked for that.
import { sql, type Transaction } from 'kysely'
import type { Tables } from '../schema.ts'
import { isPostgres, rowId } from './columns.ts'
import type { Migration } from './migration.ts'

const SUMS = ['usage_hours', 'usage_days'] as const
const SUM_COLUMNS = ['provider_cost_nanos', 'billed_nanos'] as const
const LEDGER = ['wallet_transfers', 'wallet_entries'] as const
/** The largest integer that JavaScript can tell from its neighbours. */
const MOST_NANOS = sql.lit(Number.MAX_SAFE_INTEGER)

export const wallets: Migration = {
  version: 7,
  name: 'wallets',
  // An older release would let prepaid accounts call for nothing.
  oldestCompatible: 7,

  async up(database) {
    await database.schema
      .createTable('wallets')
      .addColumn('account_id', 'text', (column) => column.primaryKey())
      .addColumn('available_nanos', 'bigint', (column) => column.notNull())
      .addColumn('held_nanos', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('lock_reason', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      // The last line of defence: no mistake anywhere can overdraw a wallet.
      .addCheckConstraint(
        'wallets_not_overdrawn',
        sql`available_nanos >= 0 and held_nanos >= 0 and available_nanos + held_nanos <= ${MOST_NANOS}`,
      )
      .execute()

    await database.schema
      .createTable('wallet_slices')
      .addColumn('slice_id', 'text', (column) => column.primaryKey())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('holder', 'text', (column) => column.notNull())
      .addColumn('instance_id', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('granted_nanos', 'bigint', (column) => column.notNull())
      .addColumn('captured_nanos', 'bigint', (column) => column.notNull())
      .addColumn('returned_nanos', 'bigint', (column) => column.notNull())
      .addColumn('opened_at', 'bigint', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .addCheckConstraint(
        'wallet_slices_not_overdrawn',
        sql`captured_nanos >= 0 and returned_nanos >= 0 and captured_nanos + returned_nanos <= granted_nanos`,
      )
      .execute()
    await sql`create unique index wallet_slices_open on wallet_slices (holder, account_id) where state = 'open'`.execute(
      database,
    )
    await sql`create index wallet_slices_by_account on wallet_slices (account_id) where ended_at is null`.execute(
      database,
    )
    await sql`create index wallet_slices_by_instance on wallet_slices (instance_id) where ended_at is null`.execute(
      database,
    )
    await sql`create index wallet_slices_closed on wallet_slices (ended_at) where state = 'closed'`.execute(database)
    await sql`create index wallet_slices_by_holder on wallet_slices (holder) where ended_at is null`.execute(database)
    await database.schema
      .createTable('wallet_instances')
      .addColumn('instance_id', 'text', (column) => column.primaryKey())
      .addColumn('life', 'bigint', (column) => column.notNull())
      .addColumn('seen_at', 'bigint', (column) => column.notNull())
      .execute()

    await createLedger(database)
    await protect(database)

    await database.schema
      .createTable('usage_prices')
      .addColumn(...rowId(database))
      .addColumn('price', 'text', (column) => column.notNull().unique())
      .execute()
    const records = (): ReturnType<typeof database.schema.alterTable> => database.schema.alterTable('usage_records')
    await records()
      .addColumn('provider_cost_nanos', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
    await records()
      .addColumn('price', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
    await records()
      .addColumn('extras', 'text', (column) => column.notNull().defaultTo(''))
      .execute()
    await records().addColumn('transfer', 'bigint').execute()
    await records().addColumn('lost_nanos', 'bigint').execute()
    await sql`create index usage_records_by_transfer on usage_records (transfer) where transfer > 0`.execute(database)
    for (const table of SUMS) {
      for (const column of SUM_COLUMNS) {
        await database.schema
          .alterTable(table)
          .addColumn(column, 'bigint', (definition) => definition.notNull().defaultTo(0))
          .execute()
      }
    }
  },

  async down(database) {
    for (const table of SUMS) {
      for (const column of SUM_COLUMNS) await database.schema.alterTable(table).dropColumn(column).execute()
    }
    await database.schema.dropIndex('usage_records_by_transfer').execute()
    for (const column of ['provider_cost_nanos', 'price', 'extras', 'transfer', 'lost_nanos']) {
      await database.schema.alterTable('usage_records').dropColumn(column).execute()
    }
    for (const table of [
      'usage_prices',
      'wallet_entries',
      'wallet_transfers',
      'wallet_instances',
      'wallet_slices',
      'wallets',
    ])
      await database.schema.dropTable(table).execute()
    if (isPostgres(database)) await sql`drop function ledger_is_append_only()`.execute(database)
  },
}

async function createLedger(database: Transaction<Tables>): Promise<void> {
  await database.schema
    .createTable('wallet_transfers')
    .addColumn(...rowId(database))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('idem_key', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('note', 'text', (column) => column.notNull())
    .addColumn('reference', 'text', (column) => column.notNull())
    .addColumn('corrects', 'bigint', (column) => column.notNull())
    .addColumn('calls', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('wallet_transfers_once', ['kind', 'idem_key'])
    .execute()
  await sql`create index wallet_transfers_corrections on wallet_transfers (corrects) where corrects > 0`.execute(
    database,
  )
  await database.schema
    .createTable('wallet_entries')
    .addColumn(...rowId(database))
    .addColumn('transfer', 'bigint', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('nanos', 'bigint', (column) => column.notNull())
    .addColumn('balance_nanos', 'bigint')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addCheckConstraint('wallet_entries_something', sql`nanos <> 0`)
    .execute()
  await database.schema
    .createIndex('wallet_entries_by_transfer')
    .on('wallet_entries')
    .columns(['transfer', 'account'])
    .unique()
    .execute()
  await database.schema
    .createIndex('wallet_entries_by_account')
    .on('wallet_entries')
    .columns(['account', 'at', 'id'])
    .execute()
}

/** Transfers and their entries are written once. Not even our own mistakes may change them. */
async function protect(database: Transaction<Tables>): Promise<void> {
  if (isPostgres(database)) {
    await sql`create function ledger_is_append_only() returns trigger language plpgsql as
      $$ begin raise exception 'The ledger is append-only: % of % is refused.', tg_op, tg_table_name; end $$`.execute(
      database,
    )
    for (const table of LEDGER) {
      await sql`create trigger ${sql.ref(`${table}_append_only`)} before update or delete on ${sql.table(table)}
        for each row execute function ledger_is_append_only()`.execute(database)
    }
    return
  }
  for (const table of LEDGER) {
    for (const change of ['update', 'delete']) {
      await sql`create trigger ${sql.ref(`${table}_no_${change}`)} before ${sql.raw(change)} on ${sql.table(table)}
        begin select raise(abort, 'The ledger is append-only.'); end`.execute(database)
    }
  }
}
