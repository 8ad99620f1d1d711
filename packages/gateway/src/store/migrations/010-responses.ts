// Stored responses, conversations and background work, and what a group says about keeping them.
import { sql } from 'kysely'
import { isPostgres } from './columns.ts'
import type { Migration } from './migration.ts'

export const responses: Migration = {
  version: 10,
  name: 'responses',
  // The older release stores none, and its groups keep what this one wrote into their new column.
  oldestCompatible: 9,

  async up(database) {
    await database.schema
      .alterTable('account_groups')
      .addColumn('responses', 'text', (column) => column.notNull().defaultTo('{}'))
      .execute()
    await database.schema
      .createTable('response_accounts')
      .addColumn('account_id', 'text', (column) => column.primaryKey())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('responses', 'bigint', (column) => column.notNull())
      .execute()
    const objects = database.schema
      .createTable('response_objects')
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('item_id', 'text')
      .addColumn('size', 'integer', (column) => column.notNull())
      .addColumn('refs', 'integer', (column) => column.notNull())
      // Null where it is long: a count that changes must not rewrite it.
      .addColumn('content', 'text')
      .addPrimaryKeyConstraint('response_objects_key', ['account_id', 'hash'])
    // Short rows that are only ever found by their key.
    await (isPostgres(database) ? objects : objects.modifyEnd(sql`without rowid`)).execute()
    await database.schema
      .createIndex('response_objects_by_item')
      .on('response_objects')
      .columns(['account_id', 'item_id'])
      .where(sql.ref('item_id'), 'is not', null)
      .execute()
    await database.schema
      .createTable('response_texts')
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('content', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('response_texts_key', ['account_id', 'hash'])
      .execute()
    await database.schema
      .createTable('responses')
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('response_id', 'text', (column) => column.notNull())
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('previous_response_id', 'text')
      .addColumn('conversation_id', 'text')
      .addColumn('root', 'text')
      .addColumn('context_count', 'integer', (column) => column.notNull())
      .addColumn('input_count', 'integer', (column) => column.notNull())
      .addColumn('output_count', 'integer', (column) => column.notNull())
      .addColumn('shell', 'text', (column) => column.notNull())
      .addColumn('members', 'text', (column) => column.notNull())
      .addColumn('made', 'text')
      .addColumn('size', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('responses_key', ['account_id', 'response_id'])
      .execute()
    await database.schema
      .createIndex('responses_by_age')
      .on('responses')
      .columns(['account_id', 'created_at'])
      .execute()
    await database.schema
      .createIndex('responses_by_end')
      .on('responses')
      .columns(['expires_at'])
      .where(sql.ref('expires_at'), 'is not', null)
      .execute()
    await database.schema
      .createTable('response_conversations')
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('conversation_id', 'text', (column) => column.notNull())
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('metadata', 'text', (column) => column.notNull())
      .addColumn('root', 'text')
      .addColumn('count', 'integer', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('size', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('response_conversations_key', ['account_id', 'conversation_id'])
      .execute()
    await database.schema
      .createIndex('response_conversations_by_end')
      .on('response_conversations')
      .columns(['expires_at'])
      .where(sql.ref('expires_at'), 'is not', null)
      .execute()
    await database.schema
      .createTable('response_jobs')
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('response_id', 'text', (column) => column.notNull())
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('stream', 'integer', (column) => column.notNull())
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('token', 'text')
      .addColumn('leased_until', 'bigint')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('events', 'integer', (column) => column.notNull())
      // Of the request and the events.
      .addColumn('size', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('response_jobs_key', ['account_id', 'response_id'])
      .execute()
    await database.schema
      .createIndex('response_jobs_by_lease')
      .on('response_jobs')
      .columns(['leased_until'])
      .where(sql.ref('leased_until'), 'is not', null)
      .execute()
    await database.schema
      .createTable('response_events')
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('response_id', 'text', (column) => column.notNull())
      .addColumn('sequence', 'integer', (column) => column.notNull())
      .addColumn('count', 'integer', (column) => column.notNull())
      .addColumn('events', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('response_events_key', ['account_id', 'response_id', 'sequence'])
      .execute()
  },

  async down(database) {
    for (const table of [
      'response_events',
      'response_jobs',
      'response_conversations',
      'responses',
      'response_texts',
      'response_objects',
      'response_accounts',
    ])
      await database.schema.dropTable(table).execute()
    await database.schema.alterTable('account_groups').dropColumn('responses').execute()
  },
}
