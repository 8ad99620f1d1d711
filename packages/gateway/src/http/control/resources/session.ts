// /api/session: the session in this browser, showing a factor again, and hearing of its end.
import { z } from 'zod'
import { GatewayError } from '../../../core/errors.ts'
import type { PeopleServices } from '../../../identity/people/people-services.ts'
import type { Proof } from '../../../identity/people/step-up-service.ts'
import { EMPTY_BODY } from '../api/fields.ts'
import { type Call, type Route, routeFor } from '../api/route.ts'
import {
  loggedOutReply,
  ownSession,
  renewedReply,
  type SessionServices,
  siteOf,
  ticketReply,
  visitorOf,
} from '../api/session-reply.ts'
import { answered, ANSWERED_EXAMPLE, answeredCredential } from './credential-shapes.ts'
import { passkeyOptionsReply } from './log-in.ts'
import { actingBody, actingShape, currentSessionBody, currentSessionShape } from './person-shapes.ts'

interface Services extends SessionServices {
  readonly people: Pick<PeopleServices, 'sessions' | 'logIn' | 'stepUp' | 'oidc' | 'watch'>
}

const route = routeFor<Services>()

const OWN = { access: 'person', tag: 'Log-in', whileSettingUp: true } as const
const HEARTBEAT_MS = 25_000

const provedReply = { description: 'The session, under a new text.', schema: currentSessionShape }

export const SESSION_ROUTES: readonly Route<Services>[] = [
  route({
    ...OWN,
    method: 'GET',
    path: '/api/session',
    name: 'getSession',
    summary: 'Who is logged in here',
    description: 'And the token that every change must carry in the header x-csrf-token.',
    reply: {
      description: 'The session of this browser.',
      schema: z.strictObject({ ...currentSessionShape.shape, acting: actingShape }).meta({ id: 'ActingSession' }),
    },
    handler: async (call, services) => {
      const body = await sessionNow(call, services)
      return { ...body, acting: actingBody(call.principal) }
    },
  }),

  route({
    ...OWN,
    method: 'DELETE',
    path: '/api/session',
    name: 'logOut',
    summary: 'Log out',
    reply: {
      description: 'The session is over.',
      schema: z.strictObject({
        object: z.literal('session'),
        deleted: z.literal(true),
        issuer_url: z.string().nullable().describe('Where one logs out at the issuer as well; null = nowhere.'),
      }),
    },
    handler: async (call, services) => {
      const { people } = services
      const session = await ownSession(call, services)
      await people.sessions.end(call.principal, session.sessionId, call.origin)
      const issuerUrl = await people.oidc.endUrl(session)
      return loggedOutReply(call, services, { object: 'session', deleted: true, issuer_url: issuerUrl })
    },
  }),

  route({
    ...OWN,
    method: 'POST',
    path: '/api/session/prove',
    name: 'prove',
    summary: 'Show that it is still you',
    description:
      'Opens for some minutes what asks for a fresh factor. Who has an app or a passkey shows that one: the password alone does not count then. The cookie and the csrf_token are new afterwards.',
    errors: ['rate_limit_exceeded'],
    body: z
      .strictObject({
        password: z.string().max(4096).optional(),
        code: z.string().max(100).optional().describe('Of your app.'),
        recovery_code: z.string().max(100).optional(),
      })
      .meta({ id: 'Prove' }),
    example: { body: { code: '492039' } },
    reply: provedReply,
    handler: async (call, services) => await proved(call, services, proofOf(call.body)),
  }),

  route({
    ...OWN,
    method: 'POST',
    path: '/api/session/prove/passkey/options',
    name: 'askForProof',
    summary: 'Begin to show a passkey',
    errors: ['not_found'],
    body: EMPTY_BODY,
    reply: passkeyOptionsReply,
    handler: async (call, services) => {
      const session = await ownSession(call, services)
      const asked = await services.people.stepUp.askForProof(session, siteOf(call, services))
      return ticketReply(call, services, asked.ticket, { object: 'passkey_options', options: asked.options })
    },
  }),

  route({
    ...OWN,
    method: 'POST',
    path: '/api/session/prove/passkey',
    name: 'proveWithPasskey',
    summary: 'Show a passkey',
    errors: ['rate_limit_exceeded'],
    body: z.strictObject({ credential: answeredCredential }),
    example: { body: { credential: ANSWERED_EXAMPLE } },
    reply: provedReply,
    handler: async (call, services) => {
      const response = answered(call.body.credential)
      return await proved(call, services, { kind: 'passkey', response, site: siteOf(call, services) })
    },
  }),

  route({
    ...OWN,
    method: 'POST',
    path: '/api/session/prove/oidc/{name}',
    name: 'proveWithIssuer',
    summary: 'Show it by logging in at your issuer again',
    description: 'For people who have nothing else. Lead the browser to the url.',
    errors: ['not_found'],
    params: z.strictObject({
      name: z
        .string()
        .max(64)
        .describe('Name of an issuer.')
        .meta({ examples: ['company'] }),
    }),
    body: z.strictObject({
      return_to: z.string().max(600).optional().describe('A path of ours to go on at; / when absent.'),
    }),
    reply: {
      description: 'Where to go.',
      schema: z.strictObject({ object: z.literal('journey'), url: z.string() }),
    },
    handler: async (call, services) => {
      await ownSession(call, services)
      const journey = await services.people.oidc.beginFor(
        call.params.name,
        'prove',
        call.principal,
        call.body.return_to ?? '/',
      )
      return ticketReply(call, services, journey.ticket, { object: 'journey', url: journey.url })
    },
  }),

  route({
    ...OWN,
    method: 'GET',
    path: '/api/session/events',
    name: 'streamSession',
    summary: 'Hear of the end of the session',
    description:
      'Server-sent events. `session-ended` is the last one: by log-out elsewhere, another role, suspension or age.',
    reply: {
      description: 'A stream that ends with the session.',
      schema: z.null(),
      content: { 'text/event-stream': 'event: session-ended' },
    },
    handler: async (call, services) => {
      const { sessionId } = await ownSession(call, services)
      return streamUntilEnd(services.people.watch, sessionId, call.request.signal)
    },
  }),
]

