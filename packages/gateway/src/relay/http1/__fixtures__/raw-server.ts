// Upstreams whose every byte the test decides.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'

/** A server that reads whole requests and leaves the rest to the test. */
export class RawServer implements AsyncDisposable {
  readonly sockets: Socket[] = []
  /** Bodies of whole requests. */
  readonly bodies: string[] = []
  heads: string[] = []
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(answer: (socket: Socket, body: string, nth: number) => void, tls?: TlsOptions): Promise<RawServer> {
    const server = tls === undefined ? createServer() : createTlsServer(tls)
    const raw = new RawServer(server)
    server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      raw.sockets.push(socket)
      let text = ''
      socket.on('error', () => {})
      socket.on('data', (bytes: Buffer) => {
        text += bytes.toString('latin1')
        for (;;) {
          const end = text.indexOf('\r\n\r\n')
          const length = Number(/content-length: (\d+)\r/.exec(text)?.[1])
          if (end < 0 || text.length < end + 4 + length) return
          raw.heads.push(text.slice(0, end))
          const body = text.slice(end + 4, end + 4 + length)
          raw.bodies.push(body)
          text = text.slice(end + 4 + length)
          answer(socket, body, raw.bodies.length)
        }
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return raw
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
