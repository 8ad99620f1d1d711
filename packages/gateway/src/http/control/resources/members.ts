// /api/accounts/{account_id}/members: who belongs to an account, and as what. The operator may do all of it anywhere; the
// people of an account look, and its admins change.
import { z } from 'zod'
import { MEMBER_STATUSES, ROLES, type MemberRecord } from '../../../identity/member-store.ts'
import { listOf, pageQuery, seconds, unixSeconds, EMPTY_BODY } from '../api/fields.ts'
import { listBody } from '../api/list-body.ts'
import { type Route, routeFor } from '../api/route.ts'
import type { IdentityServices } from '../../../identity/identity-services.ts'
import { accountParams } from './accounts.ts'

const route = routeFor<IdentityServices>()

const MEMBER_ID = 'mem_p4WfC1s8YeKu2hGa'
const memberId = z
  .string()
  .describe('Id of a member.')
  .meta({ examples: [MEMBER_ID] })
const params = z.strictObject({ ...accountParams, member_id: memberId })

export const roleField = z.enum(ROLES).describe('From most rights to fewest.')
const name = z.string().trim().min(1, 'must not be empty.').max(200, 'must have at most 200 characters.')

export const memberShape = z
  .strictObject({
    id: z.string().meta({ examples: [MEMBER_ID] }),
    object: z.literal('member'),
    account: z.string(),
    email: z.string(),
    name: z.string(),
    role: roleField,
    person: z.string().nullable().describe('Who it is; null = nobody with this address has come yet.'),
    status: z.enum(MEMBER_STATUSES).describe('suspended = the role counts for nothing.'),
    created_at: unixSeconds,
  })
  .meta({ id: 'Member' })

