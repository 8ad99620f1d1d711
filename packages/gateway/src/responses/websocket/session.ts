// One WebSocket of a client: the turns that run on it, those that wait, and how it ends.
//
//   frame -> lane -> turn (a request for the relay, with a sink of its own) -> frames
//
// It knows nothing of models and money: each turn is identified, limited, routed and paid for as a request over HTTP is.
// And nothing of the wire, which is `line.ts`.
//
// Source: OpenAI, "WebSocket mode"; RFC 6455.

import { GatewayError, toGatewayError } from '../../core/errors.ts'
import { decodeString } from '../../core/json-scan.ts'
import { newRequestId } from '../../core/request-id.ts'
import type { Principal } from '../../identity/principal.ts'
import { ENDPOINT_BY_PATH, NO_PATH_FACTS, type Endpoint } from '../../relay/endpoints.ts'
import type { SessionTransport, SessionTurn, TransportOwner } from '../../relay/session-transport.ts'
import { LocalContexts } from '../local-contexts.ts'
import { readClientFrame, type CreateFrame, type SteerFrame } from './client-frame.ts'
import { errorFrame, faultOf, FrameError, LIFE_IS_OVER, type FrameFault } from './frame-error.ts'
import { Lanes } from './lanes.ts'
import type { Line, LineOwner } from './line.ts'
import { CLOSE, type Caller, type SessionPorts, type SessionTiming } from './ports.ts'
import { goOn, memberOf, steerFailed, withSteered } from './steering.ts'
import { Turn } from './turn.ts'

const RESPONSES: Endpoint = responsesEndpoint()

const DRAINING: FrameFault = faultOf(
  new GatewayError('service_unavailable', 'The gateway is restarting. Connect again, and send it there.', {
    retryAfterSeconds: 1,
  }),
)

export interface SessionOwner {
  /** The session is over; called once. */
  sessionEnded(session: Session, code: number): void
  /** What it remembers has changed. */
  turnEnded(session: Session): void
}

/** Responses with input that waits for the client's next turn. */
const MAX_STEERED = 32

/** A frame, or what goes on by itself behind one. */
interface Asked extends CreateFrame {
  /** On which the answer comes of itself. */
  readonly way?: SessionTurn
}

interface Leaving {
  readonly code: number
  readonly reason: string
  /** For turns that still wait, and for those that are asked for now. */
  readonly fault: FrameFault
  /** Said even when nobody waits. */
  readonly says: boolean
}

export class Session implements LineOwner, TransportOwner {
  readonly local = new LocalContexts()
  readonly #ports: SessionPorts
  readonly #owner: SessionOwner
  readonly #timing: SessionTiming
  readonly #line: Line
  readonly #caller: Caller
  readonly #lanes = new Lanes<Asked>((frame) => this.#identify(frame))
  readonly #turns = new Set<Turn>()
  /** Turns that were steered: the upstream may speak of them behind their end. */
  readonly #steerable = new WeakMap<SessionTurn, Turn>()
  /** By the response that it was meant for: waits for the client's next input. */
  readonly #steered = new Map<string, readonly string[]>()
  readonly #openedMs: number
  #transport: SessionTransport | null = null
  #waitingBytes = 0
  #activeMs: number
  #leaving: Leaving | null = null

  /** @param line not open yet */
  constructor(ports: SessionPorts, owner: SessionOwner, timing: SessionTiming, line: Line, caller: Caller) {
    this.#ports = ports
    this.#owner = owner
    this.#timing = timing
    this.#line = line
    this.#caller = caller
    this.#openedMs = this.#activeMs = performance.now()
    line.open(this)
  }

  /** Turns that run or wait. */
  get busy(): boolean {
    return this.#lanes.running + this.#lanes.waiting > 0
  }

  // --- what comes in ---

  lineSaid(text: Buffer): void {
    this.#activeMs = performance.now()
    try {
      const frame = readClientFrame(text)
      if (frame.kind === 'steer') this.#steer(frame)
      else this.#take(frame)
    } catch (error) {
      if (error instanceof FrameError) this.#refuse(error.fault, error.streamId)
      else {
        this.#ports.log.error({ err: error }, 'a frame could not be handled')
        this.#refuse(faultOf(toGatewayError(error)), null)
      }
    }
  }

