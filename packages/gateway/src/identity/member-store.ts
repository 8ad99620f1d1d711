// People who belong to an account. `store/member-store.ts` keeps them.
import type { Page } from './page.ts'

/** From most rights to fewest. */
export const ROLES = ['owner', 'admin', 'developer', 'viewer'] as const
export type Role = (typeof ROLES)[number]

export interface MemberRecord {
  /** `mem_` and 16 base62 digits. */
  readonly memberId: string
  readonly accountId: string
  /** Lower case; once per account. */
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly createdAtMs: number
}

export interface MemberStore {
  insert(record: MemberRecord): Promise<void>
  /** Within the account: a member of another one is not found. */
  find(accountId: string, memberId: string): Promise<MemberRecord | undefined>
  findByEmail(accountId: string, email: string): Promise<MemberRecord | undefined>
  /** Oldest first. */
  list(query: { accountId: string; limit: number; after?: string }): Promise<Page<MemberRecord>>
  update(memberId: string, changes: Partial<Pick<MemberRecord, 'name' | 'role'>>): Promise<void>
  remove(memberId: string): Promise<void>
  countOwners(accountId: string): Promise<number>
}
