// One try at one candidate: a request to an upstream and what becomes of it.
//
// The three ways to fail are worlds apart. `not_sent`: nothing left us, so anybody may be asked next. `sent_no_byte`:
// the upstream may be at work, and may bill it. `streaming`: the client has seen some of the answer, and nobody else
// can go on with it.

import type { UpstreamRefusal } from '../dialects/openai-chat/errors.ts'
import type { Candidate } from '../routing/candidate.ts'
import type { Conversion } from './conversion.ts'
import type { UpstreamController, UpstreamHandler, UpstreamHeaders } from './http1/upstream-call.ts'
import { RefusalReader } from './refusal.ts'
import { classifyConnectError } from './upstreams.ts'

export type FailurePhase = 'not_sent' | 'sent_no_byte' | 'streaming'

export type FailureCause = 'connect' | 'dns' | 'tls' | 'timeout' | 'reset' | 'bad_reply'

export interface AttemptOwner {
  /** The upstream accepted: who reads its body? */
  openBody(attempt: Attempt, status: number, headers: UpstreamHeaders): BodyReader
  attemptRefused(attempt: Attempt, refusal: UpstreamRefusal, status: number): void
  attemptFailed(attempt: Attempt, cause: FailureCause, detail: string): void
  /** The upstream ended a reply that was detached: nothing of the attempt is left. */
  attemptDrained(attempt: Attempt): void
}

export interface BodyReader {
  push(chunk: Buffer): void
  end(): void
}

export class Attempt implements UpstreamHandler {
  readonly candidate: Candidate
  readonly conversion: Conversion
  readonly startedMs: number
  /** -1 until a byte of the reply has come. */
  firstByteMs = -1
  /** Coarse: the last time that something came. */
  lastByteMs: number
  sent = false
  over = false
  paused = false
  /** The balancer knows that it went well. */
  praised = false

  readonly #owner: AttemptOwner
  #controller: UpstreamController | null = null
  #reader: BodyReader | null = null
  #abandoned = false

  constructor(owner: AttemptOwner, candidate: Candidate, conversion: Conversion, nowMs: number) {
    this.#owner = owner
    this.candidate = candidate
    this.conversion = conversion
    this.startedMs = nowMs
    this.lastByteMs = nowMs
    candidate.inFlight += 1
  }

  /** From now on nothing that the upstream does matters. */
  abandon(reason: string): void {
    this.#abandoned = true
    this.#finish()
    this.#controller?.abort(new Error(reason))
  }

  /** The answer is complete; whatever the upstream still sends is read and dropped, so that the connection can be used again. */
  detach(): void {
    this.#abandoned = true
    this.#reader = null
    if (this.paused) this.resume()
  }

  pause(): void {
    if (this.paused) return
    this.paused = true
    this.#controller?.pause()
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.lastByteMs = performance.now()
    this.#controller?.resume()
  }

  onRequestQueued(controller: UpstreamController): void {
    this.#controller = controller
  }

  onRequestStart(controller: UpstreamController): void {
    this.#controller = controller
    // Given up before there was anything to stop.
    if (this.#abandoned) {
      controller.abort(new Error('abandoned before it was sent'))
      return
    }
    this.sent = true
  }

  onResponseStart(controller: UpstreamController, status: number, headers: UpstreamHeaders): void {
    if (this.#abandoned) return
    const nowMs = performance.now()
    this.firstByteMs = nowMs - this.startedMs
    this.lastByteMs = nowMs
    if (status >= 400) this.#reader = new RefusalReader(this, this.#owner, status, headers)
    else this.#reader = this.#owner.openBody(this, status, headers)
    if (this.paused) controller.pause()
  }

  onResponseData(_controller: UpstreamController, chunk: Buffer): void {
    if (this.#reader === null) return
    this.lastByteMs = performance.now()
    this.#reader.push(chunk)
  }

  onResponseEnd(): void {
    const reader = this.#reader
    this.#finish()
    if (this.#abandoned) this.#owner.attemptDrained(this)
    else reader?.end()
  }

  onResponseError(_controller: UpstreamController, error: Error): void {
    const finished = this.over
    this.#finish()
    if (finished) return
    if (this.#abandoned) this.#owner.attemptDrained(this)
    else this.#owner.attemptFailed(this, this.sent ? 'reset' : classifyConnectError(error), error.message)
  }

  #finish(): void {
    if (this.over) return
    this.over = true
    this.#reader = null
    this.candidate.inFlight -= 1
  }
}
