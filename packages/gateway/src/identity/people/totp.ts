// Codes of authenticator apps: RFC 6238 (time) on RFC 4226 (counter), with SHA-1, six digits and 30 seconds, which is what
// every app understands.
import { createHmac, timingSafeEqual } from 'node:crypto'

const STEP_MS = 30_000
const DIGITS = 6
/** A code of the step before and after is taken as well: clocks differ. */
const DRIFT = 1
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export function totpCode(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', secret).update(counter).digest()
  const offset = (digest.at(-1) ?? 0) & 0xf
  const number = (digest.readUInt32BE(offset) & 0x7fff_ffff) % 10 ** DIGITS
  return String(number).padStart(DIGITS, '0')
}

export function totpStep(nowMs: number): number {
  return Math.floor(nowMs / STEP_MS)
}

/** The step that the code belongs to; null when it is of none around now. */
export function stepOfCode(secret: Buffer, code: string, nowMs: number): number | null {
  const given = Buffer.from(code.replaceAll(/\s/g, ''))
  const now = totpStep(nowMs)
  let found: number | null = null
  for (let step = now - DRIFT; step <= now + DRIFT; step++) {
    const wanted = Buffer.from(totpCode(secret, step))
    if (given.length === wanted.length && timingSafeEqual(given, wanted)) found = step
  }
  return found
}

/** What apps read from a picture. Source: the key URI format of Google Authenticator's wiki. */
export function totpUrl(secret: Buffer, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_MS / 1000}`
}

/** RFC 4648, without padding: what people type. */
export function base32(bytes: Buffer): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += BASE32[(value >>> bits) & 31] ?? ''
    }
    value &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + (BASE32[(value << (5 - bits)) & 31] ?? '')
}
