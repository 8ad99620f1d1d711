// What a tenant reads when a limit is reached: which one, whose it is, and when to come again.

import { dollarsFromNanos } from '../core/dollars.ts'
import { GatewayError } from '../core/errors.ts'
import type { Refused } from './authority.ts'

const UNITS = {
  rpm: 'RPM',
  tpm: 'TPM',
  concurrency: 'concurrent requests',
  requestsPerDay: 'requests per day',
  requestsPerMonth: 'requests per month',
} as const

/**
 * 429 `rate_limit_exceeded`, or 402 `insufficient_balance` for a budget.
 * The wait is whole seconds, rounded up, so that a retry after it finds room.
 */
export function limitError(refused: Refused): GatewayError {
  const { limit } = refused
  if (limit === 'budget') return budgetError(refused)
  const name = `${refused.max} ${UNITS[limit]}`
  const owner = ownerText(refused)
  if (!refused.tooLarge) {
    const retryAfterSeconds = Math.max(1, Math.ceil(refused.retryAfterMs / 1000))
    return new GatewayError('rate_limit_exceeded', `Rate limit exceeded: ${name}${owner}`, { retryAfterSeconds })
  }
  const message =
    limit === 'tpm' && refused.max > 0
      ? `Request needs ${refused.needed} tokens, more than the limit of ${name}. Send a shorter prompt or a lower max_tokens.`
      : `Rate limit exceeded: ${name}.${owner.replace(/^\./, '')} Ask whoever set this limit for a higher one.`
  // No wait helps, so none is named; and OpenAI's SDKs, which try every 429 again by themselves, are told not to.
  return new GatewayError('rate_limit_exceeded', message, { headers: { 'x-should-retry': 'false' } })
}

function budgetError(refused: Refused): GatewayError {
  const { max, needed, retryAfterMs, tooLarge } = refused
  const budget = `Budget exceeded: US$ ${dollarsFromNanos(max)}${ownerText(refused) || '.'}`
  if (!tooLarge) {
    const hours = Math.ceil(retryAfterMs / 3_600_000)
    return new GatewayError('insufficient_balance', `${budget} It begins anew in ${hours} h or less.`)
  }
  const cost = needed > max && max > 0 ? ` This request may cost US$ ${dollarsFromNanos(needed)}.` : ''
  return new GatewayError('insufficient_balance', `${budget}${cost} Ask whoever set it for a higher one.`)
}

/** A key's own limit needs no explanation; of any other the tenant should know whom to ask. */
function ownerText({ of, name }: Refused): string {
  switch (of) {
    case 'key':
      return ''
    case 'account':
      return `. This is the limit of account "${name}".`
    case 'group':
      return `. This is the limit of group "${name}".`
    case 'model':
      return `. This is the limit of model "${name}" for all of its users.`
    case 'credential':
      return '. This is the limit of an upstream.'
  }
}
