// A PostgreSQL database that several gateways share. The server may be away when the gateway starts, and may go and
// come while it runs (`postgres-link.ts`).
import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, sql } from 'kysely'
import { checkDatabase } from './check-database.ts'
import { nameOfPlace } from './database-place.ts'
import type { Database, OpenOptions } from './database.ts'
import { migrate, type MigrateOptions } from './migrate.ts'
import { dumpPostgres } from './postgres-tools.ts'
import { PostgresDialect } from './postgres-dialect.ts'
import { PostgresLink } from './postgres-link.ts'
import { PostgresUsageStore } from './postgres-usage-store.ts'
import type { Tables } from './schema.ts'
import { sqlDatabase } from './sql-database.ts'
import { isAway, reasonOf } from './unavailable.ts'

const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 5_000
/** Migrations and copies: as long as it takes. */
const UNHURRIED = { statementMs: 0, answerMs: 0 }

export async function openPostgresDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  const name = nameOfPlace({ url })
  const link = new PostgresLink({
    url,
    onChange: ({ up, reason }) => {
      if (up) options.log?.info({ database: name }, 'the database is back')
      else
        options.log?.error({ database: name, reason }, 'the database cannot be reached; asking it again every second')
    },
  })
  const database = databaseOn(name, link, options)
  if (options.migrate === false) return database
  try {
    await migratePostgres(url, options)
  } catch (error) {
    if (options.patient !== true || !isAway(error)) {
      await database[Symbol.asyncDispose]()
      throw new Error(`${name}: ${reasonOf(error)}`, { cause: error })
    }
    options.log?.error(
      { database: name, reason: reasonOf(error) },
      'the database cannot be reached; starting without it, and asking it again',
    )
    link.shut(error)
    void untilMigrated(url, options, database, link)
  }
  return database
}

/** A connection of its own, with all the time that it needs. The caller disposes of the Kysely. */
export function unhurriedPostgres(url: string): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect(new PostgresLink({ url, size: 1, times: UNHURRIED })) })
}

async function migratePostgres(url: string, options: OpenOptions): Promise<void> {
  await using kysely = unhurriedPostgres(url)
  const migrateOptions: MigrateOptions = {
    nowMs: options.nowMs ?? Date.now(),
    ...(options.migrations === undefined ? {} : { migrations: options.migrations }),
    beforeChange: async ({ from, to }) => {
      if (options.backup === false) return
      const made = options.backupDir === undefined ? undefined : await dumpPostgres(url, options.backupDir, from)
      if (made?.file !== undefined) {
        options.log?.info({ backup: made.file, from, to }, 'the schema is being upgraded; a backup was made before')
      } else {
        const reason = made?.reason ?? 'none was asked for'
        options.log?.warn(
          { from, to, reason },
          'the schema is being upgraded without a backup of ours: keep one of your own',
        )
      }
    },
  }
  await migrate(kysely, migrateOptions)
}

/** For ever: an operator who mends the server must not have to think of us as well. */
async function untilMigrated(url: string, options: OpenOptions, database: Database, link: PostgresLink): Promise<void> {
  for (let pauseMs = FIRST_RETRY_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_RETRY_MS)) {
    await sleep(pauseMs, undefined, { ref: false })
    if (link.closed) return
    try {
      await migratePostgres(url, options)
      link.open()
      options.log?.info({ database: database.name }, 'the database is there')
      return
    } catch (error) {
      link.shut(error)
      // It is there and does not take us: somebody has to act, and should not have to look for the reason.
      if (!isAway(error))
        options.log?.error({ database: database.name, reason: reasonOf(error) }, 'the database cannot be used')
    }
  }
}

function databaseOn(name: string, link: PostgresLink, options: OpenOptions): Database {
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect(link) })
  return sqlDatabase({
    kind: 'postgres',
    name,
    kysely,
    usage: new PostgresUsageStore(kysely),
    async check() {
      try {
        await checkDatabase(kysely, options.migrations)
      } catch (error) {
        throw new Error(`${name}: ${reasonOf(error)}`, { cause: error })
      }
    },
    problems: () => problemsOf(kysely),
    close: async () => {
      await kysely.destroy()
      // Kysely lets go only of what it has used.
      await link[Symbol.asyncDispose]()
    },
  })
}

async function problemsOf(kysely: Kysely<Tables>): Promise<readonly string[]> {
  const { rows: invalid } = await sql<{ name: string }>`
    select indexrelid::regclass::text as name from pg_index where not indisvalid`.execute(kysely)
  const { rows: checksums } = await sql<{ failures: number | null }>`
    select checksum_failures as failures from pg_stat_database where datname = current_database()`.execute(kysely)
  const failures = checksums[0]?.failures ?? 0
  return [
    ...invalid.map(({ name }) => `The index ${name} is not valid; mend it with: reindex index ${name}`),
    ...(failures > 0 ? [`${failures} pages had a wrong checksum: the disk may be failing.`] : []),
  ]
}
