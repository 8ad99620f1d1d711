// Brings a database to a schema version, up or down, in one transaction: either all of it happened or none.
// Each version carries the oldest version that can still run with it, so two releases can serve side by side during an
// upgrade, and an older release refuses a schema that it would damage instead of trying.
import { sql, type Kysely } from 'kysely'
import { keysAndUsage } from './migrations/001-keys-and-usage.ts'
import { cacheWrites } from './migrations/002-cache-writes.ts'
import type { Migration } from './migrations/migration.ts'
import type { Tables } from './schema.ts'

/** In order; the number in the file's name is the version. */
export const MIGRATIONS: readonly Migration[] = [keysAndUsage, cacheWrites]

export interface MigrationResult {
  readonly from: number
  readonly to: number
}

/**
 * Runs what is missing, or steps down to `target`. Several processes may call it at once: the transaction holds the
 * write lock from its first statement, and who comes second finds nothing to do.
 * Throws with a message for the operator when the schema belongs to a newer release that this one cannot serve.
 */
export async function migrate(
  kysely: Kysely<Tables>,
  options: { readonly nowMs: number; readonly target?: number; readonly migrations?: readonly Migration[] },
): Promise<MigrationResult> {
  const migrations = options.migrations ?? MIGRATIONS
  const latest = migrations.at(-1)?.version ?? 0
  const target = options.target ?? latest
  return kysely.transaction().execute(async (transaction) => {
    await sql`create table if not exists schema_migrations (version integer primary key, name text not null, oldest_compatible integer not null, applied_at bigint not null)`.execute(
      transaction,
    )
    const applied = await transaction.selectFrom('schema_migrations').selectAll().orderBy('version').execute()
    const current = applied.at(-1)?.version ?? 0
    const oldestCompatible = Math.max(0, ...applied.map((row) => row.oldest_compatible))
    if (oldestCompatible > latest) {
      throw new Error(
        `The database has schema version ${current}, which needs a release that knows version ${oldestCompatible}; this one knows up to ${latest}. ` +
          'Start the newer release again, or restore the backup that was made before the upgrade.',
      )
    }
    if (target > current) {
      for (const step of migrations.filter((step) => step.version > current && step.version <= target)) {
        await step.up(transaction)
        const row = { version: step.version, name: step.name, oldest_compatible: step.oldestCompatible }
        await transaction
          .insertInto('schema_migrations')
          .values({ ...row, applied_at: options.nowMs })
          .execute()
      }
      return { from: current, to: target }
    }
    if (options.target === undefined || target === current) return { from: current, to: current }
    for (const step of migrations.filter((step) => step.version > target && step.version <= current).reverse()) {
      await step.down(transaction)
      await transaction.deleteFrom('schema_migrations').where('version', '=', step.version).execute()
    }
    return { from: current, to: target }
  })
}
