// Errors in Google's shape: `{error: {code, message, status, details}}`, where the code is the HTTP status and the
// details are typed. Source: "Errors" in Google's API design guide, google/rpc/error_details.proto.

import type { EncodedError } from '../../core/dialect.ts'
import { GatewayError } from '../../core/errors.ts'
import { arrayOf, isJsonObject, numberOf, objectOf, parseJson, stringOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { classifyRefusal } from '../openai-chat/errors.ts'
import type { UpstreamRefusal } from '../openai-chat/errors.ts'

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  402: 'FAILED_PRECONDITION',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'UNIMPLEMENTED',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  426: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

const TYPE = 'type.googleapis.com/google.rpc.'

/** @param requestId '' = there is none to show */
export function encodeError(error: GatewayError, requestId: string): EncodedError {
  const { status, code, message, param, retryAfterSeconds } = error
  const details: JsonObject[] = [{ '@type': `${TYPE}ErrorInfo`, reason: code.toUpperCase(), domain: 'gateway' }]
  if (param !== null) {
    details.push({ '@type': `${TYPE}BadRequest`, fieldViolations: [{ field: param, description: message }] })
  }
  if (retryAfterSeconds !== undefined) {
    details.push({ '@type': `${TYPE}RetryInfo`, retryDelay: `${retryAfterSeconds}s` })
  }
  if (requestId !== '') details.push({ '@type': `${TYPE}RequestInfo`, requestId })
  const name = STATUS_NAMES[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL')
  return { status, body: JSON.stringify({ error: { code: status, message, status: name, details } }) }
}

// --- what Google says ---

/**
 * How long Google asks us to wait: it sends no Retry-After, but a `RetryInfo` among the details (H78).
 * @param body the reply, parsed or as text; an array of errors counts too (H83)
 * @returns ms; null when it does not say
 */
export function retryDelayMs(body: JsonValue | string): number | null {
  for (const detail of detailsOf(body)) {
    if (stringOf(detail['@type'])?.endsWith('RetryInfo') !== true) continue
    const delay = detail['retryDelay']
    const text = typeof delay === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(delay) : null
    if (text !== null) return Math.ceil(Number(text[1]) * 1_000)
    const parts = objectOf(delay)
    const seconds = numberOf(parts?.['seconds']) ?? Number(stringOf(parts?.['seconds']) ?? Number.NaN)
    if (seconds >= 0) return Math.ceil(seconds * 1_000 + (numberOf(parts?.['nanos']) ?? 0) / 1e6)
  }
  return null
}

const TOO_LONG = /exceeds? the maximum number of tokens/i

/**
 * `classifyRefusal` with Google's own words. Every 429 says "You exceeded your current quota", also when it is a limit of
 * requests per minute that passes by itself: then it comes with a RetryInfo, and the key is fine.
 */
export function classifyGeminiRefusal(status: number, bodyText: string, retryAfterMs: number | null): UpstreamRefusal {
  const delayMs = retryAfterMs ?? retryDelayMs(bodyText)
  if (status === 429 && delayMs !== null) return { kind: 'rate-limited', retryAfterMs: delayMs }
  const refusal = classifyRefusal(status, bodyText, delayMs)
  if (refusal.kind !== 'client-fault') return refusal
  const error = errorOf(parsed(bodyText))
  const message = stringOf(error?.['message'])
  if (message === undefined) return refusal
  // Google's own code is the status once more.
  const code = TOO_LONG.test(message) ? 'context_length_exceeded' : ''
  const provider = { status, code, type: stringOf(error?.['status']) ?? '' }
  return { ...refusal, error: new GatewayError('invalid_request', message, { param: fieldOf(bodyText), provider }) }
}

/** The field that a `BadRequest` names. */
function fieldOf(body: string): string | null {
  for (const detail of detailsOf(body)) {
    const violation = objectOf(arrayOf(detail['fieldViolations'])?.[0])
    const name = stringOf(violation?.['field'])
    if (name !== undefined && name !== '') return name
  }
  return null
}

function detailsOf(body: JsonValue | string): readonly JsonObject[] {
  const details = arrayOf(errorOf(typeof body === 'string' ? parsed(body) : body)?.['details']) ?? []
  return details.filter(isJsonObject)
}

function errorOf(body: JsonValue): JsonObject | undefined {
  return objectOf(objectOf(arrayOf(body)?.[0] ?? body)?.['error'])
}

function parsed(text: string): JsonValue {
  try {
    return parseJson(text)
  } catch {
    return null
  }
}
