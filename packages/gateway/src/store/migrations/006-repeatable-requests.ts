// Answers to requests with an Idempotency-Key, for a day.
import type { Migration } from './migration.ts'

export const repeatableRequests: Migration = {
  version: 6,
  name: 'repeatable-requests',
  // The older release takes no notice of such keys, and none of the table.
  oldestCompatible: 1,

  async up(database) {
    await database.schema
      .createTable('repeatable_requests')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('request_digest', 'text', (column) => column.notNull())
      .addColumn('claimed_at', 'bigint', (column) => column.notNull())
      .addColumn('status', 'integer')
      .addColumn('sealed', 'text')
      .execute()
    await database.schema
      .createIndex('repeatable_requests_by_time')
      .on('repeatable_requests')
      .columns(['claimed_at'])
      .execute()
  },

  async down(database) {
    await database.schema.dropTable('repeatable_requests').execute()
  },
}
