// A ticket is what a browser, or a mail, carries through something of several steps: which challenge it was given, whose second factor
// is asked for, where an issuer should send it back to. It is sealed, so the browser can neither read nor change it, and
// giving one out costs no row in the database; only one that was used up is remembered, until it would have expired.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { GatewayError } from '../../core/errors.ts'
import type { TicketStore } from './ticket-store.ts'

export type TicketKind = 'second-factor' | 'passkey-log-in' | 'passkey-add' | 'passkey-prove' | 'oidc' | 'email-change'

const LIFETIME_MS = 10 * 60_000
/** Of those that wait for a mail to be read. */
const LONGER_LIFETIMES_MS: Partial<Record<TicketKind, number>> = { 'email-change': 24 * 3_600_000 }
const NONCE_BYTES = 12
const TAG_BYTES = 16

export interface Tickets {
  /** @param data small and plain JSON */
  issue(kind: TicketKind, data: Readonly<Record<string, unknown>>): string
  /** Null when it is none of this kind, or has expired. It stays good. */
  read(kind: TicketKind, text: string | null): OpenTicket | null
  /** The same, and it is used up. @throws {GatewayError} `invalid_api_key` when it is no good */
  redeem(kind: TicketKind, text: string | null, store: TicketStore): Promise<OpenTicket>
}

export interface OpenTicket {
  readonly data: Readonly<Record<string, unknown>>
  readonly issuedAtMs: number
  readonly digest: string
  readonly expiresAtMs: number
}

export function createTickets(options: { readonly key: Buffer; readonly now: () => number }): Tickets {
  const { key, now } = options

  const read = (kind: TicketKind, text: string | null): OpenTicket | null => {
    const opened = text === null ? null : open(key, kind, text)
    return opened === null || text === null || opened.expiresAtMs <= now()
      ? null
      : { ...opened, digest: digestOf(text) }
  }

  return {
    issue(kind, data) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(kind))
      const text = JSON.stringify({ data, issuedAtMs: now() })
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    read,
    async redeem(kind, text, store) {
      const opened = read(kind, text)
      await store.prune(now())
      if (opened === null || !(await store.spend(opened.digest, opened.expiresAtMs))) {
        throw new GatewayError('invalid_api_key', 'This log-in has expired, or was finished before. Begin again.')
      }
      return opened
    },
  }
}

/** Of a ticket's data. @returns '' for what is no text */
export function textOf({ data }: OpenTicket, name: string): string {
  const value = data[name]
  return typeof value === 'string' ? value : ''
}

function open(key: Buffer, kind: TicketKind, text: string): Omit<OpenTicket, 'digest'> | null {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length <= NONCE_BYTES + TAG_BYTES) return null
  // The same bytes in another spelling would be another digest, and could be used once more.
  if (bytes.toString('base64url') !== text) return null
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(kind))
    .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  try {
    const sealed = bytes.subarray(NONCE_BYTES + TAG_BYTES)
    const plain = Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8')
    // Sealed by `issue` above.
    const { data, issuedAtMs } = JSON.parse(plain) as { data: Record<string, unknown>; issuedAtMs: number }
    return { data, issuedAtMs, expiresAtMs: issuedAtMs + (LONGER_LIFETIMES_MS[kind] ?? LIFETIME_MS) }
  } catch {
    // Of another kind, another gateway, or made up.
    return null
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
