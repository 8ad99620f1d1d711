// API keys: making, listing, changing, rotating and revoking them, and who a key is.
// A key is shown once, when it is made; what is kept is an HMAC of it under a pepper that is not in the database. The
// rules that hold a key to its maker's rights live here, so that the HTTP API and the command line cannot differ.
//
// A key manages the keys of its account: it makes new ones, and may rename and revoke any. It may change the rights of,
// or give a new secret to, only those that it made itself, directly or through others: otherwise a key with few rights
// could take those of its neighbour. Whatever is done to a key holds for the keys that were made with it.
import { createHmac } from 'node:crypto'
import { GatewayError } from '../core/errors.ts'
import { actorOf } from './actor.ts'
import { writeAudit, type AuditedChange } from './audit-log.ts'
import type { AuditFacts } from './audit-store.ts'
import type { Change, ChangePublisher } from './change.ts'
import { checkedGroupName, checkedName, invalid } from './checks.ts'
import type { Group } from './group-store.ts'
import { findGroup } from './groups.ts'
import type { IdentityDatabase, IdentityStores } from './identity-database.ts'
import { accountFor, isManager, lockedKey, mustHaveMade, mustManageKeys, ownKey } from './key-access.ts'
import { makeKey, parseKey, randomBase62 } from './key-format.ts'
import { rightsOf, type KeyRights } from './key-rights.ts'
import {
  checkedRules,
  denied,
  expiryWithin,
  LONGEST_GRACE_SECONDS,
  patchedLimits,
  SCOPES,
  type KeyRules,
} from './key-rules.ts'
import type { LimitsPatch } from './limits-patch.ts'
import type { KeyChanges, KeyRecord } from './key-store.ts'
import { NO_ORIGIN, type Origin } from './origin.ts'
import { pageLimit, type Page, type PageQuery } from './page.ts'
import { OPERATOR, type Principal } from './principal.ts'
import { groupNameOf, principalOf } from './resolve-key.ts'
import { hasItsSession, issueSessionKey, LONGEST_SESSION_KEY_SECONDS } from './session-keys.ts'

export { LONGEST_EXPIRY_SECONDS, LONGEST_GRACE_SECONDS, SCOPES } from './key-rules.ts'

/** Each call looks at all makers of its key. */
const DEEPEST_CHAIN = 10

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
  return new Keys(options)
}

class Keys implements KeyService {
  readonly #options: KeyServiceOptions
  readonly #database: IdentityDatabase

  constructor(options: KeyServiceOptions) {
    this.#options = options
    this.#database = options.database
  }

