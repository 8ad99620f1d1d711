// Which errors a route can answer with: those that it names, and those that follow from what it is.
import type { ErrorCode } from '../../../core/errors.ts'
import type { Route } from './route.ts'

export function errorCodesOf({ access, params, query, body, idempotent, errors = [] }: Route): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>(errors)
  if (access === 'open') return [...codes]
  codes.add('invalid_api_key').add('service_unavailable')
  if (access !== 'key') codes.add('permission_denied')
  if (params !== null) codes.add('not_found')
  if (query !== null || body !== null) codes.add('invalid_request')
  if (body !== null) codes.add('request_too_large').add('unsupported_media_type')
  if (idempotent === true) codes.add('conflict')
  return [...codes]
}
