// Between a request of a browser and the services of people: the cookies that it sent, the page that it is on, and the
// reply that leaves it with a session.
import { GatewayError } from '../../../core/errors.ts'
import type { PeopleServices } from '../../../identity/people/people-services.ts'
import type { OpenSession } from '../../../identity/people/session-service.ts'
import type { SessionRecord } from '../../../identity/people/session-store.ts'
import type { Site, Visitor } from '../../../identity/people/visitor.ts'
import type { ControlState } from '../../control-ports.ts'
import { clearedLine, cookieLine, isSecure, readCookie, SECONDS_OF_A_DEVICE, ticketLine } from './cookies.ts'
import type { Call } from './route.ts'

/** What a handler that deals with cookies needs. */
export interface SessionServices {
  readonly people: Pick<PeopleServices, 'sessions' | 'logIn'>
  readonly state: Pick<ControlState, 'config' | 'now'>
}

type AnyCall = Pick<Call<unknown, unknown, unknown>, 'request' | 'listener' | 'origin'>

export function visitorOf({ request: { headers }, listener, origin }: AnyCall, { state }: SessionServices): Visitor {
  const secure = secureOf(listener, state)
  return {
    origin,
    session: readCookie(headers, 'session', secure),
    device: readCookie(headers, 'device', secure),
    ticket: readCookie(headers, 'ticket', secure),
  }
}

/**
 * The page that passkeys are bound to: the public address; without one, this machine under the only name that browsers
 * take for one.
 * @throws {GatewayError} `invalid_request` where passkeys cannot work
 */
export function siteOf({ request: { headers } }: AnyCall, { state }: SessionServices): Site {
  const { publicUrl } = state.config().server
  const ours = URL.parse(publicUrl)
  if (ours !== null) return { origin: ours.origin, rpId: ours.hostname }
  const page = URL.parse(headers.get('origin') ?? '')
  if (page !== null && page.hostname === 'localhost') return { origin: page.origin, rpId: 'localhost' }
  throw new GatewayError(
    'invalid_request',
    'Passkeys belong to a name, not to an address: set server.public_url, or open this page as http://localhost.',
    { param: 'Origin' },
  )
}

/** The caller's own, with which they sent this. @throws {GatewayError} `permission_denied` for a token */
export async function ownSession(call: AnyCall, services: SessionServices): Promise<SessionRecord> {
  const { session } = visitorOf(call, services)
  const found = session === null ? null : await services.people.sessions.identify(session)
  if (found !== null) return found.session
  throw new GatewayError('permission_denied', 'This is for a session in a browser. A token has none.')
}

/** Somebody is in: the reply leaves the browser with the session, and known. @param device absent = it is remembered now */
export async function openedReply(
  call: AnyCall,
  services: SessionServices,
  opened: OpenSession,
  body: object,
  { status = 200, device }: { readonly status?: 200 | 201; readonly device?: string } = {},
): Promise<Response> {
  const known =
    device ?? (await services.people.logIn.rememberDevice(opened.session.personId, visitorOf(call, services)))
  const secure = secureOf(call.listener, services.state)
  return replyWith(body, status, [
    ...sessionLines(call, services, opened),
    cookieLine('device', known, SECONDS_OF_A_DEVICE, secure),
    clearedLine('ticket', secure),
  ])
}

/** The same session under a new text. @param opened null = as it was */
export function renewedReply(
  call: AnyCall,
  services: SessionServices,
  opened: OpenSession | null,
  body: object,
  status: 200 | 201 = 200,
): Response {
  const secure = secureOf(call.listener, services.state)
  const session = opened === null ? [] : sessionLines(call, services, opened)
  return replyWith(body, status, [...session, clearedLine('ticket', secure)])
}

/** A step was done, and another one follows. */
export function ticketReply(call: AnyCall, services: SessionServices, ticket: string, body: object): Response {
  return replyWith(body, 200, [ticketLine(ticket, secureOf(call.listener, services.state))])
}

export function loggedOutReply(call: AnyCall, services: SessionServices, body: object): Response {
  return replyWith(body, 200, [clearedLine('session', secureOf(call.listener, services.state))])
}

/** On to another page. */
export function redirect(url: string, cookies: readonly string[]): Response {
  const headers = new Headers({ location: url })
  for (const line of cookies) headers.append('set-cookie', line)
  return new Response(null, { status: 302, headers })
}

export function ticketCookie(call: AnyCall, services: SessionServices, ticket: string): string {
  return ticketLine(ticket, secureOf(call.listener, services.state))
}

export function arrivalCookies(
  call: AnyCall,
  services: SessionServices,
  { opened, device }: { readonly opened: OpenSession | null; readonly device: string | null },
): string[] {
  const secure = secureOf(call.listener, services.state)
  return [
    ...(opened === null ? [] : sessionLines(call, services, opened)),
    ...(device === null ? [] : [cookieLine('device', device, SECONDS_OF_A_DEVICE, secure)]),
    clearedLine('ticket', secure),
  ]
}

function sessionLines({ listener }: AnyCall, { state }: SessionServices, { session, token }: OpenSession): string[] {
  const seconds = Math.max(1, Math.floor((session.expiresAtMs - state.now()) / 1000))
  return [cookieLine('session', token, seconds, secureOf(listener, state))]
}

function secureOf(listener: AnyCall['listener'], state: SessionServices['state']): boolean {
  return isSecure(state.config().server.publicUrl, listener)
}

function replyWith(body: object, status: number, cookies: readonly string[]): Response {
  const reply = Response.json(body, { status })
  for (const line of cookies) reply.headers.append('set-cookie', line)
  return reply
}
