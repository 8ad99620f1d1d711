// What a tenant reads when a limit of theirs is reached.

import { GatewayError } from '../core/errors.ts'
import type { Refused } from './authority.ts'

const UNITS = { rpm: 'RPM', tpm: 'TPM', concurrency: 'concurrent requests' } as const

/** 429 `rate_limit_exceeded`. The wait is whole seconds, rounded up, so that a retry after it finds room. */
export function limitError(refused: Refused): GatewayError {
  const limit = `${refused.max} ${UNITS[refused.limit]}`
  if (refused.tooLarge) {
    const message =
      refused.limit === 'tpm' && refused.max > 0
        ? `Request needs ${refused.needed} tokens, more than the limit of ${limit}. Send a shorter prompt or a lower max_tokens.`
        : `Rate limit exceeded: ${limit}. Ask whoever made this key for a higher limit.`
    // No wait helps, so none is named; and OpenAI's SDKs, which try every 429 again by themselves, are told not to.
    return new GatewayError('rate_limit_exceeded', message, { headers: { 'x-should-retry': 'false' } })
  }
  const retryAfterSeconds = Math.max(1, Math.ceil(refused.retryAfterMs / 1000))
  return new GatewayError(
    'rate_limit_exceeded',
    `Rate limit exceeded: ${limit}. Try again in ${retryAfterSeconds} s.`,
    {
      retryAfterSeconds,
    },
  )
}
