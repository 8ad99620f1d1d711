// /api/me/sessions, /api/me/identities and /api/me/profile: where one is logged in, by which issuers, and under which name.
import { z } from 'zod'
import type { IdentityRecord } from '../../../identity/people/factor-store.ts'
import type { PeopleServices } from '../../../identity/people/people-services.ts'
import { seconds, unixSeconds, unixSecondsOrNever } from '../api/fields.ts'
import { type Route, routeFor } from '../api/route.ts'
import { renewedReply, type SessionServices, ticketReply } from '../api/session-reply.ts'
import { selfBody, selfShape, sessionBody, sessionShape } from './person-shapes.ts'

interface Services extends SessionServices {
  readonly people: Pick<PeopleServices, 'sessions' | 'logIn' | 'factors' | 'oidc' | 'profile'>
}

const route = routeFor<Services>()

const OWN = { access: 'person', tag: 'My account', whileSettingUp: true } as const
const IDENTITY_ID = 'idn_2jCw9LhZ4yTk7PbV'

const identityShape = z
  .strictObject({
    id: z.string().meta({ examples: [IDENTITY_ID] }),
    object: z.literal('identity'),
    issuer: z.string().describe('Its address.'),
    title: z.string().nullable().describe('What the configuration calls it; null = it is not there any more.'),
    email: z.string().describe('As the issuer said last.'),
    created_at: unixSeconds,
    last_used_at: unixSecondsOrNever,
  })
  .meta({ id: 'Identity' })

export const OWN_SESSION_ROUTES: readonly Route<Services>[] = [
  route({
    ...OWN,
    method: 'PATCH',
    path: '/api/me/profile',
    name: 'updateProfile',
    summary: 'Change your name',
    body: z.strictObject({ name: z.string().max(200) }),
    example: { body: { name: 'Ada Lovelace' } },
    reply: { description: 'You, as you are now.', schema: selfShape },
    handler: async ({ principal, body, origin }, { people }) =>
      selfBody(await people.profile.rename(principal, body.name, origin)),
  }),

  route({
    ...OWN,
    method: 'GET',
    path: '/api/me/sessions',
    name: 'listSessions',
    summary: 'Where you are logged in',
    reply: {
      description: 'All of them, newest first.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(sessionShape), has_more: z.literal(false) }),
    },
    async handler({ principal }, { people }) {
      const sessions = await people.sessions.list(principal.person?.personId ?? '')
      const data = sessions.map((session) => sessionBody(session, principal.keyId))
      return { object: 'list' as const, data, has_more: false as const }
    },
  }),

  route({
    ...OWN,
    method: 'DELETE',
    path: '/api/me/sessions',
    name: 'endOtherSessions',
    summary: 'Log out everywhere else',
    reply: {
      description: 'Only the session that asked is left; of a token, none.',
      schema: z.strictObject({ object: z.literal('sessions'), ended: z.int() }),
    },
    handler: async ({ principal, origin }, { people }) => ({
      object: 'sessions' as const,
      ended: await people.sessions.endOthers(principal, origin),
    }),
  }),

  route({
    ...OWN,
    method: 'DELETE',
    path: '/api/me/sessions/{session_id}',
    name: 'endSession',
    summary: 'Log out somewhere',
    params: z.strictObject({
      session_id: z
        .string()
        .describe('Id of a session.')
        .meta({ examples: ['ses_4hYb7WsJ0pGfXe9U'] }),
    }),
    reply: {
      description: 'It is over.',
      schema: z.strictObject({ id: z.string(), object: z.literal('session'), deleted: z.literal(true) }),
    },
    async handler({ principal, params, origin }, { people }) {
      await people.sessions.end(principal, params.session_id, origin)
      return { id: params.session_id, object: 'session' as const, deleted: true as const }
    },
  }),

  route({
    ...OWN,
    method: 'GET',
    path: '/api/me/identities',
    name: 'listIdentities',
    summary: 'The issuers that you are connected to',
    reply: {
      description: 'All of them, oldest first.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(identityShape), has_more: z.literal(false) }),
    },
    async handler({ principal }, { people }) {
      const data = (await people.factors.identities(principal)).map((one) =>
        identityBody(one, people.oidc.titleOf(one.issuer)),
      )
      return { object: 'list' as const, data, has_more: false as const }
    },
  }),

  route({
    ...OWN,
    stepUp: true,
    method: 'POST',
    path: '/api/me/identities',
    name: 'connectIssuer',
    summary: 'Connect an issuer',
    description: 'Lead the browser to the url; when it is back, you can log in by that issuer.',
    errors: ['not_found'],
    body: z.strictObject({
      issuer: z
        .string()
        .max(64)
        .describe('Its name, as /api/login has it.')
        .meta({ examples: ['company'] }),
      return_to: z.string().max(600).optional().describe('A path of ours to go on at; / when absent.'),
    }),
    example: { body: { issuer: 'company' } },
    reply: { description: 'Where to go.', schema: z.strictObject({ object: z.literal('journey'), url: z.string() }) },
    handler: async (call, services) => {
      const journey = await services.people.oidc.beginFor(
        call.body.issuer,
        'connect',
        call.principal,
        call.body.return_to ?? '/',
      )
      return ticketReply(call, services, journey.ticket, { object: 'journey', url: journey.url })
    },
  }),

  route({
    ...OWN,
    stepUp: true,
    method: 'DELETE',
    path: '/api/me/identities/{identity_id}',
    name: 'disconnectIssuer',
    summary: 'Disconnect an issuer',
    errors: ['conflict'],
    params: z.strictObject({
      identity_id: z
        .string()
        .describe('Id of a connection.')
        .meta({ examples: [IDENTITY_ID] }),
    }),
    reply: {
      description: 'It is no way in any more.',
      schema: z.strictObject({ id: z.string(), object: z.literal('identity'), deleted: z.literal(true) }),
    },
    handler: async (call, services) => {
      const { identity_id: id } = call.params
      const changed = await services.people.factors.removeIdentity(call.principal, id, call.origin)
      return renewedReply(call, services, changed.opened, { id, object: 'identity', deleted: true })
    },
  }),
]

function identityBody(record: IdentityRecord, title: string | null): z.input<typeof identityShape> {
  return {
    id: record.identityId,
    object: 'identity',
    issuer: record.issuer,
    title,
    email: record.email,
    created_at: seconds(record.createdAtMs),
    last_used_at: seconds(record.lastUsedAtMs),
  }
}
