// Certificates for tests, good and bad, made when they are needed: no private key lies in the repository, and none expires
// on a Sunday. X.509 v3, ECDSA P-256, RFC 5280.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import {
  bitString,
  boolean,
  type Der,
  integer,
  objectId,
  octetString,
  sequence,
  set,
  tagged,
  utcTime,
  utf8,
} from './der.ts'

export const CERTIFICATE_KINDS = ['good', 'self-signed', 'wrong-host', 'expired'] as const
export type CertificateKind = (typeof CERTIFICATE_KINDS)[number]

export interface TestCertificate {
  /** PEM. */
  readonly key: string
  /** PEM. */
  readonly cert: string
  /** PEM of the authority that signed it; trusting that makes `good` good, and leaves only the intended fault in the others. */
  readonly ca: string
}

const DAY_MS = 86_400_000

/** A certificate for localhost and 127.0.0.1 (for elsewhere.invalid when `wrong-host`). All but `self-signed` share one authority. */
export function testCertificate(kind: CertificateKind, now = new Date()): TestCertificate {
  const ca = authority()
  const keys = newKeys()
  const from = now.getTime() - (kind === 'expired' ? 30 * DAY_MS : DAY_MS)
  const until = now.getTime() + (kind === 'expired' ? -DAY_MS : 30 * DAY_MS)
  const names =
    kind === 'wrong-host'
      ? [dnsName('elsewhere.invalid')]
      : [dnsName('localhost'), tagged(0x87, Buffer.from([127, 0, 0, 1]))]
  const subject = 'Fairlead testkit upstream'
  const alone = kind === 'self-signed'
  const cert = issue({
    subject,
    issuer: alone ? subject : CA_NAME,
    publicKey: keys.publicKey,
    signer: alone ? keys.privateKey : ca.privateKey,
    validFrom: new Date(from),
    validUntil: new Date(until),
    extensions: [extension('2.5.29.17', false, sequence(...names))],
  })
  return { key: pemKey(keys.privateKey), cert, ca: ca.cert }
}

const CA_NAME = 'Fairlead testkit authority (tests only)'
let made: { privateKey: KeyObject; cert: string } | undefined

function authority(): { privateKey: KeyObject; cert: string } {
  if (made !== undefined) return made
  const keys = newKeys()
  const cert = issue({
    subject: CA_NAME,
    issuer: CA_NAME,
    publicKey: keys.publicKey,
    signer: keys.privateKey,
    validFrom: new Date(Date.now() - 60 * DAY_MS),
    validUntil: new Date(Date.now() + 60 * DAY_MS),
    extensions: [extension('2.5.29.19', true, sequence(boolean(true)))],
  })
  made = { privateKey: keys.privateKey, cert }
  return made
}

interface Request {
  readonly subject: string
  readonly issuer: string
  readonly publicKey: KeyObject
  readonly signer: KeyObject
  readonly validFrom: Date
  readonly validUntil: Date
  readonly extensions: readonly Der[]
}

function issue(request: Request): string {
  const algorithm = sequence(objectId('1.2.840.10045.4.3.2')) // ecdsa-with-SHA256
  const serial = randomBytes(8)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))), // version 3
    integer(serial),
    algorithm,
    commonName(request.issuer),
    sequence(utcTime(request.validFrom), utcTime(request.validUntil)),
    commonName(request.subject),
    request.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...request.extensions)),
  )
  const signature = sign('sha256', body, request.signer)
  const base64 = sequence(body, algorithm, bitString(signature)).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
}

function commonName(name: string): Der {
  return sequence(set(sequence(objectId('2.5.4.3'), utf8(name))))
}

function dnsName(name: string): Der {
  return tagged(0x82, Buffer.from(name))
}

function extension(id: string, critical: boolean, value: Der): Der {
  return sequence(objectId(id), ...(critical ? [boolean(true)] : []), octetString(value))
}

function newKeys(): { privateKey: KeyObject; publicKey: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  })
  return {
    privateKey: createPrivateKey({ key: privateKey, type: 'pkcs8', format: 'der' }),
    publicKey: createPublicKey({ key: publicKey, type: 'spki', format: 'der' }),
  }
}

function pemKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' })
}
