// Invitations: made and taken back by the admins of an account, accepted or declined by whom they are for.
import { z } from 'zod'
import { INVITATION_STATES, type InvitationRecord } from '../../../identity/people/invitation-store.ts'
import type { InvitationService, InvitationView } from '../../../identity/people/invitation-service.ts'
import type { ControlState } from '../../control-ports.ts'
import { listOf, pageQuery, seconds, unixSeconds, unixSecondsOrNever, EMPTY_BODY } from '../api/fields.ts'
import { listBody } from '../api/list-body.ts'
import { type Route, routeFor } from '../api/route.ts'
import { accountParams } from './accounts.ts'
import { memberBody, memberShape, roleField } from './members.ts'

interface Services {
  readonly people: { readonly invitations: InvitationService }
  readonly state: Pick<ControlState, 'now'>
}

const route = routeFor<Services>()

const INVITATION_ID = 'inv_7cT2mQx9LbVd4sHn'
const invitationId = z
  .string()
  .describe('Id of an invitation.')
  .meta({ examples: [INVITATION_ID] })
export const TOKEN = 'x0kQ5p2mUe7VnT4bRz8dLw1cYh6sGj3aXfN9oKqMiEI'
export const linkToken = z
  .string()
  .min(20)
  .max(200)
  .describe('What stands behind the # in the link.')
  .meta({ examples: [TOKEN] })

const email = z
  .string()
  .max(320)
  .meta({ examples: ['ada@example.com'] })

const invitationFields = {
  id: z.string().meta({ examples: [INVITATION_ID] }),
  object: z.literal('invitation'),
  account: z.string(),
  email: z.string().nullable().describe('Whom alone it lets in; null = whoever has the link.'),
  role: roleField,
  state: z.enum([...INVITATION_STATES, 'expired']),
  invited_by: z.string().describe('A person, or `master`.'),
  created_at: unixSeconds,
  expires_at: unixSeconds,
  ended_at: unixSecondsOrNever.describe('When it was accepted, declined or taken back.'),
  person: z.string().nullable().describe('Who accepted.'),
} as const
const invitationShape = z.strictObject(invitationFields).meta({ id: 'Invitation' })
const madeInvitationShape = z
  .strictObject({
    ...invitationFields,
    url: z
      .string()
      .nullable()
      .describe('The link, shown this once; null = it went out by mail, and nobody else has it.'),
  })
  .meta({ id: 'MadeInvitation' })

const viewShape = z
  .strictObject({
    id: z.string(),
    object: z.literal('invitation_view'),
    account: z.string(),
    account_name: z.string(),
    invited_by: z.string().describe('A name; empty = the operator.'),
    email: z.string().nullable(),
    role: roleField,
    expires_at: unixSeconds,
  })
  .meta({ id: 'InvitationView' })

const ADMINS = { access: 'operator', tag: 'Teams', role: 'admin' } as const
const MINE = { access: 'person', tag: 'Teams' } as const
const OPEN = { access: 'open', tag: 'Teams', errors: ['invalid_request', 'not_found'] } as const
const withToken = z.strictObject({ token: linkToken })
const mineParams = z.strictObject({ invitation_id: invitationId })

