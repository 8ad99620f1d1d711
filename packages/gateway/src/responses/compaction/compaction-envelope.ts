// The opaque content of our compaction items: what they stand for, packed, encrypted, and bound to an account.
//
// Format: base64url, without padding, of `fl1.cmpt.` + 12 bytes of nonce + AES-256-GCM of the deflated JSON + its tag of
// 16 bytes. The account is authenticated with it: opened for anybody else, it is no envelope. Every instance has the key,
// so any of them opens what another one closed.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { parseJsonObject } from '../../core/json.ts'
import { readPayload, type CompactionPayload } from './payload.ts'

const MAGIC = Buffer.from('fl1.cmpt.')
/** Nine bytes are twelve characters. */
const PREFIX = MAGIC.toString('base64url')
const NONCE_BYTES = 12
const TAG_BYTES = 16
const MOST_PLAIN_BYTES = 32 * 1024 * 1024
const ALGORITHM = 'aes-256-gcm'

export interface OpenedEnvelope {
  readonly payload: CompactionPayload
  /** Of all that it holds, unpacked. */
  readonly bytes: number
}

export class CompactionEnvelope {
  readonly #key: Buffer

  /** @param key 32 bytes, the same in every process */
  constructor(key: Buffer) {
    this.#key = key
  }

  close(accountId: string, payload: CompactionPayload): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(ALGORITHM, this.#key, nonce).setAAD(Buffer.from(accountId))
    const packed = deflateRawSync(Buffer.from(JSON.stringify(payload)))
    const sealed = Buffer.concat([cipher.update(packed), cipher.final()])
    return Buffer.concat([MAGIC, nonce, sealed, cipher.getAuthTag()]).toString('base64url')
  }

  /** Null: another account's, or changed. @param text one of which `isCompactionEnvelope` is true */
  open(accountId: string, text: string): OpenedEnvelope | null {
    const bytes = Buffer.from(text, 'base64')
    const start = MAGIC.length + NONCE_BYTES
    if (bytes.length < start + TAG_BYTES) return null
    try {
      const decipher = createDecipheriv(ALGORITHM, this.#key, bytes.subarray(MAGIC.length, start))
      decipher.setAAD(Buffer.from(accountId)).setAuthTag(bytes.subarray(-TAG_BYTES))
      const packed = Buffer.concat([decipher.update(bytes.subarray(start, -TAG_BYTES)), decipher.final()])
      const plain = inflateRawSync(packed, { maxOutputLength: MOST_PLAIN_BYTES })
      const payload = readPayload(parseJsonObject(plain.toString('utf8')))
      return payload === null ? null : { payload, bytes: plain.length }
    } catch {
      // Whatever is wrong with it, it says nothing that could be trusted.
      return null
    }
  }
}

/** @param body of a request */
export function hasCompactionEnvelope(body: Buffer): boolean {
  return body.includes(PREFIX)
}

/** A text that says of itself that it is one. */
export function isCompactionEnvelope(text: string): boolean {
  return text.startsWith(PREFIX)
}
