// Why the picker chose the model of a call, and what callers say about the answer. What a call cost stays in its usage
// record: a receipt's id says which.
import type { Migration } from './migration.ts'

export const receipts: Migration = {
  version: 13,
  name: 'receipts',
  // An older release leaves the receipts' lines in the journal out, and nothing else.
  oldestCompatible: 12,

  async up(database) {
    await database.schema
      .createTable('receipts')
      .addColumn('receipt_id', 'text', (column) => column.primaryKey())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .execute()
    await database.schema.createIndex('receipts_by_time').on('receipts').columns(['created_at']).execute()
    await database.schema
      .createIndex('receipts_by_account')
      .on('receipts')
      .columns(['account_id', 'created_at'])
      .execute()

    await database.schema
      .createTable('receipt_feedback')
      .addColumn('feedback_id', 'text', (column) => column.primaryKey())
      .addColumn('receipt_id', 'text', (column) => column.notNull())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      // Thousandths: the same figure in both databases.
      .addColumn('score', 'integer')
      .addColumn('label', 'text', (column) => column.notNull())
      .addColumn('corrected_model', 'text', (column) => column.notNull())
      .execute()
    await database.schema.createIndex('feedback_by_receipt').on('receipt_feedback').columns(['receipt_id']).execute()
    await database.schema
      .createIndex('feedback_by_account')
      .on('receipt_feedback')
      .columns(['account_id', 'created_at'])
      .execute()
  },

  async down(database) {
    await database.schema.dropTable('receipt_feedback').execute()
    await database.schema.dropTable('receipts').execute()
  },
}
