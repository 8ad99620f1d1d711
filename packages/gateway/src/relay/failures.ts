// What has gone wrong so far in one request, and what the client is told when everything has.

import { GatewayError } from '../core/errors.ts'
import type { UpstreamRefusal } from '../dialects/openai-chat/errors.ts'
import type { Outcome } from '../routing/outcome.ts'
import type { FailureCause, FailurePhase } from './attempt.ts'

export interface Failure {
  readonly phase: FailurePhase
  readonly cause: FailureCause | Exclude<UpstreamRefusal['kind'], 'client-fault'>
  /** For the log; never for the client. */
  readonly detail: string
  readonly outcome: Outcome
}

export interface Exhausted {
  readonly reason: 'none_healthy' | 'all_limited'
  readonly retryAfterMs: number
}

/** Worth a second try at the same place. */
const TRANSIENT: ReadonlySet<Failure['cause']> = new Set(['connect', 'dns', 'reset', 'bad_reply', 'server-error'])

export class Failures {
  #count = 0
  #timeouts = 0
  #limits = 0
  #transient = 0
  last: Failure | null = null

  add(failure: Failure): void {
    this.last = failure
    this.#count += 1
    if (failure.cause === 'timeout') this.#timeouts += 1
    if (failure.cause === 'rate-limited') this.#limits += 1
    if (TRANSIENT.has(failure.cause)) this.#transient += 1
  }

  get allAreLimits(): boolean {
    return this.#count > 0 && this.#limits === this.#count
  }

  get allAreTransient(): boolean {
    return this.#count > 0 && this.#transient === this.#count
  }

  /** The one error that stands for all of them. Nothing of what a provider said about the operator's account is in it. */
  toError(model: string, exhausted: Exhausted | null): GatewayError {
    const retryAfterSeconds = Math.min(60, Math.max(1, Math.ceil((exhausted?.retryAfterMs ?? 1_000) / 1_000)))
    if (this.#count > 0 && this.#timeouts === this.#count) {
      return new GatewayError(
        'upstream_timeout',
        `No upstream for "${model}" answered in time. Try again in ${retryAfterSeconds} s.`,
        { retryAfterSeconds },
      )
    }
    if (this.allAreLimits || (this.#count === 0 && exhausted?.reason === 'all_limited')) {
      return new GatewayError(
        'upstream_error',
        `Every upstream for "${model}" is at its limit. Try again in ${retryAfterSeconds} s.`,
        { reason: 'all_limited', retryAfterSeconds },
      )
    }
    if (this.#count === 0) {
      return new GatewayError(
        'upstream_error',
        `No upstream for "${model}" is healthy. Try again in ${retryAfterSeconds} s.`,
        { reason: 'none_healthy', retryAfterSeconds },
      )
    }
    return new GatewayError(
      'upstream_error',
      `Every upstream for "${model}" failed. Try again in ${retryAfterSeconds} s.`,
      { reason: 'all_failed', retryAfterSeconds },
    )
  }
}

/** What the balancer is told of a refusal. */
export function outcomeOf(refusal: Exclude<UpstreamRefusal, { kind: 'client-fault' }>, accountId: string): Outcome {
  switch (refusal.kind) {
    case 'rate-limited':
      return { kind: 'rate-limited', retryAfterMs: refusal.retryAfterMs }
    case 'credential-rejected':
      return { kind: 'credential-rejected', status: refusal.status, reason: refusal.reason }
    case 'forbidden':
      return { kind: 'forbidden', accountId }
    case 'unknown-model':
      return { kind: 'failure', cause: 'server_error', status: 404 }
    case 'server-error':
      return { kind: 'failure', cause: 'server_error', status: refusal.status }
  }
}
