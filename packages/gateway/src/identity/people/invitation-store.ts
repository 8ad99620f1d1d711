// Invitations into an account. `store/invitation-store.ts` keeps them.
import type { Role } from '../member-store.ts'
import type { Page } from '../page.ts'

export const INVITATION_STATES = ['open', 'accepted', 'declined', 'revoked'] as const
export type InvitationState = (typeof INVITATION_STATES)[number]

/** Times are unix milliseconds. */
export interface InvitationRecord {
  /** `inv_` and 16 base62 digits. */
  readonly invitationId: string
  readonly accountId: string
  /** SHA-256 of the token in its link, hexadecimal. */
  readonly digest: string
  /** Lower case: whom alone it lets in. Null = whoever has the link, once. */
  readonly email: string | null
  readonly role: Role
  /** Person, key, or `master`. */
  readonly invitedBy: string
  readonly state: InvitationState
  readonly createdAtMs: number
  readonly expiresAtMs: number
  /** When it was accepted, declined or revoked. */
  readonly endedAtMs: number | null
  /** Who accepted; null = nobody yet. */
  readonly personId: string | null
}

export interface InvitationStore {
  insert(record: InvitationRecord): Promise<void>
  /** Within the account. */
  find(accountId: string, invitationId: string): Promise<InvitationRecord | undefined>
  /** In whatever state. */
  findByDigest(digest: string): Promise<InvitationRecord | undefined>
  /** Open ones that have not expired, for this address in any account. */
  openFor(email: string, nowMs: number): Promise<readonly InvitationRecord[]>
  /** Newest first. */
  list(query: {
    readonly accountId: string
    readonly limit: number
    readonly after?: string
    readonly state?: InvitationState
  }): Promise<Page<InvitationRecord>>
  /** From `open` only; false when somebody was faster, or it has expired (accepting alone looks at that). */
  end(
    invitationId: string,
    state: Exclude<InvitationState, 'open'>,
    atMs: number,
    personId: string | null,
  ): Promise<boolean>
}
