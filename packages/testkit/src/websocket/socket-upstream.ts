// A fake OpenAI with the WebSocket mode of its Responses API: a port in front of a fake upstream, which makes the
// answers. HTTP goes through to it; a frame becomes a request, and its events frames.
//
// It remembers what it said on a connection, and nowhere else, as OpenAI does for `store: false`; it can be steered.
import { once } from 'node:events'
import { createServer, type IncomingMessage, request as httpRequest, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { SseReader } from '../sse-reader.ts'
import { type CertificateKind, testCertificate } from '../upstream/certificates.ts'
import { acceptKey, closePayload, encodeFrame, FrameReader } from './frames.ts'

type Json = Readonly<Record<string, unknown>>

/** What becomes of input that is steered in. */
export type Steering =
  /** The response ends at its next event, and another one goes on. */
  | 'cut'
  /** The response completes, and another one goes on. */
  | 'after'
  /** It waits for the results of tools. */
  | 'pending'
  | 'refused'

export interface SocketUpstreamOptions {
  /** The upstream that answers. */
  readonly behind: { readonly port: number }
  /** Answers upgrades with this status instead. */
  readonly upgradeStatus?: number
  readonly steering?: Steering
  readonly tls?: CertificateKind
}

export interface ReceivedFrame {
  readonly connection: number
  readonly frame: Json
}

export async function startSocketUpstream(options: SocketUpstreamOptions): Promise<SocketUpstream> {
  const upstream = new SocketUpstream(options)
  await upstream.listen()
  return upstream
}

export class SocketUpstream implements AsyncDisposable {
  /** In the order in which they came. */
  readonly frames: ReceivedFrame[] = []
  /** Headers of each handshake. */
  readonly handshakes: IncomingMessage['headers'][] = []
  /** Connections that are open. */
  readonly open = new Set<UpstreamConnection>()
  upgradeStatus: number | undefined
  steering: Steering
  /** The next turn's connection breaks behind so many events. */
  breakAfter: number | undefined
  /** The next turn is answered with this frame alone. */
  nextError: Json | undefined
  /** PEM of the authority to trust, when it speaks TLS. */
  readonly ca: string | undefined
  readonly #server: Server
  readonly #behindPort: number

  constructor({ behind, upgradeStatus, steering = 'cut', tls }: SocketUpstreamOptions) {
    this.#behindPort = behind.port
    this.upgradeStatus = upgradeStatus
    this.steering = steering
    const certificate = tls === undefined ? undefined : testCertificate(tls)
    this.ca = certificate?.ca
    const forward = (request: IncomingMessage, response: ServerResponse): void => this.#forward(request, response)
    this.#server = certificate === undefined ? createServer(forward) : createSecureServer(certificate, forward)
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#onUpgrade(request, socket, head),
    )
  }

  /** The base URL to configure. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return this.ca === undefined ? `http://127.0.0.1:${port}/v1` : `https://localhost:${port}/v1`
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  /** Frames of a type. */
  framesOf(type: string): readonly ReceivedFrame[] {
    return this.frames.filter(({ frame }) => frame['type'] === type)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.open) connection.socket.destroy()
    this.#server.closeAllConnections()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = request
    const onward = httpRequest({ port: this.#behindPort, host: '127.0.0.1', method, path: url, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  }

  #onUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const key = request.headers['sec-websocket-key']
    const status = this.upgradeStatus ?? (request.url === '/v1/responses' && key !== undefined ? undefined : 404)
    if (status !== undefined || key === undefined) {
      const body = JSON.stringify({
        error: { message: 'No upgrade here.', type: 'invalid_request_error', param: null, code: null },
      })
      socket.end(
        `HTTP/1.1 ${status} No\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      )
      return
    }
    this.handshakes.push(request.headers)
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${acceptKey(key)}\r\n\r\n`,
    )
    const connection = new UpstreamConnection(this, this.handshakes.length, socket, request.headers, this.#behindPort)
    this.open.add(connection)
    socket.once('close', () => this.open.delete(connection))
    if (head.length > 0) connection.read(head)
  }
}

/** One at a time; the others wait. */
class UpstreamConnection {
  readonly socket: Socket
  readonly #upstream: SocketUpstream
  readonly #number: number
  readonly #headers: IncomingMessage['headers']
  readonly #behindPort: number
  readonly #reader: FrameReader
  readonly #waiting: Json[] = []
  /** The conversation behind each response that was made here. */
  readonly #memory = new Map<string, readonly unknown[]>()
  #active: ActiveTurn | undefined
  #steers = 0

  constructor(
    upstream: SocketUpstream,
    number: number,
    socket: Socket,
    headers: IncomingMessage['headers'],
    behindPort: number,
  ) {
    this.#upstream = upstream
    this.#number = number
    this.socket = socket
    this.#headers = headers
    this.#behindPort = behindPort
    this.#reader = new FrameReader(({ opcode, payload }) => {
      if (opcode === 'ping') this.socket.write(encodeFrame('pong', payload, { mask: false }))
      else if (opcode === 'close') this.socket.end(encodeFrame('close', payload, { mask: false }))
      else if (opcode === 'text') this.#onFrame(JSON.parse(payload.toString('utf8')) as Json)
    })
    socket.on('data', (bytes: Buffer) => this.read(bytes))
    socket.once('close', () => this.#active?.abort())
  }

  read(bytes: Buffer): void {
    this.#reader.push(bytes)
  }

  /** Closes as OpenAI does when a connection is too old. */
  hangUp(code: number): void {
    this.socket.end(encodeFrame('close', closePayload(code), { mask: false }))
  }

  #send(event: Json): void {
    if (!this.socket.destroyed) this.socket.write(encodeFrame('text', JSON.stringify(event), { mask: false }))
  }

  #onFrame(frame: Json): void {
    this.#upstream.frames.push({ connection: this.#number, frame })
    if (frame['type'] === 'response.steer') {
      this.#steer(frame)
      return
    }
    this.#waiting.push(frame)
    if (this.#active === undefined) this.#next()
  }

  #next(): void {
    const frame = this.#waiting.shift()
    if (frame !== undefined) this.#start(frame)
  }

  #start(frame: Json): void {
    const { type: _, generate, stream_id: lane, ...body } = frame
    const mark = lane === undefined ? {} : { stream_id: lane }
    const { nextError, breakAfter } = this.#upstream
    this.#upstream.nextError = undefined
    this.#upstream.breakAfter = undefined
    if (nextError !== undefined) {
      this.#send({ ...nextError, ...mark })
      this.#next()
      return
    }
    const previous = body['previous_response_id']
    const known = typeof previous === 'string' ? this.#memory.get(previous) : undefined
    const items = [...(known ?? []), ...itemsOf(body['input'])]
    if (known !== undefined) delete (body as Record<string, unknown>)['previous_response_id']
    if (generate === false) {
      this.#warmUp(body, items, mark)
      return
    }
    const active = new ActiveTurn(this.#behindPort, this.#headers, { ...body, input: items, stream: true })
    this.#active = active
    let events = 0
    active.run({
      event: (event) => {
        events += 1
        const response = event['response'] as Json | undefined
        if (response !== undefined) active.responseId = String(response['id'])
        const said =
          response === undefined || known === undefined
            ? event
            : { ...event, response: { ...response, previous_response_id: previous } }
        if (/^response\.(completed|incomplete)$/.test(String(event['type'])) && response !== undefined)
          this.#memory.set(String(response['id']), [...items, ...((response['output'] as unknown[] | undefined) ?? [])])
        this.#send({ ...said, ...mark })
        if (events === breakAfter) this.socket.destroy()
        if (
          this.#upstream.steering === 'cut' &&
          active.steered.length > 0 &&
          event['type'] === 'response.output_text.delta'
        )
          this.#cut(active, body, items, mark)
      },
      refused: (status, error) => this.#send({ type: 'error', status, error, ...mark }),
      broken: () => this.socket.destroy(),
      over: () => {
        this.#active = undefined
        if (active.steered.length > 0 && this.#upstream.steering === 'after') this.#goOn(active, body, mark)
        else if (active.steered.length > 0 && this.#upstream.steering === 'pending') {
          for (const { id } of active.steered)
            this.#send({
              type: 'response.steer.pending',
              sequence_number: 0,
              reason: 'waiting_for_required_input',
              required_input: [],
              steer: { id, previous_response_id: active.responseId },
              ...mark,
            })
          this.#next()
        } else this.#next()
      },
    })
  }

  #warmUp(body: Json, items: readonly unknown[], mark: Json): void {
    const id = `resp_warm${this.#number}_${this.#memory.size}`
    this.#memory.set(id, items)
    const response = {
      id,
      object: 'response',
      status: 'completed',
      model: body['model'],
      output: [],
      usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
    }
    this.#send({
      type: 'response.created',
      sequence_number: 0,
      response: { ...response, status: 'in_progress' },
      ...mark,
    })
    this.#send({ type: 'response.completed', sequence_number: 1, response, ...mark })
    this.#next()
  }

  #steer(frame: Json): void {
    const active = this.#active
    const steer = { previous_response_id: frame['previous_response_id'] }
    if (
      active === undefined ||
      active.responseId !== frame['previous_response_id'] ||
      this.#upstream.steering === 'refused'
    ) {
      const error = { type: 'invalid_request_error', code: 'steering_not_supported', message: 'No.' }
      this.#send({
        type: 'response.steer.failed',
        sequence_number: 0,
        steer: { ...steer, input: frame['input'] },
        error,
      })
      return
    }
    this.#steers += 1
    const id = `steer_${this.#number}_${this.#steers}`
    active.steered.push({ id, items: itemsOf(frame['input']) })
    this.#send({ type: 'response.steer.accepted', sequence_number: 0, steer: { id, ...steer } })
  }

  #cut(active: ActiveTurn, body: Json, items: readonly unknown[], mark: Json): void {
    active.abort()
    const response = {
      ...active.snapshot,
      status: 'incomplete',
      incomplete_details: { reason: 'steered' },
      output: [],
      usage: {
        input_tokens: 3,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: 2,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 5,
      },
    }
    this.#memory.set(String(active.responseId), items)
    this.#send({ type: 'response.incomplete', sequence_number: 99, response, ...mark })
    this.#active = undefined
    this.#goOn(active, body, mark)
  }

  #goOn(active: ActiveTurn, body: Json, mark: Json): void {
    const input = active.steered.flatMap(({ items }) => items)
    this.#start({ type: 'response.create', ...body, previous_response_id: active.responseId, input, ...mark })
  }
}

