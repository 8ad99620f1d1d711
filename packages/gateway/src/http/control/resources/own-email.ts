// /api/me/email: another mail address to log in with, once its mailbox has answered.
import { z } from 'zod'
import type { PeopleServices } from '../../../identity/people/people-services.ts'
import { type Route, routeFor } from '../api/route.ts'
import { renewedReply, type SessionServices } from '../api/session-reply.ts'
import { selfBody, selfShape } from './person-shapes.ts'

interface Services extends SessionServices {
  readonly people: Pick<PeopleServices, 'sessions' | 'logIn' | 'email'>
}

const route = routeFor<Services>()
const OWN = { access: 'person', tag: 'My account', method: 'POST', whileSettingUp: true } as const

export const OWN_EMAIL_ROUTES: readonly Route<Services>[] = [
  route({
    ...OWN,
    stepUp: true,
    path: '/api/me/email',
    name: 'changeEmail',
    summary: 'Change your mail address',
    description:
      'A link goes to the new address, and a notice to the one that you have. Nothing changes before the link was followed.',
    errors: ['rate_limit_exceeded'],
    body: z
      .strictObject({
        email: z
          .string()
          .max(320)
          .meta({ examples: ['ada@example.com'] }),
      })
      .meta({ id: 'EmailChange' }),
    example: { body: { email: 'ada@example.com' } },
    reply: {
      description: 'Look into the mailbox of the new address.',
      schema: z.strictObject({
        object: z.literal('mail'),
        sent: z.literal(true).describe('The same for every address.'),
      }),
    },
    async handler({ principal, body, origin }, { people }) {
      await people.email.ask(principal, body.email, origin)
      return { object: 'mail' as const, sent: true as const }
    },
  }),

  route({
    ...OWN,
    path: '/api/me/email/confirm',
    name: 'confirmEmail',
    summary: 'Confirm your new mail address',
    description: 'By the one who asked for it, logged in.',
    errors: ['not_found', 'conflict'],
    body: z.strictObject({
      token: z
        .string()
        .min(20)
        .max(2000)
        .describe('What stands behind the # in the link.')
        .meta({ examples: ['Zk3vT0q9XwLr7bNdAf5hYb7WsJ0pGfXe9U2jCw9LhZ4'] }),
    }),
    example: { body: { token: 'Zk3vT0q9XwLr7bNdAf5hYb7WsJ0pGfXe9U2jCw9LhZ4' } },
    reply: { description: 'You, as you are now; all your other sessions are over.', schema: selfShape },
    async handler(call, services) {
      const { result, opened } = await services.people.email.confirm(call.principal, call.body.token, call.origin)
      return renewedReply(call, services, opened, selfBody(result))
    },
  }),
]
