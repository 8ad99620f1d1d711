// Replies that the port gives by itself, before or without the relay: errors in the caller's dialect, and small bodies.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { GatewayError } from '../core/errors.ts'
import { CLIENT_DIALECTS } from '../dialects/client-dialects.ts'
import type { ClientDialectName } from '../dialects/pass-dialects.ts'
import { endPastBody, hasUnreadBody, mustClose } from './raw-answers.ts'
import type { RequestHead } from './request-head.ts'

export const CLOSE: readonly string[] = Object.freeze(['connection', 'close'])

/** What is known of a request that is to be answered here. */
export interface Asker {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly requestId: string
  /** Header lines of every reply. */
  readonly extra: readonly string[]
}

export function answerError(
  { request, response, requestId, extra }: Asker,
  dialect: ClientDialectName,
  error: GatewayError,
): void {
  if (response.headersSent || response.destroyed) return
  const { status, headers, body } = errorReply(dialect, error, requestId, extra)
  headers.push('content-length', String(body.length))
  if (extra !== CLOSE && hasUnreadBody(request) && mustClose(request)) headers.push('connection', 'close')
  response.writeHead(status, headers)
  end(request, response, body)
}

export interface ErrorReply {
  readonly status: number
  /** Flat, without the length of the body. */
  readonly headers: string[]
  readonly body: Buffer
}

export function errorReply(
  dialect: ClientDialectName,
  error: GatewayError,
  requestId: string,
  extra: readonly string[],
): ErrorReply {
  const { status, body } = CLIENT_DIALECTS[dialect].encodeError(error, requestId)
  const headers = jsonHeaders(requestId)
  if (error.retryAfterSeconds !== undefined) headers.push('retry-after', String(error.retryAfterSeconds))
  for (const [name, value] of Object.entries(error.headers)) headers.push(name, value)
  headers.push(...extra)
  return { status, headers, body: Buffer.from(body) }
}

export function answerJson({ request, response, requestId, extra }: Asker, body: Buffer): void {
  response.writeHead(200, [...jsonHeaders(requestId), 'content-length', String(body.length), ...extra])
  end(request, response, body)
}

/** A head alone: of a preflight, of HEAD. */
export function answerHead({ request, response }: Asker, status: number, headers: readonly string[]): void {
  response.writeHead(status, [...headers])
  end(request, response, undefined)
}

export function wrongMethod(request: RequestHead, path: string, allow: 'GET' | 'POST'): GatewayError {
  return new GatewayError('method_not_allowed', `${path} does not take ${request.method}. Use ${allow}.`, {
    headers: { allow: allow === 'GET' ? 'GET, HEAD' : allow },
  })
}

function jsonHeaders(requestId: string): string[] {
  return ['content-type', 'application/json', 'x-request-id', requestId]
}

function end(request: IncomingMessage, response: ServerResponse, body: Buffer | undefined): void {
  const sent = request.method === 'HEAD' ? undefined : body
  if (hasUnreadBody(request)) endPastBody(request, response, sent)
  else response.end(sent)
}
