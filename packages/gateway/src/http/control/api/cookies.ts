// The cookies of people: the session, the browser that is known, and the ticket of a log-in that is under way. All are
// out of the reach of scripts, and none is sent along from other sites but for following a link.
import type { Listener } from './listener.ts'

export type CookieName = 'session' | 'device' | 'ticket'

const SECONDS_OF_A_TICKET = 600
export const SECONDS_OF_A_DEVICE = 180 * 24 * 3600

/** Whether people reach us over https: then no cookie goes over anything else, and only this very host can set it. */
export function isSecure(publicUrl: string, listener: Listener['kind']): boolean {
  // The admin listener is an address of its own, and speaks plain http.
  return listener !== 'admin' && publicUrl.startsWith('https:')
}

/** Null when it is not there; of several the first counts, as browsers send them. */
export function readCookie(headers: Headers, name: CookieName, secure: boolean): string | null {
  const wanted = fullName(name, secure)
  for (const pair of (headers.get('cookie') ?? '').split(';')) {
    const equals = pair.indexOf('=')
    if (equals === -1 || pair.slice(0, equals).trim() !== wanted) continue
    const value = pair.slice(equals + 1).trim()
    return /^[\w.~-]{1,4000}$/.test(value) ? value : null
  }
  return null
}

/** @param seconds how long the browser keeps it @returns a Set-Cookie line */
export function cookieLine(name: CookieName, value: string, seconds: number, secure: boolean): string {
  const flags = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure ? '; Secure' : ''}`
  return `${fullName(name, secure)}=${value}; ${flags}`
}

export function ticketLine(value: string, secure: boolean): string {
  return cookieLine('ticket', value, SECONDS_OF_A_TICKET, secure)
}

export function clearedLine(name: CookieName, secure: boolean): string {
  return cookieLine(name, '', 0, secure)
}

/** Browsers take a name with this prefix only from the host itself, over https. */
function fullName(name: CookieName, secure: boolean): string {
  return `${secure ? '__Host-' : ''}fairlead_${name}`
}
