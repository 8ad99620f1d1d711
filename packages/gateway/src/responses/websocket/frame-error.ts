// Errors as clients of the WebSocket mode know them: `{type, status, error: {code, message, param, type}}`, in a frame of
// their own; the socket stays open behind it.
// Source: OpenAI, "WebSocket mode", section on errors; Open Responses, version 2026-04-24.

import type { GatewayError } from '../../core/errors.ts'

export interface FrameFault {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly param: string | null
  readonly type: string
  readonly retryAfterSeconds?: number
}

/** A frame of the client's that is not served. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
  readonly fault: FrameFault
  /** The lane that it was for, where the frame could be read so far. */
  readonly streamId: string | null

  constructor(
    code: string,
    message: string,
    details: { param?: string; status?: number; streamId?: string | null } = {},
  ) {
    super(message)
    const { param = null, status = 400, streamId = null } = details
    this.fault = { status, code, message, param, type: 'invalid_request_error' }
    this.streamId = streamId
  }
}

export function faultOf(error: GatewayError): FrameFault {
  const { status, code, message, param, type, retryAfterSeconds } = error
  return { status, code, message, param, type, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) }
}

/** The session has lived for as long as one may. */
export const LIFE_IS_OVER: FrameFault = Object.freeze({
  status: 400,
  code: 'websocket_connection_limit_reached',
  message: 'This WebSocket has been open for 60 minutes, the longest that one may be. Open another one to go on.',
  param: null,
  type: 'invalid_request_error',
})

/** @param headers what an HTTP reply would have said beside its status; Codex reads them */
export function errorFrame(
  fault: FrameFault,
  streamId: string | null,
  headers: Readonly<Record<string, string>> = {},
): string {
  const { status, code, message, param, type, retryAfterSeconds } = fault
  const said = retryAfterSeconds === undefined ? headers : { ...headers, 'retry-after': String(retryAfterSeconds) }
  return JSON.stringify({
    type: 'error',
    status,
    error: { type, code, message, param },
    ...(Object.keys(said).length === 0 ? {} : { headers: said }),
    ...(streamId === null ? {} : { stream_id: streamId }),
  })
}
