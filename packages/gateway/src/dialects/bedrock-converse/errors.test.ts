import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classifyRefusal } from '../openai-chat/errors.ts'
import { recordings } from './__fixtures__/recorded.ts'
import { bedrockErrorBody } from './errors.ts'

function classify(status: number, type: string | null, body: string) {
  const error = bedrockErrorBody(status, type, body)
  return classifyRefusal(error.status, error.body, null)
}

const says = (message: string): string => JSON.stringify({ message })

describe("Bedrock's errors", () => {
  it.each([
    [429, 'ThrottlingException', 'Too many tokens, please wait before trying again.', 'rate-limited'],
    [429, 'ModelNotReadyException', 'Model is not ready for inference.', 'rate-limited'],
    [400, 'ServiceQuotaExceededException', 'Your request exceeds the service quota for your account.', 'rate-limited'],
    [403, 'AccessDeniedException', "You don't have access to the model with the specified model ID.", 'forbidden'],
    [
      403,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      'credential-rejected',
    ],
    [403, 'ExpiredTokenException', 'The security token included in the request is expired', 'credential-rejected'],
    [403, 'InvalidSignatureException', 'The request signature we calculated does not match', 'credential-rejected'],
    [404, 'ResourceNotFoundException', 'Could not resolve the foundation model', 'unknown-model'],
    [400, 'ValidationException', 'The provided model identifier is invalid.', 'unknown-model'],
    [
      400,
      'ValidationException',
      'Invocation of model ID anthropic.claude-sonnet-4-5 with on-demand throughput isn’t supported.',
      'unknown-model',
    ],
    [408, 'ModelTimeoutException', 'The model timed out', 'server-error'],
    [424, 'ModelErrorException', 'The model failed', 'server-error'],
    [424, null, 'The model failed', 'server-error'],
    [500, 'InternalServerException', 'Oops', 'server-error'],
    [503, 'ServiceUnavailableException', 'Bedrock is unable to process your request.', 'server-error'],
    [400, 'ValidationException', 'messages: roles must alternate', 'client-fault'],
    [413, null, 'Too large', 'client-fault'],
  ])('%i %s "%s" is %s', (status, type, message, kind) => {
    expect(classify(status, type, says(message)).kind).toBe(kind)
  })

  it('are named by their header, its address cut off, or by the body', () => {
    const header = 'ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/'
    expect(bedrockErrorBody(400, header, '{}').status).toBe(429)
    expect(bedrockErrorBody(400, null, '{"__type":"com.amazon.coral.service#ThrottlingException"}').status).toBe(429)
    expect(bedrockErrorBody(400, 'throttlingException', '').status).toBe(429)
  })

  it.each([
    'Input is too long for requested model.',
    'The model returned the following errors: prompt is too long: 209000 tokens > 200000 maximum',
    'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
  ])('say that the context is too long: %s', (message) => {
    const refusal = classify(400, 'ValidationException', says(message))
    expect(refusal.kind === 'client-fault' && JSON.stringify(refusal)).toContain('context_length_exceeded')
    expect(JSON.stringify(refusal)).not.toContain('returned the following errors')
  })

  it.each([
    ['{"message":"words"}'],
    ['{"Message":"words"}'],
    ['{"error":"words"}'],
    ['{"error":{"message":"words"}}'],
    ['{"detail":"words"}'],
    ['[{"error":{"message":"words"}}]'],
  ])('H83: %s is read', (body) => {
    expect(JSON.parse(bedrockErrorBody(400, null, body).body)).toEqual({
      error: { message: 'words', type: 'invalid_request_error', code: null },
    })
  })

  it.each(['', '<html><body>403 Forbidden</body></html>', 'null', '[]', '"x"'])(
    'H83: %j says nothing that a client should see',
    (body) => {
      expect(JSON.parse(bedrockErrorBody(502, null, body).body)).toMatchObject({
        error: { message: 'The provider answered with status 502.' },
      })
    },
  )

  it('are readable whatever came', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 599 }),
        fc.option(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor'))),
        fc.oneof(fc.string(), fc.json()),
        (status, type, body) => {
          const error = bedrockErrorBody(status, type, body)
          expect(error.status).toBeGreaterThanOrEqual(400)
          expect(JSON.parse(error.body)).toMatchObject({ error: { message: expect.any(String) as string } })
        },
      ),
    )
  })
})

describe.skipIf(recordings === null)('recorded errors (where ../shared/data lies beside the repository)', () => {
  it.each(recordings?.errors ?? [])('$name keeps its words', ({ status, body }) => {
    const { message } = JSON.parse(body) as { message: string }
    expect(bedrockErrorBody(status, null, body).body).toContain(JSON.stringify(message))
  })
})
