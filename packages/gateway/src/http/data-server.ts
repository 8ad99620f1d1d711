// The public port. The one file that knows `node:http`'s server: it sets every limit of a careless or hostile client,
// finds the route, reads the body, asks who is calling and hands over to the relay.
//
// /!\ Hot path: `#onRequest`.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { GatewayError, toGatewayError } from '../core/errors.ts'
import { newRequestId } from '../core/request-id.ts'
import type { KeyCache } from '../identity/key-cache.ts'
import { checkAddress, checkEndpoint } from '../identity/permission.ts'
import type { Principal } from '../identity/principal.ts'
import type { Endpoint, PathFacts } from '../relay/endpoints.ts'
import type { RelayRequest } from '../relay/ports.ts'
import { answerError, answerHead, answerJson, CLOSE, wrongMethod, type Asker } from './answers.ts'
import { callerDialect, modelShape, modelsPath, pathOf, withQueryKey } from './caller.ts'
import { ConnectionGuard } from './connection-guard.ts'
import type { ControlProxy } from './control-proxy.ts'
import { corsHeaders, preflightHeaders } from './cors.ts'
import { HttpSink, KEEP_ALIVE_SECONDS } from './http-sink.ts'
import type { ModelList } from './model-list.ts'
import { matchPath, originForm, takesItems } from './paths.ts'
import { answerBrokenRequest, answerRaw, hasUnreadBody } from './raw-answers.ts'
import { BodyReader, declaresMoreThan } from './read-body.ts'
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
interface Visit extends Asker {
  readonly startedMs: number
  readonly endpoint: Endpoint
  readonly path: PathFacts
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
  #draining = false

  constructor(options: DataServerOptions) {
    const { server: limits } = options.config()
    this.#options = options
    this.#guard = new ConnectionGuard(() => options.config().server)
    this.#bodies = new BodyReader(() => {
      const { maxBodyBytes, minBodyBytesPerSecond, maxBytesInFlight } = options.config().server
      return { maxBodyBytes, minBytesPerSecond: minBodyBytesPerSecond, maxPendingBytes: maxBytesInFlight }
    })
    this.server = createServer({
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      // Bodies have a limit of speed instead (read-body.ts): a large one over a thin line may take its time.
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(5_000, Math.max(250, limits.headersTimeoutMs / 4)),
      keepAliveTimeout: KEEP_ALIVE_SECONDS * 1_000,
      insecureHTTPParser: false,
      requireHostHeader: false,
      // Other protocols are offered by clients that speak HTTP/1.1 just as well (Java's offers h2c each time).
      shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
      noDelay: true,
    })
    // One more than allowed, so that too many can be told from just enough: Node drops the rest in silence.
    this.server.maxHeadersCount = limits.maxHeaders + 1
    this.server.on('connection', (socket) => this.#guard.meet(socket))
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
    this.server.closeIdleConnections()
  }

  destroy(): void {
    this.#bodies[Symbol.dispose]()
    this.server.closeAllConnections()
    if (!this.#draining) NetServer.prototype.close.call(this.server)
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const startedMs = performance.now()
    const requestId = newRequestId()
    const { config, intercept } = this.#options
    const { cors, maxHeaders } = config().server
    if (this.#guard.isRefused(request.socket)) return
    let extra = this.#draining ? CLOSE : NO_HEADERS
    if (cors.length > 0) extra = [...extra, ...corsHeaders(cors, request.headers.origin)]

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
    if (match.kind === 'relay') {
      this.#relay({ request, response, requestId, extra, startedMs, endpoint: match.endpoint, path: match.path })
      return
    }
    const asker = { request, response, requestId, extra }
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
    if (this.#guard.isRefused(socket)) return
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
      answerError(visit, endpoint.dialect, wrongMethod(request, endpoint.path, 'POST'))
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
      this.#bodies.read(request, (error, body) => {
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
    this.#bodies.read(request, (error, body) => this.#begin(visit, error, body, known))
  }

  /**
   * /!\ Hot path: synchronous for a key that is known, and two looks for one without rules.
   * @param path of the endpoint; `{model}` in it stands for the model
   * @throws {GatewayError} also through the promise
   */
  #identify(request: IncomingMessage, path: string, model: string | null): Principal | Promise<Principal> {
    const principal = this.#options.keys.identify(withQueryKey(request))
    return principal instanceof Promise
      ? principal.then((known) => this.#permitted(known, request, path, model))
      : this.#permitted(principal, request, path, model)
  }

  #permitted(principal: Principal, request: IncomingMessage, path: string, model: string | null): Principal {
    if (principal.addresses.length > 0) checkAddress(principal, this.#guard.clientOf(request))
    if (principal.endpoints.length > 0) checkEndpoint(principal, path, model)
    return principal
  }

  #begin(visit: Visit, error: GatewayError | null, body: Buffer, principal: Principal): void {
    if (error !== null) {
      this.#refuse(visit, error)
      return
    }
    const { request, response, requestId: id, extra, startedMs, endpoint, path } = visit
    const sink = new HttpSink(response, extra, this.#options.config().server.writeStallTimeoutMs)
    this.#options.relay({ id, endpoint, path, body, principal, headers: request.headers, startedMs, sink })
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
    answerError(visit, endpoint.dialect, error)
  }
}
