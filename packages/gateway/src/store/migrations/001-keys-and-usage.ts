import { rowId } from './columns.ts'
import type { Migration } from './migration.ts'

export const keysAndUsage: Migration = {
  version: 1,
  name: 'keys-and-usage',
  oldestCompatible: 1,

  async up(database) {
    await database.schema
      .createTable('api_keys')
      .addColumn(...rowId(database))
      .addColumn('key_id', 'text', (column) => column.notNull().unique())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('prefix', 'text', (column) => column.notNull())
      .addColumn('last4', 'text', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull().unique())
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('limits', 'text', (column) => column.notNull())
      .addColumn('made_by', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('last_used_at', 'bigint')
      .addColumn('revoked_at', 'bigint')
      .execute()
    await database.schema.createIndex('api_keys_by_account').on('api_keys').columns(['account_id', 'id']).execute()

    await database.schema
      .createTable('usage_keys')
      .addColumn(...rowId(database))
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addUniqueConstraint('usage_keys_unique', ['key_id', 'account_id'])
      .execute()
    await database.schema
      .createTable('usage_kinds')
      .addColumn(...rowId(database))
      .addColumn('endpoint', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('upstream_model', 'text', (column) => column.notNull())
      .addColumn('status', 'integer', (column) => column.notNull())
      .addColumn('error_code', 'text', (column) => column.notNull())
      .addColumn('stream', 'integer', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('estimated', 'integer', (column) => column.notNull())
      .addUniqueConstraint('usage_kinds_unique', [
        'model',
        'endpoint',
        'provider',
        'upstream_model',
        'status',
        'error_code',
        'stream',
        'attempts',
        'estimated',
      ])
      .execute()

    // No foreign keys here: the one writer has just looked both ids up, and the check would cost a tenth of the insert.
    await database.schema
      .createTable('usage_records')
      .addColumn(...rowId(database))
      .addColumn('request_id', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('usage_key', 'integer', (column) => column.notNull())
      .addColumn('usage_kind', 'integer', (column) => column.notNull())
      .addColumn('duration_ms', 'integer', (column) => column.notNull())
      .addColumn('first_byte_ms', 'integer', (column) => column.notNull())
      .addColumn('input_tokens', 'integer', (column) => column.notNull())
      .addColumn('cache_read_tokens', 'integer', (column) => column.notNull())
      .addColumn('output_tokens', 'integer', (column) => column.notNull())
      .addColumn('reasoning_tokens', 'integer', (column) => column.notNull())
      .addColumn('cost_nanos', 'bigint', (column) => column.notNull())
      .execute()
    await database.schema.createIndex('usage_records_by_time').on('usage_records').columns(['started_at']).execute()
    await database.schema
      .createIndex('usage_records_by_key')
      .on('usage_records')
      .columns(['usage_key', 'started_at'])
      .execute()

    await database.schema
      .createTable('journal_positions')
      .addColumn('instance', 'text', (column) => column.notNull())
      .addColumn('segment', 'integer', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('journal_positions_key', ['instance', 'segment'])
      .execute()
    await database.schema
      .createTable('meta')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute()
  },

  async down(database) {
    for (const table of ['meta', 'journal_positions', 'usage_records', 'usage_kinds', 'usage_keys', 'api_keys']) {
      await database.schema.dropTable(table).execute()
    }
  },
}
