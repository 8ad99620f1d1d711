// What an API key looks like: prefix, 8 characters of public id, 40 of secret (238 bits), 6 of checksum, all base62.
// The checksum tells a mistyped or made-up key from a real one without a question to the database, and lets a scanner
// of leaked secrets be sure of what it found: /sk-fl-[0-9A-Za-z]{54}/.
import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const PUBLIC_LENGTH = 8
const SECRET_LENGTH = 40
const CHECKSUM_LENGTH = 6
const TAIL = new RegExp(`^[0-9A-Za-z]{${PUBLIC_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH}}$`)

export interface ParsedKey {
  /** May be shown: `sk-fl-` and the public id. */
  readonly prefix: string
  readonly last4: string
}

/** A new key. 62^40 secrets; the bytes come from the system's generator. */
export function makeKey(keyPrefix: string): string {
  const body = keyPrefix + randomBase62(PUBLIC_LENGTH + SECRET_LENGTH)
  return body + checksum(body)
}

/** Null for everything that is not a key of ours. Costs well under a microsecond for garbage. */
export function parseKey(text: string, keyPrefix: string): ParsedKey | null {
  const length = keyPrefix.length + PUBLIC_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH
  if (text.length !== length || !text.startsWith(keyPrefix) || !TAIL.test(text.slice(keyPrefix.length))) return null
  const body = text.slice(0, -CHECKSUM_LENGTH)
  if (text.slice(-CHECKSUM_LENGTH) !== checksum(body)) return null
  return { prefix: text.slice(0, keyPrefix.length + PUBLIC_LENGTH), last4: text.slice(-4) }
}

/** Each character is one of 62 with equal chance: bytes of 248 and above are thrown away. */
export function randomBase62(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length + 8)) {
      if (byte < 248 && text.length < length) text += DIGITS[byte % 62] ?? ''
    }
  }
  return text
}

/** CRC-32 of the whole key before it, prefix included, so that a key of one brand is garbage to another. */
function checksum(body: string): string {
  let rest = crc32(body)
  let text = ''
  for (let digit = 0; digit < CHECKSUM_LENGTH; digit++) {
    text = (DIGITS[rest % 62] ?? '') + text
    rest = Math.floor(rest / 62)
  }
  return text
}

/** As it is now, where it may change while the gateway runs. */
export function prefixOf({ keyPrefix }: { readonly keyPrefix: string | (() => string) }): string {
  return typeof keyPrefix === 'string' ? keyPrefix : keyPrefix()
}
