// Who sent a payment webhook. An event moves money on nobody's word but that of whoever knows the endpoint's secret, so
// this is the whole wall: the raw bytes are signed, the time is signed with them, and an empty secret signs nothing.
// Source: Stripe, "Webhook signatures", scheme v1: HMAC-SHA-256 over `timestamp.body`, hexadecimal.
import { createHmac, timingSafeEqual } from 'node:crypto'

/** How far the signed time may lie from ours, in either direction. */
const TOLERANCE_SECONDS = 300
/** While a secret is being replaced, each event carries one signature for each; more than a few are nobody's need. */
const MOST_SIGNATURES = 8
const HEX_DIGEST = /^[0-9a-f]{64}$/

export type SignatureFault = 'no-secret' | 'no-signature' | 'wrong-signature' | 'wrong-time'

export interface SignedBody {
  /** The header `Stripe-Signature`: `t=1700000000,v1=5257a8…`; null when absent. */
  readonly header: string | null
  /** Byte for byte as they were received. */
  readonly body: Uint8Array
  /** `whsec_…`; what is empty or blank is no secret: an HMAC under it could be made by anybody. */
  readonly secret: string
  /** Unix milliseconds. */
  readonly nowMs: number
}

/** Null = it is genuine. The signature is judged before the time, so that a stranger learns nothing about our clock. */
export function signatureFault({ header, body, secret, nowMs }: SignedBody): SignatureFault | null {
  if (secret.trim() === '') return 'no-secret'
  const parsed = parseHeader(header ?? '')
  if (parsed === null) return 'no-signature'
  const expected = createHmac('sha256', secret).update(`${parsed.timestamp}.`).update(body).digest()
  let isGenuine = false
  for (const signature of parsed.signatures) {
    // All of them are looked at, whichever fits.
    if (timingSafeEqual(Buffer.from(signature, 'hex'), expected)) isGenuine = true
  }
  if (!isGenuine) return 'wrong-signature'
  const awaySeconds = Math.abs(nowMs / 1000 - Number(parsed.timestamp))
  return awaySeconds <= TOLERANCE_SECONDS ? null : 'wrong-time'
}

/** What a sender writes into the header: for the fake Stripe of our tests, and to check ourselves against. */
export function signatureHeader(body: Uint8Array | string, secret: string, atMs: number): string {
  const timestamp = Math.floor(atMs / 1000)
  const digest = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')
  return `t=${timestamp},v1=${digest}`
}

/** Other schemes (`v0`, of test events) are passed over: a weaker one must never stand in for v1. */
function parseHeader(header: string): { readonly timestamp: string; readonly signatures: readonly string[] } | null {
  if (header.length > 2000) return null
  let timestamp: string | null = null
  const signatures: string[] = []
  for (const part of header.split(',')) {
    const [name = '', value = ''] = part.trim().split('=', 2)
    if (name === 't') {
      // Two times, of which either could be the one that was signed, are none.
      if (timestamp !== null || !/^\d{1,12}$/.test(value)) return null
      timestamp = value
    } else if (name === 'v1' && HEX_DIGEST.test(value)) {
      signatures.push(value)
    }
  }
  if (timestamp === null || signatures.length === 0 || signatures.length > MOST_SIGNATURES) return null
  return { timestamp, signatures }
}
