// Tokens that were written to a prompt cache: Anthropic and Bedrock bill them apart, by how long they are kept.
import type { Migration } from './migration.ts'

const COLUMNS = ['cache_write_5m_tokens', 'cache_write_1h_tokens'] as const

export const cacheWrites: Migration = {
  version: 2,
  name: 'cache-writes',
  // The older release names the columns that it inserts, and these have a default.
  oldestCompatible: 1,

  async up(database) {
    for (const column of COLUMNS) {
      await database.schema
        .alterTable('usage_records')
        .addColumn(column, 'integer', (definition) => definition.notNull().defaultTo(0))
        .execute()
    }
  },

  async down(database) {
    for (const column of COLUMNS) await database.schema.alterTable('usage_records').dropColumn(column).execute()
  },
}
