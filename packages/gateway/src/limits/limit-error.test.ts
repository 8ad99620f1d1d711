import { expect, test } from 'vitest'
import type { Refused } from './authority.ts'
import { limitError } from './limit-error.ts'

function refused(part: Partial<Refused>): Refused {
  const plain = {
    limit: 'rpm',
    max: 10,
    needed: 1,
    retryAfterMs: 3001,
    tooLarge: false,
    requests: null,
    tokens: null,
  } as const
  return { ok: false, ...plain, ...part }
}

test('names the limit and the wait in whole seconds, rounded up', () => {
  const error = limitError(refused({}))
  expect(error.message).toBe('Rate limit exceeded: 10 RPM. Try again in 4 s.')
  expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded', retryAfterSeconds: 4 })
  expect(limitError(refused({ limit: 'tpm', max: 1000, retryAfterMs: 60_000 })).message).toBe(
    'Rate limit exceeded: 1000 TPM. Try again in 60 s.',
  )
  expect(limitError(refused({ limit: 'concurrency', max: 2, retryAfterMs: 1 })).message).toBe(
    'Rate limit exceeded: 2 concurrent requests. Try again in 1 s.',
  )
})

test('a request that can never fit is told what to change, and no time to wait', () => {
  const error = limitError(refused({ limit: 'tpm', max: 1000, needed: 5000, tooLarge: true, retryAfterMs: 60_000 }))
  expect(error.message).toBe(
    'Request needs 5000 tokens, more than the limit of 1000 TPM. Send a shorter prompt or a lower max_tokens.',
  )
  expect(error.retryAfterSeconds).toBeUndefined()
  expect(error.headers).toEqual({ 'x-should-retry': 'false' })
})

test('a limit of 0 promises nothing', () => {
  const error = limitError(refused({ max: 0, tooLarge: true, retryAfterMs: 60_000 }))
  expect(error.message).toBe('Rate limit exceeded: 0 RPM. Ask whoever made this key for a higher limit.')
  expect(error.retryAfterSeconds).toBeUndefined()
})
