// Carrying one provider's signed or encrypted reasoning through a client of another dialect.
//
// Every dialect has some field whose content clients send back unread: Anthropic's `signature`, the Responses API's
// `encrypted_content`, Gemini's `thoughtSignature`. A foreign seal travels there inside our envelope, which says whose it
// is. What comes back without an envelope is the dialect's own; an envelope that was tampered with, or that another
// account was given, opens to nothing.
//
// Format: base64url, without padding, of `fl1.seal.` + a JSON array `[dialect, origin, itemId, data]` + 16 bytes of
// HMAC-SHA-256. It is base64 through and through because Google's SDKs for Python and Go decode a `thoughtSignature` when
// they read it and encode it again when they send it back, in an alphabet of their own.

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { DialectName, Seal } from './conversation.ts'

/** Nine bytes are twelve characters: whatever follows, an envelope begins with them. */
const MAGIC = Buffer.from('fl1.seal.')
const PREFIX = MAGIC.toString('base64url')
const TAG_BYTES = 16

const DIALECTS: ReadonlySet<string> = new Set<DialectName>([
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
  'bedrock-converse',
])

export class SealEnvelope {
  readonly #key: Buffer
  readonly #accountId: string
  /** The deployment that answers: put into every envelope that is closed. */
  readonly origin: string

  /** @param accountId whose reasoning it is: an envelope opens for nobody else */
  constructor(key: Buffer, accountId: string, origin: string) {
    this.#key = key
    this.#accountId = accountId
    this.origin = origin
  }

  /** The same account, another deployment. */
  from(origin: string): SealEnvelope {
    return new SealEnvelope(this.#key, this.#accountId, origin)
  }

  /** Text for a client. */
  close(seal: Seal): string {
    const fields = JSON.stringify([seal.dialect, seal.origin ?? this.origin, seal.itemId ?? '', seal.data])
    // White space behind JSON means nothing, and makes padding unnecessary.
    const missing = 2 - ((Buffer.byteLength(fields) + TAG_BYTES - 1) % 3)
    const payload = Buffer.from(fields + ' '.repeat(missing))
    return Buffer.concat([MAGIC, payload, this.#tag(payload)]).toString('base64url')
  }

  /** @param own the dialect in which the text came; null = an envelope of ours that cannot be trusted */
  open(text: string, own: DialectName): Seal | null {
    if (!isEnvelope(text)) return { dialect: own, data: text }
    // Both alphabets are read. What is no base64 is skipped, so it is the length that must be right.
    const bytes = Buffer.from(text, 'base64')
    if (bytes.length < MAGIC.length + TAG_BYTES || bytes.length * 4 !== text.length * 3) return null
    const payload = bytes.subarray(MAGIC.length, -TAG_BYTES)
    if (!timingSafeEqual(bytes.subarray(-TAG_BYTES), this.#tag(payload))) return null
    const [dialect, origin, itemId, data] = JSON.parse(payload.toString('utf8')) as string[]
    if (!isDialect(dialect) || data === undefined) return null
    return { dialect, data, ...(itemId ? { itemId } : {}), ...(origin ? { origin } : {}) }
  }

  #tag(payload: Buffer): Buffer {
    const mac = createHmac('sha256', this.#key).update(this.#accountId).update('\0').update(payload)
    return mac.digest().subarray(0, TAG_BYTES)
  }
}

/** A text that says of itself that it is one. */
export function isEnvelope(text: string): boolean {
  return text.startsWith(PREFIX)
}

/** /!\ Hot path, once a request: where the last envelope in a text begins; -1 = there is none. */
export function lastEnvelope(text: string): number {
  // Most have none, and looking forwards is many times faster than looking backwards.
  return text.includes(PREFIX) ? text.lastIndexOf(PREFIX) : -1
}

const PAYLOAD = /[A-Za-z0-9_+/-]{4,4096}/y

/** The deployment that closed the envelope at a place; null = it is no envelope. Not verified: a hint where to go, no more. */
export function originAt(text: string, at: number): string | null {
  PAYLOAD.lastIndex = at + PREFIX.length
  const payload = PAYLOAD.exec(text)?.[0]
  if (payload === undefined) return null
  // The origin comes before the data, which may be long and cut off here.
  const start = Buffer.from(payload, 'base64').toString('utf8')
  return /^\["[a-z-]+","((?:[^"\\]|\\.)*)"/.exec(start)?.[1] ?? null
}

function isDialect(value: string | undefined): value is DialectName {
  return value !== undefined && DIALECTS.has(value)
}
