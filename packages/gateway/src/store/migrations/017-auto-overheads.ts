// What the choice of a call's model has cost beside the call: shadow evaluation, for now. One row for each receipt that
// has any. Older releases leave it alone.
import type { Migration } from './migration.ts'

export const autoOverheads: Migration = {
  version: 17,
  name: 'auto-overheads',
  oldestCompatible: 12,

  async up(database) {
    await database.schema
      .createTable('auto_overheads')
      .addColumn('receipt_id', 'text', (column) => column.primaryKey())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('nanos', 'bigint', (column) => column.notNull())
      .execute()
    await database.schema.createIndex('auto_overheads_by_time').on('auto_overheads').columns(['created_at']).execute()
  },

  async down(database) {
    await database.schema.dropTable('auto_overheads').execute()
  },
}
