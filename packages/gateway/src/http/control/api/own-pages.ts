// Which page in a browser a request comes from. Browsers send cookies with whatever any page asks for, so a change is
// made only where the page is our own: the browser says so in headers that no page can write.
import { GatewayError } from '../../../core/errors.ts'

/** @throws {GatewayError} `permission_denied` for the page of somebody else; programs that are no browser send neither header */
export function mustNotBeForeign(headers: Headers): void {
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  if (site === null && origin === null) return
  if (isOwnPage(headers)) return
  throw foreign()
}

/** For what a cookie alone authorises. @throws {GatewayError} `permission_denied` when the browser does not say that it is ours */
export function mustBeOwnPage(headers: Headers): void {
  if (!isOwnPage(headers)) throw foreign()
}

function isOwnPage(headers: Headers): boolean {
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  // What the browser says outright counts, whatever else is there.
  if (site !== null && site !== 'same-origin') return false
  if (origin === null) return site === 'same-origin'
  return URL.parse(origin)?.host === headers.get('host')
}

function foreign(): GatewayError {
  return new GatewayError(
    'permission_denied',
    'This came from a page of another site (by the headers Origin and Sec-Fetch-Site), so nothing was done.',
    { param: 'Origin' },
  )
}
