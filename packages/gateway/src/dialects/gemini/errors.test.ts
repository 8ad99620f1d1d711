import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../core/errors.ts'
import { json } from './__fixtures__/contexts.ts'
import { classifyGeminiRefusal, encodeError, retryDelayMs } from './errors.ts'

/** After the reference of `google.rpc.Status`, and a reply of the API on a free plan. */
const LIMITED = {
  error: {
    code: 429,
    message: 'You exceeded your current quota, please check your plan and billing details.',
    status: 'RESOURCE_EXHAUSTED',
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
        violations: [{ quotaId: 'GenerateRequestsPerMinute' }],
      },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' },
    ],
  },
}

describe('errors in the shape of Google', () => {
  it('name status, field, reason and when to come back', () => {
    const { status, body } = encodeError(
      new GatewayError('rate_limit_exceeded', 'Too fast.', { retryAfterSeconds: 4, param: 'contents' }),
      'req-1',
    )
    expect(status).toBe(429)
    expect(json(body)).toEqual({
      error: {
        code: 429,
        message: 'Too fast.',
        status: 'RESOURCE_EXHAUSTED',
        details: [
          { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMIT_EXCEEDED', domain: 'gateway' },
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [{ field: 'contents', description: 'Too fast.' }],
          },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '4s' },
          { '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId: 'req-1' },
        ],
      },
    })
    expect(retryDelayMs(body)).toBe(4_000)
  })

  it.each([
    ['invalid_request', 400, 'INVALID_ARGUMENT'],
    ['invalid_api_key', 401, 'UNAUTHENTICATED'],
    ['permission_denied', 403, 'PERMISSION_DENIED'],
    ['model_not_found', 404, 'NOT_FOUND'],
    ['request_too_large', 413, 'INVALID_ARGUMENT'],
    ['internal_error', 500, 'INTERNAL'],
    ['upstream_error', 503, 'UNAVAILABLE'],
    ['upstream_timeout', 504, 'DEADLINE_EXCEEDED'],
  ] as const)('%s is %i %s', (code, status, name) => {
    expect(json(encodeError(new GatewayError(code, 'm'), '').body)['error']).toMatchObject({
      code: status,
      status: name,
    })
  })

  it('keep the codes that agents act on', () => {
    const provider = { status: 400, code: 'context_length_exceeded', type: '' }
    const { body } = encodeError(new GatewayError('invalid_request', 'Too long.', { provider }), '')
    expect(body).toContain('"reason":"CONTEXT_LENGTH_EXCEEDED"')
  })
})

describe('what Google says when it refuses', () => {
  it('H78: RetryInfo says how long to wait', () => {
    expect(retryDelayMs(JSON.stringify(LIMITED))).toBe(34_400)
    expect(retryDelayMs(json(LIMITED))).toBe(34_400)
    const of = (retryDelay: unknown) =>
      retryDelayMs(json({ error: { details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }] } }))
    expect(of('7s')).toBe(7_000)
    expect(of({ seconds: '2', nanos: 500_000_000 })).toBe(2_500)
    expect(of('soon')).toBeNull()
    for (const body of ['', 'x', '[]', '{}', '{"error":"x"}', '{"error":{"details":[1,null]}}'])
      expect(retryDelayMs(body)).toBeNull()
  })

  it('H83: an array of errors is read like an error', () => {
    expect(retryDelayMs(JSON.stringify([LIMITED]))).toBe(34_400)
    const refusal = classifyGeminiRefusal(
      400,
      JSON.stringify([{ error: { code: 400, message: 'Bad.', status: 'INVALID_ARGUMENT' } }]),
      null,
    )
    expect(refusal).toMatchObject({ kind: 'client-fault', error: { message: 'Bad.', type: 'INVALID_ARGUMENT' } })
  })

  it('a quota that fills up again is a rate limit, one that does not is a key without money', () => {
    expect(classifyGeminiRefusal(429, JSON.stringify(LIMITED), null)).toEqual({
      kind: 'rate-limited',
      retryAfterMs: 34_400,
    })
    const { details: _, ...dry } = LIMITED.error
    expect(classifyGeminiRefusal(429, JSON.stringify({ error: dry }), null).kind).toBe('credential-rejected')
  })

  it('a prompt that is too long is told by its code, and a bad field by its name', () => {
    const error = {
      code: 400,
      message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      status: 'INVALID_ARGUMENT',
      details: [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'contents' }] }],
    }
    expect(classifyGeminiRefusal(400, JSON.stringify({ error }), null)).toMatchObject({
      kind: 'client-fault',
      error: { code: 'context_length_exceeded', param: 'contents', status: 400 },
    })
  })

  it("a bad key is the operator's, whatever status it comes with", () => {
    const body = JSON.stringify({
      error: { code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' },
    })
    expect(classifyGeminiRefusal(400, body, null)).toMatchObject({ kind: 'credential-rejected', status: 401 })
  })
})
