import { expect, test } from 'vitest'
import { rateLimitHeaders, resetText } from './rate-limit-headers.ts'

const REQUESTS = { limit: 60, remaining: 59, resetMs: 1000 }
const TOKENS = { limit: 150_000, remaining: 149_984, resetMs: 360_000 }

test('writes the six headers, flat, and only those of limits that are set', () => {
  const requests =
    'x-ratelimit-limit-requests 60 x-ratelimit-remaining-requests 59 x-ratelimit-reset-requests 1s'.split(' ')
  const tokens =
    'x-ratelimit-limit-tokens 150000 x-ratelimit-remaining-tokens 149984 x-ratelimit-reset-tokens 6m0s'.split(' ')
  expect(rateLimitHeaders(REQUESTS, TOKENS)).toEqual(requests.concat(tokens))
  expect(rateLimitHeaders(REQUESTS, null)).toEqual(requests)
  expect(rateLimitHeaders(null, TOKENS)).toEqual(tokens)
  expect(rateLimitHeaders(null, null)).toEqual([])
})

test('writes a reset as OpenAI does, rounded up', () => {
  const texts = [0, 0.2, 120, 999, 999.5, 1000, 1001, 59_999, 60_000, 60_001, 360_000, 3_600_000, 86_400_000].map(
    resetText,
  )
  expect(texts).toEqual([
    '0s',
    '1ms',
    '120ms',
    '999ms',
    '1s',
    '1s',
    '2s',
    '1m0s',
    '1m0s',
    '1m1s',
    '6m0s',
    '1h0m0s',
    '24h0m0s',
  ])
})
