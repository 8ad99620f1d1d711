import type { Kysely } from 'kysely'
import type { InstanceCard, InstanceRecord, InstanceStore } from '../core/instance.ts'
import { databaseNow } from './database-clock.ts'
import type { Tables } from './schema.ts'

export class SqlInstanceStore implements InstanceStore {
  readonly #kysely: Kysely<Tables>
  readonly #kind: 'sqlite' | 'postgres'

  constructor(kysely: Kysely<Tables>, kind: 'sqlite' | 'postgres') {
    this.#kysely = kysely
    this.#kind = kind
  }

  async beat(card: InstanceCard): Promise<{ readonly nowMs: number; readonly instances: readonly InstanceRecord[] }> {
    const now = databaseNow(this.#kind)
    const mine = await this.#kysely
      .insertInto('instances')
      .values({
        instance_id: card.instanceId,
        host: card.host,
        pid: card.pid,
        version: card.version,
        started_at: now,
        seen_at: now,
      })
      .onConflict((conflict) => conflict.column('instance_id').doUpdateSet({ seen_at: now }))
      .returning('seen_at')
      .executeTakeFirstOrThrow()
    const rows = await this.#kysely
      .selectFrom('instances')
      .selectAll()
      .orderBy('started_at')
      .orderBy('instance_id')
      .execute()
    return {
      nowMs: Number(mine.seen_at),
      instances: rows.map((row) => ({
        instanceId: row.instance_id,
        host: row.host,
        pid: row.pid,
        version: row.version,
        startedAtMs: Number(row.started_at),
        seenAtMs: Number(row.seen_at),
      })),
    }
  }

  async remove({
    seenBeforeMs,
    instanceId,
  }: {
    readonly seenBeforeMs?: number
    readonly instanceId?: string
  }): Promise<void> {
    if (seenBeforeMs !== undefined)
      await this.#kysely.deleteFrom('instances').where('seen_at', '<', seenBeforeMs).execute()
    if (instanceId !== undefined)
      await this.#kysely.deleteFrom('instances').where('instance_id', '=', instanceId).execute()
  }
}
