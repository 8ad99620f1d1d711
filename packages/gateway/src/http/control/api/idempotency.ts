// Idempotency-Key: a POST that was answered is answered the same when it is sent again, and does nothing more.
// The answer may hold a secret that is shown once, so what is kept is sealed under a key that only this gateway's secret
// and the client's own Idempotency-Key give together: whoever has the database has neither.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { GatewayError } from '../../../core/errors.ts'
import type { IdempotencyStore, StoredReply } from '../../../core/idempotency-store.ts'
import type { Principal } from '../../../identity/principal.ts'

const KEPT_MS = 24 * 3600 * 1000
/** A request that has not been answered after this has died with its gateway. */
const PENDING_MS = 60_000
const MAX_KEY_LENGTH = 255

export interface WantedOnce {
  /** The header. */
  readonly key: string
  readonly principal: Principal
  /** `POST /api/auth` */
  readonly path: string
  readonly body: string
}

export class Idempotency {
  readonly #store: IdempotencyStore
  readonly #secret: Buffer
  readonly #now: () => number

  constructor(options: { readonly store: IdempotencyStore; readonly secret: Buffer; readonly now: () => number }) {
    this.#store = options.store
    this.#secret = Buffer.from(hkdfSync('sha256', options.secret, 'fairlead', 'idempotency', 32))
    this.#now = options.now
  }

  /** @throws {GatewayError} `conflict` for the same key with another request, or with one that is not answered yet */
  async once({ key, principal, path, body }: WantedOnce, run: () => Promise<Response>): Promise<Response> {
    if (!/^[\x20-\x7e]+$/.test(key) || key.length > MAX_KEY_LENGTH) {
      throw new GatewayError('invalid_request', `Idempotency-Key must have 1 to ${MAX_KEY_LENGTH} ASCII characters.`, {
        param: 'Idempotency-Key',
      })
    }
    // Another key of the account must not be shown what this one was shown.
    const id = this.#digest('id', principal.accountId, principal.keyId, key)
    const requestDigest = this.#digest('request', path, body)
    const atMs = this.#now()
    const before = await this.#store.claim({
      id,
      requestDigest,
      atMs,
      staleBeforeMs: atMs - PENDING_MS,
      expiredBeforeMs: atMs - KEPT_MS,
    })
    if (before !== null) return this.#again(key, id, requestDigest, before)
    try {
      const response = await run()
      const text = await response.clone().text()
      // It is done whether or not that can be written down: the client must be told.
      const sealed = { status: response.status, sealed: this.#seal(key, id, text) }
      await this.#store.finish(id, sealed).catch(() => {})
      return response
    } catch (error) {
      await this.#store.release(id).catch(() => {})
      throw error
    }
  }

  #again(key: string, id: string, requestDigest: string, before: StoredReply): Response {
    if (before.requestDigest !== requestDigest) {
      throw new GatewayError('conflict', 'This Idempotency-Key was used for another request. Use a new one.', {
        param: 'Idempotency-Key',
      })
    }
    if (before.reply === null) {
      throw new GatewayError('conflict', 'The first request with this Idempotency-Key is still being worked on.', {
        param: 'Idempotency-Key',
        retryAfterSeconds: 1,
      })
    }
    const { status, sealed } = before.reply
    const opened = this.#open(key, id, sealed)
    return new Response(opened, {
      status,
      headers: { 'content-type': contentTypeOf(opened), 'idempotent-replayed': 'true' },
    })
  }

  #digest(...parts: readonly string[]): string {
    return createHmac('sha256', this.#secret).update(JSON.stringify(parts)).digest('hex')
  }

  #seal(key: string, id: string, text: string): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#keyFor(key), nonce).setAAD(Buffer.from(id))
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
  }

  #open(key: string, id: string, text: string): string {
    const bytes = Buffer.from(text, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', this.#keyFor(key), bytes.subarray(0, 12))
      .setAAD(Buffer.from(id))
      .setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
  }

  #keyFor(key: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret, key, 'reply', 32))
  }
}

/** Every reply is JSON, but for those of routes that give CSV where the client asked for it. */
function contentTypeOf(text: string): string {
  return text.startsWith('{') ? 'application/json' : 'text/csv; charset=utf-8; header=present'
}
