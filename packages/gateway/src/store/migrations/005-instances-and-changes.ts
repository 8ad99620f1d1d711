// Several gateways on one database: who is there, and what has changed that the others must hear of.
import type { Migration } from './migration.ts'

export const instancesAndChanges: Migration = {
  version: 5,
  name: 'instances-and-changes',
  // The older release neither reads nor misses them. It tells nobody what it changes: its neighbours hear of that when
  // what they remember runs out.
  oldestCompatible: 1,

  async up(database) {
    await database.schema
      .createTable('instances')
      .addColumn('instance_id', 'text', (column) => column.primaryKey())
      .addColumn('host', 'text', (column) => column.notNull())
      .addColumn('pid', 'integer', (column) => column.notNull())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('seen_at', 'bigint', (column) => column.notNull())
      .execute()
    await database.schema
      .createTable('changes')
      .addColumn('change_id', 'text', (column) => column.primaryKey())
      .addColumn('change', 'text', (column) => column.notNull())
      .addColumn('changed_at', 'bigint', (column) => column.notNull())
      .execute()
    await database.schema.createIndex('changes_by_time').on('changes').columns(['changed_at']).execute()
  },

  async down(database) {
    await database.schema.dropTable('changes').execute()
    await database.schema.dropTable('instances').execute()
  },
}