  #take(frame: CreateFrame): void {
    const { streamId, body } = frame
    if (this.#leaving !== null) {
      this.#refuse(this.#leaving.fault, streamId)
      return
    }
    const { maxFrameBytes } = this.#ports.limits()
    const tooMuch = this.#lanes.waiting > 0 && this.#waitingBytes + body.length > maxFrameBytes
    if (tooMuch || !this.#ports.holdBytes(body.length)) {
      this.#refuse(queueFull('Bytes'), streamId)
      return
    }
    this.#waitingBytes += body.length
    const taken = this.#lanes.add(streamId, frame)
    if (taken === 'taken') return
    this.#noLongerWaits(frame)
    this.#refuse(taken === 'full' ? queueFull('Turns') : tooManyLanes(), streamId)
  }

  #noLongerWaits({ body }: CreateFrame): void {
    this.#waitingBytes -= body.length
    this.#ports.releaseBytes(body.length)
  }

  // --- turns ---

  /** The key may have been revoked since the last turn, or may do less now. */
  #identify(frame: Asked): void {
    this.#noLongerWaits(frame)
    let principal: Principal | Promise<Principal>
    try {
      principal = this.#ports.identify(this.#caller)
    } catch (error) {
      this.#turnRefused(frame, error)
      return
    }
    if (!(principal instanceof Promise)) {
      this.#run(frame, principal)
      return
    }
    principal.then(
      (known) => this.#run(frame, known),
      (error: unknown) => this.#turnRefused(frame, error),
    )
  }

  #run(frame: Asked, principal: Principal): void {
    const { streamId, warmUp } = frame
    if (this.#line.gone) {
      frame.way?.drop()
      this.#turnEnded(streamId)
      return
    }
    this.#transport ??= this.#ports.transport(this)
    const turn = new Turn(this.#line, frame, frame.way ?? this.#transport.turn(), () => {
      // The relay is still at its last lines.
      queueMicrotask(() => this.#over(turn))
    })
    this.#turns.add(turn)
    const request = {
      id: newRequestId(),
      endpoint: RESPONSES,
      path: NO_PATH_FACTS,
      body: this.#withSteered(frame.body),
      principal,
      headers: this.#caller.headers,
      startedMs: performance.now(),
      sink: turn.sink,
      transport: turn.way,
      ...(warmUp ? { warmUp } : {}),
    }
    this.#ports.serve(request, this.local)
  }

  #turnRefused({ streamId, way }: Asked, reason: unknown): void {
    const error = toGatewayError(reason)
    way?.drop()
    if (error.tableCode === 'internal_error') this.#ports.log.error({ err: reason }, 'a turn could not be served')
    const fault = faultOf(error)
    this.#refuse(fault, streamId)
    this.#turnEnded(streamId)
    if (isFinal(error)) this.#leave({ code: CLOSE.policy, reason: error.tableCode, fault, says: false })
  }

  #turnEnded(streamId: string | null): void {
    this.#activeMs = performance.now()
    this.#owner.turnEnded(this)
    this.#lanes.ended(streamId)
    if (this.#leaving !== null && !this.busy) this.#goodbye(this.#leaving)
    else this.#line.arm()
  }

  #over(turn: Turn): void {
    this.#turns.delete(turn)
    const { responseId } = turn.sink
    if (turn.waitsForInput && responseId !== null && this.#steered.size < MAX_STEERED) {
      this.#steered.set(responseId, turn.steered)
      turn.way.hangUp()
    }
    this.#turnEnded(turn.frame.streamId)
  }

  // --- steering ---

  #steer(frame: SteerFrame): void {
    const turn = [...this.#turns].find(({ sink }) => sink.responseId === frame.responseId)
    const fault = turn === undefined ? this.#unknownResponse(frame.responseId) : turn.steer(frame)
    if (turn !== undefined && fault === null) this.#steerable.set(turn.way, turn)
    if (fault === null) return
    this.#line.send(steerFailed(frame, fault, turn?.frame.streamId ?? null))
    this.#line.countFault()
  }

  #unknownResponse(responseId: string): 'response_already_completed' | 'response_not_found' {
    return this.local.get(responseId) === null ? 'response_not_found' : 'response_already_completed'
  }

  #withSteered(body: Buffer): Buffer {
    if (this.#steered.size === 0) return body
    const id = parseJsonString(memberOf(body, 'previous_response_id'))
    const items = id === null ? undefined : this.#steered.get(id)
    if (id === null || items === undefined) return body
    this.#steered.delete(id)
    return withSteered(body, items)
  }

  steered(way: SessionTurn, frame: string): void {
    this.#steerable.get(way)?.heard(frame)
  }

  goesOn(way: SessionTurn, next: SessionTurn): boolean {
    const turn = this.#steerable.get(way)
    this.#steerable.delete(way)
    const responseId = turn?.sink.responseId
    if (turn === undefined || responseId == null || turn.steered.length === 0 || this.#line.gone) return false
    const body = goOn(turn.frame.body, responseId, turn.steered)
    if (!this.#ports.holdBytes(body.length)) return false
    this.#waitingBytes += body.length
    // Before whatever waits in the lane: it is a part of what runs.
    this.#lanes.addFirst(turn.frame.streamId, { ...turn.frame, body, way: next })
    return true
  }

  // --- what goes out ---

  lineDrained(): void {
    for (const { sink } of this.#turns) sink.drained()
  }

  #refuse(fault: FrameFault, streamId: string | null): void {
    this.#line.send(Buffer.from(errorFrame(fault, streamId)).toString('latin1'))
    if (fault.status < 500) this.#line.countFault()
  }

  // --- the end ---

  /** Idle sessions end at once, busy ones after the turns that run; those that wait are refused. */
  drain(): void {
    this.#leave({ code: CLOSE.restart, reason: 'restart', fault: DRAINING, says: false })
  }

  /** Asks again who it is, because that may have changed. */
  recheck(): void {
    if (this.#leaving !== null || this.#line.gone) return
    const refuse = (reason: unknown): void => {
      const error = toGatewayError(reason)
      if (isFinal(error))
        this.#leave({ code: CLOSE.policy, reason: error.tableCode, fault: faultOf(error), says: true })
    }
    try {
      const principal = this.#ports.identify(this.#caller)
      if (principal instanceof Promise) principal.catch(refuse)
    } catch (error) {
      refuse(error)
    }
  }

  #leave(leaving: Leaving): void {
    if (this.#leaving !== null || this.#line.gone) return
    this.#leaving = leaving
    for (const { item, lane } of this.#lanes.takeWaiting()) {
      this.#noLongerWaits(item)
      item.way?.drop()
      this.#refuse(leaving.fault, lane)
    }
    if (!this.busy) this.#goodbye(leaving)
  }

  #goodbye({ code, reason, fault, says }: Leaving): void {
    if (says) this.#refuse(fault, null)
    this.#line.close(code, reason)
  }

  cut(): void {
    this.#line.cut()
  }

  lineClosed(code: number): void {
    this.local.clear()
    this.#transport?.close()
    this.#owner.sessionEnded(this, code)
  }

  /** The client is gone: nobody waits for what upstreams still say. */
  lineGone(): void {
    for (const { item } of this.#lanes.takeWaiting()) {
      this.#noLongerWaits(item)
      item.way?.drop()
    }
    for (const { sink } of this.#turns) sink.left()
  }

  // --- time ---

  get dueMs(): number {
    if (this.#leaving !== null) return Infinity
    const endMs = this.#openedMs + this.#timing.lifeMs
    return this.busy ? endMs : Math.min(endMs, this.#activeMs + this.#ports.limits().idleTimeoutMs)
  }

  onDue(nowMs: number): void {
    if (nowMs < this.#openedMs + this.#timing.lifeMs) this.#line.close(CLOSE.goingAway, 'idle')
    else this.#leave({ code: CLOSE.goingAway, reason: LIFE_IS_OVER.code, fault: LIFE_IS_OVER, says: true })
  }
}

/** No later turn with this key will fare better. */
function isFinal({ tableCode }: GatewayError): boolean {
  return tableCode === 'invalid_api_key' || tableCode === 'permission_denied'
}

function parseJsonString(raw: string | null): string | null {
  return raw === null ? null : decodeString(raw, 0, raw.length)
}

function queueFull(what: 'Turns' | 'Bytes'): FrameFault {
  return {
    status: 429,
    code: 'websocket_queue_full',
    message: `${what} of this connection that wait are as many as may. Send more when a response has ended.`,
    param: null,
    type: 'rate_limit_error',
    retryAfterSeconds: 1,
  }
}

function tooManyLanes(): FrameFault {
  const message =
    'This connection has used 32 different stream_ids, the most for one. Use one of them, or open another connection.'
  return new FrameError('websocket_stream_limit_reached', message, { param: 'stream_id' }).fault
}

function responsesEndpoint(): Endpoint {
  const endpoint = ENDPOINT_BY_PATH.get('/v1/responses')
  if (endpoint === undefined) throw new Error('There is no endpoint /v1/responses.')
  return endpoint
}
