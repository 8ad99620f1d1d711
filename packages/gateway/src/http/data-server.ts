// The public port: it sets every limit of a careless or hostile client, finds the route, reads the body, asks who is calling
// and hands over to the relay. Plain calls of models are read in plain/, everything else by `node:http`'s server.
//
// /!\ Hot path: `#onPlain`.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { GatewayError, toGatewayError } from '../core/errors.ts'
import { newRequestId } from '../core/request-id.ts'
import type { ClientDialectName } from '../dialects/pass-dialects.ts'
import type { KeyCache } from '../identity/key-cache.ts'
import { checkAddress, checkEndpoint } from '../identity/permission.ts'
import type { Principal } from '../identity/principal.ts'
import type { Endpoint, PathFacts } from '../relay/endpoints.ts'
import type { RelayRequest } from '../relay/ports.ts'
import type { ReplySink } from '../relay/reply-sink.ts'
import { answerError, answerHead, answerJson, CLOSE, wrongMethod, type Asker } from './answers.ts'
import { callerDialect, modelShape, modelsPath, pathOf, withQueryKey } from './caller.ts'
import { ConnectionGuard } from './connection-guard.ts'
import type { ControlProxy } from './control-proxy.ts'
import { corsHeaders, preflightHeaders } from './cors.ts'
import { HttpSink, KEEP_ALIVE_SECONDS } from './http-sink.ts'
import type { ModelList } from './model-list.ts'
import { matchPath, originForm, takesItems } from './paths.ts'
import type { PlainConnection } from './plain/plain-connection.ts'
import { PlainExchange } from './plain/plain-exchange.ts'
import { PlainFront } from './plain/plain-front.ts'
import type { PlainHead } from './plain/plain-head.ts'
import { answerBrokenRequest, answerRaw, hasUnreadBody } from './raw-answers.ts'
import { BodyReader, declaresMoreThan, type BodyCallback } from './read-body.ts'
import type { RequestHead } from './request-head.ts'
import { isWebhook, MOST_WEBHOOK_BYTES } from './webhook-paths.ts'

export interface DataServerOptions {
  config(): Config
  readonly keys: KeyCache
  readonly models: ModelList
  readonly control: ControlProxy
  readonly log: Logger
  readonly sockets: SocketDoor
  relay(request: RelayRequest): void
  refused(endpoint: string, status: number): void
  /** Answers paths of its own (diagnostics); true when it did. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean
}

export interface SocketDoor {
  /**
   * Takes over the connection of a request to upgrade; answers it where that cannot be.
   * @param refused told with which status, if it was
   */
  accept(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    address: string,
    refused: (status: number) => void,
  ): void
}

/** A request for the relay. */
interface Visit {
  readonly request: RequestHead
  readonly requestId: string
  readonly startedMs: number
  readonly endpoint: Endpoint
  readonly path: PathFacts
  readonly line: Line
}

/** The way to its client, whoever reads and writes there. */
interface Line {
  /** Once at most. Calls back as `BodyReader.open`. */
  readBody(callback: BodyCallback): void
  refuse(dialect: ClientDialectName, error: GatewayError): void
  sink(): ReplySink
}

/** Through `node:http`. */
class NodeLine implements Line {
  readonly #asker: Asker
  readonly #bodies: BodyReader
  readonly #writeStallTimeoutMs: number

  constructor(asker: Asker, bodies: BodyReader, writeStallTimeoutMs: number) {
    this.#asker = asker
    this.#bodies = bodies
    this.#writeStallTimeoutMs = writeStallTimeoutMs
  }

  readBody(callback: BodyCallback): void {
    this.#bodies.read(this.#asker.request, callback)
  }

