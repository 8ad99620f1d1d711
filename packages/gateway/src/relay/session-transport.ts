// The upstream side of one WebSocket session: connections to upstreams that speak WebSocket as well, used again from
// turn to turn, so that an upstream finds what it remembers of the turn before.
//
// Where an upstream turns out not to speak it, its turns go over HTTP, and nobody asks again for a while.

import type { ProviderConfig } from '../config/config.ts'
import { decodeString, scanObject } from '../core/json-scan.ts'
import type { Lookup } from './dns-lookup.ts'
import type { OutgoingRequest, TurnTransport } from './turn-transport.ts'
import { UpstreamSocket, type SocketOwner, type SocketTurn } from './upstream-socket.ts'

/** OpenAI closes them after 60 minutes. */
const OLDEST_MS = 55 * 60_000
const NOT_SPOKEN_MS = 5 * 60_000
/** Idle ones that one session keeps; those that are busy are bounded by its lanes. */
const MAX_IDLE = 4

export interface TransportOwner {
  /** About input that was steered into the turn's response: one frame, latin1, with the upstream's own ids. */
  steered(turn: SessionTurn, frame: string): void
  /** What was steered begins by itself, as a response that nobody has asked for; `next` is the way to it. */
  goesOn(turn: SessionTurn, next: SessionTurn): boolean
}

/** What all sessions of a process know of upstreams' WebSockets, by their addresses. */
export class SocketBook {
  readonly #deafUntilMs = new Map<string, number>()
  readonly #open = new Map<string, number>()

  /** It refused an upgrade, and is taken at its word for a while. */
  refused(url: string): void {
    this.#deafUntilMs.set(url, performance.now() + NOT_SPOKEN_MS)
  }

  /** @param most of connections to it */
  hasRoom(url: string, most: number): boolean {
    return (this.#open.get(url) ?? 0) < most
  }

  mayAsk(url: string): boolean {
    const untilMs = this.#deafUntilMs.get(url)
    if (untilMs === undefined) return true
    if (performance.now() < untilMs) return false
    this.#deafUntilMs.delete(url)
    return true
  }

  opened(url: string): void {
    this.#open.set(url, (this.#open.get(url) ?? 0) + 1)
  }

  closed(url: string): void {
    const left = (this.#open.get(url) ?? 1) - 1
    if (left === 0) this.#open.delete(url)
    else this.#open.set(url, left)
  }
}

interface Line {
  readonly key: string
  readonly url: string
  readonly socket: UpstreamSocket
}

export interface TransportOptions {
  readonly lookup: Lookup
  readonly book: SocketBook
}

export class SessionTransport implements SocketOwner {
  readonly #options: TransportOptions
  readonly #owner: TransportOwner
  readonly #lines: Line[] = []
  readonly #requests = new Map<SocketTurn, OutgoingRequest>()
  #closed = false

  constructor(options: TransportOptions, owner: TransportOwner) {
    this.#options = options
    this.#owner = owner
  }

  /** One for each turn. */
  turn(): SessionTurn {
    return new SessionTurn(this, null)
  }

  close(): void {
    this.#closed = true
    // Each leaves the list when it is closed.
    for (const { socket } of this.#lines) socket.close()
  }

  /** @param follow the connection on which the answer comes of itself */
  send(request: OutgoingRequest, turn: SessionTurn, follow: UpstreamSocket | null): UpstreamSocket | null {
    const { provider } = request.candidate
    const url = socketUrl(provider.config, request.path)
    if (this.#closed || provider.config.websocket !== true || !this.#options.book.mayAsk(url)) return null
    const { text: frame, previousId } = createFrame(request.body)
    const key = keyOf(request, url)
    const line = this.#lines.find((other) => other.key === key && other.socket === follow)
    const socketTurn: SocketTurn = { frame: line === undefined ? frame : '', handler: request.handler, tag: turn }
    const socket = line?.socket ?? this.#pick(key, previousId) ?? this.#open(key, url, request)
    if (socket === null) return null
    this.#requests.set(socketTurn, request)
    socket.start(socketTurn)
    return socket
  }

  /** One that knows the turn before, else any that waits for work. */
  #pick(key: string, previousId: string | null): UpstreamSocket | null {
    const nowMs = performance.now()
    const idle = this.#lines.filter(({ socket }) => socket.idle)
    const young = idle.filter((line) => line.key === key && nowMs - line.socket.openedMs < OLDEST_MS)
    const knows = young.find(({ socket }) => previousId !== null && socket.made(previousId))
    const picked = knows ?? young[0]
    for (const [index, line] of idle.entries()) {
      const isOld = nowMs - line.socket.openedMs >= OLDEST_MS
      if (line !== picked && (isOld || index >= MAX_IDLE)) line.socket.close()
    }
    return picked?.socket ?? null
  }

  /** Null where the provider has as many connections as it may. */
  #open(key: string, url: string, request: OutgoingRequest): UpstreamSocket | null {
    const { lookup, book } = this.#options
    const { candidate, lines, connectTimeoutMs } = request
    const provider = candidate.provider.config
    if (!book.hasRoom(url, provider.maxConnections)) return null
    const socket = new UpstreamSocket(
      { provider, url, headers: handshakeHeaders(lines), connectTimeoutMs, lookup },
      this,
    )
    book.opened(url)
    this.#lines.push({ key, url, socket })
    return socket
  }

  // --- what connections tell ---

  notSpoken(turn: SocketTurn): void {
    const request = this.#taken(turn)
    if (request === undefined) return
    this.#options.book.refused(socketUrl(request.candidate.provider.config, request.path))
    request.http.send(request.path, request.lines, request.body, request.handler)
  }

  tooOld(turn: SocketTurn): void {
    const request = this.#taken(turn)
    if (request === undefined) return
    // On a new connection, and once: what a new one says stands.
    const { path, lines, body, handler, http } = request
    const url = socketUrl(request.candidate.provider.config, path)
    const socket = this.#open(keyOf(request, url), url, request)
    if (socket === null) {
      http.send(path, lines, body, handler)
      return
    }
    this.#requests.set(turn, request)
    socket.start(turn)
  }

  over(turn: SocketTurn): void {
    this.#requests.delete(turn)
  }

  #taken(turn: SocketTurn): OutgoingRequest | undefined {
    const request = this.#requests.get(turn)
    this.#requests.delete(turn)
    return request
  }

  steered(tag: object, frame: string): void {
    if (tag instanceof SessionTurn) this.#owner.steered(tag, frame)
  }

  successor(tag: object, socket: UpstreamSocket): boolean {
    return tag instanceof SessionTurn && this.#owner.goesOn(tag, new SessionTurn(this, socket))
  }

  closed(socket: UpstreamSocket): void {
    const at = this.#lines.findIndex((line) => line.socket === socket)
    const [line] = at === -1 ? [] : this.#lines.splice(at, 1)
    if (line !== undefined) this.#options.book.closed(line.url)
  }
}

/** One turn's way to whoever serves it. */
export class SessionTurn implements TurnTransport {
  readonly #transport: SessionTransport
  #follow: UpstreamSocket | null
  #socket: UpstreamSocket | null = null

