// What an upstream's refusal means: whose fault it is decides who hears of it.
//
// A request that is wrong is the client's, and they get the provider's own words. A key that is wrong, a bill that is
// not paid or a limit of ours at the provider is the operator's: the client must never see it as if it were theirs.
// Sources: OpenAI "Error codes" guide; recorded bodies of compatible servers (`{"error":"text"}`, FastAPI's
// `{"detail"}`, Google's `[{"error"}]`, AWS's `{"message"}`).

import type { EncodedError } from '../../core/dialect.ts'
import { GatewayError, openaiErrorBody } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'

export type UpstreamRefusal =
  /** 400, 404 of a file, 413, 422: about the request itself. */
  | { readonly kind: 'client-fault'; readonly status: number; readonly error: GatewayError }
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number | null }
  /** The key is wrong or its account is out of money. */
  | { readonly kind: 'credential-rejected'; readonly status: 401 | 402 | 429; readonly reason: string }
  | { readonly kind: 'forbidden' }
  /** The upstream does not know the model that our configuration names. */
  | { readonly kind: 'unknown-model' }
  | { readonly kind: 'server-error'; readonly status: number }

interface ErrorFields {
  readonly message: string
  readonly type: string
  readonly code: string
  readonly param: string | null
}

// Words that providers use when an account has run dry. They come with 402, 403, 429 and even 400.
const QUOTA =
  /insufficient[_ ](?:quota|balance|credits?|funds)|exceeded your current quota|credit balance is too low|billing[_ ](?:hard[_ ]limit|not[_ ]active|error)|spend(?:ing)?[_ ]limit|out of credits|requires more credits|account (?:is )?(?:not active|deactivated|suspended|in arrears)|payment required|balance is (?:not enough|too low|insufficient)|quota exhausted|arrearage|prepaid balance/i

const BAD_KEY =
  /incorrect api key|invalid[_ ]api[_ ]key|api key not valid|authentication[_ ](?:error|fails)|invalid x-api-key|no auth credentials/i

