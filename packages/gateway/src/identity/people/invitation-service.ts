// Invitations: how somebody comes into an account that is not theirs.
//
//   by mail   bound to that address; the link goes there and nowhere else, so whoever follows it has shown that the
//             mailbox is theirs. Not even who invited sees it: they could become the invited one
//   by link   for whoever has it; works once, and shows nothing about who comes
//
// Somebody who is logged in accepts as who they are. A newcomer becomes a person by accepting, unless sign-up is off.
import { GatewayError } from '../../core/errors.ts'
import { ownAccount } from '../account-service.ts'
import { actorOf } from '../actor.ts'
import { writeAudit } from '../audit-log.ts'
import type { ChangePublisher } from '../change.ts'
import { checkedChoice } from '../checks.ts'
import type { IdentityDatabase, IdentityStores } from '../identity-database.ts'
import { randomBase62 } from '../key-format.ts'
import { ROLES, type MemberRecord, type Role } from '../member-store.ts'
import { NO_ORIGIN, type Origin } from '../origin.ts'
import { pageLimit, type Page, type PageQuery } from '../page.ts'
import type { Principal } from '../principal.ts'
import type { InvitationRecord, InvitationState } from './invitation-store.ts'
import { checkedEmail } from './mail-address.ts'
import { invitationMail } from './mail-texts.ts'
import { mustManage, mustStillBe } from './member-rules.ts'
import type { PeopleConfig } from './people-settings.ts'
import type { PersonRecord } from './person-store.ts'
import type { PostMail } from './post-mail.ts'
import { digestOfToken, newToken } from './session-service.ts'
import type { ThrottleRule } from './throttle-store.ts'

/** Mails of one account: enough for a department, too few for whoever wants to bother the world. */
const MAILS: ThrottleRule = { free: 50, firstWaitMs: 60_000, longestWaitMs: 3_600_000, forgetMs: 3_600_000 }

export interface InvitationServiceOptions {
  readonly database: IdentityDatabase
  readonly now: () => number
  readonly settings: () => PeopleConfig
  readonly changes?: ChangePublisher
  readonly mail: PostMail
}

/** What the one who was invited may see of it. */
export interface InvitationView {
  readonly invitation: InvitationRecord
  readonly accountName: string
  /** Name of the person; '' = the operator. */
  readonly invitedBy: string
}

/** Throws `GatewayError`: `permission_denied`, `invalid_request`, `not_found`, `conflict`. */
export interface InvitationService {
  /** @returns `url` of a link for whoever has it; null when it went out by mail. An earlier one to the address ends. */
  create(
    principal: Principal,
    accountId: string,
    wanted: { readonly email?: string; readonly role?: Role },
    origin?: Origin,
  ): Promise<{ readonly invitation: InvitationRecord; readonly url: string | null }>
  /** Newest first. */
  list(
    principal: Principal,
    accountId: string,
    page?: PageQuery & { readonly state?: InvitationState },
  ): Promise<Page<InvitationRecord>>
  /** `conflict` when it is not open any more. */
  revoke(principal: Principal, accountId: string, invitationId: string, origin?: Origin): Promise<InvitationRecord>
  /** `not_found` for whatever is not open: unknown, used, revoked, expired, all the same. */
  look(token: string): Promise<InvitationView>
  /** Those to the address of whoever asks, where they have shown that it is theirs. */
  mine(principal: Principal): Promise<readonly InvitationView[]>
  /** By whoever is logged in. */
  accept(principal: Principal, which: Which, origin?: Origin): Promise<MemberRecord>
  decline(principal: Principal, which: Which, origin?: Origin): Promise<InvitationRecord>
  /** In the transaction that made the newcomer a person. */
  acceptAs(
    stores: IdentityStores,
    person: PersonRecord,
    invitation: InvitationRecord,
    by: { readonly principal: Principal; readonly origin: Origin; readonly isNewcomer: boolean },
  ): Promise<MemberRecord>
}

/** By the token of its link, or, to the own address, by its id. */
export type Which = { readonly token: string } | { readonly invitationId: string }

