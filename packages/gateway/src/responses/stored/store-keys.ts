// Names and seals of what is stored, with keys that are derived from the gateway's secret, one for each account.
//
// A name is a keyed hash: within an account the same text has the same name, so it is kept once; it tells nobody who
// reads the database what it names, and accounts share nothing. A seal is AES-256-GCM, bound to the account.

import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { ObjectKind } from '../response-store.ts'
import { HASH_LENGTH } from './item-list.ts'

/** Never the beginning of JSON. */
const SEALED = 'e1.'
const IV_BYTES = 12
const TAG_BYTES = 16
const REMEMBERED_ACCOUNTS = 1_000

interface AccountKeys {
  readonly names: Buffer
  readonly seals: Buffer
}

export class StoreKeys {
  readonly #key: Buffer
  readonly #accounts = new LRUCache<string, AccountKeys>({ max: REMEMBERED_ACCOUNTS })

  /** @param secret the same in every process that shares the database */
  constructor(secret: Buffer) {
    this.#key = createHmac('sha256', secret).update('stored responses').digest()
  }

  /** @param sealed whether the object is encrypted: the same text in the open has another name */
  nameOf(accountId: string, kind: ObjectKind, sealed: boolean, text: string): string {
    return createHmac('sha256', this.#of(accountId).names)
      .update(`${kind} ${sealed ? 'sealed' : 'open'} `)
      .update(text)
      .digest('hex')
      .slice(0, HASH_LENGTH)
  }

  seal(accountId: string, text: string): string {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#of(accountId).seals, iv)
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return SEALED + sealed.toString('base64')
  }

  /** @throws when it was sealed for another account, by another gateway, or changed */
  open(accountId: string, stored: string): string {
    if (!isSealed(stored)) return stored
    const bytes = Buffer.from(stored.slice(SEALED.length), 'base64')
    const decipher = createDecipheriv('aes-256-gcm', this.#of(accountId).seals, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
  }

  #of(accountId: string): AccountKeys {
    let keys = this.#accounts.get(accountId)
    if (keys === undefined) {
      const derived = (purpose: string): Buffer =>
        createHmac('sha256', this.#key).update(`${purpose} ${accountId}`).digest()
      keys = { names: derived('names'), seals: derived('seals') }
      this.#accounts.set(accountId, keys)
    }
    return keys
  }
}

export function isSealed(stored: string): boolean {
  return stored.startsWith(SEALED)
}
