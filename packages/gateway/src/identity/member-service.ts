// Members of an account and their roles. An account that has members always has an owner among them: the last one can
// neither be removed, nor suspended, nor become something less. Whose rights become others is logged out at once: their
// sessions end in the transaction of the change.
import { GatewayError } from '../core/errors.ts'
import { ownAccount } from './account-service.ts'
import { writeAudit } from './audit-log.ts'
import type { AuditAction } from './audit-store.ts'
import type { ChangePublisher } from './change.ts'
import { checkedChoice, checkedName } from './checks.ts'
import type { IdentityDatabase, IdentityStores } from './identity-database.ts'
import { randomBase62 } from './key-format.ts'
import { ROLES, type MemberChanges, type MemberRecord, type Role } from './member-store.ts'
import { mustBeOperator } from './must-be-operator.ts'
import { NO_ORIGIN, type Origin } from './origin.ts'
import { pageLimit, type Page, type PageQuery } from './page.ts'
import { checkedEmail } from './people/mail-address.ts'
import { mustBelong, mustKeepAnOwner, mustManage, mustStillBe, noMember } from './people/member-rules.ts'
import type { Principal } from './principal.ts'

export interface MemberServiceOptions {
  readonly database: IdentityDatabase
  readonly now: () => number
  readonly changes?: ChangePublisher
  /** Called once it holds, and must not throw: somebody else has changed what somebody may do. */
  readonly placeChanged?: (place: PlaceChange) => void
}

export interface PlaceChange {
  /** Theirs for sure. */
  readonly email: string
  readonly accountName: string
  readonly before: Pick<MemberRecord, 'role' | 'status'>
  /** Null = they are out. */
  readonly after: Pick<MemberRecord, 'role' | 'status'> | null
}

export interface NewMember {
  readonly email: string
  /** Absent = the part of the address before the @. */
  readonly name?: string
  /** Absent = `developer`; the first member of an account becomes its owner in any case. */
  readonly role?: Role
}

/**
 * Throws `GatewayError`: `permission_denied`, `invalid_request`, `not_found`, `conflict`. The operator may do all of it in
 * any account, people what `people/member-rules.ts` says in theirs.
 */
export interface MemberService {
  /**
   * The operator only: others invite. Somebody with this address who is known, and has shown that it is theirs, belongs
   * to the account at once; somebody else when they come. `conflict` when the account has a member with this address.
   */
  add(principal: Principal, accountId: string, member: NewMember, origin?: Origin): Promise<MemberRecord>
  get(principal: Principal, accountId: string, memberId: string): Promise<MemberRecord>
  /** Oldest first. */
  list(principal: Principal, accountId: string, page?: PageQuery): Promise<Page<MemberRecord>>
  /** `conflict` when nobody would be the owner any more. */
  update(
    principal: Principal,
    accountId: string,
    memberId: string,
    patch: { readonly name?: string; readonly role?: Role },
    origin?: Origin,
  ): Promise<MemberRecord>
  /** Suspended: the place stays, and counts for nothing. `conflict` for the last owner. */
  setStatus(
    principal: Principal,
    accountId: string,
    memberId: string,
    status: MemberRecord['status'],
    origin?: Origin,
  ): Promise<MemberRecord>
  /** `conflict` when nobody would be the owner any more. */
  remove(principal: Principal, accountId: string, memberId: string, origin?: Origin): Promise<MemberRecord>
  /** Whoever asks goes. `conflict` for the last owner. */
  leave(principal: Principal, accountId: string, origin?: Origin): Promise<MemberRecord>
  /** The other one becomes owner, whoever asks admin: an owner, of somebody who has logged in. */
  transfer(principal: Principal, accountId: string, memberId: string, origin?: Origin): Promise<MemberRecord>
}

interface Changed {
  readonly before: MemberRecord | null
  readonly after: MemberRecord | null
}

