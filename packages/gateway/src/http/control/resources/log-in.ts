// /api/login: coming in. Every refusal of an address and a password reads the same.
import { z } from 'zod'
import type { PeopleServices } from '../../../identity/people/people-services.ts'
import { SIGN_UP_MODES } from '../../../identity/people/people-settings.ts'
import { seconds, unixSeconds } from '../api/fields.ts'
import { type Route, routeFor } from '../api/route.ts'
import {
  arrivalCookies,
  redirect,
  type SessionServices,
  siteOf,
  ticketCookie,
  ticketReply,
  visitorOf,
} from '../api/session-reply.ts'
import { backToLogIn, basePath } from '../api/back-to-log-in.ts'
import { cameInReply, cameInShape } from './came-in.ts'
import { answered, ANSWERED_EXAMPLE, answeredCredential } from './credential-shapes.ts'

interface Services extends SessionServices {
  readonly people: Pick<PeopleServices, 'sessions' | 'logIn' | 'oidc'>
}

const route = routeFor<Services>()

const OPEN = { access: 'open', tag: 'Log-in' } as const
const REFUSALS = [
  'invalid_request',
  'invalid_api_key',
  'permission_denied',
  'rate_limit_exceeded',
  'service_unavailable',
] as const
const email = z
  .string()
  .max(320)
  .meta({ examples: ['ada@example.com'] })
const password = z.string().max(4096)
const code = z
  .string()
  .min(1)
  .max(100)
  .meta({ examples: ['492 039'] })
const issuerName = z
  .string()
  .max(64)
  .describe('Name of an issuer.')
  .meta({ examples: ['company'] })

const reply = { description: 'You are in, or a second factor is asked for.', schema: cameInShape }

const optionsShape = z
  .strictObject({
    object: z.literal('passkey_options'),
    options: z.looseObject({}).describe('For navigator.credentials: PublicKeyCredential.parse…OptionsFromJSON().'),
  })
  .meta({ id: 'PasskeyOptions' })
export const passkeyOptionsReply = { description: 'What the browser is asked.', schema: optionsShape }

