// One WebSocket to an upstream whose Responses API has that mode. To the relay it looks like an answer over HTTP: a
// status, then server-sent events, then an end. So attempts, failover, time limits and money are what they are elsewhere.
//
// It carries one response at a time. A second lane takes a second socket: then giving up one answer, by closing what it
// comes over, costs nobody else theirs.
//
// With `upstreams.ts`, the file that knows how connections to upstreams are made.
// Source: OpenAI, "WebSocket mode".

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { WebSocket, type RawData } from 'ws'
import type { ProviderConfig } from '../config/config.ts'
import { decodeString, JsonScanError, scanObject } from '../core/json-scan.ts'
import { objectOf, parseJsonObject, stringOf, type JsonObject } from '../core/json.ts'
import { readEmbeddedError } from '../dialects/openai-responses/errors.ts'
import type { Lookup } from './dns-lookup.ts'
import type { UpstreamController, UpstreamHandler, UpstreamHeaders } from './http1/upstream-call.ts'

/** A little more than a single event may have (`PassEvents`). */
const MAX_FRAME_BYTES = 17 * 1024 * 1024
const MAX_REFUSAL_BYTES = 64 * 1024
const KEEP_ALIVE_MS = 30_000
/** Responses that it is remembered to have made. */
const MAX_REMEMBERED = 64

const TERMINAL: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete', 'response.failed'])

export interface SocketAddress {
  readonly provider: ProviderConfig
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly connectTimeoutMs: number
  readonly lookup: Lookup
}

export interface SocketTurn {
  /** `response.create`, latin1; '' = the response begins by itself, behind one that was steered. */
  readonly frame: string
  readonly handler: UpstreamHandler
  /** Whose it is. */
  readonly tag: object
}

export interface SocketOwner {
  /** Nothing was sent: the upstream does not speak WebSocket here. */
  notSpoken(turn: SocketTurn): void
  /** Nothing was begun: the socket is as old as one may get. */
  tooOld(turn: SocketTurn): void
  /** Whatever became of it, it is no longer the socket's. */
  over(turn: SocketTurn): void
  /** About input that was steered into the response of this turn: one frame, latin1. */
  steered(tag: object, frame: string): void
  /** A response that nobody has asked for begins behind this turn: what was steered goes on. False = nobody wants it. */
  successor(tag: object, socket: UpstreamSocket): boolean
  closed(socket: UpstreamSocket): void
}

export class UpstreamSocket {
  readonly openedMs = performance.now()
  readonly #owner: SocketOwner
  readonly #socket: WebSocket
  readonly #made = new Set<string>()
  /** Of the response that is being made, or was made last; the upstream's own. */
  responseId: string | null = null
  #turn: SocketTurn | null = null
  /** Whose turn it is or was, for what is said about it later. */
  #tag: object | null = null
  #controller: Controller | null = null
  #answering = false
  /** What the upstream said before anybody listened. */
  #early: string[] = []

