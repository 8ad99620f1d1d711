// What is written down of an attempt that went well, was refused, failed or was given up: the balancer's news, the
// metrics, the limits of its credential, the call's trail and its time, the log.
//
// /!\ Hot path: `bookFirstOutput`, `bookSuccess`.

import { NOTHING_USED } from '../limits/authority.ts'
import type { Outcome } from '../routing/outcome.ts'
import type { Attempt } from './attempt.ts'
import type { Call } from './call.ts'
import type { Failure } from './failures.ts'

/** The balancer learns of a success with its first output, not minutes later with its last. */
export function bookFirstOutput({ ports }: Call, attempt: Attempt, nowMs: number): void {
  attempt.praised = true
  ports.fleet.report(attempt.candidate, { kind: 'success', firstByteMs: nowMs - attempt.startedMs }, nowMs)
}

export function bookSuccess(call: Call, attempt: Attempt, nowMs: number): void {
  const { ports } = call
  const tookMs = nowMs - attempt.startedMs
  call.upstreamMs += tookMs
  if (!attempt.praised) ports.fleet.report(attempt.candidate, { kind: 'success', firstByteMs: tookMs }, nowMs)
  ports.metrics.attempt(attempt.candidate, 'ok')
  call.note(attempt, 'ok', nowMs)
}

/**
 * Nobody else is asked after it, and it says nothing against the upstream.
 * @param as in the trail
 */
export function bookLast(call: Call, attempt: Attempt, as: string, outcome: 'client-fault' | 'abandoned'): void {
  const nowMs = performance.now()
  call.upstreamMs += nowMs - attempt.startedMs
  call.note(attempt, as, nowMs)
  call.ports.fleet.report(attempt.candidate, { kind: outcome }, nowMs)
}

/** The same upstream is asked once more, in other words. */
export function bookLostPrevious(call: Call, attempt: Attempt, nowMs: number): void {
  call.note(attempt, 'previous-response-lost', nowMs)
  bookVain(call, attempt, 'previous_response_lost', { kind: 'abandoned' }, nowMs)
}

export function bookFailure(call: Call, attempt: Attempt, failure: Failure, nowMs: number): void {
  const { outcome, cause } = failure
  const harmless = call.isBesideAnswers && outcome.kind !== 'credential-rejected'
  call.note(attempt, cause, nowMs)
  bookVain(call, attempt, cause, harmless ? { kind: 'abandoned' } : outcome, nowMs)
  log(call, attempt, failure)
}

/** Somebody may be asked after it. */
function bookVain(call: Call, attempt: Attempt, result: string, outcome: Outcome, nowMs: number): void {
  const { fleet, metrics } = call.ports
  fleet.report(attempt.candidate, outcome, nowMs)
  call.upstreamMs += nowMs - attempt.startedMs
  call.giveBack(NOTHING_USED, false)
  metrics.attempt(attempt.candidate, result)
}

function log({ ports, request }: Call, { candidate }: Attempt, { phase, cause, detail }: Failure): void {
  const { provider, credential, upstreamModel } = candidate
  ports.log.warn(
    {
      requestId: request.id,
      provider: provider.name,
      credential: credential.name,
      model: upstreamModel,
      phase,
      cause,
      detail: detail.slice(0, 300),
    },
    'attempt failed',
  )
}
