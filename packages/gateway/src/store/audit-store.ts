import type { Kysely, Selectable } from 'kysely'
import type { AuditAction, AuditEntry, AuditFacts, AuditQuery, AuditStore } from '../identity/audit-store.ts'
import type { Page } from '../identity/page.ts'
import type { Tables } from './schema.ts'

export class SqlAuditStore implements AuditStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async insert(entry: AuditEntry): Promise<void> {
    await this.#kysely
      .insertInto('audit_log')
      .values({
        audit_id: entry.auditId,
        at: entry.atMs,
        actor_key_id: entry.actorKeyId,
        actor_person_id: entry.actorPersonId,
        action: entry.action,
        object_id: entry.objectId,
        account_id: entry.accountId,
        before: entry.before === null ? null : JSON.stringify(entry.before),
        after: entry.after === null ? null : JSON.stringify(entry.after),
        address: entry.address,
        user_agent: entry.userAgent,
        request_id: entry.requestId,
      })
      .execute()
  }

  async list(query: AuditQuery): Promise<Page<AuditEntry>> {
    const { limit, after, accountId, actorKeyId, actorPersonId, objectId, action, sinceMs, untilMs } = query
    let select = this.#kysely.selectFrom('audit_log').selectAll()
    if (accountId !== undefined) select = select.where('account_id', '=', accountId)
    if (actorKeyId !== undefined) select = select.where('actor_key_id', '=', actorKeyId)
    if (actorPersonId !== undefined) select = select.where('actor_person_id', '=', actorPersonId)
    if (objectId !== undefined) select = select.where('object_id', '=', objectId)
    if (action !== undefined) select = select.where('action', '=', action)
    if (sinceMs !== undefined) select = select.where('at', '>=', sinceMs)
    if (untilMs !== undefined) select = select.where('at', '<', untilMs)
    if (after !== undefined) {
      select = select.where('id', '<', (sub) => sub.selectFrom('audit_log').select('id').where('audit_id', '=', after))
    }
    const rows = await select
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute()
    return { records: rows.slice(0, limit).map(entryOf), hasMore: rows.length > limit }
  }
}

function entryOf(row: Selectable<Tables['audit_log']>): AuditEntry {
  return {
    auditId: row.audit_id,
    atMs: row.at,
    actorKeyId: row.actor_key_id,
    actorPersonId: row.actor_person_id,
    // Written by `insert` above from values of these types.
    action: row.action as AuditAction,
    objectId: row.object_id,
    accountId: row.account_id,
    before: row.before === null ? null : (JSON.parse(row.before) as AuditFacts),
    after: row.after === null ? null : (JSON.parse(row.after) as AuditFacts),
    address: row.address,
    userAgent: row.user_agent,
    requestId: row.request_id,
  }
}
