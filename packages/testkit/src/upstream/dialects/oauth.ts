// Where Google's access tokens come from: the token endpoint (service accounts, refresh tokens) and the metadata server of a machine.
import { createPublicKey, verify } from 'node:crypto'
import { BadRequest, type Dialect, guarded, type Incoming, jsonReply, type Reply } from './dialect.ts'
import { isObject, parsedText, textIn } from './json.ts'

export interface OAuthOptions {
  /** PEM of the service account's public key; without it assertions are not verified. */
  readonly publicKey?: string
  /** Lifetime of a token, seconds; default 3599. */
  readonly expiresInS?: number
}

const TOKEN_PATHS = /^\/(?:token|oauth2\/v4\/token)$/
const METADATA = '/computeMetadata/v1/instance/service-accounts/default/token'
const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** Tokens are `ya29.testkit-1`, `-2`…, so that a test can count how many were fetched. */
export function oauthDialect(options: OAuthOptions = {}): Dialect {
  let issued = 0
  const dialect: Dialect = {
    name: 'google-oauth',
    owns: (path) => TOKEN_PATHS.test(path) || path === METADATA || path === '/computeMetadata/v1/project/project-id',
    glance: () => ({ model: undefined, stream: false, key: undefined }),
    reply: (incoming) =>
      guarded(dialect, () => {
        checkAsker(incoming, options)
        if (incoming.path.endsWith('project-id')) {
          return {
            kind: 'whole',
            status: 200,
            headers: { 'content-type': 'application/text', 'metadata-flavor': 'Google' },
            body: 'testkit-project',
            promptTokens: 0,
            completionTokens: 0,
          } satisfies Reply
        }
        issued += 1
        const token = {
          access_token: `ya29.testkit-${issued}`,
          expires_in: options.expiresInS ?? 3599,
          token_type: 'Bearer',
        }
        return jsonReply(200, JSON.stringify(token), undefined, { 'metadata-flavor': 'Google' })
      }),
    error: (terms) =>
      jsonReply(
        terms.status,
        JSON.stringify({ error: terms.code ?? 'invalid_request', error_description: terms.message }),
      ),
    streamError: () => ({ kind: 'error', bytes: '', tokens: 0 }),
    trouble: ({ status = 400, message = 'Bad Request' }) => ({ status, message }),
    streamHeaders: {},
  }
  return dialect
}

function checkAsker(incoming: Incoming, options: OAuthOptions): void {
  if (incoming.path.startsWith('/computeMetadata/')) {
    if (incoming.headers['metadata-flavor'] !== 'Google')
      throw new BadRequest('Missing Metadata-Flavor:Google header.', { status: 403 })
    return
  }
  const form = new URLSearchParams(incoming.body.toString('utf8'))
  const grant = form.get('grant_type')
  if (grant === 'refresh_token') {
    for (const name of ['client_id', 'client_secret', 'refresh_token']) {
      if (form.get(name) === null) throw new BadRequest(`Missing required parameter: ${name}`)
    }
    return
  }
  if (grant !== JWT_GRANT)
    throw new BadRequest(`Invalid grant_type: ${String(grant)}`, { code: 'unsupported_grant_type' })
  checkAssertion(form.get('assertion') ?? '', options.publicKey)
}

function checkAssertion(assertion: string, publicKey: string | undefined): void {
  const [head = '', body = '', signature = ''] = assertion.split('.')
  const claims = parsedText(Buffer.from(body, 'base64url').toString('utf8'))
  const header = parsedText(Buffer.from(head, 'base64url').toString('utf8'))
  const invalid = (message: string): BadRequest => new BadRequest(message, { code: 'invalid_grant' })
  if (textIn(header, 'alg') !== 'RS256' || !isObject(claims)) throw invalid('Invalid JWT.')
  for (const name of ['iss', 'aud', 'iat', 'exp', 'scope']) {
    if (claims[name] === undefined) throw invalid(`Invalid JWT: Failed audience or claim check: ${name}.`)
  }
  const nowS = Date.now() / 1000
  if (
    Number(claims['exp']) < nowS ||
    Number(claims['iat']) > nowS + 60 ||
    Number(claims['exp']) - Number(claims['iat']) > 3600
  ) {
    throw invalid(
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
    )
  }
  if (publicKey === undefined) return
  const good = verify(
    'RSA-SHA256',
    Buffer.from(`${head}.${body}`),
    createPublicKey(publicKey),
    Buffer.from(signature, 'base64url'),
  )
  if (!good) throw invalid('Invalid JWT Signature.')
}
