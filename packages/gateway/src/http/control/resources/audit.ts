// /api/audit: who changed what.
import { z } from 'zod'
import { AUDIT_ACTIONS, type AuditEntry } from '../../../identity/audit-store.ts'
import { listOf, pageQuery, seconds, unixSeconds } from '../api/fields.ts'
import { listBody } from '../api/list-body.ts'
import { type Route, route } from '../api/route.ts'
import { instant, rangeQuery, zoneOf, zoneQuery } from './time-range.ts'

const entryShape = z
  .strictObject({
    id: z.string().meta({ examples: ['aud_1nF5xB0mTqYc8uRe'] }),
    object: z.literal('audit_entry'),
    created_at: unixSeconds,
    actor: z
      .string()
      .describe('The key, session or token that did it; `master` for the master key and the command line.'),
    person: z.string().describe('Whose session or token it was; empty for keys.'),
    action: z.enum(AUDIT_ACTIONS),
    object_id: z.string().describe('What was changed.'),
    account: z.string().describe("Whose it is; empty for the operator's own."),
    before: z.record(z.string(), z.unknown()).nullable().describe('What the change touched; null = it did not exist.'),
    after: z.record(z.string(), z.unknown()).nullable().describe('Null = it does not exist any more.'),
    address: z.string().describe('Where the request came from; empty = the command line.'),
    user_agent: z.string().describe('What the client calls itself.'),
    request_id: z.string(),
  })
  .meta({ id: 'AuditEntry' })

export const AUDIT_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/audit',
    access: 'keys:manage',
    tag: 'Gateway',
    role: 'admin',
    name: 'listAudit',
    summary: 'Read the audit log',
    description: 'Newest first. The operator reads all of it, a key what concerns its own account.',
    query: z.strictObject({
      ...rangeQuery,
      ...zoneQuery,
      ...pageQuery,
      account: z.string().max(200).optional().describe('For the operator.'),
      actor: z.string().max(200).optional().describe('Id of the key, session or token that did it, or master.'),
      person: z.string().max(200).optional().describe('Id of the person who did it.'),
      object: z.string().max(200).optional().describe('Id of what was changed.'),
      action: z.enum(AUDIT_ACTIONS).optional(),
    }),
    example: { path: '/api/audit?action=key.revoke' },
    reply: { description: 'A page of them.', schema: listOf(entryShape) },
    async handler({ principal, query }, { audit }) {
      const { from, to, limit, after, account, actor, person, object, action } = query
      const timeZone = zoneOf(query.time_zone, principal.timeZone)
      const page = await audit.list(principal, {
        limit: limit ?? 100,
        ...(after === undefined ? {} : { after }),
        ...(account === undefined ? {} : { accountId: account }),
        ...(actor === undefined ? {} : { actorKeyId: actor }),
        ...(person === undefined ? {} : { actorPersonId: person }),
        ...(object === undefined ? {} : { objectId: object }),
        ...(action === undefined ? {} : { action }),
        ...(from === undefined ? {} : { sinceMs: instant(from, 'from', timeZone) }),
        ...(to === undefined ? {} : { untilMs: instant(to, 'to', timeZone) }),
      })
      return listBody(page.records.map(entryBody), page.hasMore)
    },
  }),
]

function entryBody(entry: AuditEntry): z.input<typeof entryShape> {
  return {
    id: entry.auditId,
    object: 'audit_entry',
    created_at: seconds(entry.atMs),
    actor: entry.actorKeyId,
    person: entry.actorPersonId,
    action: entry.action,
    object_id: entry.objectId,
    account: entry.accountId,
    before: entry.before === null ? null : { ...entry.before },
    after: entry.after === null ? null : { ...entry.after },
    address: entry.address,
    user_agent: entry.userAgent,
    request_id: entry.requestId,
  }
}
