// What the key service asks of a database. `store/key-store.ts` answers it.
import type { KeyLimits, Scope } from './principal.ts'

/** An API key as it is kept: everything but the key. Times are unix milliseconds. */
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
  readonly limits: KeyLimits
  /** The key that made this one, or `master`. */
  readonly madeBy: string
  readonly createdAtMs: number
  /** null = never. */
  readonly expiresAtMs: number | null
  readonly lastUsedAtMs: number | null
  readonly revokedAtMs: number | null
}

export interface KeyPage {
  /** Newest first. */
  readonly records: readonly KeyRecord[]
  readonly hasMore: boolean
}

export interface KeyStore {
  insert(record: KeyRecord): Promise<void>
  findByDigest(digest: string): Promise<KeyRecord | undefined>
  findById(keyId: string): Promise<KeyRecord | undefined>
  /** `accountId` absent = every account; `after` is the keyId that the page before ended with. */
  list(query: { accountId?: string; after?: string; limit: number }): Promise<KeyPage>
  /** False when it was revoked before. */
  markRevoked(keyId: string, atMs: number): Promise<boolean>
  touch(keyIds: readonly string[], atMs: number): Promise<void>
  count(): Promise<number>
}
