// /api/me: what somebody changes about themselves: name, sessions, and what they log in with.
import { z } from 'zod'
import type { PeopleServices } from '../../../identity/people/people-services.ts'
import type { Changed } from '../../../identity/people/factor-service.ts'
import { EMPTY_BODY } from '../api/fields.ts'
import { type Call, type Route, routeFor } from '../api/route.ts'
import { renewedReply, type SessionServices, siteOf, ticketReply, visitorOf } from '../api/session-reply.ts'
import { made, MADE_EXAMPLE, madeCredential } from './credential-shapes.ts'
import { passkeyOptionsReply } from './log-in.ts'
import { passkeyBody, passkeyShape } from './person-shapes.ts'

interface Services extends SessionServices {
  readonly people: Pick<PeopleServices, 'sessions' | 'logIn' | 'factors'>
}

const route = routeFor<Services>()

const OWN = { access: 'person', tag: 'My account', whileSettingUp: true } as const
/** Whoever sits down at an unlocked browser must not make it theirs. */
const FACTOR = { ...OWN, stepUp: true } as const
const passkeyParams = z.strictObject({
  passkey_id: z
    .string()
    .describe('Id of a passkey.')
    .meta({ examples: ['pky_6nMx3TqB8vJd0RfS'] }),
})
const passkeyName = z.string().max(200).describe('To tell it by.')

const doneShape = z.strictObject({ object: z.literal('factors'), changed: z.literal(true) })
const doneReply = { description: 'It is done; all your other sessions are over.', schema: doneShape }
const codesShape = z
  .strictObject({
    object: z.literal('recovery_codes'),
    codes: z
      .array(z.string())
      .describe('Shown this once; each is good once. Empty = those that you have are still good.'),
  })
  .meta({ id: 'RecoveryCodes' })