  digestOf(key: string): string {
    return createHmac('sha256', this.#options.pepper).update(key).digest('hex')
  }

  async identify(key: string): Promise<Principal | null> {
    if (parseKey(key, this.#prefix) === null) return null
    const principal = await this.resolve(this.digestOf(key))
    if (principal !== null && principal.refusal !== null) throw denied(null, principal.refusal)
    return principal
  }

  async resolve(digest: string): Promise<Principal | null> {
    const { keys, groups } = this.#database
    const found = await keys.findByDigest(digest)
    if (found === undefined || found.key.revokedAtMs !== null) return null
    const { key, account } = found
    if (!(await hasItsSession(this.#database, key, this.#options.now()))) return null
    const makers = await keys.makersOf(key)
    const name = groupNameOf([key, ...makers], account)
    const { group, missing } = await findGroup(name, this.#groups, groups)
    return principalOf({ digest, key, makers, account, group, groupMissing: missing }, this.#options.now())
  }

  async principalOf(keyId: string): Promise<Principal | null> {
    if (keyId === OPERATOR.keyId) return OPERATOR
    const key = await this.#database.keys.findById(keyId)
    return key === undefined ? null : await this.resolve(key.digest)
  }

  async create(wanted: NewKey, origin: Origin = NO_ORIGIN): Promise<{ record: KeyRecord; key: string }> {
    const { maker } = wanted
    mustManageKeys(maker)
    const nowMs = this.#options.now()
    const { key, ...secret } = this.#newSecret()
    const record = await this.#database.transaction(async (stores) => {
      const ceiling = await this.#ceilingFor(stores, maker)
      const rules = checkedRules(wanted, ceiling)
      const made: KeyRecord = {
        keyId: `key_${randomBase62(16)}`,
        accountId: await accountFor(stores, wanted),
        name: checkedName(wanted.name),
        ...secret,
        scopes: rules.scopes ?? ceiling?.scopes ?? SCOPES,
        limits: rules.limits ?? {},
        budget: rules.budget ?? null,
        models: rules.models ?? null,
        endpoints: rules.endpoints ?? null,
        addresses: rules.addresses ?? null,
        group: await this.#groupFor(stores, maker, wanted.group ?? null),
        madeBy: actorOf(maker),
        createdAtMs: nowMs,
        expiresAtMs: expiryWithin(wanted.expiresInSeconds ?? null, nowMs, ceiling),
        lastUsedAtMs: null,
        revokedAtMs: null,
        previousDigest: null,
        previousExpiresAtMs: null,
      }
      await stores.keys.insert(made)
      const { keyId, accountId } = made
      await this.#audit(stores, maker, origin, {
        action: 'key.create',
        objectId: keyId,
        accountId,
        before: null,
        after: factsOf(made),
      })
      return made
    })
    return { record, key }
  }

  async issueForSession(
    principal: Principal,
    lifetimeSeconds: number,
    origin: Origin = NO_ORIGIN,
  ): Promise<{ record: KeyRecord; key: string }> {
    const nowMs = this.#options.now()
    const lifetimeMs = Math.min(lifetimeSeconds, LONGEST_SESSION_KEY_SECONDS) * 1000
    const { key, ...secret } = this.#newSecret()
    const record = await this.#database.transaction((stores) =>
      issueSessionKey(stores, principal, secret, { nowMs, lifetimeMs, origin }),
    )
    await this.#publish({ kind: 'key', keyId: record.keyId })
    return { record, key }
  }

  async get(principal: Principal, keyId: string): Promise<KeyRecord> {
    mustManageKeys(principal)
    return await ownKey(this.#database, principal, keyId)
  }

  async list(principal: Principal, page: ListPage = {}): Promise<Page<KeyRecord>> {
    mustManageKeys(principal)
    const accountId = principal.operator ? page.accountId : principal.accountId
    return await this.#database.keys.list({
      limit: pageLimit(page),
      ...(accountId === undefined ? {} : { accountId }),
      ...(page.after === undefined ? {} : { after: page.after }),
    })
  }

  async update(principal: Principal, keyId: string, patch: KeyPatch, origin: Origin = NO_ORIGIN): Promise<KeyRecord> {
    const { name, expiresInSeconds, group, limits, ...rules } = patch
    const nowMs = this.#options.now()
    const changed = await this.#change(principal, keyId, 'key.update', origin, async (stores, key, makers) => {
      const isRename = Object.entries(patch).every(([field, value]) => field === 'name' || value === undefined)
      if (!isRename || principal.person !== undefined) mustHaveMade(principal, key, makers)
      const ceiling = makers.length === 0 ? ceilingOfPerson(principal) : rightsOf(makers)
      if (group !== undefined && makers.length > 0) {
        throw invalid('group', 'follows the key that made this one. Change it there.')
      }
      return {
        ...checkedRules(rules, ceiling),
        ...(limits === undefined ? {} : { limits: patchedLimits(key.limits, limits, ceiling) }),
        ...(name === undefined ? {} : { name: checkedName(name) }),
        ...(expiresInSeconds === undefined ? {} : { expiresAtMs: expiryWithin(expiresInSeconds, nowMs, ceiling) }),
        ...(group === undefined ? {} : { group: await this.#groupFor(stores, principal, group) }),
      }
    })
    return changed
  }

  async rotate(
    principal: Principal,
    keyId: string,
    graceSeconds: number,
    origin: Origin = NO_ORIGIN,
  ): Promise<{ record: KeyRecord; key: string }> {
    if (!Number.isInteger(graceSeconds) || graceSeconds < 0 || graceSeconds > LONGEST_GRACE_SECONDS) {
      throw invalid('grace_seconds', `must be whole seconds, 0 to ${LONGEST_GRACE_SECONDS}.`)
    }
    const nowMs = this.#options.now()
    const { key, ...secret } = this.#newSecret()
    const record = await this.#change(principal, keyId, 'key.rotate', origin, async (_stores, before, makers) => {
      if (principal.keyId !== keyId) mustHaveMade(principal, before, makers)
      const previous =
        graceSeconds === 0
          ? { previousDigest: null, previousExpiresAtMs: null }
          : { previousDigest: before.digest, previousExpiresAtMs: nowMs + graceSeconds * 1000 }
      return { ...secret, ...previous }
    })
    return { record, key }
  }

