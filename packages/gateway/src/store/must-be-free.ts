import { sql, type Kysely } from 'kysely'
import { databaseNow } from './database-clock.ts'
import { schemaStatus } from './migrate.ts'
import type { Tables } from './schema.ts'

/** The first schema whose gateways tell the database that they are alive. */
const WITH_INSTANCES = 5
const ALIVE_MS = 60_000

/** Throws when a gateway has been seen on this PostgreSQL database within the last minute. */
export async function mustBeFree(kysely: Kysely<Tables>): Promise<void> {
  const { applied } = await schemaStatus(kysely)
  if (!applied.some(({ version }) => version >= WITH_INSTANCES)) return
  const alive = await kysely
    .selectFrom('instances')
    .select(['host', 'pid'])
    .where('seen_at', '>', sql<number>`${databaseNow('postgres')} - ${sql.lit(ALIVE_MS)}`)
    .execute()
  if (alive.length === 0) return
  const names = alive.map(({ host, pid }) => `${host} (process ${pid})`).join(', ')
  throw new Error(`A gateway is running on that database: ${names}. Stop it, and try again after a minute.`)
}
