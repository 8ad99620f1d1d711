// What the picker has learned, in versions, and which of them serve. Older releases leave both alone.
import type { Migration } from './migration.ts'

export const autoLearning: Migration = {
  version: 16,
  name: 'auto-learning',
  oldestCompatible: 12,

  async up(database) {
    await database.schema
      .createTable('auto_versions')
      .addColumn('version_id', 'text', (column) => column.primaryKey())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('pool', 'text', (column) => column.notNull())
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('made_at', 'bigint', (column) => column.notNull())
      .addColumn('made_by', 'text', (column) => column.notNull())
      .addColumn('base', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('replay', 'text', (column) => column.notNull())
      .addColumn('served_at', 'bigint')
      .execute()
    await database.schema
      .createIndex('auto_versions_by_pool')
      .on('auto_versions')
      .columns(['account_id', 'pool', 'number'])
      .unique()
      .execute()
    await database.schema
      .createTable('auto_serving')
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('pool', 'text', (column) => column.notNull())
      .addColumn('version_id', 'text', (column) => column.notNull())
      .addColumn('since', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('auto_serving_pk', ['account_id', 'pool'])
      .execute()
    await database.schema
      .createTable('auto_shadows')
      .addColumn('receipt_id', 'text', (column) => column.primaryKey())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('other', 'text', (column) => column.notNull())
      .addColumn('verdict', 'text', (column) => column.notNull())
      .addColumn('other_nanos', 'bigint', (column) => column.notNull())
      .addColumn('other_tokens', 'bigint', (column) => column.notNull())
      .execute()
    await database.schema
      .createTable('auto_shadow_spend')
      .addColumn('day', 'integer', (column) => column.notNull())
      .addColumn('payer', 'text', (column) => column.notNull())
      .addColumn('used_nanos', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('auto_shadow_spend_pk', ['day', 'payer'])
      .execute()
  },

  async down(database) {
    await database.schema.dropTable('auto_shadow_spend').execute()
    await database.schema.dropTable('auto_shadows').execute()
    await database.schema.dropTable('auto_serving').execute()
    await database.schema.dropTable('auto_versions').execute()
  },
}
