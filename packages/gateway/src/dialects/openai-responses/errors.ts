// Errors as clients of the Responses API know them: as a body, as an `error` event, inside a failed response; and the
// two forms in which upstreams send them in a stream.
// Source: `ErrorResponse`, `ResponseError` and `ResponseErrorEvent` of OpenAI's OpenAPI document.

import type { EncodedError } from '../../core/dialect.ts'
import { openaiErrorBody, type GatewayError } from '../../core/errors.ts'
import { objectOf, stringOf, type JsonObject } from '../../core/json.ts'

export function encodeError(error: GatewayError): EncodedError {
  return { status: error.status, body: openaiErrorBody(error) }
}

/**
 * The members of an `error` event besides `type` and `sequence_number`: flat as in OpenAI's document, and nested as in
 * its real streams and Open Responses (H82).
 */
export function errorEventFields({ message, type, param, code }: GatewayError): JsonObject {
  return { code, message, param, error: { type, code, message, param } }
}

/** `error` inside a failed response (H89). Codes that OpenAI does not know become its nearest; a provider's own stay. */
export function failedResponseError({ code, tableCode, message }: GatewayError): JsonObject {
  if (code !== tableCode || code === 'rate_limit_exceeded') return { code, message }
  return { code: code === 'invalid_request' ? 'invalid_prompt' : 'server_error', message }
}

/** The body of a refusal, for an upstream that answered without what it was to go on from. @param id of that */
export function lostPrevious(id: string): string {
  const message = `The upstream has not gone on from "${id}".`
  const error = { message, type: 'invalid_request_error', param: 'previous_response_id', code: IGNORED_PREVIOUS }
  return JSON.stringify({ error })
}

export const IGNORED_PREVIOUS = 'previous_response_ignored'

export interface EmbeddedError {
  /** `{"error": {…}}`, for `classifyRefusal`. */
  readonly body: string
  readonly status: number
}

/** An `error` event, flat or nested, or the `error` of a failed response. */
export function readEmbeddedError(value: JsonObject | undefined): EmbeddedError {
  const error = objectOf(value?.['error']) ?? value ?? {}
  const code = stringOf(error['code']) ?? ''
  const message = stringOf(error['message']) ?? 'The provider reported a failure without saying more.'
  const declared = stringOf(error['type']) ?? ''
  // A flat event has its own type in this place.
  const ownType = declared === 'error' ? '' : declared
  const status = statusOf(code, ownType)
  const type =
    ownType || (status === 400 ? 'invalid_request_error' : status === 429 ? 'rate_limit_error' : 'server_error')
  return { status, body: JSON.stringify({ error: { message, type, param: stringOf(error['param']) ?? null, code } }) }
}

const CLIENT_FAULT =
  /^(?:invalid_|image_|empty_image|unsupported_|failed_to_download|context_length|content_filter|bio_policy|cyber_policy|string_above|data_residency)/

function statusOf(code: string, type: string): number {
  if (code === 'insufficient_quota' || code.startsWith('rate_limit') || type === 'rate_limit_error') return 429
  if (code === 'server_is_overloaded' || code === 'slow_down') return 503
  if (CLIENT_FAULT.test(code) || type.startsWith('invalid_request')) return 400
  return 500
}
