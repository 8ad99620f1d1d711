// Is the database well? A row is written and read back; and the schema must still be one that this release can serve:
// a newer one may have come by since, and changed it under us.
import type { Kysely } from 'kysely'
import { latestVersion, mustServe } from './migrate.ts'
import type { Migration } from './migrations/migration.ts'
import type { Tables } from './schema.ts'

/** Throws with the reason, for the operator. */
export async function checkDatabase(kysely: Kysely<Tables>, migrations?: readonly Migration[]): Promise<void> {
  const value = String(Date.now())
  await kysely
    .insertInto('meta')
    .values({ name: 'last_check', value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
  await kysely.selectFrom('meta').select('value').where('name', '=', 'last_check').executeTakeFirstOrThrow()
  const schema = await kysely
    .selectFrom('schema_migrations')
    .select(({ fn }) => [fn.max('version').as('version'), fn.max('oldest_compatible').as('oldestCompatible')])
    .executeTakeFirstOrThrow()
  mustServe(schema, latestVersion(migrations))
}
