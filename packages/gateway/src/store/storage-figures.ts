// How much room the database takes, and what waits in it.
import { sql, type Kysely } from 'kysely'
import type { StorageFigures } from '../core/storage-figures.ts'
import type { DatabaseKind } from './database.ts'
import type { Tables } from './schema.ts'

export async function storageFigures(kysely: Kysely<Tables>, kind: DatabaseKind): Promise<StorageFigures> {
  const bytes =
    kind === 'sqlite'
      ? sql<{ bytes: number }>`select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`
      : sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`
  const size = (await bytes.execute(kysely)).rows[0]
  const schema = await kysely
    .selectFrom('schema_migrations')
    .select(({ fn }) => fn.max('version').as('version'))
    .executeTakeFirst()
  const notices = await kysely
    .selectFrom('notices')
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirst()
  const jobs = await kysely
    .selectFrom('response_jobs')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('leased_until', 'is not', null)
    .executeTakeFirst()
  return {
    bytes: Number(size?.bytes ?? 0),
    schemaVersion: Number(schema?.version ?? 0),
    noticesWaiting: Number(notices?.count ?? 0),
    jobsOpen: Number(jobs?.count ?? 0),
  }
}
