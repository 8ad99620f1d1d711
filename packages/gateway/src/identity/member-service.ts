// Members of an account and their roles. An account that has members always has an owner among them: the last one can
// neither be removed nor become something less.
import { GatewayError } from '../core/errors.ts'
import { ownAccount } from './account-service.ts'
import { writeAudit } from './audit-log.ts'
import type { AuditAction } from './audit-store.ts'
import type { ChangePublisher } from './change.ts'
import { checkedChoice, checkedName, invalid } from './checks.ts'
import type { IdentityDatabase, IdentityStores } from './identity-database.ts'
import { randomBase62 } from './key-format.ts'
import { ROLES, type MemberRecord, type Role } from './member-store.ts'
import { mustBeOperator } from './must-be-operator.ts'
import { NO_ORIGIN, type Origin } from './origin.ts'
import { pageLimit, type Page, type PageQuery } from './page.ts'
import type { Principal } from './principal.ts'

export interface MemberServiceOptions {
  readonly database: IdentityDatabase
  readonly now: () => number
  readonly changes?: ChangePublisher
}

export interface NewMember {
  readonly email: string
  /** Absent = the part of the address before the @. */
  readonly name?: string
  /** Absent = `developer`; the first member of an account becomes its owner in any case. */
  readonly role?: Role
}

/** Throws `GatewayError`: `permission_denied`, `invalid_request`, `not_found`, `conflict`. For the operator only. */
export interface MemberService {
  /** `conflict` when the account has a member with this address. */
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
  /** `conflict` when nobody would be the owner any more. */
  remove(principal: Principal, accountId: string, memberId: string, origin?: Origin): Promise<MemberRecord>
}

export function createMemberService({ database, now, changes }: MemberServiceOptions): MemberService {
  /** One change to the members of an account, alone with them. */
  const change = async (
    principal: Principal,
    accountId: string,
    origin: Origin,
    action: AuditAction,
    work: (stores: IdentityStores) => Promise<{ before: MemberRecord | null; after: MemberRecord | null }>,
  ): Promise<MemberRecord> => {
    mustBeOperator(principal)
    const record = await database.transaction(async (stores) => {
      await stores.accounts.lock(accountId)
      await ownAccount(stores, principal, accountId)
      const { before, after } = await work(stores)
      const member = after ?? before
      if (member === null) throw noMember('')
      const facts = { before: before && { ...before }, after: after && { ...after } }
      const objectId = member.memberId
      await writeAudit(stores.audit, principal, origin, now(), { action, objectId, accountId, ...facts })
      return member
    })
    await changes?.publish({ kind: 'account', accountId })
    return record
  }

  return {
    add: (principal, accountId, wanted, origin = NO_ORIGIN) =>
      change(principal, accountId, origin, 'member.add', async ({ members }) => {
        const email = checkedEmail(wanted.email)
        if ((await members.findByEmail(accountId, email)) !== undefined) {
          throw new GatewayError('conflict', `${email} is a member of this account already.`, { param: 'email' })
        }
        const isFirst = (await members.countOwners(accountId)) === 0
        const after: MemberRecord = {
          memberId: `mem_${randomBase62(16)}`,
          accountId,
          email,
          name: checkedName(wanted.name ?? email.split('@')[0] ?? email),
          role: isFirst ? 'owner' : checkedChoice(wanted.role ?? 'developer', ROLES, 'role'),
          createdAtMs: now(),
        }
        await members.insert(after)
        return { before: null, after }
      }),

    async get(principal, accountId, memberId) {
      mustBeOperator(principal)
      await ownAccount(database, principal, accountId)
      return await knownMember(database, accountId, memberId)
    },

    async list(principal, accountId, page = {}) {
      mustBeOperator(principal)
      await ownAccount(database, principal, accountId)
      const after = page.after === undefined ? {} : { after: page.after }
      return await database.members.list({ accountId, limit: pageLimit(page), ...after })
    },

    update: (principal, accountId, memberId, patch, origin = NO_ORIGIN) =>
      change(principal, accountId, origin, 'member.update', async (stores) => {
        const before = await knownMember(stores, accountId, memberId)
        const changed = {
          ...(patch.name === undefined ? {} : { name: checkedName(patch.name) }),
          ...(patch.role === undefined ? {} : { role: checkedChoice(patch.role, ROLES, 'role') }),
        }
        const after = { ...before, ...changed }
        if (before.role === 'owner' && after.role !== 'owner') await mustKeepAnOwner(stores, accountId)
        await stores.members.update(memberId, changed)
        return { before, after }
      }),

    remove: (principal, accountId, memberId, origin = NO_ORIGIN) =>
      change(principal, accountId, origin, 'member.remove', async (stores) => {
        const before = await knownMember(stores, accountId, memberId)
        if (before.role === 'owner') await mustKeepAnOwner(stores, accountId)
        await stores.members.remove(memberId)
        return { before, after: null }
      }),
  }
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

function noMember(memberId: string): GatewayError {
  return new GatewayError('not_found', `There is no member "${memberId.slice(0, 64)}" in this account.`)
}

async function mustKeepAnOwner({ members }: IdentityStores, accountId: string): Promise<void> {
  if ((await members.countOwners(accountId)) > 1) return
  throw new GatewayError('conflict', 'This is the last owner of the account. Make somebody else an owner first.')
}

/** One @, a name before it and a host behind it; whether mail arrives is not ours to know. */
function checkedEmail(email: string): string {
  const address = email.trim().toLowerCase()
  if (address.length <= 254 && /^[^\s@"'<>,;:\\()\p{Cc}]+@[^\s@"'<>,;:\\()\p{Cc}]+$/u.test(address)) return address
  throw invalid('email', 'is not an email address.')
}
