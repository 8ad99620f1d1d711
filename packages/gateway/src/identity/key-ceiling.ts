// The most that a new or changed key may have: what its maker has at this moment.
import { NO_POLICY } from '../core/data-policy.ts'
import { GatewayError } from '../core/errors.ts'
import type { IdentityStores } from './identity-database.ts'
import { isManager } from './key-access.ts'
import { rightsOf, type KeyRights } from './key-rights.ts'
import { denied } from './key-rules.ts'
import type { Principal } from './principal.ts'

/** Each call looks at all makers of its key. */
const DEEPEST_CHAIN = 10

/**
 * Null = no ceiling.
 * @throws {GatewayError} `permission_denied` for a chain of makers that is too long, `invalid_api_key` for one that ended
 */
export async function ceilingOf(stores: IdentityStores, maker: Principal): Promise<KeyRights | null> {
  return maker.operator || maker.person !== undefined ? ceilingOfPerson(maker) : await rightsOfMaker(stores, maker)
}

/** A key with the scope manages what a developer may not: the account's other keys, its wallet, its log. */
export function ceilingOfPerson(principal: Principal): KeyRights | null {
  return principal.operator || isManager(principal) || principal.person === undefined ? null : WITHOUT_SCOPES
}

const WITHOUT_SCOPES: KeyRights = {
  scopes: [],
  limits: {},
  budgets: [],
  models: [],
  endpoints: [],
  addresses: [],
  dataPolicy: NO_POLICY,
  expiresAtMs: null,
}

/** As the database has them now: what the caller's principal says may be some seconds old. */
async function rightsOfMaker({ keys }: IdentityStores, maker: Principal): Promise<KeyRights> {
  const record = await keys.findById(maker.keyId)
  const chain = record === undefined ? [] : [record, ...(await keys.makersOf(record))]
  if (chain.length >= DEEPEST_CHAIN) {
    throw denied(null, `Keys can be made with keys ${DEEPEST_CHAIN} deep. Make this one with an earlier one.`)
  }
  if (chain.length > 0 && chain.every(({ revokedAtMs }) => revokedAtMs === null)) return rightsOf(chain)
  throw new GatewayError('invalid_api_key', 'The API key that makes this one has been revoked.')
}
