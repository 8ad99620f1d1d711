// Brings a database to a schema version, up or down, in one transaction: either all of it happened or none.
// Each version carries the oldest version that can still run with it, so two releases can serve side by side during an
// upgrade, and an older release refuses a schema that it would damage instead of trying.
import { sql, type Kysely, type Transaction } from 'kysely'
import { isPostgres } from './migrations/columns.ts'
import { MIGRATIONS } from './migrations/all.ts'
import type { Migration } from './migrations/migration.ts'
import type { Tables } from './schema.ts'

export interface MigrationResult {
  readonly from: number
  readonly to: number
}

export interface MigrateOptions {
  readonly nowMs: number
  /** Up or down to this version; absent = up to the newest that is known. */
  readonly target?: number
  readonly migrations?: readonly Migration[]
  /**
   * Called once, under the lock and before the first change, unless the database is empty: the time for a backup.
   * Nothing is changed when it rejects.
   */
  readonly beforeChange?: (change: MigrationResult) => Promise<void>
}

export interface AppliedMigration {
  readonly version: number
  readonly name: string
  readonly oldestCompatible: number
  readonly appliedAtMs: number
}

export interface SchemaStatus {
  /** 0 = an empty database. */
  readonly version: number
  /** Releases that know less than this version cannot run with the schema. */
  readonly oldestCompatible: number
  readonly applied: readonly AppliedMigration[]
  readonly pending: readonly Migration[]
}

/** 'fairlead' in ASCII: one lock per database, whoever else uses advisory locks there. */
const LOCK = '0x666169726c656164'

/**
 * Runs what is missing, or steps down to `target`. Several processes may call it at once: a lock is held from the first
 * statement on, and who comes second finds nothing to do.
 * Throws with a message for the operator when the schema belongs to a newer release that this one cannot serve.
 */
export async function migrate(kysely: Kysely<Tables>, options: MigrateOptions): Promise<MigrationResult> {
  const migrations = options.migrations ?? MIGRATIONS
  const latest = latestVersion(migrations)
  return kysely.transaction().execute(async (transaction) => {
    // SQLite's transactions of ours hold the write lock from the beginning.
    if (isPostgres(transaction)) await lockPostgres(transaction)
    await sql`create table if not exists schema_migrations (version integer primary key, name text not null, oldest_compatible integer not null, applied_at bigint not null)`.execute(
      transaction,
    )
    const status = await statusOf(transaction, migrations)
    const from = status.version
    mustServe(status, latest)
    // A newer release has been here, and ours can live with what it left: leave it alone, unless asked to step down.
    const target = options.target ?? Math.max(latest, from)
    const steps =
      target < from ? stepsDown(status, migrations, target) : status.pending.filter((step) => step.version <= target)
    if (steps.length > 0 && from > 0) await options.beforeChange?.({ from, to: target })
    for (const step of steps) {
      if (target < from) {
        await step.down(transaction)
        await transaction.deleteFrom('schema_migrations').where('version', '=', step.version).execute()
      } else {
        await step.up(transaction)
        const row = { version: step.version, name: step.name, oldest_compatible: step.oldestCompatible }
        await transaction
          .insertInto('schema_migrations')
          .values({ ...row, applied_at: options.nowMs })
          .execute()
      }
    }
    return { from, to: steps.length === 0 ? from : target }
  })
}

/** What is applied and what is missing; changes nothing, and finds nothing in an empty database. */
export async function schemaStatus(
  kysely: Kysely<Tables>,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<SchemaStatus> {
  const tables = await kysely.introspection.getTables()
  if (!tables.some(({ name }) => name === 'schema_migrations')) {
    return { version: 0, oldestCompatible: 0, applied: [], pending: migrations }
  }
  return statusOf(kysely, migrations)
}

export function latestVersion(migrations: readonly Migration[] = MIGRATIONS): number {
  return migrations.at(-1)?.version ?? 0
}

/** Throws with what to do when a release that knows up to `latest` would damage this schema. */
export function mustServe(status: Pick<SchemaStatus, 'version' | 'oldestCompatible'>, latest: number): void {
  if (status.oldestCompatible <= latest) return
  throw new Error(
    `The database has schema version ${status.version}, which needs a release that knows version ${status.oldestCompatible}; this one knows up to ${latest}. ` +
      'Start the newer release again, or restore the backup that was made before the upgrade.',
  )
}

async function statusOf(kysely: Kysely<Tables>, migrations: readonly Migration[]): Promise<SchemaStatus> {
  const rows = await kysely.selectFrom('schema_migrations').selectAll().orderBy('version').execute()
  const known = new Set(rows.map(({ version }) => version))
  return {
    version: rows.at(-1)?.version ?? 0,
    oldestCompatible: Math.max(0, ...rows.map((row) => row.oldest_compatible)),
    applied: rows.map((row) => ({
      version: row.version,
      name: row.name,
      oldestCompatible: row.oldest_compatible,
      appliedAtMs: row.applied_at,
    })),
    pending: migrations.filter(({ version }) => !known.has(version)),
  }
}

/** Newest first. Throws when one of them came with a newer release, which alone knows the way back. */
function stepsDown(status: SchemaStatus, migrations: readonly Migration[], target: number): readonly Migration[] {
  return status.applied
    .filter(({ version }) => version > target)
    .reverse()
    .map(({ version, name }) => {
      const step = migrations.find((migration) => migration.version === version)
      if (step === undefined)
        throw new Error(`Schema version ${version} (${name}) came with a newer release; use that one to step down.`)
      return step
    })
}

async function lockPostgres(transaction: Transaction<Tables>): Promise<void> {
  // Another instance may be at it, and large tables take their time.
  await sql`set local statement_timeout = 0`.execute(transaction)
  await sql`set local idle_in_transaction_session_timeout = 0`.execute(transaction)
  await sql`select pg_advisory_xact_lock(${sql.lit(BigInt(LOCK).toString())}::bigint)`.execute(transaction)
}
