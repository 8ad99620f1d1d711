// Who sends a turn, asked anew each time: the key may have been revoked, and what it may do may have changed.

import type { KeyCache } from '../../identity/key-cache.ts'
import { checkAddress, checkEndpoint } from '../../identity/permission.ts'
import type { Principal } from '../../identity/principal.ts'
import type { Caller } from './ports.ts'

/** /!\ Hot path: synchronous for a key that is known. @throws {GatewayError} also through the promise */
export function identifyCaller(keys: Pick<KeyCache, 'identify'>, caller: Caller): Principal | Promise<Principal> {
  const principal = keys.identify(caller.headers)
  return principal instanceof Promise
    ? principal.then((known) => permitted(known, caller))
    : permitted(principal, caller)
}

function permitted(principal: Principal, { address }: Caller): Principal {
  if (principal.addresses.length > 0) checkAddress(principal, address)
  if (principal.endpoints.length > 0) checkEndpoint(principal, '/v1/responses', null)
  return principal
}
