// API keys: making, listing, changing, rotating and revoking them (`key-manager.ts`), and who a key is (`key-finder.ts`).
// A key is shown once, when it is made; what is kept is an HMAC of it under a pepper that is not in the database.
import type { ChangePublisher } from './change.ts'
import type { Group } from './group-store.ts'
import type { IdentityDatabase } from './identity-database.ts'
import { KeyFinder } from './key-finder.ts'
import { KeyManager } from './key-manager.ts'
import type { KeyRules } from './key-rules.ts'
import type { KeyRecord } from './key-store.ts'
import type { LimitsPatch } from './limits-patch.ts'
import type { Origin } from './origin.ts'
import type { Page, PageQuery } from './page.ts'
import type { Principal } from './principal.ts'

export { LONGEST_EXPIRY_SECONDS, LONGEST_GRACE_SECONDS, SCOPES } from './key-rules.ts'

export interface KeyServiceOptions {
  readonly database: IdentityDatabase
  readonly pepper: Buffer
  /** A function where the prefix may change while the gateway runs. */
  readonly keyPrefix: string | (() => string)
  readonly now: () => number
  /** Told of every change; nobody when absent. */
  readonly changes?: ChangePublisher
  /** The groups of the file; none when absent. */
  readonly groups?: () => readonly Group[]
}

/** Absent = none of its own: its maker's rules hold for it in any case. */
export interface NewKey extends Partial<KeyRules> {
  readonly name: string
  /** Absent = never, or when its maker does. */
  readonly expiresInSeconds?: number
  /** The operator may choose; absent = the maker's, for the operator `default`. */
  readonly accountId?: string
  /** The operator may choose; null or absent = the account's. */
  readonly group?: string | null
  readonly maker: Principal
}

/** Absent = as it is; null = no such rule of its own. Lists and the budget are replaced whole, limits one by one. */
export interface KeyPatch extends Partial<Omit<KeyRules, 'limits'>> {
  readonly name?: string
  readonly limits?: LimitsPatch | null
  /** From now; null = never, or when its maker does. */
  readonly expiresInSeconds?: number | null
  /** The operator only, and only for keys that the operator made: the others follow their maker. */
  readonly group?: string | null
}

export interface ListPage extends PageQuery {
  /** For the operator, who otherwise sees every account. */
  readonly accountId?: string
}

/**
 * Every method that takes a principal throws `GatewayError`: `permission_denied`, `invalid_request`, `conflict`, and
 * `not_found` for what is unknown or another account's.
 */
export interface KeyService {
  /** `key` is the whole key: show it once, keep it nowhere. */
  create(key: NewKey, origin?: Origin): Promise<{ record: KeyRecord; key: string }>
  /** For a browser that is logged in: see `session-keys.ts`. It lives so long, an hour at most. */
  issueForSession(
    principal: Principal,
    lifetimeSeconds: number,
    origin?: Origin,
  ): Promise<{ record: KeyRecord; key: string }>
  get(principal: Principal, keyId: string): Promise<KeyRecord>
  list(principal: Principal, page?: ListPage): Promise<Page<KeyRecord>>
  /** `conflict` for a key that is revoked. */
  update(principal: Principal, keyId: string, patch: KeyPatch, origin?: Origin): Promise<KeyRecord>
  /**
   * A new secret for the same key. The one before it works for `graceSeconds` more, 0..2678400; one that was still alive
   * from the last rotation ends now. `conflict` for a key that is revoked.
   */
  rotate(
    principal: Principal,
    keyId: string,
    graceSeconds: number,
    origin?: Origin,
  ): Promise<{ record: KeyRecord; key: string }>
  /** The keys that were made with it end, too. Revoking twice is no error. */
  revoke(principal: Principal, keyId: string, origin?: Origin): Promise<KeyRecord>
  /**
   * Who a key is, by its digest. Null for one that is unknown, revoked or expired. A principal with a `refusal` is
   * known and may do nothing: 403, not 401.
   */
  resolve(digest: string): Promise<Principal | null>
  /** The same by the key's id, for work that goes on without it being presented; `master` is the operator. */
  principalOf(keyId: string): Promise<Principal | null>
  /** HMAC-SHA-256, hexadecimal. */
  digestOf(key: string): string
  /**
   * Null without asking the database when `key` is not a key of ours at all.
   * @throws {GatewayError} `permission_denied` when its account is suspended
   */
  identify(key: string): Promise<Principal | null>
  /** Last used. Unknown ids (`master`) are passed over. */
  touch(keyIds: Iterable<string>, atMs: number): Promise<void>
  /** Every key that was ever made, revoked ones too. */
  count(): Promise<number>
}

export function createKeyService(options: KeyServiceOptions): KeyService {
  const { keys } = options.database
  const finder = new KeyFinder(options)
  const manager = new KeyManager(options, (key) => finder.digestOf(key))
  return {
    create: (key, origin) => manager.create(key, origin),
    issueForSession: (principal, lifetimeSeconds, origin) =>
      manager.issueForSession(principal, lifetimeSeconds, origin),
    get: (principal, keyId) => manager.get(principal, keyId),
    list: (principal, page) => manager.list(principal, page),
    update: (principal, keyId, patch, origin) => manager.update(principal, keyId, patch, origin),
    rotate: (principal, keyId, graceSeconds, origin) => manager.rotate(principal, keyId, graceSeconds, origin),
    revoke: (principal, keyId, origin) => manager.revoke(principal, keyId, origin),
    resolve: (digest) => finder.resolve(digest),
    principalOf: (keyId) => finder.principalOf(keyId),
    digestOf: (key) => finder.digestOf(key),
    identify: (key) => finder.identify(key),
    async touch(keyIds, atMs) {
      const known = [...new Set(keyIds)].filter((keyId) => keyId.startsWith('key_'))
      if (known.length > 0) await keys.touch(known, atMs)
    },
    count: () => keys.count(),
  }
}
