import { GatewayError } from '../../core/errors.ts'
import { writeAudit } from '../audit-log.ts'
import { checkedName } from '../checks.ts'
import type { IdentityDatabase } from '../identity-database.ts'
import type { Origin } from '../origin.ts'
import type { Principal } from '../principal.ts'
import type { PersonRecord } from './person-store.ts'

/** What somebody says about themselves. */
export interface ProfileService {
  /** @throws {GatewayError} `permission_denied` for who is no person */
  get(principal: Principal): Promise<PersonRecord>
  /** @throws {GatewayError} `invalid_request`, `permission_denied` */
  rename(principal: Principal, name: string, origin: Origin): Promise<PersonRecord>
}

export function createProfileService(options: {
  readonly database: IdentityDatabase
  readonly now: () => number
}): ProfileService {
  const { database, now } = options
  return {
    async get({ person }) {
      const found = person === undefined ? undefined : await database.persons.find(person.personId)
      if (found === undefined) throw noPerson()
      return found
    },

    async rename(principal, name, origin) {
      const personId = principal.person?.personId ?? ''
      return await database.transaction(async (stores) => {
        await stores.persons.lock(personId)
        const before = await stores.persons.find(personId)
        if (before === undefined) throw noPerson()
        const after = { ...before, name: checkedName(name), updatedAtMs: now() }
        await stores.persons.update(personId, { name: after.name, updatedAtMs: after.updatedAtMs })
        await writeAudit(stores.audit, principal, origin, now(), {
          action: 'person.update',
          objectId: personId,
          accountId: '',
          before: { name: before.name },
          after: { name: after.name },
        })
        return after
      })
    },
  }
}

function noPerson(): GatewayError {
  return new GatewayError('permission_denied', 'This is for people. Log in first.')
}
