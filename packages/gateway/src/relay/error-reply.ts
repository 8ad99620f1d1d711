// An error that stands for a whole reply, in OpenAI's shape.

import { openaiErrorBody, type GatewayError } from '../core/errors.ts'
import type { Admission } from '../limits/authority.ts'
import { rateLimitHeaders } from '../limits/rate-limit-headers.ts'
import type { RelayPorts, RelayRequest } from './ports.ts'

export function sendError(
  ports: RelayPorts,
  request: RelayRequest,
  error: GatewayError,
  attempts: number,
  admission: Admission | null = null,
): void {
  const headers = errorHeaders(ports, request, attempts)
  if (error.retryAfterSeconds !== undefined) headers.push('retry-after', String(error.retryAfterSeconds))
  for (const [name, value] of Object.entries(error.headers)) headers.push(name, value)
  if (admission !== null) headers.push(...rateLimitHeaders(admission.requests, admission.tokens))
  request.sink.reply(error.status, headers, Buffer.from(openaiErrorBody(error)))
}

export function errorHeaders(ports: RelayPorts, request: RelayRequest, attempts: number): string[] {
  return [
    'content-type',
    'application/json',
    'x-request-id',
    request.id,
    ports.headerNames().attempts,
    String(attempts),
  ]
}
