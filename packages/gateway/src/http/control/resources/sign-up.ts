// Coming in for the first time: by oneself, where sign-up is open, or by the link of an invitation. And coming back in,
// for whom a password has slipped.
import { z } from 'zod'
import { type Route, route } from '../api/route.ts'
import { visitorOf } from '../api/session-reply.ts'
import { cameInReply, cameInShape } from './came-in.ts'
import { linkToken, TOKEN } from './invitations.ts'

const OPEN = { access: 'open', tag: 'Log-in', method: 'POST' } as const
const email = z
  .string()
  .max(320)
  .meta({ examples: ['ada@example.com'] })
const name = z.string().trim().min(1, 'must not be empty.').max(200, 'must have at most 200 characters.')
const password = z
  .string()
  .max(1024)
  .describe('10 characters or more; absent = a passkey is added next.')
  .meta({ examples: ['correct horse battery staple'] })

const sentShape = z.strictObject({
  object: z.literal('mail'),
  sent: z.literal(true).describe('The same for every address: whether it is known, the mail alone says.'),
})
const SENT = { object: 'mail', sent: true } as const

export const SIGN_UP_ROUTES: readonly Route[] = [
  route({
    ...OPEN,
    path: '/api/sign-up',
    name: 'signUp',
    summary: 'Sign up',
    description:
      'Where people.sign_up is open. A mail goes to the address; how to log in is chosen by whoever reads it.',
    errors: ['invalid_request', 'permission_denied', 'rate_limit_exceeded'],
    body: z.strictObject({ email, name: name.optional() }).meta({ id: 'SignUp' }),
    example: { body: { email: 'ada@example.com', name: 'Ada' } },
    reply: { description: 'Look into your mailbox.', schema: sentShape },
    async handler({ body, origin }, { people }) {
      await people.signUp.signUp({ email: body.email, ...(body.name === undefined ? {} : { name: body.name }) }, origin)
      return SENT
    },
  }),

  route({
    ...OPEN,
    path: '/api/sign-up/confirm',
    name: 'confirmSignUp',
    summary: 'Confirm the mail address, and come in',
    errors: ['invalid_request', 'permission_denied', 'not_found'],
    body: z
      .strictObject({ token: linkToken, name: name.optional(), password: password.optional() })
      .meta({ id: 'Confirmation' }),
    example: { body: { token: TOKEN, password: 'correct horse battery staple' } },
    reply: { description: 'You are logged in.', schema: cameInShape },
    handler: async (call, services) => {
      const { token, name: wanted, password: chosen } = call.body
      const newcomer = {
        token,
        ...(wanted === undefined ? {} : { name: wanted }),
        ...(chosen === undefined ? {} : { password: chosen }),
      }
      return cameInReply(call, services, await services.people.signUp.confirm(newcomer, visitorOf(call, services)))
    },
  }),

  route({
    ...OPEN,
    path: '/api/invitations/join',
    name: 'joinByInvitation',
    summary: 'Accept an invitation, as somebody new',
    description: 'For whom nobody knows here yet. Who is known logs in, and accepts.',
    errors: ['invalid_request', 'permission_denied', 'not_found', 'conflict', 'rate_limit_exceeded'],
    body: z
      .strictObject({
        token: linkToken,
        email: email.optional().describe('Where the invitation is for nobody in particular.'),
        name: name.optional(),
        password: password.optional(),
      })
      .meta({ id: 'Joining' }),
    example: { body: { token: TOKEN, name: 'Ada', password: 'correct horse battery staple' } },
    reply: { description: 'You are logged in, and belong to the account.', schema: cameInShape },
    handler: async (call, services) => {
      const { token, email: own, name: wanted, password: chosen } = call.body
      const newcomer = {
        token,
        ...(own === undefined ? {} : { email: own }),
        ...(wanted === undefined ? {} : { name: wanted }),
        ...(chosen === undefined ? {} : { password: chosen }),
      }
      return cameInReply(call, services, await services.people.signUp.join(newcomer, visitorOf(call, services)))
    },
  }),

  route({
    ...OPEN,
    path: '/api/login/forgot',
    name: 'forgotPassword',
    summary: 'Be sent a link to choose a password anew',
    description: 'To people whose address is sure, and who are no operators. A second factor is still asked for.',
    errors: ['invalid_request', 'rate_limit_exceeded'],
    body: z.strictObject({ email }).meta({ id: 'ForgottenPassword' }),
    example: { body: { email: 'ada@example.com' } },
    reply: { description: 'Look into your mailbox.', schema: sentShape },
    async handler({ body, origin }, { people }) {
      await people.signUp.forgot(body.email, origin)
      return SENT
    },
  }),
]
