// How well the gateway, its database and its upstreams were: by five minutes for some days, by the day for a year. And the
// indexes of usage records say of which kind each is, so that a filtered list reads no row that it does not show.
import type { Migration } from './migration.ts'

export const measuredData: Migration = {
  version: 15,
  name: 'measured-data',
  // An older release writes nothing here, and its times are gaps.
  oldestCompatible: 12,

  async up(database) {
    const { schema } = database
    for (const name of ['health_steps', 'health_days'] as const) {
      const table = schema
        .createTable(name)
        .addColumn('component', 'text', (column) => column.notNull())
        .addColumn('slot', 'integer', (column) => column.notNull())
        .addColumn('checks', 'integer', (column) => column.notNull())
        .addColumn('failures', 'integer', (column) => column.notNull())
        .addColumn('response_ms', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint(`${name}_key`, ['component', 'slot'])
      const whole = name === 'health_days' ? table.addColumn('steps', 'integer', (column) => column.notNull()) : table
      await whole.execute()
      await schema.createIndex(`${name}_by_slot`).on(name).columns(['slot']).execute()
    }
    await schema.dropIndex('usage_records_by_time').execute()
    await schema.dropIndex('usage_records_by_key').execute()
    const records = (name: string) => schema.createIndex(name).on('usage_records')
    await records('usage_records_by_time').columns(['started_at', 'usage_kind']).execute()
    await records('usage_records_by_key').columns(['usage_key', 'started_at', 'usage_kind']).execute()
  },

  async down(database) {
    const { schema } = database
    await schema.dropIndex('usage_records_by_time').execute()
    await schema.dropIndex('usage_records_by_key').execute()
    const records = (name: string) => schema.createIndex(name).on('usage_records')
    await records('usage_records_by_time').columns(['started_at']).execute()
    await records('usage_records_by_key').columns(['usage_key', 'started_at']).execute()
    for (const name of ['health_days', 'health_steps']) await schema.dropTable(name).execute()
  },
}