  constructor(transport: SessionTransport, follow: UpstreamSocket | null) {
    this.#transport = transport
    this.#follow = follow
  }

  send(request: OutgoingRequest): boolean {
    const follow = this.#follow
    this.#follow = null
    this.#socket = this.#transport.send(request, this, follow)
    // Nobody else will take what comes there.
    if (follow !== null && this.#socket !== follow) follow.close()
    return this.#socket !== null
  }

  /** The upstream's own name of the response that is being made, or was made last; null = none. */
  get upstreamId(): string | null {
    return this.#socket?.responseId ?? null
  }

  /** More from the user, for the response that is being made. @param input raw JSON, latin1 @returns false = it cannot be said */
  steer(input: string): boolean {
    const socket = this.#socket
    if (socket === null || !socket.busy || socket.responseId === null) return false
    const id = JSON.stringify(socket.responseId)
    socket.say(`{"type":"response.steer","previous_response_id":${id},"input":${input}}`)
    return true
  }

  /** Of a turn that will not take place. */
  drop(): void {
    this.#follow?.close()
    this.#follow = null
  }

  /** What the upstream still has for this turn is not to reach a later one. */
  hangUp(): void {
    this.#socket?.close()
    this.#socket = null
  }
}

/** What connections must have in common to stand in for one another: the provider, the credential, the address. */
function keyOf({ candidate, lines }: OutgoingRequest, url: string): string {
  return [candidate.provider.name, url, ...lines].join('\n')
}

function socketUrl({ baseUrl }: ProviderConfig, path: string): string {
  return new URL(path, new URL(baseUrl).origin).href.replace(/^http/, 'ws')
}

/** The body of a request over HTTP as a frame: `stream` goes without saying. */
function createFrame(body: Buffer): { readonly text: string; readonly previousId: string | null } {
  const text = body.toString('latin1')
  const members = ['"type":"response.create"']
  let previousId: string | null = null
  scanObject(text, 0, (key, start, end) => {
    if (key === 'stream' || key === 'background') return
    if (key === 'previous_response_id') previousId = decodeString(text, start, end)
    members.push(`"${key}":${text.slice(start, end)}`)
  })
  return { text: `{${members.join(',')}}`, previousId }
}

/** Of a body, and of a connection that is not this one. */
const NOT_OF_A_HANDSHAKE: ReadonlySet<string> = new Set([
  'content-type',
  'content-length',
  'accept',
  'accept-encoding',
  'connection',
  'host',
  'transfer-encoding',
])

function handshakeHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const name = lines[index] ?? ''
    if (!NOT_OF_A_HANDSHAKE.has(name)) headers[name] = lines[index + 1] ?? ''
  }
  return headers
}
