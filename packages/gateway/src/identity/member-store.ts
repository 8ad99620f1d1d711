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
  /** Who it is; null = nobody with this address has logged in yet. */
  readonly personId: string | null
  /** Of a suspended one the role counts for nothing. */
  readonly status: MemberStatus
  readonly createdAtMs: number
}

export const MEMBER_STATUSES = ['active', 'suspended'] as const
export type MemberStatus = (typeof MEMBER_STATUSES)[number]

export type MemberChanges = Partial<Pick<MemberRecord, 'name' | 'role' | 'personId' | 'status' | 'email'>>

export interface MemberStore {
  insert(record: MemberRecord): Promise<void>
  /** Within the account: a member of another one is not found. */
  find(accountId: string, memberId: string): Promise<MemberRecord | undefined>
  findByEmail(accountId: string, email: string): Promise<MemberRecord | undefined>
  /** Oldest first. */
  list(query: { accountId: string; limit: number; after?: string }): Promise<Page<MemberRecord>>
  findByPerson(accountId: string, personId: string): Promise<MemberRecord | undefined>
  /** Where somebody belongs, oldest first: suspended places too. */
  listOfPerson(personId: string): Promise<readonly MemberRecord[]>
  /** Places that were made for this address and have nobody yet become this person's. Resolves with how many. */
  claim(email: string, personId: string): Promise<number>
  update(memberId: string, changes: MemberChanges): Promise<void>
  remove(memberId: string): Promise<void>
  /** Active ones. */
  countOwners(accountId: string): Promise<number>
}
