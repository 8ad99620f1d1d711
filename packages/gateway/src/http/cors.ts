// Browsers of other origins, by an allow-list; off by default, and never a star together with credentials.

import type { IncomingMessage } from 'node:http'

/** @returns flat headers; none for an origin that is not allowed */
export function corsHeaders(allowed: readonly string[], origin: string | undefined): string[] {
  if (origin === undefined || !(allowed.includes(origin) || allowed.includes('*'))) return ['vary', 'origin']
  return [
    'access-control-allow-origin',
    origin,
    'vary',
    'origin',
    'access-control-expose-headers',
    'x-request-id, retry-after',
  ]
}

export function preflightHeaders(allowed: readonly string[], request: IncomingMessage): string[] {
  const { origin } = request.headers
  if (origin === undefined || !(allowed.includes(origin) || allowed.includes('*'))) return []
  const asked = request.headers['access-control-request-headers'] ?? 'authorization, content-type'
  return [
    'access-control-allow-methods',
    'GET, POST, DELETE, OPTIONS',
    'access-control-allow-headers',
    asked,
    'access-control-max-age',
    '600',
  ]
}
