// API keys: making, listing, revoking, and who a key is.
// A key is shown once, when it is made; what is kept is an HMAC of it under a pepper that is not in the database. The
// rules that hold a key to its maker's rights live here, so that the HTTP API and the command line cannot differ.
import { createHmac } from 'node:crypto'
import { GatewayError } from '../core/errors.ts'
import { makeKey, parseKey, randomBase62 } from './key-format.ts'
import type { KeyPage, KeyRecord, KeyStore } from './key-store.ts'
import type { KeyLimits, Principal, Scope } from './principal.ts'

export const SCOPES = ['keys:manage'] as const satisfies readonly Scope[]
/** Where the operator's own keys belong. */
const DEFAULT_ACCOUNT = 'default'
const LONGEST_NAME = 200
/** A hundred years: what is meant as "never" should say so. */
export const LONGEST_EXPIRY_SECONDS = 3_155_760_000

export interface KeyServiceOptions {
  readonly database: { readonly keys: KeyStore }
  readonly pepper: Buffer
  /** A function where the prefix may change while the gateway runs. */
  readonly keyPrefix: string | (() => string)
  readonly now: () => number
}

export interface NewKey {
  readonly name: string
  /** Absent = never, or when its maker does. */
  readonly expiresInSeconds?: number
  /** Absent figures = its maker's. */
  readonly limits?: KeyLimits
  /** Absent = its maker's. */
  readonly scopes?: readonly Scope[]
  /** The operator may choose; absent = the maker's, for the operator `default`. */
  readonly accountId?: string
  readonly maker: Principal
}

export interface ListPage {
  /** 1..1000, absent = 100. */
  readonly limit?: number
  /** The id that the page before ended with. */
  readonly after?: string
  /** For the operator, who otherwise sees every account. */
  readonly accountId?: string
}

/** Every method that takes a principal throws `GatewayError`: `permission_denied`, `invalid_request`, `not_found`. */
export interface KeyService {
  /** `key` is the whole key: show it once, keep it nowhere. */
  create(key: NewKey): Promise<{ record: KeyRecord; key: string }>
  list(principal: Principal, page?: ListPage): Promise<KeyPage>
  /** Revoking twice is no error. */
  revoke(principal: Principal, keyId: string): Promise<KeyRecord>
  /** Null for a key that is unknown, revoked or expired. */
  findByDigest(digest: string): Promise<Principal | null>
  /** HMAC-SHA-256, hexadecimal. */
  digestOf(key: string): string
  /** Null without asking the database when `key` is not a key of ours at all. */
  identify(key: string): Promise<Principal | null>
  /** Last used. Unknown ids (`master`) are passed over. */
  touch(keyIds: Iterable<string>, atMs: number): Promise<void>
  /** Called after a key was revoked in the database; returns how to stop listening. */
  onRevoked(listener: (keyId: string) => void): () => void
  /** Every key that was ever made, revoked ones too. */
  count(): Promise<number>
}

export function createKeyService(options: KeyServiceOptions): KeyService {
  const store = options.database.keys
  const { pepper, now } = options
  const prefix = (): string => (typeof options.keyPrefix === 'string' ? options.keyPrefix : options.keyPrefix())
  const listeners = new Set<(keyId: string) => void>()

  const digestOf = (key: string): string => createHmac('sha256', pepper).update(key).digest('hex')
  const findByDigest = async (digest: string): Promise<Principal | null> => {
    const record = await store.findByDigest(digest)
    return record === undefined ? null : principalOf(record, now())
  }

  return {
    digestOf,
    findByDigest,

    async identify(key) {
      return parseKey(key, prefix()) === null ? null : findByDigest(digestOf(key))
    },

    async create(wanted) {
      const { maker } = wanted
      mustManageKeys(maker)
      const createdAtMs = now()
      const key = makeKey(prefix())
      const record: KeyRecord = {
        keyId: `key_${randomBase62(16)}`,
        accountId: accountFor(wanted),
        name: nameOf(wanted.name),
        prefix: key.slice(0, prefix().length + 8),
        last4: key.slice(-4),
        digest: digestOf(key),
        scopes: scopesFor(wanted),
        limits: limitsFor(wanted),
        madeBy: maker.keyId,
        createdAtMs,
        expiresAtMs: expiryFor(wanted, createdAtMs),
        lastUsedAtMs: null,
        revokedAtMs: null,
      }
      await store.insert(record)
      return { record, key }
    },

    async list(principal, page = {}) {
      mustManageKeys(principal)
      const accountId = principal.operator ? page.accountId : principal.accountId
      return store.list({
        limit: Math.min(Math.max(1, page.limit ?? 100), 1000),
        ...(accountId === undefined ? {} : { accountId }),
        ...(page.after === undefined ? {} : { after: page.after }),
      })
    },

    async revoke(principal, keyId) {
      mustManageKeys(principal)
      const record = await store.findById(keyId)
      // A foreign key is answered like one that does not exist: ids of others cannot be found out by trying.
      if (record === undefined || (!principal.operator && record.accountId !== principal.accountId)) {
        throw new GatewayError('not_found', `There is no API key "${keyId.slice(0, 64)}" on this account.`)
      }
      const revokedAtMs = record.revokedAtMs ?? now()
      await store.markRevoked(keyId, revokedAtMs)
      for (const listener of listeners) listener(keyId)
      return { ...record, revokedAtMs }
    },

    async touch(keyIds, atMs) {
      const known = [...new Set(keyIds)].filter((keyId) => keyId.startsWith('key_'))
      if (known.length > 0) await store.touch(known, atMs)
    },

    onRevoked(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },

    count: () => store.count(),
  }
}