async function sessionNow(call: Call<unknown, unknown, unknown>, services: Services) {
  const { people, state } = services
  const { session: token } = visitorOf(call, services)
  const found = token === null ? null : await people.sessions.identify(token)
  if (token === null || found === null) {
    throw new GatewayError('permission_denied', 'This is for a session in a browser. A token has none.')
  }
  const stepUp = { nowMs: state.now(), stepUpMs: state.config().people.stepUpMs }
  return currentSessionBody({ session: found.session, token }, found.person, stepUp)
}

async function proved(call: Call<unknown, unknown, unknown>, services: Services, proof: Proof): Promise<Response> {
  const { people, state } = services
  const session = await ownSession(call, services)
  const opened = await people.stepUp.prove(session, proof, visitorOf(call, services), call.principal)
  const found = await people.sessions.identify(opened.token)
  if (found === null) throw new GatewayError('invalid_api_key', 'The session has ended. Log in again.')
  const stepUp = { nowMs: state.now(), stepUpMs: state.config().people.stepUpMs }
  return renewedReply(call, services, opened, currentSessionBody(opened, found.person, stepUp))
}

function proofOf(body: {
  readonly password?: string | undefined
  readonly code?: string | undefined
  readonly recovery_code?: string | undefined
}): Proof {
  const { password, code, recovery_code: recoveryCode } = body
  if ([password, code, recoveryCode].filter((value) => value !== undefined).length === 1) {
    if (password !== undefined) return { kind: 'password', password }
    if (code !== undefined) return { kind: 'totp', code }
    if (recoveryCode !== undefined) return { kind: 'recovery_code', code: recoveryCode }
  }
  throw new GatewayError('invalid_request', 'Send one of password, code and recovery_code.', { param: 'password' })
}

function streamUntilEnd(watch: PeopleServices['watch'], sessionId: string, signal: AbortSignal): Response {
  const text = new TextEncoder()
  let stop = (): void => {}
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(text.encode('event: open\ndata: {}\n\n'))
      const timer = setInterval(() => controller.enqueue(text.encode(': still here\n\n')), HEARTBEAT_MS).unref()
      const unwatch = watch.onEnd(sessionId, () => {
        controller.enqueue(text.encode('event: session-ended\ndata: {}\n\n'))
        stop()
        controller.close()
      })
      stop = (): void => {
        clearInterval(timer)
        unwatch()
      }
      signal.addEventListener('abort', stop, { once: true })
    },
    cancel: () => stop(),
  })
  return new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
}