  constructor(address: SocketAddress, owner: SocketOwner) {
    this.#owner = owner
    const { provider, url, headers, connectTimeoutMs, lookup } = address
    this.#socket = new WebSocket(url, {
      headers,
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: connectTimeoutMs,
      followRedirects: false,
      lookup,
      ...(provider.caPem === undefined ? {} : { ca: provider.caPem }),
    })
    this.#socket.on('upgrade', ({ socket }) => keepAlive(socket))
    this.#socket.on('open', () => this.#begin())
    this.#socket.on('unexpected-response', (_request, response) => this.#onRefusal(response))
    this.#socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary))
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', (code) => this.#onClose(code))
  }

  get idle(): boolean {
    return this.#turn === null && this.#socket.readyState === WebSocket.OPEN && this.#early.length === 0
  }

  /** The response was made on this connection: the upstream may remember it here and nowhere else. */
  made(responseId: string): boolean {
    return this.#made.has(responseId)
  }

  get busy(): boolean {
    return this.#turn !== null
  }

  start(turn: SocketTurn): void {
    this.#turn = turn
    this.#tag = turn.tag
    this.responseId = null
    this.#answering = false
    if (this.#socket.readyState === WebSocket.OPEN) this.#begin()
  }

  /** @param frame latin1 */
  say(frame: string): void {
    this.#socket.send(Buffer.from(frame, 'latin1'), { binary: false })
  }

  close(): void {
    if (this.#socket.readyState === WebSocket.OPEN && this.#turn === null) this.#socket.close(1000)
    else this.#socket.terminate()
  }

  // --- its own turn ---

  #begin(): void {
    const turn = this.#turn
    if (turn === null) return
    const controller = new Controller(this.#socket, (reason) => this.#abort(controller, reason))
    this.#controller = controller
    turn.handler.onRequestStart(controller)
    // It may have been given up meanwhile.
    if (this.#turn !== turn) return
    if (turn.frame !== '') this.say(turn.frame)
    if (this.#early.length > 0) this.#socket.resume()
    for (const frame of this.#early.splice(0)) this.#onEvent(frame)
  }

  #abort(controller: Controller, reason: Error): void {
    if (controller !== this.#controller) return
    const turn = this.#release()
    this.#socket.terminate()
    turn?.handler.onResponseError(controller, reason)
  }

  #onRefusal(response: IncomingMessage): void {
    const turn = this.#turn
    this.#turn = null
    if (turn !== null && !NOT_SPOKEN.has(response.statusCode ?? 0)) this.#owner.over(turn)
    response.on('error', () => undefined)
    const status = response.statusCode ?? 0
    if (turn === null || NOT_SPOKEN.has(status)) {
      response.resume()
      this.#socket.terminate()
      if (turn !== null) this.#owner.notSpoken(turn)
      return
    }
    const controller = new Controller(this.#socket, () => this.#socket.terminate())
    const { handler } = turn
    handler.onRequestStart(controller)
    let body = ''
    response.setEncoding('latin1')
    response.on('data', (text: string) => {
      if (body.length < MAX_REFUSAL_BYTES) body += text
    })
    response.once('close', () => {
      this.#socket.terminate()
      handler.onResponseStart(controller, status, headersOf(response))
      handler.onResponseData(controller, Buffer.from(body, 'latin1'))
      handler.onResponseEnd(controller)
    })
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (isBinary || !Buffer.isBuffer(data)) {
      this.#fail(new Error('a binary frame'))
      this.#socket.terminate()
      return
    }
    this.#onEvent(data.toString('latin1'))
  }

  /** @param frame latin1 */
  #onEvent(frame: string): void {
    const type = typeOf(frame)
    if (type.startsWith('response.steer.')) {
      if (this.#tag !== null) this.#owner.steered(this.#tag, frame)
      return
    }
    if (this.#turn === null) {
      // Events of an answer that was given up, or of one that comes of itself.
      if (type !== 'response.created') {
        if (this.#early.length > 0) this.#early.push(frame)
        return
      }
      this.#early.push(frame)
      // The rest of it waits for whoever will listen.
      this.#socket.pause()
      if (this.#tag === null || !this.#owner.successor(this.#tag, this)) this.#socket.terminate()
      return
    }
    if (type === 'response.created') this.#remember(frame)
    if (type === 'error') this.#onError(frame)
    else if (TERMINAL.has(type)) this.#passLast(type, frame)
    else this.#pass(type, frame)
  }

  #remember(frame: string): void {
    const id = stringOf(objectOf(parseJsonObject(frame)?.['response'])?.['id'])
    if (id === undefined) return
    this.responseId = id
    this.#made.add(id)
    for (const oldest of this.#made) {
      if (this.#made.size <= MAX_REMEMBERED) break
      this.#made.delete(oldest)
    }
  }

  /** Before an answer an error frame is what a refusal is over HTTP, in the middle of it an event. */
  #onError(frame: string): void {
    const event = parseJsonObject(Buffer.from(frame, 'latin1').toString('utf8')) ?? {}
    const turn = this.#turn
    const controller = this.#controller
    if (turn === null || controller === null) return
    if (this.#answering) {
      this.#passLast('error', frame)
      return
    }
    const { status, body } = readEmbeddedError(event)
    // A new one that says so means something else.
    if (this.#made.size > 0 && body.includes('"websocket_connection_limit_reached"')) {
      this.#turn = null
      this.#controller = null
      this.#socket.close(1000)
      this.#owner.tooOld(turn)
      return
    }
    const declared = event['status']
    turn.handler.onResponseStart(controller, typeof declared === 'number' ? declared : status, headersIn(event))
    this.#last(Buffer.from(body))
  }

  /** /!\ Hot path. */
  #pass(type: string, frame: string): void {
    const { handler } = this.#turn ?? {}
    const controller = this.#controller
    if (handler === undefined || controller === null) return
    this.#answer(handler, controller)
    handler.onResponseData(controller, sseOf(type, frame))
  }

  #passLast(type: string, frame: string): void {
    const { handler } = this.#turn ?? {}
    if (handler === undefined || this.#controller === null) return
    this.#answer(handler, this.#controller)
    this.#last(sseOf(type, frame))
  }

  #answer(handler: UpstreamHandler, controller: Controller): void {
    if (this.#answering) return
    this.#answering = true
    handler.onResponseStart(controller, 200, EVENT_STREAM)
  }

  /** The answer is over, and the connection free: what is done about the answer now is not done to the connection. */
  #last(data: Buffer): void {
    const controller = this.#controller
    const turn = this.#release()
    if (turn === null || controller === null) return
    turn.handler.onResponseData(controller, data)
    turn.handler.onResponseEnd(controller)
  }

  #release(): SocketTurn | null {
    const turn = this.#turn
    this.#controller?.letGo()
    this.#turn = null
    this.#controller = null
    if (this.#socket.isPaused) this.#socket.resume()
    if (turn !== null) this.#owner.over(turn)
    return turn
  }

  #fail(error: Error): void {
    const controller = this.#controller
    const turn = this.#release()
    if (turn !== null) turn.handler.onResponseError(controller ?? new Controller(this.#socket, () => undefined), error)
  }

  #onClose(code: number): void {
    this.#fail(new Error(`the upstream closed its WebSocket with ${code}`))
    this.#owner.closed(this)
  }
}

/** An upstream without the mode: these are what servers, and the proxies before them, say to an upgrade. */
const NOT_SPOKEN: ReadonlySet<number> = new Set([200, 301, 302, 307, 308, 400, 404, 405, 426, 501])

class Controller implements UpstreamController {
  #isAborted = false
  /** Null when the answer is no longer the connection's. */
  #socket: WebSocket | null
  readonly #onAbort: (reason: Error) => void

  constructor(socket: WebSocket, onAbort: (reason: Error) => void) {
    this.#socket = socket
    this.#onAbort = onAbort
  }

  letGo(): void {
    this.#socket = null
  }

  abort(reason: Error): void {
    if (this.#isAborted) return
    this.#isAborted = true
    this.#onAbort(reason)
  }

  pause(): void {
    this.#socket?.pause()
  }

  resume(): void {
    this.#socket?.resume()
  }
}

// Line ends between members are white space, and in strings there are none.
function sseOf(type: string, frame: string): Buffer {
  const line = frame.includes('\n') || frame.includes('\r') ? frame.replace(/[\r\n]+/g, ' ') : frame
  return Buffer.from(`event: ${type}\ndata: ${line}\n\n`, 'latin1')
}

function keepAlive(socket: Socket): void {
  socket.setKeepAlive(true, KEEP_ALIVE_MS)
}

/** Usually the first member. */
const TYPE = /^\s*\{\s*"type"\s*:\s*"([a-z0-9_.]+)"/

function typeOf(frame: string): string {
  const first = TYPE.exec(frame)?.[1]
  if (first !== undefined) return first
  let type = ''
  try {
    scanObject(frame, 0, (key, start, end) => {
      if (key !== 'type') return false
      type = decodeString(frame, start, end) ?? ''
      return true
    })
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error
  }
  return /^[\w.-]*$/.test(type) ? type : ''
}

const EVENT_STREAM: UpstreamHeaders = new Map([['content-type', 'text/event-stream']])

function headersIn(event: JsonObject): UpstreamHeaders {
  const headers = new Map([['content-type', 'application/json']])
  for (const [name, value] of Object.entries(objectOf(event['headers']) ?? {})) {
    if (typeof value === 'string' || typeof value === 'number') headers.set(name.toLowerCase(), String(value))
  }
  return headers
}

function headersOf({ headersDistinct }: IncomingMessage): UpstreamHeaders {
  return { get: (name) => headersDistinct[name]?.[0] }
}