interface TurnEvents {
  event(event: Json): void
  refused(status: number, error: unknown): void
  over(): void
  /** What answers broke off in the middle of it. */
  broken(): void
}

class ActiveTurn {
  responseId: string | undefined
  snapshot: Json = {}
  readonly steered: { readonly id: string; readonly items: readonly unknown[] }[] = []
  readonly #request
  readonly #body: string
  #aborted = false

  constructor(port: number, headers: IncomingMessage['headers'], body: Json) {
    this.#body = JSON.stringify(body)
    this.#request = httpRequest({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/responses',
      headers: {
        ...(headers.authorization === undefined ? {} : { authorization: headers.authorization }),
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(this.#body),
      },
    })
  }

  run(events: TurnEvents): void {
    this.#request.on('error', () => undefined)
    this.#request.on('response', (reply) => {
      const status = reply.statusCode ?? 0
      let text = ''
      const reader = new SseReader(({ data }) => this.#onData(data, events))
      reply.on('data', (bytes: Buffer) => {
        if (this.#aborted) return
        if (status !== 200) text += bytes.toString('utf8')
        else reader.push(bytes)
      })
      reply.on('error', () => {
        if (!this.#aborted) events.broken()
      })
      reply.on('end', () => {
        if (this.#aborted) return
        if (status !== 200) events.refused(status, (JSON.parse(text) as Json)['error'])
        events.over()
      })
    })
    this.#request.end(this.#body)
  }

  abort(): void {
    this.#aborted = true
    this.#request.destroy()
  }

  #onData(data: string, events: TurnEvents): void {
    if (data === '[DONE]' || this.#aborted) return
    const event = JSON.parse(data) as Json
    if (typeof event['response'] === 'object' && event['response'] !== null) this.snapshot = event['response'] as Json
    events.event(event)
  }
}

function itemsOf(input: unknown): readonly unknown[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }]
  return Array.isArray(input) ? input : []
}
