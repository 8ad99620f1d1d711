// Who is calling: from the credential in a request's headers to a principal, without a question to anybody for a key
// that was seen lately.
//
//   age of what is remembered    0 ......... 15 s ............ 30 s .................. 60 s
//   what happens                 used        used, and asked   asked; used if nobody    gone
//                                            again meanwhile   can be asked
//
// A key that changes is forgotten by a message from the primary, at once; age is the second net. When the database
// cannot be asked, keys that are remembered go on for their minute, and all others get 503: never a 401, which would tell
// a client that its key is bad. Text that is not a key of ours is told from its checksum and never becomes a question.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { GatewayError } from '../core/errors.ts'
import type { Change } from './change.ts'
import { parseKey } from './key-format.ts'
import { isSession, OPERATOR, type Principal } from './principal.ts'

const ASK_AGAIN_MS = 15_000
const TRUSTED_MS = 30_000
const LONGEST_MS = 60_000
/** An answer that takes longer does not come. */
const ASK_TIMEOUT_MS = 5_000
/** The same where something is remembered that can be used instead. */
const PATIENCE_MS = 1_000
/** After a failure nobody is asked for so long: requests do not queue up before a database that is down. */
const REST_MS = 1_000
/** How long "there is no such key" is remembered, so that a flood of them is one question each. */
const UNKNOWN_MS = 3_000
const MAX_ENTRIES = 50_000
const MAX_UNKNOWN = 10_000
/** Changes that are remembered one by one; beyond, everything counts as changed. */
const MAX_CHANGES = 10_000
/** A key that changes while it is asked for is asked for again, so often. */
const MAX_TRIES = 4

export interface KeyCacheOptions {
  /**
   * Finds a key by the HMAC of its text, hexadecimal; null = no such key, or one that is no good any more. Throws or
   * rejects when that cannot be told.
   */
  readonly findKey: (digest: string) => Principal | null | Promise<Principal | null>
  readonly pepper: Buffer
  keyPrefix(): string
  /** Empty = none. */
  masterKey(): string
  /** Monotonic milliseconds; `performance.now` when absent. */
  readonly monotonicMs?: () => number
  /** Unix milliseconds; `Date.now` when absent. */
  readonly nowMs?: () => number
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

interface Entry {
  readonly principal: Principal
  readonly askedAtMs: number
  /** No change up to this one concerned it. */
  epoch: number
}

interface Unknown {
  readonly untilMs: number
  readonly epoch: number
}

export class KeyCache {
  readonly #options: KeyCacheOptions
  readonly #entries = new LRUCache<string, Entry>({ max: MAX_ENTRIES })
  readonly #unknown = new LRUCache<string, Unknown>({ max: MAX_UNKNOWN })
  /** One question at a time for each key. */
  readonly #asking = new Map<string, Promise<Principal>>()
  /** Counts changes. */
  #epoch = 0
  /** When each of those that changed did last. */
  readonly #changed = new Map<string, number>()
  #allChanged = 0
  #restUntilMs = 0

  constructor(options: KeyCacheOptions) {
    this.#options = options
  }

