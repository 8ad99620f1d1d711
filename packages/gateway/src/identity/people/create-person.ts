import { GatewayError } from '../../core/errors.ts'
import { checkedName } from '../checks.ts'
import type { IdentityStores } from '../identity-database.ts'
import { randomBase62 } from '../key-format.ts'
import { checkedEmail } from './mail-address.ts'
import type { PersonRecord } from './person-store.ts'

export interface NewPerson {
  readonly email: string
  /** Absent or empty = the part of the address before the @. */
  readonly name?: string
  /** That the address is theirs is sure: by a mail to it, an issuer, or the operator's word. */
  readonly verified: boolean
  readonly operator?: boolean
}

/**
 * Inside a transaction. Places in accounts that were made for the address become theirs, but only where it is sure that
 * the address is: whoever signs up with a stranger's address must not get what is meant for the stranger.
 * @throws {GatewayError} `conflict` when there is somebody with this address, `invalid_request`
 */
export async function createPerson(stores: IdentityStores, wanted: NewPerson, nowMs: number): Promise<PersonRecord> {
  const email = checkedEmail(wanted.email)
  if ((await stores.persons.findByEmail(email)) !== undefined) {
    throw new GatewayError('conflict', `There is somebody with the address ${email} already.`, { param: 'email' })
  }
  const name = wanted.name === undefined || wanted.name.trim() === '' ? (email.split('@')[0] ?? email) : wanted.name
  const person: PersonRecord = {
    personId: `per_${randomBase62(16)}`,
    email,
    emailVerifiedAtMs: wanted.verified ? nowMs : null,
    name: checkedName(name),
    operator: wanted.operator ?? false,
    status: 'active',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    lastLogInAtMs: null,
  }
  await stores.persons.insert(person)
  if (wanted.verified) await stores.members.claim(email, person.personId)
  return person
}
