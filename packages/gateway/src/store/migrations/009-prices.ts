// Prices that the operator sets at run time, each with its history, and prices of groups.
import type { Migration } from './migration.ts'

export const prices: Migration = {
  version: 9,
  name: 'prices',
  // An older release would charge other prices than those that were set.
  oldestCompatible: 9,

  async up(database) {
    await database.schema
      .createTable('model_prices')
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('price', 'text', (column) => column.notNull())
      .addColumn('set_by', 'text', (column) => column.notNull())
      .addColumn('set_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('model_prices_key', ['model', 'version'])
      .execute()
    await database.schema
      .alterTable('account_groups')
      .addColumn('prices', 'text', (column) => column.notNull().defaultTo('{}'))
      .execute()
  },

  async down(database) {
    await database.schema.alterTable('account_groups').dropColumn('prices').execute()
    await database.schema.dropTable('model_prices').execute()
  },
}
