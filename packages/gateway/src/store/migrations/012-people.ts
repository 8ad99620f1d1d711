// People: who they are, what they prove it with, their sessions, and how they come into an account.
import { rowId } from './columns.ts'
import type { Migration } from './migration.ts'

const TABLES = [
  'people',
  'person_passwords',
  'sessions',
  'passkeys',
  'totp_secrets',
  'recovery_codes',
  'person_identities',
  'one_time_links',
  'invitations',
  'access_tokens',
  'login_throttle',
  'known_devices',
  'spent_tickets',
] as const

export const people: Migration = {
  version: 12,
  name: 'people',
  // An older release knows no person, so it refuses the keys that people made, and nothing else of theirs is open there.
  // It would count the owners of an account without looking whether they are suspended.
  oldestCompatible: 12,

  async up(database) {
    const { schema } = database
    await schema
      .createTable('people')
      .addColumn(...rowId(database))
      .addColumn('person_id', 'text', (column) => column.notNull().unique())
      .addColumn('email', 'text', (column) => column.notNull().unique())
      .addColumn('email_verified_at', 'bigint')
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('operator', 'integer', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addColumn('last_log_in_at', 'bigint')
      .execute()
    await schema
      .createTable('person_passwords')
      .addColumn('person_id', 'text', (column) => column.primaryKey())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('changed_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema
      .createTable('sessions')
      .addColumn(...rowId(database))
      .addColumn('session_id', 'text', (column) => column.notNull().unique())
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull().unique())
      .addColumn('method', 'text', (column) => column.notNull())
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('two_factors', 'integer', (column) => column.notNull())
      .addColumn('proved_at', 'bigint')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('address', 'text', (column) => column.notNull())
      .addColumn('user_agent', 'text', (column) => column.notNull())
      .execute()
    await schema.createIndex('sessions_by_person').on('sessions').columns(['person_id']).execute()
    await schema.createIndex('sessions_by_end').on('sessions').columns(['expires_at']).execute()

    await schema
      .createTable('passkeys')
      .addColumn(...rowId(database))
      .addColumn('passkey_id', 'text', (column) => column.notNull().unique())
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('credential_id', 'text', (column) => column.notNull().unique())
      .addColumn('public_key', 'text', (column) => column.notNull())
      .addColumn('counter', 'bigint', (column) => column.notNull())
      .addColumn('transports', 'text', (column) => column.notNull())
      .addColumn('synced', 'integer', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('last_used_at', 'bigint')
      .execute()
    await schema.createIndex('passkeys_by_person').on('passkeys').columns(['person_id']).execute()
    await schema
      .createTable('totp_secrets')
      .addColumn('person_id', 'text', (column) => column.primaryKey())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addColumn('confirmed_at', 'bigint')
      .addColumn('last_step', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema
      .createTable('recovery_codes')
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('used_at', 'bigint')
      .addPrimaryKeyConstraint('recovery_codes_key', ['person_id', 'digest'])
      .execute()
    await schema
      .createTable('person_identities')
      .addColumn(...rowId(database))
      .addColumn('identity_id', 'text', (column) => column.notNull().unique())
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('email', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('last_used_at', 'bigint')
      .addUniqueConstraint('person_identities_unique', ['issuer', 'subject'])
      .execute()
    await schema.createIndex('person_identities_by_person').on('person_identities').columns(['person_id']).execute()

    await schema
      .createTable('one_time_links')
      .addColumn(...rowId(database))
      .addColumn('link_id', 'text', (column) => column.notNull().unique())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull().unique())
      .addColumn('person_id', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema.createIndex('one_time_links_by_person').on('one_time_links').columns(['person_id']).execute()
    await schema
      .createTable('invitations')
      .addColumn(...rowId(database))
      .addColumn('invitation_id', 'text', (column) => column.notNull().unique())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull().unique())
      .addColumn('email', 'text')
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('invited_by', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .addColumn('person_id', 'text')
      .execute()
    await schema.createIndex('invitations_by_account').on('invitations').columns(['account_id', 'id']).execute()
    await schema.createIndex('invitations_by_email').on('invitations').columns(['email']).execute()
    await schema
      .createTable('access_tokens')
      .addColumn(...rowId(database))
      .addColumn('token_id', 'text', (column) => column.notNull().unique())
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull().unique())
      .addColumn('prefix', 'text', (column) => column.notNull())
      .addColumn('last4', 'text', (column) => column.notNull())
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('account_id', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('last_used_at', 'bigint')
      .execute()
    await schema.createIndex('access_tokens_by_person').on('access_tokens').columns(['person_id']).execute()

    await schema
      .createTable('login_throttle')
      .addColumn('scope', 'text', (column) => column.primaryKey())
      .addColumn('tries', 'integer', (column) => column.notNull())
      .addColumn('blocked_until', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema.createIndex('login_throttle_by_time').on('login_throttle').columns(['updated_at']).execute()
    await schema
      .createTable('known_devices')
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('device', 'text', (column) => column.notNull())
      .addColumn('address', 'text', (column) => column.notNull())
      .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('known_devices_key', ['person_id', 'device'])
      .execute()
    await schema.createIndex('known_devices_by_time').on('known_devices').columns(['last_seen_at']).execute()
    await schema
      .createTable('spent_tickets')
      .addColumn('digest', 'text', (column) => column.primaryKey())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema.createIndex('spent_tickets_by_time').on('spent_tickets').columns(['expires_at']).execute()

    await schema.alterTable('members').addColumn('person_id', 'text').execute()
    await schema
      .alterTable('members')
      .addColumn('status', 'text', (column) => column.notNull().defaultTo('active'))
      .execute()
    await schema.createIndex('members_by_person').on('members').columns(['person_id']).execute()
    await schema.createIndex('members_by_email').on('members').columns(['email']).execute()

    for (const name of ['actor_person_id', 'user_agent']) {
      await schema
        .alterTable('audit_log')
        .addColumn(name, 'text', (column) => column.notNull().defaultTo(''))
        .execute()
    }
    await schema.createIndex('audit_log_by_person').on('audit_log').columns(['actor_person_id', 'id']).execute()
  },

  async down(database) {
    const { schema } = database
    await schema.dropIndex('audit_log_by_person').execute()
    for (const name of ['user_agent', 'actor_person_id']) {
      await schema.alterTable('audit_log').dropColumn(name).execute()
    }
    for (const name of ['members_by_email', 'members_by_person']) await schema.dropIndex(name).execute()
    for (const name of ['status', 'person_id']) await schema.alterTable('members').dropColumn(name).execute()
    for (const table of TABLES.toReversed()) await schema.dropTable(table).execute()
  },
}
