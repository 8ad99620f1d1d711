// Background work may be run again by another gateway while nobody can read the journal of the first one: whichever
// run's line comes in first is charged, and this table says that one was.
import type { Migration } from './migration.ts'

export const chargedOnce: Migration = {
  version: 11,
  name: 'charged-once',
  // An older release would charge both runs.
  oldestCompatible: 11,

  async up(database) {
    await database.schema
      .createTable('charged_once')
      .addColumn('request_id', 'text', (column) => column.primaryKey())
      .addColumn('charged_at', 'bigint', (column) => column.notNull())
      .execute()
    await database.schema.createIndex('charged_once_by_time').on('charged_once').columns(['charged_at']).execute()
  },

  async down(database) {
    await database.schema.dropTable('charged_once').execute()
  },
}
