// What members may do to one another. That somebody may manage members at all is decided at the door
// (`http/control/api/access.ts`); here is what the door cannot see: whose place it is, and which role is given.
import { GatewayError } from '../../core/errors.ts'
import type { IdentityStores } from '../identity-database.ts'
import { ROLES, type MemberRecord, type Role } from '../member-store.ts'
import { mustBeOperator } from '../must-be-operator.ts'
import type { Principal } from '../principal.ts'

/** Whether the first has all rights of the second. */
function covers(role: Role, other: Role): boolean {
  return ROLES.indexOf(role) <= ROLES.indexOf(other)
}

/**
 * Owners manage everybody, admins everybody but owners. Nobody gives away more than they have.
 * @throws {GatewayError} `permission_denied`, `not_found` for another account's
 */
export function mustManage(principal: Principal, accountId: string, ...roles: readonly Role[]): void {
  if (principal.operator) return
  mustBelong(principal, accountId)
  const own = principal.person?.role ?? 'viewer'
  if (covers(own, 'admin') && roles.every((role) => covers(own, role))) return
  throw new GatewayError(
    'permission_denied',
    own === 'admin' ? 'Only an owner may do this to an owner, or make somebody one.' : 'This needs the role "admin".',
    { param: 'role' },
  )
}

/** Whoever may look at the members of an account: all of them. @throws {GatewayError} */
export function mustBelong(principal: Principal, accountId: string): void {
  if (principal.operator) return
  if (principal.person === undefined) mustBeOperator(principal)
  if (principal.accountId === accountId && principal.person?.role != null) return
  throw new GatewayError('not_found', `There is no account "${accountId.slice(0, 64)}".`)
}

/**
 * Alone with the members: what somebody was when their request came in may have changed while it waited.
 * @throws {GatewayError} `permission_denied`
 */
export async function mustStillBe(
  { members }: Pick<IdentityStores, 'members'>,
  { operator, person }: Principal,
  accountId: string,
): Promise<void> {
  // Without a place of their own, somebody who helps as an operator.
  if (operator || person === undefined || person.memberId === null) return
  const place = await members.findByPerson(accountId, person.personId)
  if (place !== undefined && place.status === 'active' && place.role === person.role) return
  throw new GatewayError('permission_denied', 'Your role in this account has changed meanwhile.', { param: 'role' })
}

/** @throws {GatewayError} `conflict` when this place is the last one of an owner */
export async function mustKeepAnOwner(
  { members }: Pick<IdentityStores, 'members'>,
  place: MemberRecord,
): Promise<void> {
  if (place.role !== 'owner' || place.status !== 'active') return
  if ((await members.countOwners(place.accountId)) > 1) return
  throw new GatewayError('conflict', 'This is the last owner of the account. Make somebody else an owner first.')
}

export function noMember(memberId: string): GatewayError {
  return new GatewayError('not_found', `There is no member "${memberId.slice(0, 64)}" in this account.`)
}
