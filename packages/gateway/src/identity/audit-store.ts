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
  'person.create',
  'person.update',
  'person.suspend',
  'person.restore',
  'person.sign_up',
  'person.expire',
  'email.ask',
  'email.change',
  'person.log_in',
  'person.log_in_failed',
  'person.log_out',
  'person.step_up',
  'session.end',
  'session.end_all',
  'password.set',
  'password.remove',
  'passkey.add',
  'passkey.update',
  'passkey.remove',
  'totp.add',
  'totp.remove',
  'recovery_codes.make',
  'recovery_code.use',
  'factors.reset',
  'identity.link',
  'identity.unlink',
  'link.make',
  'link.use',
  'invitation.create',
  'invitation.accept',
  'invitation.decline',
  'invitation.revoke',
  'member.suspend',
  'member.restore',
  'member.leave',
  'account.transfer',
  'token.create',
  'token.revoke',
  'provider.create',
  'provider.update',
  'provider.delete',
  'provider.drain',
  'provider.undrain',
  'provider.weigh',
  'credential.add',
  'credential.update',
  'credential.remove',
  'model.create',
  'model.update',
  'model.delete',
  'config.apply',
  'auto.learn',
  'auto.serve',
  'auto.roll_back',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** Fields of the object, without secrets. */
export type AuditFacts = Readonly<Record<string, unknown>>

export interface AuditEntry {
  /** `aud_` and 16 base62 digits. */
  readonly auditId: string
  /** Unix milliseconds. */
  readonly atMs: number
  /** `key_…`, `ses_…`, `pat_…`, or `master`; '' = somebody who is not logged in. */
  readonly actorKeyId: string
  /** `per_…`; '' = a key. */
  readonly actorPersonId: string
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
  /** '' = unknown. */
  readonly userAgent: string
}

export interface AuditQuery {
  readonly limit: number
  readonly after?: string
  readonly accountId?: string
  readonly actorKeyId?: string
  readonly actorPersonId?: string
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
