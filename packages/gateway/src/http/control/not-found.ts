// A path or method that is not there: the reply names what was probably meant.
import { nearest } from '../../config/nearest.ts'
import { GatewayError } from '../../core/errors.ts'
import { ENDPOINTS } from '../../relay/endpoints.ts'
import type { Route } from './api/route.ts'

/** @param routes those that may be known of where the request came in @param path normal */
export function notFound(
  routes: readonly Pick<Route, 'method' | 'path'>[],
  method: string,
  path: string,
): GatewayError {
  const allowed = new Set<string>()
  for (const route of routes) {
    if (!matches(route.path, path)) continue
    allowed.add(route.method)
    if (route.method === 'GET') allowed.add('HEAD')
  }
  const shown = path.slice(0, 200)
  if (allowed.size > 0) {
    const allow = [...allowed].join(', ')
    return new GatewayError('method_not_allowed', `${shown} does not take ${method}. It takes: ${allow}.`, {
      headers: { allow },
    })
  }
  const known = new Set([
    ...routes.map((route) => route.path),
    ...ENDPOINTS.map((endpoint) => endpoint.path),
    '/v1/models',
  ])
  const guess = nearest(shown, known)
  const home = routes.some((route) => route.path === '/') ? ', its description at /' : ''
  const hint = guess === undefined ? `The API is under /v1${home}.` : `Did you mean ${guess}?`
  return new GatewayError('not_found', `There is nothing at ${shown}. ${hint}`)
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith('{') || part === given[index])
}
