// Personal access tokens: a person's way into the control plane without a browser. They are no API keys: no model can be
// called with one. `store/access-token-store.ts` keeps them.
import type { PersonRecord } from './person-store.ts'

/**
 * `read`: look at things. `write`: change things. `secrets`: make and rotate API keys, move money, and what else asks
 * for a fresh factor of somebody in a browser; never factors, roles or tokens. `operator`: the
 * token of an operator does what only they may.
 */
export const TOKEN_SCOPES = ['read', 'write', 'secrets', 'operator'] as const
export type TokenScope = (typeof TOKEN_SCOPES)[number]

/** Times are unix milliseconds. */
export interface AccessTokenRecord {
  /** `pat_` and 16 base62 digits. */
  readonly tokenId: string
  readonly personId: string
  readonly name: string
  /** HMAC-SHA-256 of the whole token under the pepper, hexadecimal: `access-token-format.ts`. */
  readonly digest: string
  readonly prefix: string
  readonly last4: string
  readonly scopes: readonly TokenScope[]
  /** It works in this account alone; null = wherever its person does. */
  readonly accountId: string | null
  readonly createdAtMs: number
  /** Null = never. */
  readonly expiresAtMs: number | null
  readonly lastUsedAtMs: number | null
}

export interface AccessTokenStore {
  insert(record: AccessTokenRecord): Promise<void>
  findByDigest(
    digest: string,
  ): Promise<{ readonly token: AccessTokenRecord; readonly person: PersonRecord } | undefined>
  /** Newest first. */
  listOf(personId: string): Promise<readonly AccessTokenRecord[]>
  touch(tokenId: string, atMs: number): Promise<void>
  /** False when this person has none of this id. */
  remove(personId: string, tokenId: string): Promise<boolean>
  removeAllOf(personId: string): Promise<number>
}