export const LOG_IN_ROUTES: readonly Route<Services>[] = [
  route({
    ...OPEN,
    method: 'GET',
    path: '/api/login',
    name: 'getLogInMethods',
    summary: 'Which ways in there are',
    reply: {
      description: 'For a log-in page.',
      schema: z
        .strictObject({
          object: z.literal('log_in_methods'),
          password: z.boolean(),
          passkey: z.literal(true),
          sign_up: z.enum(SIGN_UP_MODES),
          issuers: z.array(z.strictObject({ name: z.string(), title: z.string(), url: z.string() })),
        })
        .meta({ id: 'LogInMethods' }),
    },
    handler: (_call, { people, state }) => {
      const { password: takesPasswords, signUp } = state.config().people
      const issuers = people.oidc.issuers().map((one) => ({ ...one, url: `/api/login/oidc/${one.name}` }))
      return {
        object: 'log_in_methods' as const,
        password: takesPasswords,
        passkey: true as const,
        sign_up: signUp,
        issuers,
      }
    },
  }),

  route({
    ...OPEN,
    method: 'POST',
    path: '/api/login/password',
    name: 'logInWithPassword',
    summary: 'Log in with a password',
    description:
      'The same answer, after the same time, for an address that nobody has. Tries are counted: by account, by address, and apart from both for a browser that logged in before.',
    errors: REFUSALS,
    body: z.strictObject({ email, password }).meta({ id: 'PasswordLogIn' }),
    example: { body: { email: 'ada@example.com', password: 'a long sentence of your own' } },
    reply,
    handler: async (call, services) => {
      const { email: address, password: text } = call.body
      return await cameInReply(
        call,
        services,
        await services.people.logIn.withPassword(address, text, visitorOf(call, services)),
      )
    },
  }),

  ...(['code', 'recovery-code'] as const).map((kind) =>
    route({
      ...OPEN,
      method: 'POST',
      path: `/api/login/${kind}`,
      name: kind === 'code' ? 'logInWithCode' : 'logInWithRecoveryCode',
      summary: kind === 'code' ? 'Finish with a code of your app' : 'Finish with a recovery code',
      description: 'The second step, after the password. A code is taken once.',
      errors: REFUSALS,
      body: z.strictObject({ code }),
      example: { body: { code: kind === 'code' ? '492039' : '7F3K-Q0M9-ZTV6-Q2W8' } },
      reply,
      handler: async (call, services) => {
        const method = kind === 'code' ? 'totp' : 'recovery_code'
        const came = await services.people.logIn.withCode(method, call.body.code, visitorOf(call, services))
        return await cameInReply(call, services, came)
      },
    }),
  ),

  route({
    ...OPEN,
    method: 'POST',
    path: '/api/login/passkey/options',
    name: 'askForPasskey',
    summary: 'Begin to log in with a passkey',
    description: 'Without an address the browser offers what it has. After a password: that person’s passkeys.',
    errors: REFUSALS,
    body: z.strictObject({ email: email.optional() }),
    example: { body: {} },
    reply: passkeyOptionsReply,
    handler: async (call, services) => {
      const site = siteOf(call, services)
      const asked = await services.people.logIn.askForPasskey(call.body.email ?? null, site, visitorOf(call, services))
      return ticketReply(call, services, asked.ticket, { object: 'passkey_options', options: asked.options })
    },
  }),

  route({
    ...OPEN,
    method: 'POST',
    path: '/api/login/passkey',
    name: 'logInWithPasskey',
    summary: 'Log in with a passkey',
    errors: REFUSALS,
    body: z.strictObject({ credential: answeredCredential }),
    example: { body: { credential: ANSWERED_EXAMPLE } },
    reply,
    handler: async (call, services) => {
      const site = siteOf(call, services)
      const visitor = visitorOf(call, services)
      return await cameInReply(
        call,
        services,
        await services.people.logIn.withPasskey(answered(call.body.credential), site, visitor),
      )
    },
  }),

  route({
    ...OPEN,
    method: 'POST',
    path: '/api/login/link/look',
    name: 'lookAtLink',
    summary: 'What a link is for',
    description: 'Changes nothing. A POST, so that the token stands in no address.',
    errors: ['invalid_request', 'not_found'],
    body: z.strictObject({ token: z.string().min(1).max(200) }),
    example: { body: { token: 'x0kQ5p2mUe7VnT4bRz8dLw1cYh6sGj3aXfN9oKqMiEI' } },
    reply: {
      description: 'It is good.',
      schema: z.strictObject({
        object: z.literal('link'),
        kind: z.enum(['set_up', 'reset', 'confirm']),
        email: z.string().nullable().describe('Whose it is; null = whoever sets this gateway up.'),
        expires_at: unixSeconds,
      }),
    },
    async handler({ body }, { people }) {
      const { kind, email: address, expiresAtMs } = await people.logIn.lookAtLink(body.token)
      return { object: 'link' as const, kind, email: address, expires_at: seconds(expiresAtMs) }
    },
  }),

  route({
    ...OPEN,
    method: 'POST',
    path: '/api/login/link',
    name: 'logInWithLink',
    summary: 'Come in by a one-time link',
    description:
      'The link that the gateway prints at its first start makes the first operator; one from an operator lets somebody choose how to log in anew. It is used up, and all sessions of the person end. Who has a second factor is asked for it.',
    errors: ['not_found', 'conflict', ...REFUSALS],
    body: z
      .strictObject({
        token: z.string().min(1).max(200).describe('What stands behind the # in the link.'),
        email: email.optional().describe('Of the first operator.'),
        name: z.string().max(200).optional(),
        password: password.optional().describe('10 characters or more. Without one, add a passkey next.'),
      })
      .meta({ id: 'LinkLogIn' }),
    example: { body: { token: 'x0kQ5p2mUe7VnT4bRz8dLw1cYh6sGj3aXfN9oKqMiEI', email: 'ada@example.com' } },
    reply,
    handler: async (call, services) => {
      const { token, email: address, name, password: text } = call.body
      const wanted = {
        token,
        ...(address === undefined ? {} : { email: address }),
        ...(name === undefined ? {} : { name }),
        ...(text === undefined ? {} : { password: text }),
      }
      return await cameInReply(call, services, await services.people.logIn.withLink(wanted, visitorOf(call, services)))
    },
  }),

  route({
    ...OPEN,
    method: 'GET',
    path: '/api/login/oidc/{name}',
    name: 'logInWithIssuer',
    summary: 'Log in at an issuer',
    description: 'For a browser to follow: leads to the issuer, and from there back to return_to.',
    errors: ['invalid_request', 'not_found', 'service_unavailable'],
    params: z.strictObject({ name: issuerName }),
    query: z.strictObject({ return_to: z.string().max(600).optional().describe('A path of ours; / when absent.') }),
    reply: {
      description: 'Leads to the issuer (302); where that fails, whoever takes text/html to the log-in page.',
      schema: z.null(),
    },
    handler: async (call, services) => {
      const { name } = call.params
      const returnTo = call.query.return_to ?? '/'
      try {
        const { url, ticket } = await services.people.oidc.begin(name, returnTo)
        return redirect(url, [ticketCookie(call, services, ticket)])
      } catch (error) {
        return backToLogIn(call, services, error, { issuer: name, returnTo })
      }
    },
  }),

  route({
    ...OPEN,
    method: 'GET',
    path: '/api/login/oidc/{name}/callback',
    name: 'arriveFromIssuer',
    summary: 'Where the issuer sends the browser back to',
    description: 'Register this address at the issuer. It is good for the browser that set out, once.',
    errors: ['not_found', 'conflict', ...REFUSALS],
    params: z.strictObject({ name: issuerName }),
    reply: {
      description:
        'You are in: leads on (302). Else it leads whoever takes text/html to the log-in page, which says why.',
      schema: z.null(),
    },
    handler: async (call, services) => {
      const query = URL.parse(call.request.url)?.search ?? ''
      const { name: issuer } = call.params
      try {
        const arrival = await services.people.oidc.arrive(issuer, query, visitorOf(call, services))
        const { refused, returnTo } = arrival
        if (refused !== null) return backToLogIn(call, services, refused, { issuer, returnTo })
        return redirect(basePath(services) + returnTo, arrivalCookies(call, services, arrival))
      } catch (error) {
        return backToLogIn(call, services, error, { issuer, returnTo: '/' })
      }
    },
  }),
]