  refuse(dialect: ClientDialectName, error: GatewayError): void {
    answerError(this.#asker, dialect, error)
  }

  sink(): ReplySink {
    return new HttpSink(this.#asker.response, this.#asker.extra, this.#writeStallTimeoutMs)
  }
}

const NO_HEADERS: readonly string[] = Object.freeze([])
const SOCKET_PATH = '/v1/responses'
/** What goes to the primary is small: names of keys, a few switches. */
const CONTROL_BODY_BYTES = 1024 * 1024

export class DataServer {
  readonly server: Server
  readonly #options: DataServerOptions
  readonly #bodies: BodyReader
  readonly #guard: ConnectionGuard
  readonly #plain: PlainFront
  #draining = false

  constructor(options: DataServerOptions) {
    const { server: limits } = options.config()
    this.#options = options
    this.#guard = new ConnectionGuard(() => options.config().server)
    this.#bodies = new BodyReader(() => {
      const { maxBodyBytes, minBodyBytesPerSecond, maxBytesInFlight } = options.config().server
      return { maxBodyBytes, minBytesPerSecond: minBodyBytesPerSecond, maxPendingBytes: maxBytesInFlight }
    })
    const sweepMs = Math.min(5_000, Math.max(250, limits.headersTimeoutMs / 4))
    this.server = createServer({
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      // Bodies have a limit of speed instead (read-body.ts): a large one over a thin line may take its time.
      requestTimeout: 0,
      connectionsCheckingInterval: sweepMs,
      keepAliveTimeout: KEEP_ALIVE_SECONDS * 1_000,
      insecureHTTPParser: false,
      requireHostHeader: false,
      // Other protocols are offered by clients that speak HTTP/1.1 just as well (Java's offers h2c each time).
      shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
      noDelay: true,
    })
    // One more than allowed, so that too many can be told from just enough: Node drops the rest in silence.
    this.server.maxHeadersCount = limits.maxHeaders + 1
    this.#plain = new PlainFront(this.server, {
      limits: () => options.config().server,
      meet: (socket) => this.#guard.meet(socket),
      begin: (connection, head) => this.#onPlain(connection, head),
      sweepMs,
      keepAliveMs: KEEP_ALIVE_SECONDS * 1_000,
    })
    this.server.on('request', (request, response) => this.#onRequest(request, response))
    this.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      // A client that asks first need not send what would be refused.
      if (!declaresMoreThan(request, options.config().server.maxBodyBytes)) response.writeContinue()
      this.#onRequest(request, response)
    })
    this.server.on('checkExpectation', (request, response) => {
      const error = new GatewayError('invalid_request', 'The header Expect may only say 100-continue.')
      const asker = { request, response, requestId: newRequestId(), extra: CLOSE }
      answerError(asker, callerDialect(request), error)
    })
    this.server.on('clientError', (error, socket) => answerBrokenRequest(error, socket as Socket))
    this.server.on('connect', (_request, socket) => {
      answerRaw(socket as Socket, new GatewayError('method_not_allowed', 'This is no proxy. Use POST.'))
    })
    this.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#onUpgrade(request, socket, head),
    )
  }

  get draining(): boolean {
    return this.#draining
  }

  /**
   * Stops accepting without breaking anything: the listener goes, connections stay, every reply from now on says
   * `connection: close`. (`http.Server.close` would reset keep-alive connections with a request on its way.)
   */
  stopAccepting(): void {
    if (this.#draining) return
    this.#draining = true
    NetServer.prototype.close.call(this.server)
  }

  /** Requests whose body is still on its way. */
  get waitingBodies(): number {
    return this.#bodies.waiting
  }

  closeIdleConnections(): void {
    this.#plain.closeIdle()
    this.server.closeIdleConnections()
  }

  destroy(): void {
    this.#bodies[Symbol.dispose]()
    this.#plain[Symbol.dispose]()
    this.server.closeAllConnections()
    if (!this.#draining) NetServer.prototype.close.call(this.server)
  }

  /** @returns false for what is not the relay's */
  #onPlain(connection: PlainConnection, head: PlainHead): boolean {
    const startedMs = performance.now()
    const target = originForm(head.target)
    const match = matchPath(target)
    if (match.kind !== 'relay') return false
    const requestId = newRequestId()
    const exchange = new PlainExchange(connection, this.#bodies, {
      requestId,
      headers: head.headers,
      url: target,
      extra: this.#extraFor(head),
      closes: this.#draining,
    })
    connection.exchange = exchange
    const { endpoint, path } = match
    this.#relay({ request: exchange, requestId, startedMs, endpoint, path, line: exchange })
    return true
  }

  /** Header lines of every reply to it. */
  #extraFor({ headers }: Pick<RequestHead, 'headers'>): readonly string[] {
    const { cors } = this.#options.config().server
    const extra = this.#draining ? CLOSE : NO_HEADERS
    return cors.length > 0 ? [...extra, ...corsHeaders(cors, headers.origin)] : extra
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const startedMs = performance.now()
    const requestId = newRequestId()
    const { config, intercept } = this.#options
    const { cors, maxHeaders } = config().server
    const extra = this.#extraFor(request)

    if (request.rawHeaders.length > maxHeaders * 2) {
      const error = new GatewayError('invalid_request', `The request has more than ${maxHeaders} headers.`)
      answerError({ request, response, requestId, extra }, callerDialect(request), error)
      return
    }
    if (request.method === 'OPTIONS' && cors.length > 0) {
      answerHead({ request, response, requestId, extra }, 204, [...extra, ...preflightHeaders(cors, request)])
      return
    }
    const target = originForm(request.url ?? '/')
    request.url = target
    const match = matchPath(target)
    const asker = { request, response, requestId, extra }
    if (match.kind === 'relay') {
      const { endpoint, path } = match
      const line = new NodeLine(asker, this.#bodies, config().server.writeStallTimeoutMs)
      this.#relay({ request, requestId, startedMs, endpoint, path, line })
      return
    }
    switch (match.kind) {
      case 'models':
        void this.#models(asker, match.id)
        return
      case 'root':
        if (request.method === 'HEAD') answerHead(asker, 200, ['content-type', 'text/html; charset=utf-8', ...extra])
        else this.#forward(asker)
        return
      case 'unknown': {
        const message = `There is nothing at ${pathOf(request)}. Did you mean ${match.nearest}? The base URL ends in /v1.`
        answerError(asker, callerDialect(request), new GatewayError('not_found', message))
        return
      }
      case 'control':
        if (match.target !== undefined) request.url = match.target
        if (intercept?.(request, response) !== true) this.#forward(asker)
    }
  }

  #onUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    // Until somebody takes the connection over, nobody else would hear of its end.
    socket.on('error', () => socket.destroy())
    const { config, sockets, refused } = this.#options
    const match = matchPath(originForm(request.url ?? '/'))
    const { websocket, maxHeaders } = config().server
    if (match.kind !== 'relay' || match.endpoint.path !== SOCKET_PATH || websocket === 'off') {
      const message =
        websocket === 'off'
          ? 'WebSocket is switched off here. Use HTTP with server-sent events.'
          : `WebSocket is only spoken at GET ${SOCKET_PATH}. Use HTTP with server-sent events here.`
      answerRaw(socket, new GatewayError('upgrade_required', message))
      return
    }
    if (request.rawHeaders.length > maxHeaders * 2) {
      answerRaw(socket, new GatewayError('invalid_request', `The request has more than ${maxHeaders} headers.`))
      return
    }
    const address = this.#guard.clientOf(request)
    sockets.accept(request, socket, head, address, (status) => refused(SOCKET_PATH, status))
  }

  /** The primary gets whole requests only: a slow client holds a connection here, never one of those to the primary. */
  #forward(asker: Asker): void {
    const { control } = this.#options
    const { request, response, requestId, extra } = asker
    if (!hasUnreadBody(request)) {
      control.forward(request, response, requestId, extra, this.#guard.clientOf(request))
      return
    }
    const forward = (error: GatewayError | null, body: Buffer): void => {
      if (error === null) control.forward(request, response, requestId, extra, this.#guard.clientOf(request), body)
      else answerError(asker, callerDialect(request), error)
    }
    const target = request.url ?? ''
    const { maxBodyBytes } = this.#options.config().server
    const mostBytes = takesItems(target) ? maxBodyBytes : CONTROL_BODY_BYTES
    this.#bodies.read(request, forward, isWebhook(target) ? MOST_WEBHOOK_BYTES : mostBytes)
  }

  #relay(visit: Visit): void {
    const { request, endpoint } = visit
    if (request.method !== 'POST') {
      visit.line.refuse(endpoint.dialect, wrongMethod(request, endpoint.path, 'POST'))
      return
    }
    let principal: Principal | Promise<Principal>
    try {
      principal = this.#identify(request, endpoint.path, visit.path.model)
    } catch (error) {
      this.#refuse(visit, error)
      return
    }
    if (request.headers['content-type']?.startsWith('multipart/') === true) {
      const message = `${endpoint.path} takes JSON. Send Content-Type: application/json.`
      this.#refuse(visit, new GatewayError('unsupported_media_type', message))
      return
    }
    if (principal instanceof Promise) {
      // The body is read meanwhile, for a stream that nobody listens to would stand still.
      visit.line.readBody((error, body) => {
        principal.then(
          (known) => this.#begin(visit, error, body, known),
          () => undefined,
        )
      })
      // A stranger's refusal does not wait for his body.
      principal.catch((reason: unknown) => this.#refuse(visit, reason))
      return
    }
    const known = principal
    visit.line.readBody((error, body) => this.#begin(visit, error, body, known))
  }

  /**
   * /!\ Hot path: synchronous for a key that is known, and two looks for one without rules.
   * @param path of the endpoint; `{model}` in it stands for the model
   * @throws {GatewayError} also through the promise
   */
  #identify(request: RequestHead, path: string, model: string | null): Principal | Promise<Principal> {
    const principal = this.#options.keys.identify(withQueryKey(request))
    return principal instanceof Promise
      ? principal.then((known) => this.#permitted(known, request, path, model))
      : this.#permitted(principal, request, path, model)
  }

  #permitted(principal: Principal, request: RequestHead, path: string, model: string | null): Principal {
    if (principal.addresses.length > 0) checkAddress(principal, this.#guard.clientOf(request))
    if (principal.endpoints.length > 0) checkEndpoint(principal, path, model)
    return principal
  }

  #begin(visit: Visit, error: GatewayError | null, body: Buffer, principal: Principal): void {
    if (error !== null) {
      this.#refuse(visit, error)
      return
    }
    const { request, requestId: id, startedMs, endpoint, path, line } = visit
    const { headers } = request
    this.#options.relay({ id, endpoint, path, body, principal, headers, startedMs, sink: line.sink() })
  }

  async #models(asker: Asker, id: string | null): Promise<void> {
    const { models } = this.#options
    const { request } = asker
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') throw wrongMethod(request, '/v1/models', 'GET')
      const principal = await this.#identify(request, modelsPath(request, id), id)
      const shape = modelShape(request)
      answerJson(asker, id === null ? models.list(principal, shape) : models.one(principal, id, shape))
    } catch (error) {
      answerError(asker, callerDialect(request), toGatewayError(error))
    }
  }

  #refuse(visit: Visit, reason: unknown): void {
    const { endpoint, requestId } = visit
    const error = toGatewayError(reason)
    if (error.code === 'internal_error') {
      this.#options.log.error({ err: reason, requestId }, 'a request could not be handled')
    }
    this.#options.refused(endpoint.path, error.status)
    visit.line.refuse(endpoint.dialect, error)
  }
}
