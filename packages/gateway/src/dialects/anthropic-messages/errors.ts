// Errors in Anthropic's shape. Clients act on three things: the status, the type, and for a conversation that has grown
// too long the words of the message: Claude Code finds "prompt is too long: N tokens > M maximum" with a regular
// expression and compacts. Source: "Errors" of Anthropic's API reference; recorded bodies.

import type { EncodedError } from '../../core/dialect.ts'
import type { GatewayError } from '../../core/errors.ts'
import { objectOf, stringOf, type JsonObject } from '../../core/json.ts'

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  // Ours for "nobody can answer now"; Anthropic's own status for it is 529.
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

const STATUSES: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
}

export function encodeError(error: GatewayError, requestId: string): EncodedError {
  return { status: error.status, body: JSON.stringify({ ...errorBody(error), request_id: requestId }) }
}

/** The error behind output, as an event. */
export function errorEvent(error: GatewayError): string {
  return `event: error\ndata: ${JSON.stringify(errorBody(error))}\n\n`
}

function errorBody(error: GatewayError): JsonObject {
  const { code, tableCode, status } = error
  const tooLong = code === 'context_length_exceeded' || TOO_LONG.test(error.message)
  const message = tooLong ? tooLongMessage(error.message) : withField(error)
  // A provider's own code, which has no other place here.
  const details = code === tableCode ? {} : { details: { error_code: code } }
  return { type: 'error', error: { type: typeOf(status), message, ...details } }
}

function typeOf(status: number): string {
  return TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
}

/** This dialect has no `param`: the field must be in the words. */
function withField({ message, param }: GatewayError): string {
  return param === null || message.includes(param) ? message : `${param}: ${message}`
}

const TOO_LONG =
  /context_length_exceeded|maximum context length|prompt is too long|exceeds? (?:the )?(?:model's )?(?:maximum )?context|context window/i
const ANTHROPIC_WORDS = /prompt is too long|exceed context limit/i
// Not the digits of a model's name.
const FIGURE = /(?<![\w.-])\d[\d,_]*(?![\w-])/g

function tooLongMessage(message: string): string {
  if (ANTHROPIC_WORDS.test(message)) return message
  const figures = (message.match(FIGURE) ?? [])
    .map((text) => Number(text.replace(/[,_]/g, '')))
    .filter((n) => n >= 1_000)
  const tokens = Math.max(...figures)
  // The limit is what every provider names; where two figures stand, the larger is what was sent.
  const maximum = figures.find((figure) => figure < tokens)
  if (figures.length < 2 || maximum === undefined) return `prompt is too long: ${message}`
  return `prompt is too long: ${tokens} tokens > ${maximum} maximum`
}

/** The status that an `error` event of an upstream stands for. @param body the event's payload */
export function statusOfErrorEvent(body: JsonObject): number {
  const type = stringOf(objectOf(body['error'])?.['type'])
  return (type === undefined ? undefined : STATUSES[type]) ?? 500
}
