// Answers at the edge of HTTP: to what the parser refused and so has no request object, to connections that are too
// many, and to requests whose body is not wanted any more. In each case the client is still sending; closing at once
// would send it a reset, which may destroy the answer before it is read. So we read on for a moment, and drop it.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { GatewayError, openaiErrorBody } from '../core/errors.ts'

const LINGER_MS = 2_000
/** An unread body up to this size is waited for, so that the connection can be used again. */
const SMALL_BODY_BYTES = 64 * 1024

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  503: 'Service Unavailable',
}

export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    answerRaw(socket, new GatewayError('invalid_request', 'The headers of the request are too large.'), 431)
  } else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    answerSlowRequest(socket)
  } else {
    answerRaw(socket, new GatewayError('invalid_request', 'This is not a valid HTTP/1.1 request.'))
  }
}

export function answerSlowRequest(socket: Socket): void {
  const message = 'The request arrived too slowly. Send it again over a better connection.'
  answerRaw(socket, new GatewayError('request_timeout', message))
}

/** Writes a whole reply past the parser, and closes. */
export function answerRaw(socket: Socket, error: GatewayError, status: number = error.status): void {
  const body = openaiErrorBody(error)
  const retry = error.retryAfterSeconds === undefined ? '' : `retry-after: ${error.retryAfterSeconds}\r\n`
  const reason = REASONS[status] ?? 'Error'
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json\r\nconnection: close\r\n${retry}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref()
  socket.once('close', () => clearTimeout(timer))
}

/** Whether a body belongs to the request that has not been read to its end. */
export function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

/** True when the rest of the body is too much to wait for: the reply must say `connection: close`. */
export function mustClose({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > SMALL_BODY_BYTES
}

/**
 * Ends a reply whose request has an unread body: the reply goes out whole, then the rest of the body is dropped, and
 * the connection goes when that takes too long.
 */
export function endPastBody(request: IncomingMessage, response: ServerResponse, body: Buffer | undefined): void {
  // The end of a reply that says `close` is where Node closes the connection, so it has to wait.
  const waits = mustClose(request)
  if (!waits) response.end(body)
  else if (body !== undefined) response.write(body)
  const over = (): void => {
    clearTimeout(timer)
    if (waits) response.end()
  }
  const timer = setTimeout(() => {
    over()
    request.socket.destroy()
  }, LINGER_MS).unref()
  request.once('end', over)
  request.once('close', () => clearTimeout(timer))
  request.resume()
}
