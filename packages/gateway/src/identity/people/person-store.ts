// People who log in, one per mail address. What they prove who they are with is kept apart (`factor-store.ts`), so that
// a record of a person never holds a secret. `store/person-store.ts` keeps them.
import type { Page } from '../page.ts'

export const PERSON_STATUSES = ['active', 'suspended'] as const
export type PersonStatus = (typeof PERSON_STATUSES)[number]

/** Times are unix milliseconds. */
export interface PersonRecord {
  /** `per_` and 16 base62 digits. */
  readonly personId: string
  /** Lower case; one person each. */
  readonly email: string
  /** When somebody who reads that mailbox, or an issuer who says so, confirmed it; null = never. */
  readonly emailVerifiedAtMs: number | null
  readonly name: string
  /** Runs this gateway: everything that the master key may, after showing a factor. */
  readonly operator: boolean
  readonly status: PersonStatus
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly lastLogInAtMs: number | null
}

export type PersonChanges = Partial<Omit<PersonRecord, 'personId' | 'createdAtMs'>>

export interface PersonStore {
  insert(record: PersonRecord): Promise<void>
  find(personId: string): Promise<PersonRecord | undefined>
  /** @param email lower case */
  findByEmail(email: string): Promise<PersonRecord | undefined>
  /** Newest first. */
  list(query: {
    readonly limit: number
    readonly after?: string
    readonly status?: PersonStatus
    readonly operator?: boolean
  }): Promise<Page<PersonRecord>>
  /** Nobody else changes this person, or what is theirs, before the transaction ends. False when there is none. */
  lock(personId: string): Promise<boolean>
  update(personId: string, changes: PersonChanges): Promise<void>
  /**
   * Those who signed up before then and never came in: the address is unconfirmed, no link waits for them, and they have
   * neither a way in nor a place in an account. So many at the most. @returns whom it removed
   */
  removeForgotten(signedUpBeforeMs: number, nowMs: number, limit: number): Promise<readonly PersonRecord[]>
  /** Active ones. */
  countOperators(): Promise<number>
}
