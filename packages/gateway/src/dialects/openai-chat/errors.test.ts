import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../core/errors.ts'
import { classifyRefusal, encodeError, readRetryAfterMs } from './errors.ts'

const messageOf = (body: string): string | undefined => {
  const refusal = classifyRefusal(400, body, null)
  return refusal.kind === 'client-fault' ? refusal.error.message : undefined
}

describe('a refusal of an upstream', () => {
  it.each([
    ['{"error":{"message":"words","type":"t","param":"p","code":"c"}}'],
    ['{"error":"words"}'],
    ['{"detail":"words"}'],
    ['[{"error":{"message":"words","status":"INVALID_ARGUMENT","code":400}}]'],
    ['{"message":"words"}'],
  ])('H83: is read in each of five shapes: %s', (body) => {
    expect(messageOf(body)).toBe('words')
  })

  it.each(['', '<html>nginx</html>', 'null', '[]', '"x"'])(
    'H77: without JSON keeps its status and shows no HTML: %j',
    (body) => {
      expect(classifyRefusal(503, body, null)).toEqual({ kind: 'server-error', status: 503 })
      expect(messageOf(body)).toBe('The provider refused the request with status 400.')
    },
  )

  it.each([
    ['Rate limit reached for gpt-4o on tokens per min. Please try again in 1.2s. Visit the site.', 1_200],
    ['Please try again in 120ms.', 120],
    ['Please try again in 6m0s.', 360_000],
    ['Try again in 20 seconds.', 20_000],
    ['Please try again later.', null],
  ])('H78: says in words how long to wait: %s', (message, retryAfterMs) => {
    const body = JSON.stringify({ error: { message, type: 'tokens', param: null, code: 'rate_limit_exceeded' } })
    expect(classifyRefusal(429, body, null)).toEqual({ kind: 'rate-limited', retryAfterMs })
    expect(classifyRefusal(429, body, 7)).toEqual({ kind: 'rate-limited', retryAfterMs: 7 })
  })

  it('H78: says how long to wait, in seconds, milliseconds or as a date', () => {
    const wait = (headers: Record<string, string>): number | null => readRetryAfterMs((name) => headers[name], 0)
    expect(wait({ 'retry-after': '7' })).toBe(7_000)
    expect(wait({ 'retry-after-ms': '120' })).toBe(120)
    expect(wait({ 'retry-after': 'Thu, 01 Jan 1970 00:00:09 GMT' })).toBe(9_000)
    expect(wait({ 'x-ratelimit-reset-requests': '1m2s' })).toBe(62_000)
    expect(classifyRefusal(429, '{}', 5)).toEqual({ kind: 'rate-limited', retryAfterMs: 5 })
  })

  it('H79: of being overloaded is the server’s, whatever its number', () => {
    expect(classifyRefusal(529, '{"error":{"message":"Overloaded"}}', null)).toEqual({
      kind: 'server-error',
      status: 529,
    })
    expect(classifyRefusal(503, '{"error":{"code":"server_is_overloaded"}}', null)).toEqual({
      kind: 'server-error',
      status: 503,
    })
  })

  it('keeps the codes that agents act on', () => {
    const body = '{"error":{"message":"This model\'s maximum context length is 8 tokens.","type":"","code":null}}'
    const refusal = classifyRefusal(400, body, null)
    expect(refusal.kind === 'client-fault' && encodeError(refusal.error).body).toContain(
      '"code":"context_length_exceeded"',
    )
  })

  it('is told to a client with all four members', () => {
    const { status, body } = encodeError(new GatewayError('invalid_request', 'Wrong.', { param: 'n' }))
    expect(status).toBe(400)
    expect(JSON.parse(body)).toEqual({
      error: { message: 'Wrong.', type: 'invalid_request_error', param: 'n', code: 'invalid_request' },
    })
  })
})

it('what Anthropic says of threads is the client’s to act on, with the code that its SDKs read', () => {
  for (const [status, code] of [
    [400, 'thread_unsupported_request'],
    [404, 'thread_not_found'],
    [409, 'thread_already_continued'],
  ] as const) {
    const error = { type: 'invalid_request_error', message: 'No such thread.', details: { error_code: code } }
    const refusal = classifyRefusal(status, JSON.stringify({ type: 'error', error }), null)
    expect(refusal).toMatchObject({ kind: 'client-fault', status, error: { code, status } })
  }
})
