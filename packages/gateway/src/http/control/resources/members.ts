// /api/accounts/{account_id}/members: who belongs to an account. For the operator, until members can log in.
import { z } from 'zod'
import { ROLES, type MemberRecord } from '../../../identity/member-store.ts'
import { listOf, pageQuery, seconds, unixSeconds } from '../api/fields.ts'
import { listBody } from '../api/list-body.ts'
import { type Route, routeFor } from '../api/route.ts'
import type { IdentityServices } from '../../../identity/identity-services.ts'
import { accountParams } from './accounts.ts'

const route = routeFor<IdentityServices>()

const MEMBER_ID = 'mem_p4WfC1s8YeKu2hGa'
const params = z.strictObject({
  ...accountParams,
  member_id: z
    .string()
    .describe('Id of a member.')
    .meta({ examples: [MEMBER_ID] }),
})

const role = z.enum(ROLES).describe('From most rights to fewest.')
const name = z.string().trim().min(1, 'must not be empty.').max(200, 'must have at most 200 characters.')

const memberShape = z
  .strictObject({
    id: z.string().meta({ examples: [MEMBER_ID] }),
    object: z.literal('member'),
    account: z.string(),
    email: z.string(),
    name: z.string(),
    role,
    created_at: unixSeconds,
  })
  .meta({ id: 'Member' })

const COMMON = { access: 'operator', tag: 'Accounts' } as const

export const MEMBER_ROUTES: readonly Route<IdentityServices>[] = [
  route({
    ...COMMON,
    method: 'POST',
    path: '/api/accounts/{account_id}/members',
    name: 'addMember',
    summary: 'Add a member',
    description: 'The first one becomes the owner in any case.',
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
        role: role.optional().describe('developer, when absent.'),
      })
      .meta({ id: 'NewMember' }),
    example: { body: { email: 'ada@example.com', role: 'admin' } },
    reply: { status: 201, description: 'The member.', schema: memberShape },
    async handler({ principal, params: { account_id }, body, address, requestId }, { members }) {
      const wanted = {
        email: body.email,
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.role === undefined ? {} : { role: body.role }),
      }
      return memberBody(await members.add(principal, account_id, wanted, { address, requestId }))
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
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
    ...COMMON,
    method: 'GET',
    path: '/api/accounts/{account_id}/members/{member_id}',
    name: 'getMember',
    summary: 'Look at a member',
    params,
    reply: { description: 'The member.', schema: memberShape },
    handler: async ({ principal, params: { account_id, member_id } }, { members }) =>
      memberBody(await members.get(principal, account_id, member_id)),
  }),

  route({
    ...COMMON,
    method: 'PATCH',
    path: '/api/accounts/{account_id}/members/{member_id}',
    name: 'updateMember',
    summary: 'Change a member',
    description: 'The last owner of an account stays its owner.',
    errors: ['conflict'],
    params,
    body: z.strictObject({ name: name.optional(), role: role.optional() }).meta({ id: 'MemberPatch' }),
    example: { body: { role: 'viewer' } },
    reply: { description: 'The member as it is now.', schema: memberShape },
    async handler({ principal, params: { account_id, member_id }, body, address, requestId }, { members }) {
      const patch = {
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.role === undefined ? {} : { role: body.role }),
      }
      return memberBody(await members.update(principal, account_id, member_id, patch, { address, requestId }))
    },
  }),

  route({
    ...COMMON,
    method: 'DELETE',
    path: '/api/accounts/{account_id}/members/{member_id}',
    name: 'removeMember',
    summary: 'Remove a member',
    description: 'The last owner of an account cannot be removed.',
    errors: ['conflict'],
    params,
    reply: {
      description: 'It is removed.',
      schema: z.strictObject({ id: z.string(), object: z.literal('member'), deleted: z.literal(true) }),
    },
    async handler({ principal, params: { account_id, member_id }, address, requestId }, { members }) {
      const { memberId } = await members.remove(principal, account_id, member_id, { address, requestId })
      return { id: memberId, object: 'member' as const, deleted: true as const }
    },
  }),
]

function memberBody(record: MemberRecord): z.input<typeof memberShape> {
  return {
    id: record.memberId,
    object: 'member',
    account: record.accountId,
    email: record.email,
    name: record.name,
    role: record.role,
    created_at: seconds(record.createdAtMs),
  }
}
