// The keys of an account are made, listed, changed, rotated and revoked. The rules that hold a key to its maker's rights
// live here, so that the HTTP API and the command line cannot differ.
//
// A key manages the keys of its account: it makes new ones, and may rename and revoke any. It may change the rights of,
// or give a new secret to, only those that it made itself, directly or through others: otherwise a key with few rights
// could take those of its neighbour. Whatever is done to a key holds for the keys that were made with it.
import { GatewayError } from '../core/errors.ts'
import { actorOf } from './actor.ts'
import { writeAudit, type AuditedChange } from './audit-log.ts'
import type { AuditFacts } from './audit-store.ts'
import type { Change } from './change.ts'
import { checkedGroupName, checkedName, invalid } from './checks.ts'
import type { Group } from './group-store.ts'
import { findGroup } from './groups.ts'
import type { IdentityDatabase, IdentityStores } from './identity-database.ts'
import { accountFor, lockedKey, mustHaveMade, mustManageKeys, ownKey } from './key-access.ts'
import { ceilingOf, ceilingOfPerson } from './key-ceiling.ts'
import { makeKey, prefixOf, randomBase62 } from './key-format.ts'
import { rightsOf } from './key-rights.ts'
import { checkedRules, denied, expiryWithin, LONGEST_GRACE_SECONDS, patchedLimits, SCOPES } from './key-rules.ts'
import type { KeyPatch, KeyService, KeyServiceOptions, ListPage, NewKey } from './key-service.ts'
import type { KeyChanges, KeyRecord } from './key-store.ts'
import { NO_ORIGIN, type Origin } from './origin.ts'
import { pageLimit, type Page } from './page.ts'
import type { Principal } from './principal.ts'
import { issueSessionKey, LONGEST_SESSION_KEY_SECONDS } from './session-keys.ts'

type Managing = Pick<KeyService, 'create' | 'issueForSession' | 'get' | 'list' | 'update' | 'rotate' | 'revoke'>

export class KeyManager implements Managing {
  readonly #options: KeyServiceOptions
  readonly #database: IdentityDatabase
  readonly #digestOf: (key: string) => string

  constructor(options: KeyServiceOptions, digestOf: (key: string) => string) {
    this.#options = options
    this.#database = options.database
    this.#digestOf = digestOf
  }

  async create(wanted: NewKey, origin: Origin = NO_ORIGIN): Promise<{ record: KeyRecord; key: string }> {
    const { maker } = wanted
    mustManageKeys(maker)
    const nowMs = this.#options.now()
    const { key, ...secret } = this.#newSecret()
    const record = await this.#database.transaction(async (stores) => {
      const ceiling = await ceilingOf(stores, maker)
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
        dataPolicy: rules.dataPolicy ?? null,
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

  get #groups(): readonly Group[] {
    return this.#options.groups?.() ?? []
  }

  #newSecret(): Pick<KeyRecord, 'prefix' | 'last4' | 'digest'> & { readonly key: string } {
    const prefix = prefixOf(this.#options)
    const key = makeKey(prefix)
    return { key, prefix: key.slice(0, prefix.length + 8), last4: key.slice(-4), digest: this.#digestOf(key) }
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

/** What the audit log keeps of a key: everything but its secrets. */
function factsOf(record: KeyRecord): AuditFacts {
  const { digest: _, previousDigest: __, lastUsedAtMs: ___, ...facts } = record
  return facts
}
