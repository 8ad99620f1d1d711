// What a session needs from the rest of the house.

import type { Logger } from 'pino'
import type { DeadlineWheel } from '../../core/deadlines.ts'
import type { Principal } from '../../identity/principal.ts'
import type { RelayRequest } from '../../relay/ports.ts'
import type { SessionTransport, TransportOwner } from '../../relay/session-transport.ts'
import type { LocalContexts } from '../local-contexts.ts'

/** Whoever opened the WebSocket, as far as it is asked for again at each of its turns. */
export interface Caller {
  /** Of the request to upgrade, without those of the handshake. Lower-case names. */
  readonly headers: RelayRequest['headers']
  /** '' where it is not known. */
  readonly address: string
}

export interface SessionLimits {
  /** Of a message, all of its fragments together; of all that wait in one session as well. */
  readonly maxFrameBytes: number
  /** Of what waits and what is remembered in all sessions together. */
  readonly maxBytesInFlight: number
  readonly minBytesPerSecond: number
  readonly writeStallTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly maxPerKey: number
  readonly maxPerAccount: number
}

export interface SessionPorts {
  limits(): SessionLimits
  readonly wheel: DeadlineWheel
  readonly log: Logger
  /** Who it is at this moment, and whether he may. @throws {GatewayError} also through the promise */
  identify(caller: Caller): Principal | Promise<Principal>
  /** One turn. Never throws: answers through the request's sink. @param local of the session */
  serve(request: RelayRequest, local: LocalContexts): void
  /** Its own way to upstreams that take turns over WebSockets. */
  transport(owner: TransportOwner): SessionTransport
  /** Takes room for bytes; false = the process holds too much already. */
  holdBytes(count: number): boolean
  releaseBytes(count: number): void
}

export interface SessionTiming {
  /** Of silence, before we ask whether anybody is there. */
  readonly pingMs: number
  /** For the answer to that. */
  readonly pongMs: number
  /** The longest that a WebSocket may be open. */
  readonly lifeMs: number
  /** For the client's own goodbye. */
  readonly closeMs: number
}

export const TIMING: SessionTiming = Object.freeze({
  pingMs: 30_000,
  pongMs: 30_000,
  lifeMs: 3_600_000,
  closeMs: 5_000,
})

/** Close codes that we say. Source: RFC 6455, section 7.4.1, and its registry. */
export const CLOSE = Object.freeze({
  goingAway: 1001,
  unsupportedData: 1003,
  policy: 1008,
  restart: 1012,
  tryAgainLater: 1013,
})
