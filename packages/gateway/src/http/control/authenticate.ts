// Who calls the control plane: a key, a personal access token, or somebody with a session in a browser. Keys and tokens
// come in the carriers of the data plane (identity/key-cache.ts) and count before any cookie: only what a browser sends by
// itself needs to prove that a page of ours asked for it. All are asked of the database each time: these calls are few,
// and what was revoked or has ended must not manage anything for another moment.
import { createHash, timingSafeEqual } from 'node:crypto'
import { GatewayError } from '../../core/errors.ts'
import { readToken } from '../../identity/key-cache.ts'
import type { KeyService } from '../../identity/key-service.ts'
import { parseAccessToken } from '../../identity/people/access-token-format.ts'
import type { PeopleServices } from '../../identity/people/people-services.ts'
import { isCsrfTokenOf } from '../../identity/people/session-service.ts'
import { OPERATOR, type Principal } from '../../identity/principal.ts'
import type { ControlState } from '../control-ports.ts'
import { isSecure, readCookie } from './api/cookies.ts'
import { mustBeOwnPage } from './api/own-pages.ts'
import type { Arrival } from './api/services.ts'

const ACCOUNT_HEADER = 'x-fairlead-account'
const CSRF_HEADER = 'x-csrf-token'

const CARRIERS = ['authorization', 'x-api-key', 'x-goog-api-key']
const SOMEWHERE: Arrival = { listener: 'data', accountId: null }

interface Options {
  readonly state: Pick<ControlState, 'config' | 'now'>
  readonly keys: KeyService
  readonly people: Pick<PeopleServices, 'sessions' | 'identifyToken' | 'principalOf'>
  readonly operatorToken: string
}

type Sent = Pick<Request, 'headers' | 'method'>

/** The function that it returns throws `invalid_api_key`; `permission_denied` for what another site's page asks for. */
export function createAuthenticate(options: Options): (request: Sent, arrival?: Arrival) => Promise<Principal> {
  const { state, keys, people, operatorToken } = options

  const byText = async (token: string, { headers }: Sent, { accountId }: Arrival): Promise<Principal> => {
    // Both before any format test: the master key may look like anything, an API key included.
    const isMaster = equal(token, state.config().server.masterKey)
    const isOperator = equal(token, operatorToken)
    if (isMaster || isOperator) return OPERATOR
    if (parseAccessToken(token) !== null) {
      const found = await people.identifyToken(token)
      if (found === null) throw new GatewayError('invalid_api_key', 'The access token is unknown, expired or revoked.')
      const wanted = { ofPath: accountId, ofHeader: headers.get(ACCOUNT_HEADER) }
      return await people.principalOf(found.person, { kind: 'token', token: found.token }, wanted)
    }
    const principal = await keys.identify(token)
    if (principal === null) {
      throw new GatewayError(
        'invalid_api_key',
        'The API key is not valid: unknown, expired, revoked, or mistyped. Check the Authorization header.',
      )
    }
    // Not awaited by the caller's patience: the key was used whether or not this can be written down.
    void keys.touch([principal.keyId], state.now()).catch(() => {})
    return principal
  }

  const byCookie = async (cookie: string, { headers, method }: Sent, { accountId }: Arrival): Promise<Principal> => {
    const found = await people.sessions.identify(cookie)
    if (found === null) throw new GatewayError('invalid_api_key', 'The session has ended. Log in again.')
    if (method !== 'GET' && method !== 'HEAD') {
      mustBeOwnPage(headers)
      mustHaveCsrfToken(cookie, headers)
    }
    const wanted = { ofPath: accountId, ofHeader: headers.get(ACCOUNT_HEADER) }
    return await people.principalOf(found.person, { kind: 'session', session: found.session }, wanted)
  }

  return async (request, arrival = SOMEWHERE) => {
    const { headers } = request
    const cookie = CARRIERS.some((name) => headers.has(name))
      ? null
      : readCookie(headers, 'session', isSecure(state.config().server.publicUrl, arrival.listener))
    if (cookie !== null) return await byCookie(cookie, request, arrival)
    return await byText(readToken(Object.fromEntries(headers)), request, arrival)
  }
}

function mustHaveCsrfToken(cookie: string, headers: Headers): void {
  if (isCsrfTokenOf(cookie, headers.get(CSRF_HEADER) ?? '')) return
  throw new GatewayError(
    'permission_denied',
    `The header ${CSRF_HEADER} is missing or of another session. GET /api/session says what to send.`,
    { param: CSRF_HEADER },
  )
}

/** Digests are of one length, so the time says nothing about the secret's; an empty secret equals nothing. */
function equal(token: string, secret: string): boolean {
  if (secret === '') return false
  return timingSafeEqual(createHash('sha256').update(token).digest(), createHash('sha256').update(secret).digest())
}
