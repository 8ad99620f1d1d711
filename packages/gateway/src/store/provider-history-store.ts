import type { Kysely } from 'kysely'
import {
  PROVIDER_EVENT_KINDS,
  type CheckSlot,
  type ProviderEvent,
  type ProviderEventKind,
  type ProviderHistoryStore,
} from '../upstreams/provider-history.ts'
import type { Tables } from './schema.ts'

export class SqlProviderHistoryStore implements ProviderHistoryStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async add(slots: readonly CheckSlot[], events: readonly ProviderEvent[]): Promise<void> {
    for (const { provider, startMs, checks, failed, responseMs } of slots) {
      await this.#kysely
        .insertInto('provider_checks')
        .values({ provider, start_at: startMs, checks, failed, response_ms: responseMs })
        .onConflict((conflict) =>
          conflict.columns(['provider', 'start_at']).doUpdateSet(({ eb }) => ({
            checks: eb('provider_checks.checks', '+', checks),
            failed: eb('provider_checks.failed', '+', failed),
            response_ms: eb('provider_checks.response_ms', '+', responseMs),
          })),
        )
        .execute()
    }
    if (events.length === 0) return
    await this.#kysely
      .insertInto('provider_events')
      .values(
        events.map(({ eventId, provider, fingerprint, model, kind, reason, forMs, atMs }) => ({
          event_id: eventId,
          provider,
          fingerprint,
          model,
          kind,
          reason,
          for_ms: forMs === null ? null : Math.round(forMs),
          at: atMs,
        })),
      )
      .onConflict((conflict) => conflict.column('event_id').doNothing())
      .execute()
  }

  async slots(provider: string | null, fromMs: number, toMs: number): Promise<readonly CheckSlot[]> {
    const query = this.#kysely
      .selectFrom('provider_checks')
      .selectAll()
      .where('start_at', '>=', fromMs)
      .where('start_at', '<', toMs)
    const rows = await (provider === null ? query : query.where('provider', '=', provider))
      .orderBy('start_at')
      .execute()
    return rows.map((row) => ({
      provider: row.provider,
      startMs: row.start_at,
      checks: row.checks,
      failed: row.failed,
      responseMs: row.response_ms,
    }))
  }

  async events(provider: string | null, sinceMs: number, limit: number): Promise<readonly ProviderEvent[]> {
    const query = this.#kysely.selectFrom('provider_events').selectAll().where('at', '>=', sinceMs)
    const rows = await (provider === null ? query : query.where('provider', '=', provider))
      .orderBy('at', 'desc')
      .orderBy('event_id', 'desc')
      .limit(limit)
      .execute()
    return rows.flatMap((row) => {
      const kind = kindOf(row.kind)
      if (kind === undefined) return []
      const { event_id: eventId, provider: name, fingerprint, model, reason, for_ms: forMs, at: atMs } = row
      return [{ eventId, provider: name, fingerprint, model, kind, reason, forMs, atMs }]
    })
  }

  async prune(beforeMs: number): Promise<void> {
    await this.#kysely.deleteFrom('provider_checks').where('start_at', '<', beforeMs).execute()
    await this.#kysely.deleteFrom('provider_events').where('at', '<', beforeMs).execute()
  }
}

/** A newer release may have noted what this one has no word for. */
function kindOf(text: string): ProviderEventKind | undefined {
  return PROVIDER_EVENT_KINDS.find((kind) => kind === text)
}