export function createMemberService({ database, now, changes, placeChanged }: MemberServiceOptions): MemberService {
  /** One change to the members of an account, alone with them. */
  const change = async (
    principal: Principal,
    accountId: string,
    origin: Origin,
    action: AuditAction,
    work: (stores: IdentityStores) => Promise<Changed>,
  ): Promise<MemberRecord> => {
    const { member, loggedOut, told } = await database.transaction(async (stores) => {
      await stores.accounts.lock(accountId)
      const { name: accountName } = await ownAccount(stores, principal, accountId)
      await mustStillBe(stores, principal, accountId)
      const { before, after } = await work(stores)
      const place = after ?? before
      if (place === null) throw noMember('')
      const facts = { before: before && { ...before }, after: after && { ...after } }
      const objectId = place.memberId
      await writeAudit(stores.audit, principal, origin, now(), { action, objectId, accountId, ...facts })
      const loggedOut = await logOut(stores, principal, before, after)
      const person = loggedOut === null ? undefined : await stores.persons.find(loggedOut)
      const isTold = person?.emailVerifiedAtMs != null && person.personId !== principal.person?.personId
      const told = before !== null && isTold ? { email: person.email, accountName, before, after } : null
      return { member: place, loggedOut, told }
    })
    await changes?.publish({ kind: 'account', accountId })
    if (loggedOut !== null) await changes?.publish({ kind: 'person', personId: loggedOut })
    if (told !== null) placeChanged?.(told)
    return member
  }

  const setRole = async (
    stores: IdentityStores,
    before: MemberRecord,
    changed: MemberChanges,
  ): Promise<{ before: MemberRecord; after: MemberRecord }> => {
    const after = { ...before, ...changed }
    if (after.role !== 'owner' || after.status !== 'active') await mustKeepAnOwner(stores, before)
    await stores.members.update(before.memberId, changed)
    return { before, after }
  }

  return {
    async add(principal, accountId, wanted, origin = NO_ORIGIN) {
      mustBeOperator(principal)
      return await change(principal, accountId, origin, 'member.add', async ({ members, persons }) => {
        const email = checkedEmail(wanted.email)
        if ((await members.findByEmail(accountId, email)) !== undefined) {
          throw new GatewayError('conflict', `${email} is a member of this account already.`, { param: 'email' })
        }
        const isFirst = (await members.countOwners(accountId)) === 0
        const person = await persons.findByEmail(email)
        const after: MemberRecord = {
          memberId: `mem_${randomBase62(16)}`,
          accountId,
          email,
          name: checkedName(wanted.name ?? person?.name ?? email.split('@')[0] ?? email),
          role: isFirst ? 'owner' : checkedChoice(wanted.role ?? 'developer', ROLES, 'role'),
          personId: person !== undefined && person.emailVerifiedAtMs !== null ? person.personId : null,
          status: 'active',
          createdAtMs: now(),
        }
        await members.insert(after)
        return { before: null, after }
      })
    },

    async get(principal, accountId, memberId) {
      mustBelong(principal, accountId)
      await ownAccount(database, principal, accountId)
      return await knownMember(database, accountId, memberId)
    },

    async list(principal, accountId, page = {}) {
      mustBelong(principal, accountId)
      await ownAccount(database, principal, accountId)
      const after = page.after === undefined ? {} : { after: page.after }
      return await database.members.list({ accountId, limit: pageLimit(page), ...after })
    },

    update: (principal, accountId, memberId, patch, origin = NO_ORIGIN) =>
      change(principal, accountId, origin, 'member.update', async (stores) => {
        mustManage(principal, accountId)
        const before = await knownMember(stores, accountId, memberId)
        const role = patch.role === undefined ? before.role : checkedChoice(patch.role, ROLES, 'role')
        mustManage(principal, accountId, before.role, role)
        return await setRole(stores, before, {
          ...(patch.name === undefined ? {} : { name: checkedName(patch.name) }),
          ...(patch.role === undefined ? {} : { role }),
        })
      }),

    setStatus: (principal, accountId, memberId, status, origin = NO_ORIGIN) =>
      change(
        principal,
        accountId,
        origin,
        status === 'suspended' ? 'member.suspend' : 'member.restore',
        async (stores) => {
          mustManage(principal, accountId)
          const before = await knownMember(stores, accountId, memberId)
          mustManage(principal, accountId, before.role)
          if (before.memberId === principal.person?.memberId) {
            throw new GatewayError('conflict', 'This is your own place: leave the account instead.')
          }
          return await setRole(stores, before, { status })
        },
      ),

    remove: (principal, accountId, memberId, origin = NO_ORIGIN) =>
      change(principal, accountId, origin, 'member.remove', async (stores) => {
        mustManage(principal, accountId)
        const before = await knownMember(stores, accountId, memberId)
        mustManage(principal, accountId, before.role)
        await mustKeepAnOwner(stores, before)
        await stores.members.remove(memberId)
        return { before, after: null }
      }),

    leave: (principal, accountId, origin = NO_ORIGIN) =>
      change(principal, accountId, origin, 'member.leave', async (stores) => {
        const before = await ownPlace(stores, principal, accountId)
        await mustKeepAnOwner(stores, before)
        await stores.members.remove(before.memberId)
        return { before, after: null }
      }),

    async transfer(principal, accountId, memberId, origin = NO_ORIGIN) {
      const heir = await change(principal, accountId, origin, 'account.transfer', async (stores) => {
        const own = await ownPlace(stores, principal, accountId)
        if (own.role !== 'owner' || own.status !== 'active') {
          throw new GatewayError('permission_denied', 'Only an owner can hand the account over.')
        }
        const before = await knownMember(stores, accountId, memberId)
        if (before.memberId === own.memberId) throw new GatewayError('conflict', 'You are the owner already.')
        if (before.personId === null || before.status !== 'active') {
          throw new GatewayError('conflict', 'An account goes to a member who has logged in, and is not suspended.')
        }
        const after = { ...before, role: 'owner' as const }
        await stores.members.update(before.memberId, { role: 'owner' })
        await stores.members.update(own.memberId, { role: 'admin' })
        await stores.sessions.removeAllOf(principal.person?.personId ?? '', principal.keyId)
        return { before: { ...before, formerOwner: null }, after: { ...after, formerOwner: own.memberId } }
      })
      if (principal.person !== undefined)
        await changes?.publish({ kind: 'person', personId: principal.person.personId })
      return heir
    },
  }
}

/**
 * Whoever has other rights than before starts anew, with a new session: none of it outlives the role that it was opened
 * with. Who changes their own place keeps the session in their hands: what it may do is looked up with each request.
 */
async function logOut(
  { sessions }: Pick<IdentityStores, 'sessions'>,
  principal: Principal,
  before: MemberRecord | null,
  after: MemberRecord | null,
): Promise<string | null> {
  const personId = before?.personId ?? null
  if (personId === null || (after?.role === before?.role && after?.status === before?.status)) return null
  const own = principal.person?.personId === personId ? principal.keyId : undefined
  await sessions.removeAllOf(personId, own)
  return personId
}

async function knownMember(
  { members }: Pick<IdentityStores, 'members'>,
  accountId: string,
  memberId: string,
): Promise<MemberRecord> {
  const member = await members.find(accountId, memberId)
  if (member === undefined) throw noMember(memberId)
  return member
}

async function ownPlace(
  { members }: Pick<IdentityStores, 'members'>,
  { person }: Principal,
  accountId: string,
): Promise<MemberRecord> {
  const place = person === undefined ? undefined : await members.findByPerson(accountId, person.personId)
  if (place === undefined) throw new GatewayError('permission_denied', 'You are no member of this account.')
  return place
}
