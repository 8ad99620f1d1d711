// Anthropic's errors: shape, types by status, and its own words.
import { BadRequest, type ErrorTerms, jsonReply, type StreamEvent, termsOf, type WholeReply } from '../dialect.ts'
import type { Json } from '../json.ts'
import type { Flaw } from '../shape.ts'
import type { Trouble } from '../../trouble.ts'

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

export function anthropicErrorBody(terms: ErrorTerms): Json {
  const type = terms.type ?? TYPES[terms.status] ?? (terms.status >= 500 ? 'api_error' : 'invalid_request_error')
  return { type: 'error', error: { type, message: terms.message, ...terms.more }, request_id: 'req_testkit' }
}

export function anthropicError(terms: ErrorTerms): WholeReply {
  const retry = terms.status === 429 || terms.status >= 500
  const headers = { 'request-id': 'req_testkit', 'x-should-retry': String(retry), ...terms.headers }
  return jsonReply(terms.status, JSON.stringify(anthropicErrorBody(terms)), undefined, headers)
}

export function anthropicStreamError(terms: ErrorTerms): StreamEvent {
  const { request_id: _, ...body } = anthropicErrorBody(terms)
  return { kind: 'error', bytes: `event: error\ndata: ${JSON.stringify(body)}\n\n`, tokens: 0 }
}

export function anthropicTrouble(trouble: Trouble): ErrorTerms {
  const terms = termsOf(trouble)
  switch (trouble.kind) {
    case 'invalid-request':
      return terms(400, 'messages: Input should be a valid list')
    case 'context-length':
      return terms(400, 'prompt is too long: 214315 tokens > 200000 maximum')
    case 'content-filter':
      return terms(400, 'Output blocked by content filtering policy')
    case 'unauthorized':
      return terms(401, 'invalid x-api-key')
    case 'no-credit':
      return terms(
        400,
        'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      )
    case 'forbidden':
      return terms(403, 'Your API key does not have permission to use the specified resource.')
    case 'model-not-found':
      return terms(404, `model: ${trouble.model ?? 'claude-unknown'}`)
    case 'too-large':
      return terms(413, 'Request exceeds the maximum size')
    case 'rate-limited':
      return terms(
        429,
        "This request would exceed your organization's rate limit of 50 requests per minute. For details, refer to: https://docs.claude.com/en/api/rate-limits.",
      )
    case 'server-error':
      return terms(500, 'Internal server error', 'api_error')
    case 'overloaded':
      return terms(529, 'Overloaded', 'overloaded_error')
    case 'timeout':
      return terms(504, 'Request timed out.')
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'Input should be a valid string',
  number: 'Input should be a valid number',
  integer: 'Input should be a valid integer',
  boolean: 'Input should be a valid boolean',
  array: 'Input should be a valid list',
  object: 'Input should be a valid dictionary',
}

/** The words in which Anthropic says that a request has the wrong shape. */
export function anthropicFlaw(flaw: Flaw): BadRequest {
  const at = flaw.path.join('.')
  switch (flaw.problem) {
    case 'missing':
      return new BadRequest(`${at}: Field required`)
    case 'extra':
      return new BadRequest(`${at}: Extra inputs are not permitted`)
    case 'type':
      return new BadRequest(`${at}: ${TYPE_WORDS[flaw.expected] ?? flaw.expected}`)
    case 'range': {
      if (['temperature', 'top_p'].includes(at)) return new BadRequest(`${at}: range: 0..1`)
      const least = flaw.expected.split('..')[0] ?? '0'
      return new BadRequest(`${at}: Input should be greater than or equal to ${least}`)
    }
    case 'tag': {
      const last = flaw.path.at(-1)
      if (last !== 'type')
        return new BadRequest(`${at}: Input should be ${flaw.expected.replace(/, ([^,]*)$/, ' or $1')}`)
      const owner = flaw.path.slice(0, -1).join('.')
      const found = `Input tag '${String(flaw.value)}' found using 'type' does not match any of the expected tags: ${flaw.expected}`
      return new BadRequest(`${owner}: ${found}`)
    }
  }
}
