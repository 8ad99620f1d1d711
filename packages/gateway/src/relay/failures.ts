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

  /**
   * The one error that stands for all of them. Nothing of what a provider said about the operator's account is in it.
   * @param all the model was ours to choose, and no other one is left
   */
  toError(model: string, exhausted: Exhausted | null, all = false): GatewayError {
    const retryAfterSeconds = Math.min(60, Math.max(1, Math.ceil((exhausted?.retryAfterMs ?? 1_000) / 1_000)))
    const again = `Try again in ${retryAfterSeconds} s.`
    if (this.#count > 0 && this.#timeouts === this.#count) {
      const message = all
        ? `All models are currently unavailable: none answered in time. ${again}`
        : `No upstream for "${model}" answered in time. ${again}`
      return new GatewayError('upstream_timeout', message, { retryAfterSeconds })
    }
    const reason = this.#reason(exhausted)
    const message = all
      ? `All models are currently unavailable: ${ALL_MODELS[reason]}. ${again}`
      : `${ONE_MODEL[reason].replace('%', () => `"${model}"`)}. ${again}`
    return new GatewayError('upstream_error', message, { reason, retryAfterSeconds })
  }

  #reason(exhausted: Exhausted | null): keyof typeof ONE_MODEL {
    if (this.allAreLimits || (this.#count === 0 && exhausted?.reason === 'all_limited')) return 'all_limited'
    return this.#count === 0 ? 'none_healthy' : 'all_failed'
  }
}

const ONE_MODEL = {
  all_limited: 'Every upstream for % is at its limit',
  none_healthy: 'No upstream for % is healthy',
  all_failed: 'Every upstream for % failed',
} as const
const ALL_MODELS = {
  all_limited: 'every upstream is at its limit',
  none_healthy: 'no upstream is healthy',
  all_failed: 'every upstream that was asked failed',
} as const

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