export function createInvitationService(options: InvitationServiceOptions): InvitationService {
  const { database, now, settings, changes, mail } = options

  const viewOf = async (invitation: InvitationRecord): Promise<InvitationView> => {
    const account = await database.accounts.find(invitation.accountId)
    const inviter = await database.persons.find(invitation.invitedBy)
    return { invitation, accountName: account?.name ?? '', invitedBy: inviter?.name ?? '' }
  }

  const openByToken = async (stores: Pick<IdentityStores, 'invitations'>, token: string): Promise<InvitationRecord> => {
    const found = token === '' ? undefined : await stores.invitations.findByDigest(digestOfToken(token))
    if (found !== undefined && found.state === 'open' && found.expiresAtMs > now()) return found
    throw noInvitation()
  }

  const openFor = async (
    stores: Pick<IdentityStores, 'invitations' | 'persons'>,
    principal: Principal,
    which: Which,
  ): Promise<InvitationRecord> => {
    if ('token' in which) return await openByToken(stores, which.token)
    const person = await stores.persons.find(principal.person?.personId ?? '')
    const own = person === undefined ? [] : await toAddressOf(stores, person, now())
    const found = own.find(({ invitationId }) => invitationId === which.invitationId)
    if (found === undefined) throw noInvitation()
    return found
  }

  const acceptAs: InvitationService['acceptAs'] = async (stores, person, invitation, by) => {
    const { principal, origin, isNewcomer } = by
    const nowMs = now()
    const { accountId, role, invitationId, email } = invitation
    if (email !== null && email !== person.email) {
      throw new GatewayError('permission_denied', 'This invitation is for another mail address. Log in as that person.')
    }
    await stores.accounts.lock(accountId)
    const account = await stores.accounts.find(accountId)
    if (account === undefined || account.status !== 'active') throw noInvitation()
    const place =
      (await stores.members.findByPerson(accountId, person.personId)) ??
      (await stores.members.findByEmail(accountId, person.email))
    // A newcomer may have come by this address into a place that the operator made for it.
    if (place?.personId != null && !(isNewcomer && place.personId === person.personId))
      throw new GatewayError('conflict', 'You are a member of this account already.')
    if (!(await stores.invitations.end(invitationId, 'accepted', nowMs, person.personId))) throw noInvitation()
    const member: MemberRecord = {
      memberId: place?.memberId ?? `mem_${randomBase62(16)}`,
      accountId,
      email: person.email,
      name: person.name,
      role,
      personId: person.personId,
      status: 'active',
      createdAtMs: place?.createdAtMs ?? nowMs,
    }
    if (place === undefined) await stores.members.insert(member)
    else await stores.members.update(place.memberId, { role, personId: person.personId, status: 'active' })
    await writeAudit(stores.audit, principal, origin, nowMs, {
      action: 'invitation.accept',
      objectId: invitationId,
      accountId,
      before: place === undefined ? null : { ...place },
      after: { ...member },
    })
    return member
  }

  return {
    async create(principal, accountId, wanted, origin = NO_ORIGIN) {
      const role = checkedChoice(wanted.role ?? 'developer', ROLES, 'role')
      mustManage(principal, accountId, role)
      const email = wanted.email === undefined ? null : checkedEmail(wanted.email)
      const nowMs = now()
      if (email !== null) await mustNotFlood(database, principal, accountId, nowMs)
      const token = newToken()
      const invitation: InvitationRecord = {
        invitationId: `inv_${randomBase62(16)}`,
        accountId,
        digest: digestOfToken(token),
        email,
        role,
        invitedBy: actorOf(principal),
        state: 'open',
        createdAtMs: nowMs,
        expiresAtMs: nowMs + settings().invitationMs,
        endedAtMs: null,
        personId: null,
      }
      const account = await database.transaction(async (stores) => {
        await stores.accounts.lock(accountId)
        const found = await ownAccount(stores, principal, accountId)
        await mustStillBe(stores, principal, accountId)
        const known = email === null ? undefined : await stores.members.findByEmail(accountId, email)
        if (known !== undefined && known.personId !== null) {
          throw new GatewayError('conflict', `${email} is a member of this account already.`, { param: 'email' })
        }
        for (const earlier of email === null ? [] : await stores.invitations.openFor(email, nowMs)) {
          if (earlier.accountId === accountId)
            await stores.invitations.end(earlier.invitationId, 'revoked', nowMs, null)
        }
        await stores.invitations.insert(invitation)
        await writeAudit(stores.audit, principal, origin, nowMs, {
          action: 'invitation.create',
          objectId: invitation.invitationId,
          accountId,
          before: null,
          after: factsOf(invitation),
        })
        return found
      })
      const url = mail.url('invitation', token)
      if (email === null) return { invitation, url }
      const from = principal.person?.name ?? ''
      const { expiresAtMs } = invitation
      mail.post((brand) => invitationMail({ brand, to: email, account: account.name, role, from, url, expiresAtMs }))
      return { invitation, url: null }
    },

    async list(principal, accountId, page = {}) {
      mustManage(principal, accountId)
      await ownAccount(database, principal, accountId)
      return await database.invitations.list({
        accountId,
        limit: pageLimit(page),
        ...(page.after === undefined ? {} : { after: page.after }),
        ...(page.state === undefined ? {} : { state: page.state }),
      })
    },

    async revoke(principal, accountId, invitationId, origin = NO_ORIGIN) {
      return await database.transaction(async (stores) => {
        mustManage(principal, accountId)
        await ownAccount(stores, principal, accountId)
        const before = await stores.invitations.find(accountId, invitationId)
        if (before === undefined) throw noInvitation()
        mustManage(principal, accountId, before.role)
        return await ended(stores, before, 'revoked', principal, origin, now())
      })
    },

    look: async (token) => await viewOf(await openByToken(database, token)),

    async mine(principal) {
      const person = await database.persons.find(principal.person?.personId ?? '')
      const open = person === undefined ? [] : await toAddressOf(database, person, now())
      return await Promise.all(open.map(viewOf))
    },

    async accept(principal, which, origin = NO_ORIGIN) {
      const member = await database.transaction(async (stores) => {
        const invitation = await openFor(stores, principal, which)
        const person = await stores.persons.find(principal.person?.personId ?? '')
        if (person === undefined) throw noInvitation()
        const accepted = await acceptAs(stores, person, invitation, { principal, origin, isNewcomer: false })
        // The link was sent to that mailbox and nowhere else.
        if (invitation.email === person.email && person.emailVerifiedAtMs === null) {
          await stores.persons.update(person.personId, { emailVerifiedAtMs: now(), updatedAtMs: now() })
        }
        return accepted
      })
      await changes?.publish({ kind: 'account', accountId: member.accountId })
      return member
    },

    decline: async (principal, which, origin = NO_ORIGIN) =>
      await database.transaction(async (stores) => {
        const invitation = await openFor(stores, principal, which)
        return await ended(stores, invitation, 'declined', principal, origin, now())
      }),

    acceptAs,
  }
}

