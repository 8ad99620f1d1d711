// Somebody who is here for the first time, or who shows for the first time that an address is theirs.
import type { IdentityStores } from '../identity-database.ts'
import { OPERATOR, type Principal } from '../principal.ts'
import type { PersonRecord } from './person-store.ts'

/** As whom the audit log has what somebody does before they have a session. */
export function asNewcomer({ personId, email, name }: PersonRecord): Principal {
  return {
    ...OPERATOR,
    keyId: '',
    accountId: '',
    operator: false,
    scopes: [],
    person: {
      personId,
      email,
      name,
      via: 'session',
      isOperator: false,
      role: null,
      memberId: null,
      provedAtMs: null,
      tokenScopes: [],
      mustAddFactor: false,
    },
  }
}

/**
 * Whoever was here under this address without having shown that it is theirs loses every way in: they may have been
 * waiting for its owner to come. The places in accounts stay.
 */
export async function startAfresh(stores: IdentityStores, { personId }: PersonRecord): Promise<void> {
  await stores.factors.removeAll(personId)
  for (const { identityId } of await stores.factors.identitiesOf(personId))
    await stores.factors.removeIdentity(personId, identityId)
  await stores.sessions.removeAllOf(personId)
  await stores.accessTokens.removeAllOf(personId)
  await stores.devices.forgetAll(personId)
}
