import type { Context } from 'hono'
import { openaiErrorBody, toGatewayError } from '../../core/errors.ts'
import type { ControlEnv } from './api/listener.ts'

/** OpenAI's error shape. `onError` hears of what is a bug of ours. */
export function renderError(
  c: Context<ControlEnv>,
  error: unknown,
  onError?: (error: unknown, requestId: string) => void,
): Response {
  const known = toGatewayError(error)
  if (known.code === 'internal_error') onError?.(error, c.get('requestId') ?? '')
  const headers = new Headers({ ...known.headers, 'content-type': 'application/json' })
  if (known.retryAfterSeconds !== undefined) headers.set('retry-after', String(known.retryAfterSeconds))
  if (known.status === 401) headers.set('www-authenticate', 'Bearer')
  return new Response(openaiErrorBody(known), { status: known.status, headers })
}
