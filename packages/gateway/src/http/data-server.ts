// The public port. The one file that knows `node:http`'s server: it sets every limit of a careless or hostile client,
// finds the route, reads the body, asks who is calling and hands over to the relay.
//
// /!\ Hot path: `#onRequest`.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { AddressRanges } from '../core/address-ranges.ts'
import { GatewayError, toGatewayError } from '../core/errors.ts'
import { newRequestId } from '../core/request-id.ts'
import type { KeyCache } from '../identity/key-cache.ts'
import type { Principal } from '../identity/principal.ts'
import { CLIENT_DIALECTS } from '../dialects/client-dialects.ts'
import type { Endpoint, PathFacts } from '../relay/endpoints.ts'
import type { RelayRequest } from '../relay/ports.ts'
import type { ControlProxy } from './control-proxy.ts'
import { corsHeaders, preflightHeaders } from './cors.ts'
import { HttpSink, KEEP_ALIVE_SECONDS } from './http-sink.ts'
import type { ModelList, ModelShape } from './model-list.ts'
import { dialectOfPath, keyInQuery, matchPath, originForm } from './paths.ts'
import { answerBrokenRequest, answerRaw, endPastBody, hasUnreadBody, mustClose } from './raw-answers.ts'
import { BodyReader, declaresMoreThan } from './read-body.ts'

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
/** What goes to the primary is small: names of keys, a few switches. */
const CONTROL_BODY_BYTES = 1024 * 1024
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

export class DataServer {
  readonly server: Server
  readonly #options: DataServerOptions
  readonly #bodies: BodyReader
  readonly #socketsByAddress = new Map<string, number>()
  /** Connections that were told no; what they ask all the same is not heard. */
  #proxies: { of: readonly string[]; ranges: AddressRanges } = { of: [], ranges: new AddressRanges([]) }
  readonly #refused = new WeakSet<Socket>()
  #draining = false

