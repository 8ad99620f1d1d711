// Verifies AWS signatures, version 4, from the headers of a request. Follows the public description of the algorithm.
import { createHash, createHmac } from 'node:crypto'
import { BadRequest, bearer, type Incoming } from '../dialect.ts'

export interface BedrockCredentials {
  /** Secret by access key id. A key id that is not here is refused; without any, signatures are not checked. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Good bearer keys (`AWS_BEARER_TOKEN_BEDROCK`). */
  readonly keys?: readonly string[]
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/

/** The access key id, or the bearer key. */
export function bedrockKey(headers: Incoming['headers']): string | undefined {
  return bearer(headers) ?? /Credential=([^/]+)\//.exec(headers['authorization'] ?? '')?.[1]
}

/** Throws the 403 of a request that bears no good credential. */
export function checkCredentials(incoming: Incoming, rawTarget: string, credentials: BedrockCredentials): void {
  const { headers } = incoming
  const authorization = headers['authorization']
  if (authorization === undefined) refuse('Missing Authentication Token', 'MissingAuthenticationTokenException')
  const token = bearer(headers)
  if (token !== undefined) {
    if (credentials.keys === undefined || credentials.keys.includes(token)) return
    refuse('The bearer token included in the request is invalid.', 'UnrecognizedClientException')
  }
  const [, keyId = '', date = '', region = '', service = '', signedHeaders = '', signature] =
    AUTHORIZATION.exec(authorization) ?? []
  if (signature === undefined)
    refuse(
      "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters.",
      'IncompleteSignatureException',
    )
  const time = headers['x-amz-date']
  if (time === undefined)
    refuse(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
      'IncompleteSignatureException',
    )
  if (service !== 'bedrock')
    refuse(`Credential should be scoped to correct service: 'bedrock'.`, 'InvalidSignatureException')
  const { secrets } = credentials
  if (secrets === undefined) return
  const secret = Object.hasOwn(secrets, keyId) ? secrets[keyId] : undefined
  if (secret === undefined)
    refuse('The security token included in the request is invalid.', 'UnrecognizedClientException')
  const scope = `${date}/${region}/${service}/aws4_request`
  const canonical = canonicalRequest(incoming, rawTarget, signedHeaders)
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')
  const signingKey = [date, region, service, 'aws4_request'].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${secret}`),
  )
  if (hmac(signingKey, toSign).toString('hex') !== signature) {
    refuse(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      'InvalidSignatureException',
    )
  }
}

function refuse(message: string, type: string): never {
  throw new BadRequest(message, { status: 403, type })
}

function canonicalRequest(incoming: Incoming, rawTarget: string, signedHeaders: string): string {
  const [path = '', query = ''] = rawTarget.split('?', 2)
  // Every segment is encoded once more: what is `%3A` on the wire is `%253A` here.
  const uri = path.split('/').map(encoded).join('/')
  const sorted = query.split('&').filter(Boolean).toSorted().join('&')
  const lines = signedHeaders
    .split(';')
    .map((name) => `${name}:${(incoming.headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`)
  return [incoming.method, uri, sorted, lines.join(''), signedHeaders, sha256(incoming.body)].join('\n')
}

function encoded(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest()
}
