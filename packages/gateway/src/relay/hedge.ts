// A second attempt beside the first, for a client that has waited unusually long: whoever answers first serves, and the
// other one is given up. The call pays for the answer that it gets; what the other may have cost is the operator's.
//
// At most one for each request, and none where a second call could do something twice, or be no second call: tools that run
// at the provider, conversations that an upstream holds itself, streams that are to be continued.
import { costNanos } from '../billing/prices/cost.ts'
import { NO_USAGE } from '../core/token-usage.ts'
import type { UpstreamRefusal } from '../dialects/openai-chat/errors.ts'
import type { Candidate } from '../routing/candidate.ts'
import type { Outcome } from '../routing/outcome.ts'
import { Attempt, type AttemptOwner, type BodyReader, type FailureCause } from './attempt.ts'
import type { Call } from './call.ts'
import { outcomeOf } from './failures.ts'
import type { Plan } from './plan.ts'
import { NeedsMedia, prepare, type Prepared } from './prepare.ts'
import { send, type SendOwner } from './send.ts'
import type { UpstreamHeaders } from './http1/upstream-call.ts'

export interface HedgeOwner extends AttemptOwner {
  /** The attempt whose answer counts; null when none does. */
  readonly attempt: Attempt | null
  /** From now on it is this one. */
  hedgeWon(attempt: Attempt): void
  wakeAt(atMs: number, then: () => void): void
}

const OPERATIONS: ReadonlySet<string> = new Set(['generate', 'completions', 'embeddings'])

/** Of one request. */
export class Hedging {
  readonly #call: Call
  readonly #plan: Plan
  readonly #owner: HedgeOwner
  #hedge: Hedge | null = null

  constructor(call: Call, plan: Plan, owner: HedgeOwner) {
    this.#call = call
    this.#plan = plan
    this.#owner = owner
  }

  /** An attempt has begun: should it take too long, another one begins beside it. */
  asked(attempt: Attempt, nowMs: number): void {
    // It may have failed in the same breath, and another one have begun.
    if (this.#owner.attempt !== attempt) return
    const afterMs = this.#hedge === null ? delayMs(this.#call, attempt.candidate) : null
    if (afterMs !== null) this.#owner.wakeAt(nowMs + afterMs, () => this.#begin(attempt))
  }

  /** The first attempt has answered, or nobody waits any more. */
  cancel(): void {
    const hedge = this.#hedge
    if (hedge?.isOpen !== true) return
    hedge.cancel()
    this.#plan.forgive(hedge.attempt.candidate)
  }

  /** The first attempt has failed; false = there is no other. */
  adopt(): boolean {
    if (this.#hedge?.isOpen !== true) return false
    this.#hedge.win()
    return true
  }

  #begin(first: Attempt): void {
    if (this.#owner.attempt !== first || first.firstByteMs >= 0) return
    const nowMs = performance.now()
    const candidate = this.#plan.beside(nowMs)
    if (candidate === null) return
    this.#hedge = Hedge.start(this.#call, this.#owner, candidate, nowMs, () => {
      const loser = this.#owner.attempt
      if (loser === null) return
      loser.abandon('another attempt was faster')
      bookHedged(this.#call, loser)
      this.#plan.forgive(loser.candidate)
    })
  }
}

/** How long the first attempt has; null = it is not hedged. */
function delayMs(call: Call, { state }: Candidate): number | null {
  const { route, request, scan, asked } = call
  if (route.hedge === null || !OPERATIONS.has(request.endpoint.operation)) return null
  if (request.transport !== undefined || request.native != null || call.continues) return null
  // Who has signed what comes back can read it, and nobody else.
  if (asked.origin !== null || scan.bounds.hostedCalls > 0) return null
  return route.hedge.afterMs ?? state.firstBytes.p95
}

class Hedge implements AttemptOwner, SendOwner {
  readonly attempt: Attempt
  readonly #call: Call
  readonly #owner: HedgeOwner
  readonly #beforeWin: () => void
  #state: 'open' | 'won' | 'over' = 'open'

