// An error that stands for a whole reply, in the shape of its client's dialect.

import type { GatewayError } from '../core/errors.ts'
import { CLIENT_DIALECTS } from '../dialects/client-dialects.ts'
import type { Admission } from '../limits/authority.ts'
import { admissionHeaders } from '../limits/rate-limit-headers.ts'
import type { RelayPorts, RelayRequest } from './ports.ts'

export function sendError(
  ports: RelayPorts,
  request: RelayRequest,
  error: GatewayError,
  attempts: number,
  admission: Admission | null = null,
  receiptId = '',
): void {
  const headers = errorHeaders(ports, request, attempts)
  if (request.endpoint.dialect === 'anthropic-messages') headers.push('request-id', request.id)
  if (error.retryAfterSeconds !== undefined) headers.push('retry-after', String(error.retryAfterSeconds))
  for (const [name, value] of Object.entries(error.headers)) headers.push(name, value)
  if (receiptId !== '') headers.push(ports.headerNames().receipt, receiptId)
  if (admission !== null) headers.push(...admissionHeaders(admission))
  const { status, body } = CLIENT_DIALECTS[request.endpoint.dialect].encodeError(error, request.id)
  request.sink.reply(status, headers, Buffer.from(body))
}

/** Before there is an exchange: the request itself was wrong. */
export function refuse(ports: RelayPorts, request: RelayRequest, error: GatewayError): void {
  if (error.code === 'internal_error') {
    ports.log.error({ err: error.cause, requestId: request.id }, 'a request could not be handled')
  }
  ports.metrics.refused(request.endpoint.path, error.status)
  sendError(ports, request, error, 0)
}

function errorHeaders(ports: RelayPorts, request: RelayRequest, attempts: number): string[] {
  return [
    'content-type',
    'application/json',
    'x-request-id',
    request.id,
    ports.headerNames().attempts,
    String(attempts),
  ]
}