export const INVITATION_ROUTES: readonly Route<Services>[] = [
  route({
    ...ADMINS,
    method: 'POST',
    path: '/api/accounts/{account_id}/invitations',
    name: 'createInvitation',
    summary: 'Invite somebody',
    description:
      'With `email`, a mail goes to that address, and nobody else can accept. Without, the reply has a link for whoever follows it first. Nobody gives a role above their own.',
    stepUp: true,
    errors: ['conflict', 'rate_limit_exceeded'],
    params: z.strictObject(accountParams),
    body: z
      .strictObject({
        email: email.optional().describe('Absent = a link for whoever has it.'),
        role: roleField.optional().describe('developer, when absent.'),
      })
      .meta({ id: 'NewInvitation' }),
    example: { body: { email: 'ada@example.com', role: 'developer' } },
    reply: {
      status: 201,
      description: 'It stands until it is accepted, declined, revoked or over.',
      schema: madeInvitationShape,
    },
    async handler({ principal, params: { account_id }, body, origin }, { people, state }) {
      const wanted = {
        ...(body.email === undefined ? {} : { email: body.email }),
        ...(body.role === undefined ? {} : { role: body.role }),
      }
      const { invitation, url } = await people.invitations.create(principal, account_id, wanted, origin)
      return { ...invitationBody(invitation, state.now()), url }
    },
  }),

  route({
    ...ADMINS,
    method: 'GET',
    path: '/api/accounts/{account_id}/invitations',
    name: 'listInvitations',
    summary: 'List invitations',
    description: 'Newest first, those that are over too.',
    params: z.strictObject(accountParams),
    query: z.strictObject({ ...pageQuery, state: z.enum(INVITATION_STATES).optional() }),
    reply: { description: 'A page of them.', schema: listOf(invitationShape) },
    async handler({ principal, params: { account_id }, query }, { people, state }) {
      const { limit, after, state: inState } = query
      const page = await people.invitations.list(principal, account_id, {
        limit: limit ?? 100,
        ...(after === undefined ? {} : { after }),
        ...(inState === undefined ? {} : { state: inState }),
      })
      return listBody(
        page.records.map((record) => invitationBody(record, state.now())),
        page.hasMore,
      )
    },
  }),

  route({
    ...ADMINS,
    method: 'DELETE',
    path: '/api/accounts/{account_id}/invitations/{invitation_id}',
    name: 'revokeInvitation',
    summary: 'Take an invitation back',
    errors: ['conflict'],
    params: z.strictObject({ ...accountParams, invitation_id: invitationId }),
    reply: { description: 'Its link opens nothing any more.', schema: invitationShape },
    handler: async ({ principal, params: { account_id, invitation_id }, origin }, { people, state }) =>
      invitationBody(await people.invitations.revoke(principal, account_id, invitation_id, origin), state.now()),
  }),

  route({
    ...OPEN,
    method: 'POST',
    path: '/api/invitations/look',
    name: 'lookAtInvitation',
    summary: 'What a link invites to',
    description: 'Changes nothing. The token is in the body, as addresses end up in logs.',
    body: withToken,
    example: { body: { token: TOKEN } },
    reply: { description: 'An invitation that is open.', schema: viewShape },
    handler: async ({ body }, { people }) => viewBody(await people.invitations.look(body.token)),
  }),

  route({
    ...MINE,
    method: 'POST',
    path: '/api/invitations/accept',
    name: 'acceptInvitation',
    summary: 'Accept, as who you are',
    description: 'For somebody who is logged in. Who is new here joins: /api/invitations/join.',
    errors: ['conflict', 'not_found'],
    body: withToken,
    example: { body: { token: TOKEN } },
    reply: { description: 'Your place in the account.', schema: memberShape },
    handler: async ({ principal, body, origin }, { people }) =>
      memberBody(await people.invitations.accept(principal, { token: body.token }, origin)),
  }),

  route({
    ...OPEN,
    method: 'POST',
    path: '/api/invitations/decline',
    name: 'declineInvitation',
    summary: 'Decline',
    description: 'Whoever has the link may; no log-in is needed.',
    errors: ['invalid_request', 'not_found', 'conflict'],
    body: withToken,
    example: { body: { token: TOKEN } },
    reply: { description: 'It is over.', schema: invitationShape },
    handler: async ({ principal, body, origin }, { people, state }) =>
      invitationBody(await people.invitations.decline(principal, { token: body.token }, origin), state.now()),
  }),

  route({
    ...MINE,
    method: 'GET',
    path: '/api/me/invitations',
    name: 'listOwnInvitations',
    summary: 'Where you are invited to',
    description: 'To your mail address, once it is sure that it is yours.',
    reply: {
      description: 'Those that are open.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(viewShape), has_more: z.literal(false) }),
    },
    async handler({ principal }, { people }) {
      const data = (await people.invitations.mine(principal)).map(viewBody)
      return { object: 'list' as const, data, has_more: false as const }
    },
  }),

  route({
    ...MINE,
    method: 'POST',
    path: '/api/me/invitations/{invitation_id}/accept',
    name: 'acceptOwnInvitation',
    summary: 'Accept one of these',
    errors: ['conflict'],
    params: mineParams,
    body: EMPTY_BODY,
    reply: { description: 'Your place in the account.', schema: memberShape },
    handler: async ({ principal, params: { invitation_id }, origin }, { people }) =>
      memberBody(await people.invitations.accept(principal, { invitationId: invitation_id }, origin)),
  }),

  route({
    ...MINE,
    method: 'POST',
    path: '/api/me/invitations/{invitation_id}/decline',
    name: 'declineOwnInvitation',
    summary: 'Decline one of these',
    errors: ['conflict'],
    params: mineParams,
    body: EMPTY_BODY,
    reply: { description: 'It is over.', schema: invitationShape },
    handler: async ({ principal, params: { invitation_id }, origin }, { people, state }) =>
      invitationBody(await people.invitations.decline(principal, { invitationId: invitation_id }, origin), state.now()),
  }),
]

function invitationBody(record: InvitationRecord, nowMs: number): z.input<typeof invitationShape> {
  const isOver = record.state === 'open' && record.expiresAtMs <= nowMs
  return {
    id: record.invitationId,
    object: 'invitation',
    account: record.accountId,
    email: record.email,
    role: record.role,
    state: isOver ? 'expired' : record.state,
    invited_by: record.invitedBy,
    created_at: seconds(record.createdAtMs),
    expires_at: seconds(record.expiresAtMs),
    ended_at: seconds(record.endedAtMs),
    person: record.personId,
  }
}

function viewBody({ invitation, accountName, invitedBy }: InvitationView): z.input<typeof viewShape> {
  return {
    id: invitation.invitationId,
    object: 'invitation_view',
    account: invitation.accountId,
    account_name: accountName,
    invited_by: invitedBy,
    email: invitation.email,
    role: invitation.role,
    expires_at: seconds(invitation.expiresAtMs),
  }
}
