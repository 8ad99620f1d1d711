import type { Context } from 'hono'
import { openaiErrorBody, toGatewayError } from '../../core/errors.ts'

/** OpenAI's error shape. `onError` hears of what is a bug of ours. */
export function renderError(
  c: Context,
  error: unknown,
  onError?: (error: unknown, requestId: string) => void,
): Response {
  const known = toGatewayError(error)
  if (known.code === 'internal_error') onError?.(error, c.req.header('x-request-id') ?? '')
  const headers = new Headers({ ...known.headers, 'content-type': 'application/json' })
  if (known.retryAfterSeconds !== undefined) headers.set('retry-after', String(known.retryAfterSeconds))
  if (known.status === 401) headers.set('www-authenticate', 'Bearer')
  return new Response(openaiErrorBody(known), { status: known.status, headers })
}