  /** Null = it cannot be asked. @param beforeWin gives the first attempt up */
  static start(
    call: Call,
    owner: HedgeOwner,
    candidate: Candidate,
    nowMs: number,
    beforeWin: () => void,
  ): Hedge | null {
    let prepared: Prepared | NeedsMedia
    try {
      prepared = prepare(call, candidate)
    } catch {
      // The first attempt is under way, and what this one cannot be told is no reason to end it.
      prepared = new NeedsMedia(new Set())
    }
    if (prepared instanceof NeedsMedia) {
      call.ports.fleet.handBack(candidate, nowMs)
      return null
    }
    call.attempts += 1
    const hedge = new Hedge(call, owner, candidate, prepared, nowMs, beforeWin)
    send(call.ports, hedge.attempt, prepared, hedge, undefined)
    return hedge
  }

  private constructor(
    call: Call,
    owner: HedgeOwner,
    candidate: Candidate,
    { conversion }: Prepared,
    nowMs: number,
    beforeWin: () => void,
  ) {
    this.#call = call
    this.#owner = owner
    this.#beforeWin = beforeWin
    this.attempt = new Attempt(this, candidate, conversion, nowMs)
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** It has answered first, or the first attempt has failed. */
  win(): void {
    this.#state = 'won'
    this.#beforeWin()
    this.#owner.hedgeWon(this.attempt)
  }

  /** The first attempt has answered, or nobody waits any more. */
  cancel(): void {
    if (this.#state !== 'open') return
    this.#state = 'over'
    this.attempt.abandon('another attempt was faster')
    bookHedged(this.#call, this.attempt)
  }

  openBody(attempt: Attempt, status: number, headers: UpstreamHeaders): BodyReader {
    if (this.#state === 'open') {
      if (status >= 300) {
        this.#failed(`status ${status}`, { kind: 'failure', cause: 'bad_reply' })
        return NOBODY
      }
      this.win()
    }
    return this.#owner.openBody(attempt, status, headers)
  }

  attemptRefused(attempt: Attempt, refusal: UpstreamRefusal, status: number): void {
    if (this.#state === 'won') this.#owner.attemptRefused(attempt, refusal, status)
    else if (refusal.kind === 'client-fault') this.#failed(refusal.kind, { kind: 'client-fault' })
    else this.#failed(refusal.kind, outcomeOf(refusal, this.#call.request.principal.accountId))
  }

  attemptFailed(attempt: Attempt, cause: FailureCause, detail: string): void {
    if (this.#state === 'won') this.#owner.attemptFailed(attempt, cause, detail)
    else this.#failed(cause, { kind: 'failure', cause })
  }

  attemptDrained(attempt: Attempt): void {
    if (this.#state === 'won') this.#owner.attemptDrained(attempt)
  }

  /** The first attempt goes on alone. */
  #failed(result: string, outcome: Outcome): void {
    if (this.#state !== 'open') return
    this.#state = 'over'
    this.attempt.abandon(result)
    const nowMs = performance.now()
    const { ports } = this.#call
    this.#call.note(this.attempt, result, nowMs)
    ports.fleet.report(this.attempt.candidate, outcome, nowMs)
    ports.metrics.attempt(this.attempt.candidate, result)
  }
}

/** Of the one that was given up: its input is taken for read, because nobody will ever say. */
function bookHedged(call: Call, attempt: Attempt): void {
  const nowMs = performance.now()
  const { fleet, metrics } = call.ports
  call.note(attempt, 'hedged', nowMs)
  fleet.report(attempt.candidate, { kind: 'abandoned' }, nowMs)
  metrics.attempt(attempt.candidate, 'hedged')
  if (attempt.sent)
    call.besideNanos += costNanos(attempt.candidate.price, { ...NO_USAGE, input: call.estimatedUsage.input })
}

const NOBODY: BodyReader = { push: () => undefined, end: () => undefined }
