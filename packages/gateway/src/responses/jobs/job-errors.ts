// Why background work is not taken, and what a failed response says of itself.

import { GatewayError } from '../../core/errors.ts'
import { objectOf, parseJsonObject, stringOf } from '../../core/json.ts'
import type { JobError } from './response-states.ts'

/** @param body of the refusal, in OpenAI's shape */
export function errorIn(body: string, status: number): JobError {
  const error = objectOf(parseJsonObject(body)?.['error'])
  const message = stringOf(error?.['message']) ?? `The request was refused with status ${status}.`
  const code = stringOf(error?.['code'])
  if (code === 'context_length_exceeded' || code === 'content_filter') return { code, message }
  if (status === 429) return { code: 'rate_limit_exceeded', message }
  return { code: status === 400 || status === 413 || status === 422 ? 'invalid_prompt' : 'server_error', message }
}

export function noRoom(): GatewayError {
  const message =
    "What is stored for this account fills its quota, so the work's result could not be kept. Delete stored responses, or send the request without background."
  return new GatewayError('invalid_request', message, { param: 'background' })
}

export function tooMany(limit: number): GatewayError {
  const message = `Rate limit exceeded: ${limit} background responses of this account are waiting or running.`
  return new GatewayError('rate_limit_exceeded', message, { param: 'background', retryAfterSeconds: 5 })
}