  async revoke(principal: Principal, keyId: string, origin: Origin = NO_ORIGIN): Promise<KeyRecord> {
    mustManageKeys(principal)
    const nowMs = this.#options.now()
    const record = await this.#database.transaction(async (stores) => {
      const before = await lockedKey(stores, principal, keyId)
      if (principal.person !== undefined) mustHaveMade(principal, before, await stores.keys.makersOf(before))
      if (before.revokedAtMs !== null) return before
      await stores.keys.markRevoked(keyId, nowMs)
      const after = { ...before, revokedAtMs: nowMs }
      await this.#audit(stores, principal, origin, {
        action: 'key.revoke',
        objectId: keyId,
        accountId: before.accountId,
        before: factsOf(before),
        after: factsOf(after),
      })
      return after
    })
    // Told again for one that was revoked before: whoever asks twice has a reason to.
    await this.#publish({ kind: 'key', keyId })
    return record
  }

  async touch(keyIds: Iterable<string>, atMs: number): Promise<void> {
    const known = [...new Set(keyIds)].filter((keyId) => keyId.startsWith('key_'))
    if (known.length > 0) await this.#database.keys.touch(known, atMs)
  }

  count(): Promise<number> {
    return this.#database.keys.count()
  }

  get #prefix(): string {
    const { keyPrefix } = this.#options
    return typeof keyPrefix === 'string' ? keyPrefix : keyPrefix()
  }

  get #groups(): readonly Group[] {
    return this.#options.groups?.() ?? []
  }

  #newSecret(): Pick<KeyRecord, 'prefix' | 'last4' | 'digest'> & { readonly key: string } {
    const key = makeKey(this.#prefix)
    return { key, prefix: key.slice(0, this.#prefix.length + 8), last4: key.slice(-4), digest: this.digestOf(key) }
  }

  /** One change of a key that is alive, with its entry in the audit log, and told to everybody when it is done. */
  async #change(
    principal: Principal,
    keyId: string,
    action: 'key.update' | 'key.rotate',
    origin: Origin,
    changesOf: (stores: IdentityStores, key: KeyRecord, makers: readonly KeyRecord[]) => Promise<KeyChanges>,
  ): Promise<KeyRecord> {
    mustManageKeys(principal)
    const record = await this.#database.transaction(async (stores) => {
      const before = await lockedKey(stores, principal, keyId)
      if (before.revokedAtMs !== null) {
        throw new GatewayError('conflict', 'The API key is revoked, and stays so. Make a new one.')
      }
      const changes = await changesOf(stores, before, await stores.keys.makersOf(before))
      const after = { ...before, ...changes }
      await stores.keys.update(keyId, changes)
      await this.#audit(stores, principal, origin, {
        action,
        objectId: keyId,
        accountId: before.accountId,
        before: factsOf(before),
        after: factsOf(after),
      })
      return after
    })
    await this.#publish({ kind: 'key', keyId })
    return record
  }

  async #ceilingFor(stores: IdentityStores, maker: Principal): Promise<KeyRights | null> {
    return maker.operator || maker.person !== undefined
      ? ceilingOfPerson(maker)
      : await this.#rightsOfMaker(stores, maker)
  }

  /** As the database has them now: what the caller's principal says may be some seconds old. */
  async #rightsOfMaker({ keys }: IdentityStores, maker: Principal): Promise<KeyRights> {
    const record = await keys.findById(maker.keyId)
    const chain = record === undefined ? [] : [record, ...(await keys.makersOf(record))]
    if (chain.length >= DEEPEST_CHAIN) {
      throw denied(null, `Keys can be made with keys ${DEEPEST_CHAIN} deep. Make this one with an earlier one.`)
    }
    if (chain.length > 0 && chain.every(({ revokedAtMs }) => revokedAtMs === null)) return rightsOf(chain)
    throw new GatewayError('invalid_api_key', 'The API key that makes this one has been revoked.')
  }

  async #groupFor({ groups }: IdentityStores, principal: Principal, name: string | null): Promise<string | null> {
    if (name === null) {
      return null
    }
    if (!principal.operator) throw denied('group', 'Only the operator may put a key into a group.')
    checkedGroupName(name, 'group')
    if ((await findGroup(name, this.#groups, groups)).group !== null) return name
    throw new GatewayError('not_found', `There is no group "${name}".`, { param: 'group' })
  }

  #audit(stores: IdentityStores, principal: Principal, origin: Origin, change: AuditedChange): Promise<void> {
    return writeAudit(stores.audit, principal, origin, this.#options.now(), change)
  }

  async #publish(change: Change): Promise<void> {
    await this.#options.changes?.publish(change)
  }
}

/** A key with the scope manages what a developer may not: the account's other keys, its wallet, its log. */
function ceilingOfPerson(principal: Principal): KeyRights | null {
  return principal.operator || isManager(principal) || principal.person === undefined ? null : WITHOUT_SCOPES
}

const WITHOUT_SCOPES: KeyRights = {
  scopes: [],
  limits: {},
  budgets: [],
  models: [],
  endpoints: [],
  addresses: [],
  expiresAtMs: null,
}

/** What the audit log keeps of a key: everything but its secrets. */
function factsOf(record: KeyRecord): AuditFacts {
  const { digest: _, previousDigest: __, lastUsedAtMs: ___, ...facts } = record
  return facts
}
