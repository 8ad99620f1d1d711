// A way of its own to upstreams, which some requests bring along: turns of a WebSocket client, to upstreams that take
// turns over a WebSocket.

import type { Candidate } from '../routing/candidate.ts'
import type { UpstreamHandler } from './http1/upstream-call.ts'
import type { Upstream } from './upstreams.ts'

export interface OutgoingRequest {
  readonly candidate: Candidate
  readonly path: string
  readonly lines: readonly string[]
  /** Of the Responses API, for a stream. */
  readonly body: Buffer
  readonly handler: UpstreamHandler
  readonly connectTimeoutMs: number
  /** The usual way, where this one turns out to lead nowhere. */
  readonly http: Upstream
}

export interface TurnTransport {
  /** @returns false where the upstream is to be asked the usual way */
  send(request: OutgoingRequest): boolean
}
