// What a key wants to be done with its requests: JSON; null = nothing of its own.
import type { Migration } from './migration.ts'

export const keyDataPolicies: Migration = {
  version: 18,
  name: 'key-data-policies',
  // An older release would damage nothing, but it would send such a key's requests to anybody: none starts on this schema.
  oldestCompatible: 18,

  async up(database) {
    await database.schema.alterTable('api_keys').addColumn('data_policy', 'text').execute()
  },

  async down(database) {
    await database.schema.alterTable('api_keys').dropColumn('data_policy').execute()
  },
}
