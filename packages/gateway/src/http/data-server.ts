// The public port. The one file that knows `node:http`'s server: it sets every limit of a careless or hostile client,
// finds the route, reads the body, asks who is calling and hands over to the relay.
//
// /!\ Hot path: `#onRequest`.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { GatewayError, openaiErrorBody, toGatewayError } from '../core/errors.ts'
import { newRequestId } from '../core/request-id.ts'
import type { KeyCache } from '../identity/key-cache.ts'
import type { Principal } from '../identity/principal.ts'
import type { Endpoint } from '../relay/endpoints.ts'
import type { RelayRequest } from '../relay/ports.ts'
import type { ControlProxy } from './control-proxy.ts'
import { corsHeaders, preflightHeaders } from './cors.ts'
import { HttpSink, KEEP_ALIVE_SECONDS } from './http-sink.ts'
import type { ModelList } from './model-list.ts'
import { matchPath } from './paths.ts'
import { BodyReader } from './read-body.ts'

export interface DataServerOptions {
  config(): Config
  readonly keys: KeyCache
  readonly models: ModelList
  readonly control: ControlProxy
  readonly log: Logger
  relay(request: RelayRequest): void
  refused(endpoint: string, status: number): void
  /** Answers paths of its own (diagnostics); true when it did. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean
}

const NO_HEADERS: readonly string[] = Object.freeze([])
const CLOSE: readonly string[] = Object.freeze(['connection', 'close'])
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

export class DataServer {
  readonly server: Server
  readonly #options: DataServerOptions
  readonly #bodies: BodyReader
  readonly #socketsByAddress = new Map<string, number>()
  #draining = false

  constructor(options: DataServerOptions) {
    const { server: limits } = options.config()
    this.#options = options
    this.#bodies = new BodyReader(() => {
      const { maxBodyBytes, minBodyBytesPerSecond } = options.config().server
      return { maxBodyBytes, minBytesPerSecond: minBodyBytesPerSecond }
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
      noDelay: true,
    })
    // One more than allowed, so that too many can be told from just enough: Node drops the rest in silence.
    this.server.maxHeadersCount = limits.maxHeaders + 1
    this.server.on('connection', (socket) => this.#onConnection(socket))
    this.server.on('request', (request, response) => this.#onRequest(request, response))
    this.server.on('clientError', (error, socket) => answerBrokenRequest(error, socket as Socket))
    this.server.on('upgrade', (_request, socket) => {
      writeRaw(
        socket as Socket,
        new GatewayError('upgrade_required', 'WebSocket is switched off here. Use HTTP with server-sent events.'),
      )
    })
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

  closeIdleConnections(): void {
    this.server.closeIdleConnections()
  }

  destroy(): void {
    this.#bodies[Symbol.dispose]()
    this.server.closeAllConnections()
    if (!this.#draining) NetServer.prototype.close.call(this.server)
  }

  #onConnection(socket: Socket): void {
    const address = socket.remoteAddress
    if (address === undefined || LOOPBACK.has(address)) return
    const { maxConnectionsPerAddress, trustedProxies } = this.#options.config().server
    const count = (this.#socketsByAddress.get(address) ?? 0) + 1
    if (count > maxConnectionsPerAddress && !trustedProxies.includes(address)) {
      writeRaw(
        socket,
        new GatewayError(
          'rate_limit_exceeded',
          `More than ${maxConnectionsPerAddress} connections from one address. Use fewer at once.`,
          { retryAfterSeconds: 1 },
        ),
      )
      return
    }
    this.#socketsByAddress.set(address, count)
    socket.once('close', () => {
      const left = (this.#socketsByAddress.get(address) ?? 1) - 1
      if (left === 0) this.#socketsByAddress.delete(address)
      else this.#socketsByAddress.set(address, left)
    })
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const startedMs = performance.now()
    const requestId = newRequestId()
    const { config, control, intercept } = this.#options
    const { cors, maxHeaders } = config().server
    let extra = this.#draining ? CLOSE : NO_HEADERS
    if (cors.length > 0) extra = [...extra, ...corsHeaders(cors, request.headers.origin)]

    if (request.rawHeaders.length > maxHeaders * 2) {
      this.#answer(
        request,
        response,
        requestId,
        extra,
        new GatewayError('invalid_request', `The request has more than ${maxHeaders} headers.`),
      )
      return
    }
    if (request.method === 'OPTIONS' && cors.length > 0) {
      response.writeHead(204, [...extra, ...preflightHeaders(cors, request)])
      response.end()
      return
    }
    const match = matchPath(request.url ?? '/')
    switch (match.kind) {
      case 'relay':
        if (request.method === 'POST') this.#relay(request, response, requestId, startedMs, extra, match.endpoint)
        else this.#answer(request, response, requestId, extra, wrongMethod(request, match.endpoint.path, 'POST'))
        return
      case 'models':
        if (request.method === 'GET' || request.method === 'HEAD')
          this.#models(request, response, requestId, extra, match.id)
        else this.#answer(request, response, requestId, extra, wrongMethod(request, '/v1/models', 'GET'))
        return
      case 'root':
        if (request.method === 'HEAD') {
          response.writeHead(200, ['content-type', 'text/html; charset=utf-8', ...extra])
          response.end()
          return
        }
        control.forward(request, response, requestId, extra)
        return
      case 'unknown':
        this.#answer(
          request,
          response,
          requestId,
          extra,
          new GatewayError(
            'not_found',
            `There is nothing at ${pathOf(request)}. Did you mean ${match.nearest}? The base URL ends in /v1.`,
          ),
        )
        return
      case 'control':
        if (intercept?.(request, response) === true) return
        control.forward(request, response, requestId, extra)
    }
  }

  #relay(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
    startedMs: number,
    extra: readonly string[],
    endpoint: Endpoint,
  ): void {
    let principal: Principal | Promise<Principal>
    try {
      principal = this.#options.keys.identify(request.headers)
    } catch (error) {
      this.#refuse(request, response, id, extra, endpoint, error)
      return
    }
    if (request.headers['content-type']?.startsWith('multipart/') === true) {
      this.#refuse(
        request,
        response,
        id,
        extra,
        endpoint,
        new GatewayError('unsupported_media_type', `${endpoint.path} takes JSON. Send Content-Type: application/json.`),
      )
      return
    }
    if (principal instanceof Promise) {
      // The body is read meanwhile; whoever waits for it hears of a refusal then.
      principal.catch(() => undefined)
      this.#read(request, (error, body) => {
        principal.then(
          (known) => {
            if (error === null) this.#begin(request, response, id, startedMs, extra, endpoint, body, known)
            else this.#refuse(request, response, id, extra, endpoint, error)
          },
          (reason: unknown) => this.#refuse(request, response, id, extra, endpoint, reason),
        )
      })
      return
    }
    const known = principal
    this.#read(request, (error, body) => {
      if (error === null) this.#begin(request, response, id, startedMs, extra, endpoint, body, known)
      else this.#refuse(request, response, id, extra, endpoint, error)
    })
  }

  #read(request: IncomingMessage, callback: (error: GatewayError | null, body: Buffer) => void): void {
    this.#bodies.read(request, callback)
  }

  #begin(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
    startedMs: number,
    extra: readonly string[],
    endpoint: Endpoint,
    body: Buffer,
    principal: Principal,
  ): void {
    const sink = new HttpSink(response, extra)
    this.#options.relay({ id, endpoint, body, principal, headers: request.headers, startedMs, sink })
  }

  #models(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    extra: readonly string[],
    id: string | null,
  ): void {
    const answer = (principal: Principal): void => {
      const body = id === null ? this.#options.models.list(principal) : this.#options.models.one(principal, id)
      response.writeHead(200, [
        'content-type',
        'application/json',
        'x-request-id',
        requestId,
        'content-length',
        String(body.length),
        ...extra,
      ])
      response.end(request.method === 'HEAD' ? undefined : body)
    }
    void (async () => {
      try {
        answer(await this.#options.keys.identify(request.headers))
      } catch (error) {
        this.#answer(request, response, requestId, extra, toGatewayError(error))
      }
    })()
  }

  #refuse(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    extra: readonly string[],
    endpoint: Endpoint,
    reason: unknown,
  ): void {
    const error = toGatewayError(reason)
    if (error.code === 'internal_error')
      this.#options.log.error({ err: reason, requestId }, 'a request could not be handled')
    this.#options.refused(endpoint.path, error.status)
    this.#answer(request, response, requestId, extra, error)
  }

  #answer(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    extra: readonly string[],
    error: GatewayError,
  ): void {
    if (response.headersSent || response.destroyed) return
    const body = Buffer.from(openaiErrorBody(error))
    const headers = [
      'content-type',
      'application/json',
      'x-request-id',
      requestId,
      'content-length',
      String(body.length),
    ]
    if (error.retryAfterSeconds !== undefined) headers.push('retry-after', String(error.retryAfterSeconds))
    for (const [name, value] of Object.entries(error.headers)) headers.push(name, value)
    headers.push(...extra)
    // What is left of a body that was refused would be taken for the next request.
    const unread = !request.complete && request.method !== 'GET' && request.method !== 'HEAD'
    if (unread && extra !== CLOSE) headers.push('connection', 'close')
    response.writeHead(error.status, headers)
    response.end(request.method === 'HEAD' ? undefined : body)
    if (unread) closeAfterReply(request, response)
  }
}

/** Reads on for a moment, so that the client can take the answer before its connection goes, then ends it. */
function closeAfterReply(request: IncomingMessage, response: ServerResponse): void {
  request.resume()
  const timer = setTimeout(() => request.socket.destroy(), 2_000)
  timer.unref()
  request.once('end', () => clearTimeout(timer))
  response.once('close', () => clearTimeout(timer))
}

function wrongMethod(request: IncomingMessage, path: string, allow: string): GatewayError {
  return new GatewayError('method_not_allowed', `${path} does not take ${request.method}. Use ${allow}.`, {
    headers: { allow: allow === 'GET' ? 'GET, HEAD' : allow },
  })
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?')[0]?.slice(0, 200) ?? '/'
}

/** What the parser refused has no request object; it gets the same kind of answer all the same. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    writeRaw(socket, new GatewayError('invalid_request', 'The headers of the request are too large.'), 431)
  } else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    writeRaw(
      socket,
      new GatewayError('request_timeout', 'The request arrived too slowly. Send it again over a better connection.'),
    )
  } else {
    writeRaw(socket, new GatewayError('invalid_request', 'This is not a valid HTTP/1.1 request.'))
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
}

function writeRaw(socket: Socket, error: GatewayError, status: number = error.status): void {
  const body = openaiErrorBody(error)
  const retry = error.retryAfterSeconds === undefined ? '' : `retry-after: ${error.retryAfterSeconds}\r\n`
  socket.end(
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Error'}\r\ncontent-type: application/json\r\nconnection: close\r\n${retry}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  )
}
