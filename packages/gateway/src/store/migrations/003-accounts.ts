// Accounts, their members, groups, the audit log, and what a key may do.
import { sql } from 'kysely'
import { rowId } from './columns.ts'
import type { Migration } from './migration.ts'

const KEY_COLUMNS = [
  ['group_name', 'text'],
  ['models', 'text'],
  ['endpoints', 'text'],
  ['addresses', 'text'],
  ['budget', 'text'],
  ['previous_digest', 'text'],
  ['previous_expires_at', 'bigint'],
] as const

export const accounts: Migration = {
  version: 3,
  name: 'accounts',
  // An older release would not damage any of it, but it knows none of these rules: a key that may use one model could
  // use them all there. Instances of it that are running go on; none starts on this schema.
  oldestCompatible: 3,

  async up(database) {
    await database.schema
      .createTable('accounts')
      .addColumn(...rowId(database))
      .addColumn('account_id', 'text', (column) => column.notNull().unique())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('group_name', 'text', (column) => column.notNull())
      .addColumn('time_zone', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('limits', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute()
    await database.schema.createIndex('accounts_by_group').on('accounts').columns(['group_name']).execute()

    await database.schema
      .createTable('members')
      .addColumn(...rowId(database))
      .addColumn('member_id', 'text', (column) => column.notNull().unique())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('email', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('members_unique', ['account_id', 'email'])
      .execute()

    // "groups" is a word of SQL.
    await database.schema
      .createTable('account_groups')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('models', 'text', (column) => column.notNull())
      .addColumn('price_multiplier_ppm', 'bigint', (column) => column.notNull())
      .addColumn('billing', 'text', (column) => column.notNull())
      .addColumn('limits', 'text', (column) => column.notNull())
      .addColumn('shared_limits', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute()

    await database.schema
      .createTable('audit_log')
      .addColumn(...rowId(database))
      .addColumn('audit_id', 'text', (column) => column.notNull().unique())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('actor_key_id', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('object_id', 'text', (column) => column.notNull())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('before', 'text')
      .addColumn('after', 'text')
      .addColumn('address', 'text', (column) => column.notNull())
      .addColumn('request_id', 'text', (column) => column.notNull())
      .execute()
    await database.schema.createIndex('audit_log_by_account').on('audit_log').columns(['account_id', 'id']).execute()
    await database.schema.createIndex('audit_log_by_object').on('audit_log').columns(['object_id', 'id']).execute()
    await database.schema.createIndex('audit_log_by_time').on('audit_log').columns(['at']).execute()

    for (const [name, type] of KEY_COLUMNS) await database.schema.alterTable('api_keys').addColumn(name, type).execute()
    await database.schema
      .createIndex('api_keys_by_previous_digest')
      .on('api_keys')
      .columns(['previous_digest'])
      .execute()

    // Every account that has keys so far, and the operator's own in any case.
    await sql`insert into accounts (account_id, name, kind, group_name, time_zone, status, limits, created_at, updated_at)
      select account_id, account_id, 'team', '', 'UTC', 'active', '{}', min(created_at), min(created_at)
      from api_keys where account_id <> 'default' group by account_id`.execute(database)
    await sql`insert into accounts (account_id, name, kind, group_name, time_zone, status, limits, created_at, updated_at)
      select 'default', 'Default', 'team', '', 'UTC', 'active', '{}', coalesce(min(created_at), 0), coalesce(min(created_at), 0)
      from api_keys`.execute(database)
  },

  async down(database) {
    await database.schema.dropIndex('api_keys_by_previous_digest').execute()
    for (const [name] of KEY_COLUMNS) await database.schema.alterTable('api_keys').dropColumn(name).execute()
    for (const table of ['audit_log', 'account_groups', 'members', 'accounts']) {
      await database.schema.dropTable(table).execute()
    }
  },
}