/** Null when it may not be used any more. */
function principalOf(record: KeyRecord, nowMs: number): Principal | null {
  const { keyId, accountId, scopes, limits, expiresAtMs, revokedAtMs } = record
  if (revokedAtMs !== null || (expiresAtMs !== null && expiresAtMs <= nowMs)) return null
  return { keyId, accountId, operator: false, scopes, limits, ...(expiresAtMs === null ? {} : { expiresAtMs }) }
}

function mustManageKeys(principal: Principal): void {
  if (principal.operator || principal.scopes.includes('keys:manage')) return
  throw new GatewayError(
    'permission_denied',
    'This key may not manage keys: it was made without the scope "keys:manage".',
  )
}

function nameOf(name: string): string {
  const trimmed = name.trim()
  if (trimmed.length >= 1 && trimmed.length <= LONGEST_NAME) return trimmed
  throw new GatewayError('invalid_request', `name must have 1 to ${LONGEST_NAME} characters.`, { param: 'name' })
}

function accountFor({ accountId, maker }: NewKey): string {
  if (accountId === undefined) return maker.operator ? DEFAULT_ACCOUNT : maker.accountId
  if (!maker.operator && accountId !== maker.accountId) {
    throw new GatewayError('permission_denied', 'Only the operator may make keys for another account.', {
      param: 'account',
    })
  }
  if (/^[\w.:@-]{1,100}$/.test(accountId)) return accountId
  throw new GatewayError('invalid_request', 'account must have 1 to 100 letters, digits or any of . _ : @ -', {
    param: 'account',
  })
}

function scopesFor({ scopes, maker }: NewKey): readonly Scope[] {
  if (scopes === undefined) return maker.operator ? SCOPES : maker.scopes
  const missing = maker.operator ? undefined : scopes.find((scope) => !maker.scopes.includes(scope))
  if (missing === undefined) return [...new Set(scopes)]
  throw new GatewayError('permission_denied', `The key that makes this one lacks the scope "${missing}" itself.`, {
    param: 'scopes',
  })
}

function limitsFor({ limits = {}, maker }: NewKey): KeyLimits {
  const chosen: { rpm?: number; tpm?: number; concurrency?: number } = {}
  for (const name of ['rpm', 'tpm', 'concurrency'] as const) {
    const wanted = limits[name]
    const ceiling = maker.operator ? undefined : maker.limits[name]
    if (wanted !== undefined && ceiling !== undefined && wanted > ceiling) {
      throw new GatewayError(
        'permission_denied',
        `limits.${name} is ${wanted}, and the key that makes this one has ${ceiling}.`,
        {
          param: `limits.${name}`,
        },
      )
    }
    const value = wanted ?? ceiling
    if (value !== undefined) chosen[name] = value
  }
  return chosen
}

function expiryFor({ expiresInSeconds, maker }: NewKey, createdAtMs: number): number | null {
  const ceiling = maker.expiresAtMs ?? null
  if (expiresInSeconds === undefined) return ceiling
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > LONGEST_EXPIRY_SECONDS) {
    throw new GatewayError('invalid_request', `expires_in must be whole seconds, 1 to ${LONGEST_EXPIRY_SECONDS}.`, {
      param: 'expires_in',
    })
  }
  const expiresAtMs = createdAtMs + expiresInSeconds * 1000
  if (ceiling === null || expiresAtMs <= ceiling) return expiresAtMs
  const secondsLeft = Math.max(0, Math.floor((ceiling - createdAtMs) / 1000))
  throw new GatewayError(
    'permission_denied',
    `expires_in is too long: the key that makes this one expires in ${secondsLeft} s itself.`,
    {
      param: 'expires_in',
    },
  )
}
