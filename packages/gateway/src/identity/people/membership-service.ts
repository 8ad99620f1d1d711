// Where a person belongs, and accounts of their own.
import { GatewayError } from '../../core/errors.ts'
import type { AccountRecord } from '../account-store.ts'
import type { IdentityDatabase } from '../identity-database.ts'
import type { MemberRecord } from '../member-store.ts'
import { NO_ORIGIN, type Origin } from '../origin.ts'
import type { PersonAct, Principal } from '../principal.ts'
import { makeOwnAccount, type OwnAccount } from './own-account.ts'
import type { PeopleConfig } from './people-settings.ts'

/** Owned by one person who is no operator: accounts are never deleted. */
const MOST_OWNED = 20

export interface Membership {
  readonly member: MemberRecord
  readonly account: AccountRecord
}

/** Throws `GatewayError`: `permission_denied`, `invalid_request`, `conflict`. */
export interface MembershipService {
  /** Oldest first, suspended places too. */
  list(principal: Principal): Promise<readonly Membership[]>
  /** The operator, and everybody where sign-up is open. */
  makeAccount(principal: Principal, wanted: OwnAccount, origin?: Origin): Promise<Membership>
}

export interface MembershipServiceOptions {
  readonly database: IdentityDatabase
  readonly now: () => number
  readonly settings: () => PeopleConfig
}

export function createMembershipService({ database, now, settings }: MembershipServiceOptions): MembershipService {
  return {
    async list(principal) {
      const places = await database.members.listOfPerson(personOf(principal).personId)
      const found = await Promise.all(
        places.map(async (member) => ({ member, account: await database.accounts.find(member.accountId) })),
      )
      return found.flatMap(({ member, account }) => (account === undefined ? [] : [{ member, account }]))
    },

    async makeAccount(principal, wanted, origin = NO_ORIGIN) {
      const { personId, isOperator } = personOf(principal)
      if (!isOperator && settings().signUp !== 'open') {
        throw new GatewayError('permission_denied', 'The operator makes accounts here: ask for one.')
      }
      return await database.transaction(async (stores) => {
        await stores.persons.lock(personId)
        const person = await stores.persons.find(personId)
        if (person === undefined) throw new GatewayError('permission_denied', 'You are not known here any more.')
        const owned = (await stores.members.listOfPerson(personId)).filter(({ role }) => role === 'owner')
        if (!isOperator && owned.length >= MOST_OWNED) {
          throw new GatewayError('conflict', `You own ${MOST_OWNED} accounts already. Hand one over, or rename it.`)
        }
        return await makeOwnAccount(stores, person, wanted, { principal, origin, nowMs: now() })
      })
    },
  }
}

function personOf({ person }: Principal): PersonAct {
  if (person !== undefined) return person
  throw new GatewayError('permission_denied', 'This is for people: log in first.')
}
