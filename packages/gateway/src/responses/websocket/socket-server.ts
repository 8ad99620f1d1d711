// The WebSockets of one process: who may open another one, what all of them together may remember, and how they end when
// the process does.

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { GatewayError, toGatewayError } from '../../core/errors.ts'
import type { Principal } from '../../identity/principal.ts'
import type { MetricFamily } from '../../telemetry/metric-family.ts'
import { Counter } from '../../telemetry/metrics.ts'
import { Line } from './line.ts'
import { TIMING, type Caller, type SessionPorts, type SessionTiming } from './ports.ts'
import { Session, type SessionOwner } from './session.ts'

/** The subprotocol in which browsers carry a key. Source: OpenAI's SDKs. */
const KEY_PROTOCOL = 'openai-insecure-api-key.'
const RECHECK_MS = 100

export interface SocketServerOptions extends SessionPorts {
  readonly timing?: SessionTiming
  /** Answers a request that is no handshake, and closes. */
  refuse(socket: Socket, error: GatewayError): void
}

interface Place {
  readonly keyId: string
  readonly accountId: string
}

export class SocketServer implements SessionOwner, Disposable {
  readonly #options: SocketServerOptions
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    handleProtocols: chooseProtocol,
  })
  /** The one that had a turn last at the end. */
  readonly #sessions = new Map<Session, Place>()
  readonly #openByKey = new Map<string, number>()
  readonly #openByAccount = new Map<string, number>()
  readonly #remembered = new Map<Session, number>()
  readonly #closed = new Counter(
    'fairlead_websocket_sessions_closed_total',
    'WebSocket sessions that ended, by close code.',
    ['code'],
  )
  #rememberedBytes = 0
  #recheck: NodeJS.Timeout | undefined
  #draining = false

  constructor(options: SocketServerOptions) {
    this.#options = options
    this.#server.on('wsClientError', (error, socket) => {
      const message = `This is no WebSocket handshake: ${error.message}.`
      this.#options.refuse(socket as Socket, new GatewayError('invalid_request', message))
    })
  }

  /** How many are open. */
  get size(): number {
    return this.#sessions.size
  }

  /** How many have turns under way. */
  get busy(): number {
    let busy = 0
    for (const session of this.#sessions.keys()) if (session.busy) busy += 1
    return busy
  }

  /**
   * Takes over the connection of a request to upgrade; answers it where that cannot be.
   * @param address of the client; '' where it is not known
   * @param refused told with which status, if it was
   */
  accept(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    address: string,
    refused: (status: number) => void,
  ): void {
    const refuse = (reason: unknown): void => {
      const error = toGatewayError(reason)
      if (error.tableCode === 'internal_error') {
        this.#options.log.error({ err: reason }, 'a WebSocket could not be opened')
      }
      refused(error.status)
      this.#options.refuse(socket, error)
    }
    try {
      const caller = { headers: callerHeaders(withProtocolKey(request.headers)), address }
      const principal = this.#options.identify(caller)
      if (!(principal instanceof Promise)) {
        this.#open(request, socket, head, caller, principal)
        return
      }
      principal.then((known) => this.#open(request, socket, head, caller, known)).catch(refuse)
    } catch (error) {
      refuse(error)
    }
  }

  /** @throws {GatewayError} when the caller has too many, or none may begin any more */
  #open(request: IncomingMessage, socket: Socket, head: Buffer, caller: Caller, principal: Principal): void {
    if (this.#draining) {
      const message = 'The gateway is restarting. Connect again.'
      throw new GatewayError('service_unavailable', message, { retryAfterSeconds: 1 })
    }
    this.#checkPlace(principal)
    const { maxFrameBytes } = this.#options.limits()
    this.#server.options.maxPayload = maxFrameBytes
    this.#server.handleUpgrade(request, socket, head, (accepted) => {
      const timing = this.#options.timing ?? TIMING
      const line = new Line(this.#options, timing, accepted, socket)
      const session = new Session(this.#options, this, timing, line, caller)
      const { keyId, accountId } = principal
      this.#sessions.set(session, { keyId, accountId })
      count(this.#openByKey, keyId, 1)
      count(this.#openByAccount, accountId, 1)
    })
  }

  sessionEnded(session: Session, code: number): void {
    const place = this.#sessions.get(session)
    if (place === undefined) return
    this.#sessions.delete(session)
    count(this.#openByKey, place.keyId, -1)
    count(this.#openByAccount, place.accountId, -1)
    this.#rememberedBytes -= this.#remembered.get(session) ?? 0
    this.#remembered.delete(session)
    this.#closed.add(1, String(code))
  }

  /** What sessions remember is bounded for each of them, and here for all: those without a turn for longest forget first. */
  turnEnded(session: Session): void {
    const place = this.#sessions.get(session)
    if (place === undefined) return
    this.#sessions.delete(session)
    this.#sessions.set(session, place)
    const { bytes } = session.local
    this.#rememberedBytes += bytes - (this.#remembered.get(session) ?? 0)
    this.#remembered.set(session, bytes)
    if (this.#rememberedBytes <= this.#options.limits().maxBytesInFlight) return
    for (const other of this.#sessions.keys()) {
      if (this.#rememberedBytes <= this.#options.limits().maxBytesInFlight) break
      if (other.busy) continue
      other.local.clear()
      this.#rememberedBytes -= this.#remembered.get(other) ?? 0
      this.#remembered.delete(other)
    }
  }

  /** Keys, accounts or groups have changed: sessions whose key is good for nothing any more end. */
  callersChanged(): void {
    this.#recheck ??= setTimeout(() => {
      this.#recheck = undefined
      for (const session of this.#sessions.keys()) session.recheck()
    }, RECHECK_MS).unref()
  }

  /** Idle sessions end at once, busy ones after their turns. */
  drain(): void {
    this.#draining = true
    for (const session of this.#sessions.keys()) session.drain()
  }

  collect(): MetricFamily[] {
    const open = new Counter('fairlead_websocket_sessions', 'WebSocket sessions that are open.', [], 'gauge')
    open.set(this.size)
    const remembered = new Counter(
      'fairlead_websocket_remembered_bytes',
      'Characters of conversations that WebSocket sessions remember.',
      [],
      'gauge',
    )
    remembered.set(this.#rememberedBytes)
    return [open, remembered, this.#closed].map((metric) => metric.family())
  }

  [Symbol.dispose](): void {
    this.#draining = true
    clearTimeout(this.#recheck)
    for (const session of this.#sessions.keys()) session.cut()
  }

  #checkPlace({ keyId, accountId, operator }: Principal): void {
    if (operator) return
    const { maxPerKey, maxPerAccount } = this.#options.limits()
    if ((this.#openByKey.get(keyId) ?? 0) >= maxPerKey) throw tooMany('key', maxPerKey)
    if ((this.#openByAccount.get(accountId) ?? 0) >= maxPerAccount) throw tooMany('account', maxPerAccount)
  }
}

/** The headers with the key where others carry it; the same where the handshake has none of its own. */
function withProtocolKey(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const offered = headers['sec-websocket-protocol']
  if (offered === undefined || headers.authorization !== undefined || headers['x-api-key'] !== undefined) return headers
  const carrier = offered
    .split(',')
    .map((name) => name.trim())
    .find((name) => name.startsWith(KEY_PROTOCOL))
  return carrier === undefined ? headers : { ...headers, authorization: `Bearer ${carrier.slice(KEY_PROTOCOL.length)}` }
}

/** What of a handshake is of use later. */
function callerHeaders(headers: IncomingMessage['headers']): Caller['headers'] {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith('sec-websocket-') && !OF_THE_HANDSHAKE.has(name)),
  )
}

const OF_THE_HANDSHAKE: ReadonlySet<string> = new Set(['upgrade', 'connection', 'host', 'cookie', 'origin'])

/** Some clients take no answer without one of theirs; a key is only said back to those that offered nothing else. */
function chooseProtocol(offered: Set<string>): string | false {
  const names = [...offered]
  return names.find((name) => !name.startsWith('openai-')) ?? names[0] ?? false
}

function tooMany(whose: 'key' | 'account', most: number): GatewayError {
  const message = `This ${whose} has ${most} WebSockets open, which is the most. Close one, or use stream_id to run several conversations on one.`
  return new GatewayError('rate_limit_exceeded', message, { retryAfterSeconds: 1 })
}

function count(counts: Map<string, number>, name: string, by: 1 | -1): void {
  const next = (counts.get(name) ?? 0) + by
  if (next === 0) counts.delete(name)
  else counts.set(name, next)
}
