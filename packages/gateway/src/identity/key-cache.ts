// Who is calling: from the credential in a request's headers to a principal, without a question to anybody for a key
// that was seen lately.
//
// A key that is revoked is dropped from here by a message from the primary, at once; the short life of an entry is the
// second net. Text that is not a key of ours is told from its checksum and never becomes a question.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { GatewayError } from '../core/errors.ts'
import { parseKey } from './key-format.ts'
import { OPERATOR, type Principal } from './principal.ts'

const ENTRY_TTL_MS = 30_000
const MAX_ENTRIES = 50_000

export interface KeyCacheOptions {
  /** Finds a key by the HMAC of its text, hexadecimal; null = no such key, or revoked. */
  readonly findKey: (digest: string) => Principal | null | Promise<Principal | null>
  readonly pepper: Buffer
  keyPrefix(): string
  /** Empty = none. */
  masterKey(): string
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

export class KeyCache {
  readonly #options: KeyCacheOptions
  readonly #entries = new LRUCache<string, Principal>({ max: MAX_ENTRIES, ttl: ENTRY_TTL_MS, ttlResolution: 1_000 })

  readonly #revoked = new LRUCache<string, true>({ max: MAX_ENTRIES, ttl: ENTRY_TTL_MS })

  constructor(options: KeyCacheOptions) {
    this.#options = options
  }

  /**
   * /!\ Hot path: synchronous for a key that is known.
   * @throws {GatewayError} `invalid_api_key`, also through the promise
   */
  identify(headers: Headers): Principal | Promise<Principal> {
    const token = readToken(headers)
    const known = this.#entries.get(token)
    if (known !== undefined) return live(known)
    const { masterKey, keyPrefix, findKey, pepper } = this.#options
    if (isMaster(token, masterKey())) {
      this.#entries.set(token, OPERATOR)
      return OPERATOR
    }
    if (parseKey(token, keyPrefix()) === null) throw unknownKey()
    const found = findKey(createHmac('sha256', pepper).update(token).digest('hex'))
    return found instanceof Promise
      ? found.then((principal) => this.#accept(token, principal))
      : this.#accept(token, found)
  }

  /** From now on the key has to be asked for again. */
  forget(keyId: string): void {
    // An answer that was on its way when the key was revoked must not be remembered as a good one.
    this.#revoked.set(keyId, true)
    for (const [token, principal] of this.#entries.entries()) {
      if (principal.keyId === keyId) this.#entries.delete(token)
    }
  }

  clear(): void {
    this.#entries.clear()
  }

  #accept(token: string, principal: Principal | null): Principal {
    if (principal === null || this.#revoked.has(principal.keyId)) throw unknownKey()
    const accepted = live(principal)
    this.#entries.set(token, accepted)
    return accepted
  }
}

/** The carriers that clients use, in the order in which they count. A malformed one never falls through to the next. */
export function readToken(headers: Headers): string {
  const authorization = headers['authorization']
  if (authorization !== undefined) {
    if (typeof authorization === 'string' && /^bearer /i.test(authorization)) {
      const token = authorization.slice(7).trim()
      // A master key is any text of sixteen characters or more, so spaces are no mistake.
      if (token !== '') return token
    }
    throw new GatewayError(
      'invalid_api_key',
      'The Authorization header is malformed. Send "Authorization: Bearer YOUR_API_KEY".',
    )
  }
  const token = headers['x-api-key'] ?? headers['x-goog-api-key']
  if (typeof token === 'string' && token !== '') return token
  if (token !== undefined)
    throw new GatewayError('invalid_api_key', 'The API key header is malformed. Send the key alone, once.')
  throw new GatewayError('invalid_api_key', 'The API key is missing. Send "Authorization: Bearer YOUR_API_KEY".')
}

function live(principal: Principal): Principal {
  if (principal.expiresAtMs !== undefined && Date.now() >= principal.expiresAtMs) {
    throw new GatewayError('invalid_api_key', 'The API key has expired. Make a new one.')
  }
  return principal
}

function isMaster(token: string, masterKey: string): boolean {
  if (masterKey === '') return false
  // Digests are of one length, so the comparison says nothing about the key's.
  return timingSafeEqual(createHash('sha256').update(token).digest(), createHash('sha256').update(masterKey).digest())
}

function unknownKey(): GatewayError {
  return new GatewayError(
    'invalid_api_key',
    'The API key is not valid: unknown, revoked, or mistyped. Check the Authorization header.',
  )
}