const COMMON = { access: 'operator', tag: 'Teams' } as const
const LOOKS = { ...COMMON, method: 'GET', role: 'viewer' } as const
const CHANGES = { ...COMMON, role: 'admin', stepUp: true, errors: ['conflict'] } as const
export const MEMBER_ROUTES: readonly Route<IdentityServices>[] = [
  route({
    ...COMMON,
    method: 'POST',
    path: '/api/accounts/{account_id}/members',
    name: 'addMember',
    summary: 'Add a member',
    description:
      'Without asking them; everybody else invites. The first one becomes the owner in any case. Whoever has not been here yet takes the place when they come.',
    stepUp: true,
    errors: ['conflict'],
    idempotent: true,
    params: z.strictObject(accountParams),
    body: z
      .strictObject({
        email: z
          .string()
          .max(320)
          .describe('Once per account.')
          .meta({ examples: ['ada@example.com'] }),
        name: name.optional().describe('The part before the @, when absent.'),
        role: roleField.optional().describe('developer, when absent.'),
      })
      .meta({ id: 'NewMember' }),
    example: { body: { email: 'ada@example.com', role: 'admin' } },
    reply: { status: 201, description: 'The member.', schema: memberShape },
    async handler({ principal, params: { account_id }, body, origin }, { members }) {
      const wanted = {
        email: body.email,
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.role === undefined ? {} : { role: body.role }),
      }
      return memberBody(await members.add(principal, account_id, wanted, origin))
    },
  }),

  route({
    ...LOOKS,
    path: '/api/accounts/{account_id}/members',
    name: 'listMembers',
    summary: 'List members',
    description: 'Oldest first.',
    params: z.strictObject(accountParams),
    query: z.strictObject(pageQuery),
    reply: { description: 'A page of them.', schema: listOf(memberShape) },
    async handler({ principal, params: { account_id }, query: { limit, after } }, { members }) {
      const query = { limit: limit ?? 100, ...(after === undefined ? {} : { after }) }
      const page = await members.list(principal, account_id, query)
      return listBody(page.records.map(memberBody), page.hasMore)
    },
  }),

  route({
    ...LOOKS,
    path: '/api/accounts/{account_id}/members/{member_id}',
    name: 'getMember',
    summary: 'Look at a member',
    params,
    reply: { description: 'The member.', schema: memberShape },
    handler: async ({ principal, params: { account_id, member_id } }, { members }) =>
      memberBody(await members.get(principal, account_id, member_id)),
  }),

  route({
    ...CHANGES,
    method: 'PATCH',
    path: '/api/accounts/{account_id}/members/{member_id}',
    name: 'updateMember',
    summary: 'Change a member',
    description:
      'Another role ends their sessions at once. Owners, and who becomes one, are for owners to change; the last owner of an account stays its owner.',
    params,
    body: z.strictObject({ name: name.optional(), role: roleField.optional() }).meta({ id: 'MemberPatch' }),
    example: { body: { role: 'viewer' } },
    reply: { description: 'The member as it is now.', schema: memberShape },
    async handler({ principal, params: { account_id, member_id }, body, origin }, { members }) {
      const patch = {
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.role === undefined ? {} : { role: body.role }),
      }
      return memberBody(await members.update(principal, account_id, member_id, patch, origin))
    },
  }),

  route({
    ...CHANGES,
    method: 'DELETE',
    path: '/api/accounts/{account_id}/members/{member_id}',
    name: 'removeMember',
    summary: 'Remove a member',
    description:
      'Their sessions end at once. API keys that they made belong to the account, and stay. The last owner of an account cannot be removed.',
    params,
    reply: {
      description: 'It is removed.',
      schema: z.strictObject({ id: z.string(), object: z.literal('member'), deleted: z.literal(true) }),
    },
    async handler({ principal, params: { account_id, member_id }, origin }, { members }) {
      const removed = await members.remove(principal, account_id, member_id, origin)
      return { id: removed.memberId, object: 'member' as const, deleted: true as const }
    },
  }),

  ...(
    [
      ['suspend', 'suspended', 'Suspend a member', 'The place stays, and opens nothing; their sessions end at once.'],
      ['restore', 'active', 'Let a member in again', 'With the role that they had.'],
    ] as const
  ).map(([verb, status, summary, description]) =>
    route({
      ...CHANGES,
      method: 'POST',
      path: `/api/accounts/{account_id}/members/{member_id}/${verb}`,
      name: `${verb}Member`,
      summary,
      description,
      params,
      body: EMPTY_BODY,
      reply: { description: 'The member as it is now.', schema: memberShape },
      handler: async ({ principal, params: { account_id, member_id }, origin }, { members }) =>
        memberBody(await members.setStatus(principal, account_id, member_id, status, origin)),
    }),
  ),

  route({
    access: 'person',
    tag: 'Teams',
    method: 'POST',
    path: '/api/accounts/{account_id}/leave',
    role: 'viewer',
    name: 'leaveAccount',
    summary: 'Leave an account',
    description: 'The last owner cannot: hand it over first.',
    errors: ['conflict'],
    params: z.strictObject(accountParams),
    body: EMPTY_BODY,
    reply: { description: 'The place that you had.', schema: memberShape },
    handler: async ({ principal, params: { account_id }, origin }, { members }) =>
      memberBody(await members.leave(principal, account_id, origin)),
  }),

  route({
    access: 'person',
    tag: 'Teams',
    method: 'POST',
    path: '/api/accounts/{account_id}/transfer',
    role: 'owner',
    stepUp: true,
    name: 'transferAccount',
    summary: 'Hand an account over',
    description: 'They become its owner, you its admin. For somebody who has logged in here before.',
    errors: ['conflict'],
    params: z.strictObject(accountParams),
    body: z.strictObject({ member: memberId }).meta({ id: 'AccountTransfer' }),
    example: { body: { member: MEMBER_ID } },
    reply: { description: 'The new owner.', schema: memberShape },
    handler: async ({ principal, params: { account_id }, body, origin }, { members }) =>
      memberBody(await members.transfer(principal, account_id, body.member, origin)),
  }),
]

export function memberBody(record: MemberRecord): z.input<typeof memberShape> {
  return {
    id: record.memberId,
    object: 'member',
    account: record.accountId,
    email: record.email,
    name: record.name,
    role: record.role,
    person: record.personId,
    status: record.status,
    created_at: seconds(record.createdAtMs),
  }
}