export const OWN_FACTOR_ROUTES: readonly Route<Services>[] = [
  route({
    ...OWN,
    method: 'GET',
    path: '/api/me/factors',
    name: 'getFactors',
    summary: 'What you can log in with',
    reply: {
      description: 'How many of each.',
      schema: z
        .strictObject({
          object: z.literal('factors'),
          password: z.boolean(),
          passkeys: z.int(),
          totp: z.boolean(),
          recovery_codes: z.int().describe('Those that are left.'),
          identities: z.int(),
        })
        .meta({ id: 'Factors' }),
    },
    async handler({ principal }, { people }) {
      const { password, passkeys, totp, recoveryCodes, identities } = await people.factors.summary(principal)
      return { object: 'factors' as const, password, passkeys, totp, recovery_codes: recoveryCodes, identities }
    },
  }),

  route({
    ...FACTOR,
    method: 'PUT',
    path: '/api/me/password',
    name: 'setPassword',
    summary: 'Choose a password',
    body: z.strictObject({ password: z.string().max(4096).describe('10 characters or more.') }),
    example: { body: { password: 'a long sentence of your own' } },
    reply: doneReply,
    handler: async (call, services) =>
      done(call, services, await services.people.factors.setPassword(call.principal, call.body.password, call.origin)),
  }),

  route({
    ...FACTOR,
    method: 'DELETE',
    path: '/api/me/password',
    name: 'removePassword',
    summary: 'Do without a password',
    errors: ['conflict'],
    reply: doneReply,
    handler: async (call, services) =>
      done(call, services, await services.people.factors.removePassword(call.principal, call.origin)),
  }),

  route({
    ...OWN,
    method: 'GET',
    path: '/api/me/passkeys',
    name: 'listPasskeys',
    summary: 'List your passkeys',
    reply: {
      description: 'All of them, oldest first.',
      schema: z.strictObject({ object: z.literal('list'), data: z.array(passkeyShape), has_more: z.literal(false) }),
    },
    async handler({ principal }, { people }) {
      const data = (await people.factors.passkeys(principal)).map(passkeyBody)
      return { object: 'list' as const, data, has_more: false as const }
    },
  }),

  route({
    ...FACTOR,
    method: 'POST',
    path: '/api/me/passkey-options',
    name: 'beginPasskey',
    summary: 'Begin to add a passkey',
    errors: ['conflict'],
    body: EMPTY_BODY,
    reply: passkeyOptionsReply,
    handler: async (call, services) => {
      const begun = await services.people.factors.beginPasskey(call.principal, siteOf(call, services))
      return ticketReply(call, services, begun.ticket, { object: 'passkey_options', options: begun.options })
    },
  }),

  route({
    ...FACTOR,
    method: 'POST',
    path: '/api/me/passkeys',
    name: 'addPasskey',
    summary: 'Add a passkey',
    errors: ['conflict'],
    body: z.strictObject({ credential: madeCredential, name: passkeyName.optional() }),
    example: { body: { credential: MADE_EXAMPLE, name: 'Laptop' } },
    reply: { status: 201, description: 'It works from now on.', schema: passkeyShape },
    handler: async (call, services) => {
      const { credential, name } = call.body
      const wanted = { response: made(credential), ...(name === undefined ? {} : { name }) }
      const { ticket } = visitorOf(call, services)
      const site = siteOf(call, services)
      const changed = await services.people.factors.addPasskey(call.principal, wanted, ticket, site, call.origin)
      return renewedReply(call, services, changed.opened, passkeyBody(changed.result), 201)
    },
  }),

  route({
    ...OWN,
    method: 'PATCH',
    path: '/api/me/passkeys/{passkey_id}',
    name: 'renamePasskey',
    summary: 'Rename a passkey',
    params: passkeyParams,
    body: z.strictObject({ name: passkeyName }),
    example: { body: { name: 'Laptop' } },
    reply: { description: 'As it is now.', schema: passkeyShape },
    async handler({ principal, params, body, origin }, { people }) {
      return passkeyBody(await people.factors.renamePasskey(principal, params.passkey_id, body.name, origin))
    },
  }),

  route({
    ...FACTOR,
    method: 'DELETE',
    path: '/api/me/passkeys/{passkey_id}',
    name: 'removePasskey',
    summary: 'Remove a passkey',
    errors: ['conflict'],
    params: passkeyParams,
    reply: doneReply,
    handler: async (call, services) => {
      const { passkey_id: passkeyId } = call.params
      return done(call, services, await services.people.factors.removePasskey(call.principal, passkeyId, call.origin))
    },
  }),

  route({
    ...FACTOR,
    method: 'POST',
    path: '/api/me/totp',
    name: 'beginTotp',
    summary: 'Begin to add an authenticator app',
    description: 'It counts for nothing until a code of it was shown.',
    errors: ['conflict'],
    body: EMPTY_BODY,
    reply: {
      description: 'For the app.',
      schema: z
        .strictObject({
          object: z.literal('totp'),
          secret: z.string().describe('Base32, to be typed.'),
          url: z.string().describe('otpauth://, to be shown as a QR code.'),
        })
        .meta({ id: 'Totp' }),
    },
    async handler({ principal }, { people }) {
      return { object: 'totp' as const, ...(await people.factors.beginTotp(principal)) }
    },
  }),

  route({
    ...FACTOR,
    method: 'POST',
    path: '/api/me/totp/confirm',
    name: 'confirmTotp',
    summary: 'Show its first code',
    errors: ['conflict', 'not_found'],
    body: z.strictObject({ code: z.string().min(1).max(100) }),
    example: { body: { code: '492039' } },
    reply: { description: 'It is asked for from now on. Keep the recovery codes.', schema: codesShape },
    handler: async (call, services) => {
      const changed = await services.people.factors.confirmTotp(call.principal, call.body.code, call.origin)
      return renewedReply(call, services, changed.opened, { object: 'recovery_codes', codes: changed.result })
    },
  }),

  route({
    ...FACTOR,
    method: 'DELETE',
    path: '/api/me/totp',
    name: 'removeTotp',
    summary: 'Remove the authenticator app',
    errors: ['conflict', 'not_found'],
    reply: doneReply,
    handler: async (call, services) =>
      done(call, services, await services.people.factors.removeTotp(call.principal, call.origin)),
  }),

  route({
    ...FACTOR,
    method: 'POST',
    path: '/api/me/recovery-codes',
    name: 'makeRecoveryCodes',
    summary: 'Make new recovery codes',
    description: 'Those before are worth nothing from then on.',
    body: EMPTY_BODY,
    reply: { status: 201, description: 'Shown this once.', schema: codesShape },
    async handler({ principal, origin }, { people }) {
      return {
        object: 'recovery_codes' as const,
        codes: [...(await people.factors.makeRecoveryCodes(principal, origin))],
      }
    },
  }),
]

function done(call: Call<unknown, unknown, unknown>, services: Services, { opened }: Changed<unknown>): Response {
  return renewedReply(call, services, opened, { object: 'factors', changed: true })
}
