// /api/me/playground-key: with it the playground's page calls models as every other client does.
import { z } from 'zod'
import type { IdentityServices } from '../../../identity/identity-services.ts'
import { LONGEST_SESSION_KEY_SECONDS } from '../../../identity/session-keys.ts'
import type { ControlState } from '../../control-ports.ts'
import { seconds, unixSecondsOrNever, EMPTY_BODY } from '../api/fields.ts'
import { type Route, routeFor } from '../api/route.ts'

interface Services extends Pick<IdentityServices, 'keys'> {
  readonly state: Pick<ControlState, 'config'>
}

const route = routeFor<Services>()

export const PLAYGROUND_ROUTES: readonly Route<Services>[] = [
  route({
    method: 'POST',
    path: '/api/me/playground-key',
    access: 'person',
    role: 'developer',
    sessionOnly: true,
    tag: 'My account',
    name: 'makePlaygroundKey',
    summary: 'A key for the playground',
    description:
      'For a browser that is logged in, and no token. It calls models on behalf of the account in which you act, and does nothing else; it lives for an hour at most, ends with the session, and is in no list of keys.',
    body: EMPTY_BODY,
    reply: {
      status: 201,
      description: 'The only time that the key is shown. The one before it goes on until its end.',
      schema: z
        .strictObject({
          id: z.string().meta({ examples: ['key_Q9hMCgVverV2wp8g'] }),
          object: z.literal('playground_key'),
          key: z.string(),
          account: z.string().describe('Whose it is.'),
          expires_at: unixSecondsOrNever,
        })
        .meta({ id: 'PlaygroundKey' }),
    },
    async handler({ principal, origin }, { keys, state }) {
      const idleSeconds = Math.floor(state.config().people.sessionIdleMs / 1000)
      const lifetime = Math.min(LONGEST_SESSION_KEY_SECONDS, idleSeconds)
      const { record, key } = await keys.issueForSession(principal, lifetime, origin)
      return {
        id: record.keyId,
        object: 'playground_key' as const,
        key,
        account: record.accountId,
        expires_at: seconds(record.expiresAtMs),
      }
    },
  }),
]
