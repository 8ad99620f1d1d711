// Providers and models that the operator makes at run time, switches for all of them, and what became of providers.
import type { Migration } from './migration.ts'

const TABLES = [
  'stored_providers',
  'stored_credentials',
  'stored_models',
  'upstream_switches',
  'provider_checks',
  'provider_events',
] as const

export const upstreams: Migration = {
  version: 14,
  name: 'upstreams',
  // An older release serves what its file says: fewer providers, and none of them drained.
  oldestCompatible: 12,

  async up(database) {
    const { schema } = database
    await schema
      .createTable('stored_providers')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('settings', 'text', (column) => column.notNull())
      .addColumn('headers', 'text', (column) => column.notNull())
      .addColumn('enabled', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema
      .createTable('stored_credentials')
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addColumn('label', 'text', (column) => column.notNull())
      .addColumn('secret', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('stored_credentials_key', ['provider', 'fingerprint'])
      .execute()
    await schema
      .createTable('stored_models')
      .addColumn('model_id', 'text', (column) => column.primaryKey())
      .addColumn('settings', 'text', (column) => column.notNull())
      .addColumn('enabled', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema
      .createTable('upstream_switches')
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addColumn('drained_at', 'bigint')
      .addColumn('weight', 'double precision')
      .addColumn('set_by', 'text', (column) => column.notNull())
      .addColumn('set_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('upstream_switches_key', ['provider', 'fingerprint'])
      .execute()
    await schema
      .createTable('provider_checks')
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('start_at', 'bigint', (column) => column.notNull())
      .addColumn('checks', 'integer', (column) => column.notNull())
      .addColumn('failed', 'integer', (column) => column.notNull())
      .addColumn('response_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('provider_checks_key', ['provider', 'start_at'])
      .execute()
    await schema
      .createTable('provider_events')
      .addColumn('event_id', 'text', (column) => column.primaryKey())
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('for_ms', 'bigint')
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute()
    await schema.createIndex('provider_events_at').on('provider_events').columns(['at']).execute()
    await schema.createIndex('provider_events_of').on('provider_events').columns(['provider', 'at']).execute()
  },

  async down(database) {
    for (const table of TABLES) await database.schema.dropTable(table).execute()
  },
}
