import { expect, test } from 'vitest'
import type { Refused } from './authority.ts'
import { limitError } from './limit-error.ts'

function refused(part: Partial<Refused>): Refused {
  const plain = {
    scope: 'key:key_1',
    of: 'key',
    name: 'ci',
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
  expect(error.message).toBe('Rate limit exceeded: 10 RPM')
  expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded', retryAfterSeconds: 4 })
  expect(limitError(refused({ limit: 'tpm', max: 1000, retryAfterMs: 60_000 })).message).toBe(
    'Rate limit exceeded: 1000 TPM',
  )
  expect(limitError(refused({ limit: 'concurrency', max: 2, retryAfterMs: 1 })).message).toBe(
    'Rate limit exceeded: 2 concurrent requests',
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
  expect(error.message).toBe('Rate limit exceeded: 0 RPM. Ask whoever set this limit for a higher one.')
  expect(error.retryAfterSeconds).toBeUndefined()
})

test('says whose limit it is, unless it is the key’s own', () => {
  const text = (of: Refused['of'], name: string): string => limitError(refused({ of, name })).message
  expect(text('account', 'Acme')).toBe('Rate limit exceeded: 10 RPM. This is the limit of account "Acme".')
  expect(text('group', 'free')).toBe('Rate limit exceeded: 10 RPM. This is the limit of group "free".')
  expect(text('model', 'gpt-4o')).toBe(
    'Rate limit exceeded: 10 RPM. This is the limit of model "gpt-4o" for all of its users.',
  )
  // Which provider serves whom is the operator's business.
  expect(text('credential', 'openai#2')).not.toContain('openai')
  expect(limitError(refused({ limit: 'requestsPerDay', retryAfterMs: 7_200_000 }))).toMatchObject({
    message: 'Rate limit exceeded: 10 requests per day',
    retryAfterSeconds: 7200,
  })
})

test('a spent budget is a 402, which no SDK tries again', () => {
  const spent = refused({ limit: 'budget', max: 12_500_000_000, needed: 9, retryAfterMs: 3_600_001 })
  const error = limitError(spent)
  expect(error).toMatchObject({ status: 402, code: 'insufficient_balance' })
  expect(error.message).toBe('Budget exceeded: US$ 12.5. It begins anew in 2 h or less.')
  expect(limitError({ ...spent, tooLarge: true }).message).toBe(
    'Budget exceeded: US$ 12.5. Ask whoever set it for a higher one.',
  )
  expect(limitError({ ...spent, tooLarge: true, needed: 13_000_000_000 }).message).toBe(
    'Budget exceeded: US$ 12.5. This request may cost US$ 13. Ask whoever set it for a higher one.',
  )
})