  /**
   * /!\ Hot path: synchronous for a key that is known.
   * @throws {GatewayError} `invalid_api_key`, `permission_denied`, `service_unavailable`; also through the promise
   */
  identify(headers: Headers): Principal | Promise<Principal> {
    const token = readToken(headers)
    const entry = this.#entries.get(token)
    if (entry !== undefined && (entry.epoch === this.#epoch || this.#isUnchanged(entry))) {
      const ageMs = this.#monotonicMs - entry.askedAtMs
      if (ageMs < ASK_AGAIN_MS) return this.#usable(entry.principal)
      if (ageMs < TRUSTED_MS) {
        // Whoever asks next hears of a failure, if it is still one.
        if (!this.#isResting) this.#ask(token).catch(() => {})
        return this.#usable(entry.principal)
      }
      if (ageMs < LONGEST_MS) return this.#askPatiently(token, entry)
    }
    const { masterKey, keyPrefix } = this.#options
    if (isMaster(token, masterKey())) {
      this.#entries.set(token, { principal: OPERATOR, askedAtMs: Infinity, epoch: this.#epoch })
      return OPERATOR
    }
    if (parseKey(token, keyPrefix()) === null || this.#isKnownToBeNone(token)) throw unknownKey()
    if (this.#isResting) throw cannotAsk()
    return this.#ask(token)
  }

  /** From now on whatever it concerns has to be asked for again, answers that are on their way included. */
  forget(change: Change): void {
    // Nothing about anybody.
    if (change.kind === 'response') return
    this.#epoch += 1
    if (change.kind === 'all' || this.#changed.size >= MAX_CHANGES) {
      this.#allChanged = this.#epoch
      this.#changed.clear()
      return
    }
    this.#changed.set(nameOf(change), this.#epoch)
  }

  /** After the master key, or the form of keys, has changed. */
  clear(): void {
    this.#entries.clear()
    this.forget({ kind: 'all' })
  }

  get #monotonicMs(): number {
    return this.#options.monotonicMs?.() ?? performance.now()
  }

  get #isResting(): boolean {
    return this.#monotonicMs < this.#restUntilMs
  }

  #isUnchanged(entry: Entry): boolean {
    if (entry.principal !== OPERATOR && this.#hasChangedSince(entry.principal, entry.epoch)) return false
    entry.epoch = this.#epoch
    return true
  }

  #hasChangedSince({ keyId, makers, accountId, group }: Principal, epoch: number): boolean {
    if (this.#allChanged > epoch) return true
    const since = (kind: Change['kind'], id: string): boolean => (this.#changed.get(`${kind} ${id}`) ?? 0) > epoch
    return (
      since('key', keyId) ||
      since('account', accountId) ||
      since('group', group) ||
      makers.some((maker) => since('key', maker)) ||
      ((this.#changed.get('person') ?? 0) > epoch && makers.some(isSession))
    )
  }

  #isKnownToBeNone(token: string): boolean {
    const unknown = this.#unknown.get(token)
    return unknown !== undefined && unknown.epoch === this.#epoch && this.#monotonicMs < unknown.untilMs
  }

  /** What is remembered is used when no answer comes in time. */
  async #askPatiently(token: string, { principal }: Entry): Promise<Principal> {
    if (this.#isResting) return this.#usable(principal)
    try {
      return await within(PATIENCE_MS, this.#ask(token))
    } catch (error) {
      if (error instanceof GatewayError && error.tableCode !== 'service_unavailable') throw error
      return this.#usable(principal)
    }
  }

  #ask(token: string): Promise<Principal> {
    const under = this.#asking.get(token)
    if (under !== undefined) return under
    const asking = this.#askOnce(token).finally(() => this.#asking.delete(token))
    this.#asking.set(token, asking)
    return asking
  }

  async #askOnce(token: string): Promise<Principal> {
    const digest = createHmac('sha256', this.#options.pepper).update(token).digest('hex')
    for (let left = MAX_TRIES; left > 0; left--) {
      const epoch = this.#epoch
      const askedAtMs = this.#monotonicMs
      const principal = await this.#find(digest)
      if (principal === null) {
        this.#entries.delete(token)
        this.#unknown.set(token, { untilMs: this.#monotonicMs + UNKNOWN_MS, epoch })
        throw unknownKey()
      }
      // An answer that was on its way when the key was changed may be from before.
      if (this.#hasChangedSince(principal, epoch)) continue
      this.#entries.set(token, { principal, askedAtMs, epoch: this.#epoch })
      return this.#usable(principal)
    }
    throw cannotAsk()
  }

  async #find(digest: string): Promise<Principal | null> {
    try {
      return await within(ASK_TIMEOUT_MS, Promise.resolve(this.#options.findKey(digest)))
    } catch (error) {
      this.#restUntilMs = this.#monotonicMs + REST_MS
      throw error instanceof GatewayError ? error : cannotAsk(error)
    }
  }

  #usable(principal: Principal): Principal {
    const { expiresAtMs, refusal } = principal
    if (expiresAtMs !== undefined && (this.#options.nowMs?.() ?? Date.now()) >= expiresAtMs) {
      throw new GatewayError('invalid_api_key', 'The API key has expired. Make a new one.')
    }
    if (refusal !== null) throw new GatewayError('permission_denied', refusal)
    return principal
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

function nameOf(change: Exclude<Change, { readonly kind: 'all' | 'response' }>): string {
  if (change.kind === 'key') return `key ${change.keyId}`
  // No key is answered with the first three; of people, those that their sessions made.
  if (change.kind === 'prices' || change.kind === 'upstreams' || change.kind === 'auto' || change.kind === 'person')
    return change.kind
  return change.kind === 'account' ? `account ${change.accountId}` : `group ${change.group}`
}

function isMaster(token: string, masterKey: string): boolean {
  if (masterKey === '') return false
  // Digests are of one length, so the comparison says nothing about the key's.
  return timingSafeEqual(createHash('sha256').update(token).digest(), createHash('sha256').update(masterKey).digest())
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(cannotAsk()), ms)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

function unknownKey(): GatewayError {
  return new GatewayError(
    'invalid_api_key',
    'The API key is not valid: unknown, revoked, or mistyped. Check the Authorization header.',
  )
}

function cannotAsk(cause?: unknown): GatewayError {
  return new GatewayError('service_unavailable', 'API keys cannot be checked right now. Try again shortly.', {
    retryAfterSeconds: 1,
    ...(cause === undefined ? {} : { cause }),
  })
}
