// A fake OpenAI with the WebSocket mode of its Responses API: a port in front of a fake upstream, which makes the
// answers. HTTP goes through to it; a frame becomes a request, and its events frames.
//
// It remembers what it said on a connection, and nowhere else, as OpenAI does for `store: false`; it can be steered.
import { once } from 'node:events'
import { createServer, type IncomingMessage, request as httpRequest, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { type CertificateKind, testCertificate } from '../upstream/certificates.ts'
import type { Json } from '../upstream/dialects/json.ts'
import { acceptKey } from './frames.ts'
import { UpstreamConnection } from './upstream-connection.ts'

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
