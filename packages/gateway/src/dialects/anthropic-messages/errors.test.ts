import { describe, expect, it } from 'vitest'
import { ERROR_TABLE, GatewayError, type ErrorCode } from '../../core/errors.ts'
import { encodeError, statusOfErrorEvent } from './errors.ts'

function bodyOf(error: GatewayError): {
  type: string
  error: { type: string; message: string; details?: unknown }
  request_id: string
} {
  return JSON.parse(encodeError(error, 'req_1').body) as ReturnType<typeof bodyOf>
}

const provided = (message: string, code = '', status = 400): GatewayError =>
  new GatewayError('invalid_request', message, { provider: { status, code, type: '' } })

describe("errors in Anthropic's shape", () => {
  it.each<[ErrorCode, string]>([
    ['invalid_request', 'invalid_request_error'],
    ['invalid_api_key', 'authentication_error'],
    ['insufficient_balance', 'billing_error'],
    ['permission_denied', 'permission_error'],
    ['model_not_found', 'not_found_error'],
    ['conflict', 'conflict_error'],
    ['request_too_large', 'request_too_large'],
    ['unsupported_media_type', 'invalid_request_error'],
    ['rate_limit_exceeded', 'rate_limit_error'],
    ['internal_error', 'api_error'],
    ['upstream_error', 'overloaded_error'],
    ['service_unavailable', 'overloaded_error'],
    ['upstream_timeout', 'timeout_error'],
  ])('H79: %s is %s, with the status of our table', (code, type) => {
    const error = new GatewayError(code, 'Words.')
    expect(bodyOf(error)).toEqual({ type: 'error', error: { type, message: 'Words.' }, request_id: 'req_1' })
    expect(encodeError(error, 'req_1').status).toBe(ERROR_TABLE[code].status)
  })

  it('the field at fault is named in the words, which is all that there is', () => {
    expect(bodyOf(new GatewayError('invalid_request', 'Too hot.', { param: 'temperature' })).error.message).toBe(
      'temperature: Too hot.',
    )
  })

  it.each([
    [
      "This model's maximum context length is 128000 tokens. However, you requested 130,500 tokens (130000 in the messages, 500 in the completion).",
      'prompt is too long: 130500 tokens > 128000 maximum',
    ],
    [
      'Your input exceeds the context window of this model.',
      'prompt is too long: Your input exceeds the context window of this model.',
    ],
    ['prompt is too long: 200001 tokens > 200000 maximum', 'prompt is too long: 200001 tokens > 200000 maximum'],
    [
      'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
      'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
    ],
    [
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576) for gpt-4.1-2025.',
      'prompt is too long: 1200000 tokens > 1048576 maximum',
    ],
  ])('H82: a conversation that is too long gets the words that clients look for: %s', (message, expected) => {
    const body = bodyOf(provided(message, 'context_length_exceeded'))
    expect(body.error).toEqual({
      type: 'invalid_request_error',
      message: expected,
      details: { error_code: 'context_length_exceeded' },
    })
  })

  it('H80: a filtered prompt is an invalid request that keeps its code', () => {
    const { error } = bodyOf(provided('The prompt was filtered.', 'content_filter'))
    expect(error).toEqual({
      type: 'invalid_request_error',
      message: 'The prompt was filtered.',
      details: { error_code: 'content_filter' },
    })
    expect(encodeError(provided('Too large.', '', 413), 'r').status).toBe(413)
  })

  it('knows which status an error event stands for', () => {
    expect(statusOfErrorEvent({ error: { type: 'overloaded_error' } })).toBe(529)
    expect(statusOfErrorEvent({ error: { type: 'rate_limit_error' } })).toBe(429)
    expect([
      statusOfErrorEvent({}),
      statusOfErrorEvent({ error: 'text' }),
      statusOfErrorEvent({ error: { type: 'new' } }),
    ]).toEqual([500, 500, 500])
  })
})