const CONTEXT_LENGTH =
  /context_length_exceeded|maximum context length|prompt is too long|context window|exceeds? the (?:model's )?(?:maximum )?context|exceeds? context limit/i

/** Source: `error_code` in the error details of Anthropic's SDKs. */
const LOST_THREAD = /^thread_(?:not_found|already_continued|continue_in_flight)$/

/** @param bodyText the body as UTF-8, of any form, cut at a few KiB */
export function classifyRefusal(status: number, bodyText: string, retryAfterMs: number | null): UpstreamRefusal {
  const fields = readErrorFields(bodyText)
  const words = fields === null ? bodyText.slice(0, 2_000) : `${fields.code} ${fields.type} ${fields.message}`
  if (status === 401)
    return {
      kind: 'credential-rejected',
      status: 401,
      reason: summary(fields, 'the provider says that the key is not valid'),
    }
  if (status === 402 || QUOTA.test(words)) {
    const kept = status === 429 ? 429 : 402
    return { kind: 'credential-rejected', status: kept, reason: summary(fields, 'the account is out of credit') }
  }
  if (status === 429) return { kind: 'rate-limited', retryAfterMs: retryAfterMs ?? waitInWordsMs(words) }
  if (status === 403) return { kind: 'forbidden' }
  if (status === 400 && BAD_KEY.test(words)) {
    return {
      kind: 'credential-rejected',
      status: 401,
      reason: summary(fields, 'the provider says that the key is not valid'),
    }
  }
  // A conversation that the provider does not hold (any more): the client sends it again.
  if (fields !== null && LOST_THREAD.test(fields.code) && status < 500)
    return { kind: 'client-fault', status, error: clientFault(fields, status) }
  if (status === 404) return { kind: 'unknown-model' }
  if (status === 408 || status === 409 || status === 425 || status >= 500) return { kind: 'server-error', status }
  if (status >= 400) return { kind: 'client-fault', status, error: clientFault(fields, status) }
  return { kind: 'server-error', status }
}

/** An error that came inside a 200: its `code` may hold the status that the provider meant. */
export function statusOfEmbeddedError(bodyText: string): number {
  const parsed = parse(bodyText)
  const error = isJsonObject(parsed) ? parsed['error'] : undefined
  const code = isJsonObject(error) ? (error['code'] ?? error['status']) : undefined
  const status = typeof code === 'number' ? code : typeof code === 'string' ? Number(code) : Number.NaN
  if (Number.isInteger(status) && status >= 400 && status <= 599) return status
  const fields = readErrorFields(bodyText)
  const type = fields?.type ?? ''
  if (/rate_limit/.test(`${type} ${fields?.code ?? ''}`)) return 429
  if (/invalid_request/.test(type)) return 400
  return 500
}

/** In the provider's words. Codes that agents act on are kept, and found where a provider only says them in its text. */
function clientFault(fields: ErrorFields | null, status: number): GatewayError {
  const message = fields?.message || `The provider refused the request with status ${status}.`
  const code = fields?.code || (CONTEXT_LENGTH.test(message) ? 'context_length_exceeded' : '')
  return new GatewayError('invalid_request', message, {
    param: fields?.param ?? null,
    provider: { status, code, type: fields?.type ?? '' },
  })
}

/** Reads the five shapes in which servers of this dialect put their errors; null for HTML, plain text and nothing. */
function readErrorFields(bodyText: string): ErrorFields | null {
  let value = parse(bodyText)
  if (Array.isArray(value)) value = value[0]
  if (!isJsonObject(value)) return null
  const error = value['error'] ?? value['detail'] ?? value['message']
  if (typeof error === 'string')
    return { message: error, type: text(value['type']), code: text(value['code']), param: null }
  if (Array.isArray(error)) return { message: JSON.stringify(error).slice(0, 500), type: '', code: '', param: null }
  if (!isJsonObject(error)) return null
  return {
    message: text(error['message']),
    type: text(error['type'] ?? error['status']),
    // Anthropic's place for it.
    code: text(error['code']) || text(isJsonObject(error['details']) ? error['details']['error_code'] : ''),
    param: typeof error['param'] === 'string' ? error['param'] : null,
  }
}

/**
 * How long the upstream asks us to wait, in ms; null when it does not say.
 * Forms: `retry-after-ms`; `retry-after` in seconds or as an HTTP date; `x-ratelimit-reset-requests|tokens` as a
 * duration (`6m0s`, `120ms`); `x-ratelimit-reset` as seconds or as a unix time.
 */
export function readRetryAfterMs(header: (name: string) => string | undefined, nowUnixMs: number): number | null {
  const milliseconds = Number(header('retry-after-ms') ?? Number.NaN)
  if (milliseconds >= 0) return milliseconds
  const after = header('retry-after')
  if (after !== undefined) {
    const seconds = Number(after)
    if (after.trim() !== '' && seconds >= 0) return seconds * 1_000
    const date = Date.parse(after)
    if (!Number.isNaN(date)) return Math.max(0, date - nowUnixMs)
  }
  const reset = header('x-ratelimit-reset')
  if (reset !== undefined && Number(reset) > 0) {
    const value = Number(reset)
    if (value > 1e12) return Math.max(0, value - nowUnixMs)
    return value > 1e9 ? Math.max(0, value * 1_000 - nowUnixMs) : value * 1_000
  }
  const durations = ['x-ratelimit-reset-requests', 'x-ratelimit-reset-tokens'].map((name) =>
    parseDurationMs(header(name)),
  )
  const known = durations.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** OpenAI and those who write like it: "Please try again in 1.2s", "in 6m0s", "in 20 seconds". */
function waitInWordsMs(words: string): number | null {
  const [, duration, seconds] =
    /try again in (?:((?:\d+(?:\.\d+)?(?:ms|[hms]))+)|(\d+(?:\.\d+)?) ?s)/i.exec(words) ?? []
  return duration === undefined ? parseDurationMs(seconds) : parseDurationMs(duration.toLowerCase())
}

const DURATION = /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/

function parseDurationMs(value: string | undefined): number | null {
  if (value === undefined || value === '') return null
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * 1_000
  const match = DURATION.exec(value)
  if (match === null) return null
  const [, hours, minutes, seconds, milliseconds] = match
  return (
    Number(hours ?? 0) * 3_600_000 +
    Number(minutes ?? 0) * 60_000 +
    Number(seconds ?? 0) * 1_000 +
    Number(milliseconds ?? 0)
  )
}

export function encodeError(error: GatewayError): EncodedError {
  return { status: error.status, body: openaiErrorBody(error) }
}

function summary(fields: ErrorFields | null, fallback: string): string {
  const message = fields?.message ?? ''
  return message === '' ? fallback : message.slice(0, 200)
}

function parse(bodyText: string): unknown {
  try {
    return JSON.parse(bodyText) as unknown
  } catch {
    return undefined
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}
