// What the key service asks of a database. `store/key-store.ts` answers it.
import type { DataPolicy } from '../core/data-policy.ts'
import type { Budget, Limits } from '../limits/limits.ts'
import type { AccountRecord } from './account-store.ts'
import type { Page } from './page.ts'
import type { Patterns, Scope } from './principal.ts'

/** An API key as it is kept: everything but the key. Times are unix milliseconds; null = no such rule, or never. */
export interface KeyRecord {
  /** `key_` and 16 base62 digits. */
  readonly keyId: string
  readonly accountId: string
  readonly name: string
  /** `sk-fl-` and the public id: enough to recognise a key by, useless to call with. */
  readonly prefix: string
  readonly last4: string
  /** HMAC-SHA-256 of the whole key under the pepper, hexadecimal. */
  readonly digest: string
  readonly scopes: readonly Scope[]
  /** Its own; its makers' hold as well, and are not repeated here. */
  readonly limits: Limits
  /** Its own, as are the lists below. */
  readonly budget: Budget | null
  readonly models: Patterns | null
  readonly endpoints: Patterns | null
  readonly addresses: Patterns | null
  /** What is wanted of whoever is sent its requests; `isWish`. */
  readonly dataPolicy: DataPolicy | null
  /** Instead of the account's; set by the operator only. */
  readonly group: string | null
  /** The key or the person that made this one, or `master`. */
  readonly madeBy: string
  readonly createdAtMs: number
  readonly expiresAtMs: number | null
  readonly lastUsedAtMs: number | null
  readonly revokedAtMs: number | null
  /** The secret before the last rotation, and until when it is still good. */
  readonly previousDigest: string | null
  readonly previousExpiresAtMs: number | null
}

/** What may change in a key that exists. */
export type KeyChanges = Partial<
  Pick<
    KeyRecord,
    | 'name'
    | 'scopes'
    | 'limits'
    | 'budget'
    | 'models'
    | 'endpoints'
    | 'addresses'
    | 'dataPolicy'
    | 'group'
    | 'expiresAtMs'
    | 'prefix'
    | 'last4'
    | 'digest'
    | 'previousDigest'
    | 'previousExpiresAtMs'
  >
>

/** A key with whatever decides what it may do. */
export interface KeyWithAccount {
  readonly key: KeyRecord
  /** Undefined where a release without accounts wrote the key. */
  readonly account: AccountRecord | undefined
}

export interface KeyStore {
  insert(record: KeyRecord): Promise<void>
  /** By the HMAC of its secret, or of the one before it. */
  findByDigest(digest: string): Promise<KeyWithAccount | undefined>
  findById(keyId: string): Promise<KeyRecord | undefined>
  /** The key that made it, that one's maker and so on, the nearest first. Empty for one that the operator made. */
  makersOf(record: KeyRecord): Promise<readonly KeyRecord[]>
  /** The one that this session made for this account. */
  findMadeBy(sessionId: string, accountId: string): Promise<KeyRecord | undefined>
  /** Newest first, without those that sessions made. `accountId` absent = every account; `after` is the keyId that the page before ended with. */
  list(query: { accountId?: string; after?: string; limit: number }): Promise<Page<KeyRecord>>
  /** Nobody else changes this key before the transaction ends. False when there is none. */
  lock(keyId: string): Promise<boolean>
  update(keyId: string, changes: KeyChanges): Promise<void>
  /** False when it was revoked before. */
  markRevoked(keyId: string, atMs: number): Promise<boolean>
  touch(keyIds: readonly string[], atMs: number): Promise<void>
  count(): Promise<number>
}
