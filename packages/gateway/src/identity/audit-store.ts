// Who changed what. An entry is written in the transaction of the change itself: there is no change without one.
import type { Page } from './page.ts'

export const AUDIT_ACTIONS = [
  'key.create',
  'key.update',
  'key.rotate',
  'key.revoke',
  'account.create',
  'account.update',
  'group.create',
  'group.update',
  'group.delete',
  'member.add',
  'member.update',
  'member.remove',
  'price.set',
  'price.remove',
  'wallet.top_up',
  'wallet.adjust',
  'wallet.refund',
  'wallet.lock',
  'wallet.unlock',
  'wallet.update',
  'wallet.redeem',
  'redeem_codes.create',
  'redeem_codes.void',
  'payment.order',
  'payment.paid',
  'payment.reversed',
  'payment.reinstated',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** Fields of the object, without secrets. */
export type AuditFacts = Readonly<Record<string, unknown>>

export interface AuditEntry {
  /** `aud_` and 16 base62 digits. */
  readonly auditId: string
  /** Unix milliseconds. */
  readonly atMs: number
  /** `key_…`, or `master`. */
  readonly actorKeyId: string
  readonly action: AuditAction
  /** The key, account, group, member, transfer, order or code. */
  readonly objectId: string
  /** Whose object it is; '' for what belongs to the operator. */
  readonly accountId: string
  /** Only what the change touched; null = it did not exist. */
  readonly before: AuditFacts | null
  /** null = it does not exist any more. */
  readonly after: AuditFacts | null
  readonly address: string
  readonly requestId: string
}

export interface AuditQuery {
  readonly limit: number
  readonly after?: string
  readonly accountId?: string
  readonly actorKeyId?: string
  readonly objectId?: string
  readonly action?: AuditAction
  /** Inclusive. */
  readonly sinceMs?: number
  /** Exclusive. */
  readonly untilMs?: number
}

export interface AuditStore {
  insert(entry: AuditEntry): Promise<void>
  /** Newest first. */
  list(query: AuditQuery): Promise<Page<AuditEntry>>
}
