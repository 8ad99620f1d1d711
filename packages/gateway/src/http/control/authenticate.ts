// Who calls the control plane. The same carriers and the same rules as on the data plane (identity/key-cache.ts), but
// asked of the database each time: these calls are few, and a revoked key must not manage keys for another moment.
import { createHash, timingSafeEqual } from 'node:crypto'
import { GatewayError } from '../../core/errors.ts'
import { readToken } from '../../identity/key-cache.ts'
import type { KeyService } from '../../identity/key-service.ts'
import { OPERATOR, type Principal } from '../../identity/principal.ts'
import type { ControlState } from '../control-ports.ts'

interface Options {
  readonly state: Pick<ControlState, 'config' | 'now'>
  readonly keys: KeyService
  readonly operatorToken: string
}

/** The function that it returns throws `invalid_api_key`. */
export function createAuthenticate({ state, keys, operatorToken }: Options): (headers: Headers) => Promise<Principal> {
  return async (headers) => {
    const token = readToken(Object.fromEntries(headers))
    // Both before any format test: the master key may look like anything, an API key included.
    const isMaster = equal(token, state.config().server.masterKey)
    const isOperator = equal(token, operatorToken)
    if (isMaster || isOperator) return OPERATOR
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
}

/** Digests are of one length, so the time says nothing about the secret's; an empty secret equals nothing. */
function equal(token: string, secret: string): boolean {
  if (secret === '') return false
  return timingSafeEqual(createHash('sha256').update(token).digest(), createHash('sha256').update(secret).digest())
}