  constructor(options: DataServerOptions) {
    const { server: limits } = options.config()
    this.#options = options
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
    this.server.on('connection', (socket) => this.#onConnection(socket))
    this.server.on('request', (request, response) => this.#onRequest(request, response))
    this.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      // A client that asks first need not send what would be refused.
      if (!declaresMoreThan(request, options.config().server.maxBodyBytes)) response.writeContinue()
      this.#onRequest(request, response)
    })
    this.server.on('checkExpectation', (request, response) => {
      const error = new GatewayError('invalid_request', 'The header Expect may only say 100-continue.')
      this.#answer(request, response, newRequestId(), CLOSE, error)
    })
    this.server.on('clientError', (error, socket) => answerBrokenRequest(error, socket as Socket))
    this.server.on('connect', (_request, socket) => {
      answerRaw(socket as Socket, new GatewayError('method_not_allowed', 'This is no proxy. Use POST.'))
    })
    this.server.on('upgrade', (_request, socket) => {
      answerRaw(
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

  #onConnection(socket: Socket): void {
    const address = socket.remoteAddress
    if (address === undefined || LOOPBACK.has(address)) return
    const { maxConnectionsPerAddress } = this.#options.config().server
    const count = (this.#socketsByAddress.get(address) ?? 0) + 1
    if (count > maxConnectionsPerAddress && !this.#isTrustedProxy(address)) {
      this.#refused.add(socket)
      answerRaw(
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

  /** All clients behind a proxy have its address. */
  #isTrustedProxy(address: string): boolean {
    const { trustedProxies } = this.#options.config().server
    if (this.#proxies.of !== trustedProxies) {
      this.#proxies = { of: trustedProxies, ranges: new AddressRanges(trustedProxies) }
    }
    return this.#proxies.ranges.has(address)
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const startedMs = performance.now()
    const requestId = newRequestId()
    const { config, intercept } = this.#options
    const { cors, maxHeaders } = config().server
    if (this.#refused.has(request.socket)) return
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
      end(request, response, undefined)
      return
    }
    const target = originForm(request.url ?? '/')
    request.url = target
    const match = matchPath(target)
    switch (match.kind) {
      case 'relay':
        if (request.method === 'POST')
          this.#relay(request, response, requestId, startedMs, extra, match.endpoint, match.path)
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
          end(request, response, undefined)
          return
        }
        this.#forward(request, response, requestId, extra)
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
        this.#forward(request, response, requestId, extra)
    }
  }

  /** The primary gets whole requests only: a slow client holds a connection here, never one of those to the primary. */
  #forward(request: IncomingMessage, response: ServerResponse, requestId: string, extra: readonly string[]): void {
    const { control } = this.#options
    if (!hasUnreadBody(request)) {
      control.forward(request, response, requestId, extra)
      return
    }
    const forward = (error: GatewayError | null, body: Buffer): void => {
      if (error === null) control.forward(request, response, requestId, extra, body)
      else this.#answer(request, response, requestId, extra, error)
    }
    this.#bodies.read(request, forward, CONTROL_BODY_BYTES)
  }

  #relay(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
    startedMs: number,
    extra: readonly string[],
    endpoint: Endpoint,
    path: PathFacts,
  ): void {
    let principal: Principal | Promise<Principal>
    try {
      principal = this.#options.keys.identify(withQueryKey(request))
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
      // The body is read meanwhile, for a stream that nobody listens to would stand still.
      this.#read(request, (error, body) => {
        principal.then(
          (known) => {
            if (error === null) this.#begin(request, response, id, startedMs, extra, endpoint, path, body, known)
            else this.#refuse(request, response, id, extra, endpoint, error)
          },
          () => undefined,
        )
      })
      // A stranger's refusal does not wait for his body.
      principal.catch((reason: unknown) => this.#refuse(request, response, id, extra, endpoint, reason))
      return
    }
    const known = principal
    this.#read(request, (error, body) => {
      if (error === null) this.#begin(request, response, id, startedMs, extra, endpoint, path, body, known)
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
    path: PathFacts,
    body: Buffer,
    principal: Principal,
  ): void {
    const sink = new HttpSink(response, extra, this.#options.config().server.writeStallTimeoutMs)
    this.#options.relay({ id, endpoint, path, body, principal, headers: request.headers, startedMs, sink })
  }

  #models(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    extra: readonly string[],
    id: string | null,
  ): void {
    const answer = (principal: Principal): void => {
      const { models } = this.#options
      const shape = modelShape(request)
      const body = id === null ? models.list(principal, shape) : models.one(principal, id, shape)
      response.writeHead(200, [
        'content-type',
        'application/json',
        'x-request-id',
        requestId,
        'content-length',
        String(body.length),
        ...extra,
      ])
      end(request, response, request.method === 'HEAD' ? undefined : body)
    }
    void (async () => {
      try {
        answer(await this.#options.keys.identify(withQueryKey(request)))
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
    const encoded = CLIENT_DIALECTS[callerDialect(request)].encodeError(error, requestId)
    const body = Buffer.from(encoded.body)
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
    if (extra !== CLOSE && hasUnreadBody(request) && mustClose(request)) headers.push('connection', 'close')
    response.writeHead(encoded.status, headers)
    end(request, response, request.method === 'HEAD' ? undefined : body)
  }
}

function end(request: IncomingMessage, response: ServerResponse, body: Buffer | undefined): void {
  if (hasUnreadBody(request)) endPastBody(request, response, body)
  else response.end(body)
}

function wrongMethod(request: IncomingMessage, path: string, allow: string): GatewayError {
  return new GatewayError('method_not_allowed', `${path} does not take ${request.method}. Use ${allow}.`, {
    headers: { allow: allow === 'GET' ? 'GET, HEAD' : allow },
  })
}

/** Google's clients may carry the key in the query; nobody else may. */
function withQueryKey(request: IncomingMessage): IncomingMessage['headers'] {
  const { headers, url } = request
  const target = url ?? '/'
  if (!target.includes('key=') || dialectOfPath(pathOf(request)) !== 'gemini') return headers
  const key = headers['x-goog-api-key'] === undefined && headers.authorization === undefined ? keyInQuery(target) : null
  return key === null ? headers : { ...headers, 'x-goog-api-key': key }
}

function callerDialect(request: IncomingMessage): ReturnType<typeof dialectOfPath> {
  if (request.headers['anthropic-version'] !== undefined) return 'anthropic-messages'
  return dialectOfPath(pathOf(request))
}

function modelShape(request: IncomingMessage): ModelShape {
  const dialect = callerDialect(request)
  if (dialect === 'anthropic-messages') return 'anthropic'
  return dialect === 'gemini' ? 'gemini' : 'openai'
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?')[0]?.slice(0, 200) ?? '/'
}