async function toAddressOf(
  { invitations }: Pick<IdentityStores, 'invitations'>,
  { email, emailVerifiedAtMs }: PersonRecord,
  nowMs: number,
): Promise<readonly InvitationRecord[]> {
  return emailVerifiedAtMs === null ? [] : await invitations.openFor(email, nowMs)
}

async function ended(
  stores: IdentityStores,
  before: InvitationRecord,
  state: 'revoked' | 'declined',
  principal: Principal,
  origin: Origin,
  nowMs: number,
): Promise<InvitationRecord> {
  if (!(await stores.invitations.end(before.invitationId, state, nowMs, null))) {
    throw new GatewayError('conflict', `This invitation is not open any more: it was ${before.state}.`)
  }
  const after: InvitationRecord = { ...before, state, endedAtMs: nowMs }
  await writeAudit(stores.audit, principal, origin, nowMs, {
    action: state === 'revoked' ? 'invitation.revoke' : 'invitation.decline',
    objectId: before.invitationId,
    accountId: before.accountId,
    before: factsOf(before),
    after: factsOf(after),
  })
  return after
}

/** @throws {GatewayError} `rate_limit_exceeded` */
async function mustNotFlood(
  { throttle }: Pick<IdentityStores, 'throttle'>,
  principal: Principal,
  accountId: string,
  nowMs: number,
): Promise<void> {
  if (principal.operator) return
  const waitMs = await throttle.take([{ scope: `invitations:${accountId}`, rule: MAILS }], nowMs)
  if (waitMs === 0) return
  const retryAfterSeconds = Math.ceil(waitMs / 1000)
  throw new GatewayError(
    'rate_limit_exceeded',
    `This account has sent many invitations. Try again in ${retryAfterSeconds} s, or invite by link.`,
    { retryAfterSeconds },
  )
}

function noInvitation(): GatewayError {
  return new GatewayError('not_found', 'There is no such invitation, or it is over. Ask for another one.')
}

/** What the audit log keeps: everything but what opens it. */
function factsOf(record: InvitationRecord): Readonly<Record<string, unknown>> {
  const { digest: _, ...facts } = record
  return facts
}
