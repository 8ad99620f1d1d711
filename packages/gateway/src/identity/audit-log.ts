// The audit log: who did what to which object, from where. Written by the services in the transaction of the change,
// read by the operator, and by an account about itself.
import { GatewayError } from '../core/errors.ts'
import type { AuditAction, AuditEntry, AuditFacts, AuditQuery, AuditStore } from './audit-store.ts'
import { randomBase62 } from './key-format.ts'
import type { Origin } from './origin.ts'
import { pageLimit, type Page } from './page.ts'
import type { Principal } from './principal.ts'

export interface AuditFilter extends Omit<AuditQuery, 'limit'> {
  /** 1..1000, absent = 100. */
  readonly limit?: number
}

export interface AuditLog {
  /**
   * The operator sees all, a key with `keys:manage` what concerns its own account.
   * @throws {GatewayError} `permission_denied`
   */
  list(principal: Principal, filter?: AuditFilter): Promise<Page<AuditEntry>>
}

export function createAuditLog(database: { readonly audit: AuditStore }): AuditLog {
  return {
    async list(principal, filter = {}) {
      if (!principal.operator && !principal.scopes.includes('keys:manage')) {
        throw new GatewayError(
          'permission_denied',
          'This key may not read the audit log: it lacks the scope "keys:manage".',
        )
      }
      const own = principal.operator ? {} : { accountId: principal.accountId }
      return database.audit.list({ ...filter, ...own, limit: pageLimit(filter) })
    },
  }
}

export interface AuditedChange {
  readonly action: AuditAction
  readonly objectId: string
  /** '' for what belongs to the operator. */
  readonly accountId: string
  readonly before: AuditFacts | null
  readonly after: AuditFacts | null
}

/** Of a change to what exists, only what has become different is kept. */
export async function writeAudit(
  audit: AuditStore,
  principal: Principal,
  origin: Origin,
  atMs: number,
  change: AuditedChange,
): Promise<void> {
  const { before, after } = change
  const touched =
    before === null || after === null
      ? null
      : Object.keys({ ...before, ...after }).filter((name) => !same(before[name], after[name]))
  await audit.insert({
    auditId: `aud_${randomBase62(16)}`,
    atMs,
    actorKeyId: principal.keyId,
    actorPersonId: principal.person?.personId ?? '',
    ...change,
    before: only(before, touched),
    after: only(after, touched),
    address: origin.address,
    requestId: origin.requestId,
    userAgent: (origin.userAgent ?? '').slice(0, 300),
  })
}

function only(facts: AuditFacts | null, names: readonly string[] | null): AuditFacts | null {
  if (facts === null || names === null) return facts
  return Object.fromEntries(names.map((name) => [name, facts[name] ?? null]))
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left ?? null) === JSON.stringify(right ?? null)
}
