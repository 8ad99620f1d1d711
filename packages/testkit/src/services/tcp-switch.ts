// A port of its own that leads to another one, which can be changed while it runs: a database's fail-over as a client
// sees it, whose URL stays the same.
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

export class TcpSwitch implements AsyncDisposable {
  readonly port: number
  readonly #server: Server
  readonly #open = new Set<Socket>()
  /** 0 = nobody is there: connections are reset. */
  #target: number

  static async start(target: number): Promise<TcpSwitch> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new TcpSwitch(server, target)
  }

  private constructor(server: Server, target: number) {
    const address = server.address()
    this.port = address === null || typeof address === 'string' ? 0 : address.port
    this.#server = server
    this.#target = target
    server.on('connection', (client) => this.#join(client))
    server.unref()
  }

  /** New connections go to `target` from now on; those that are open are reset. 0 = refuse all. */
  lead(target: number): void {
    this.#target = target
    for (const socket of this.#open) socket.resetAndDestroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.lead(0)
    this.#server.close()
  }

  #join(client: Socket): void {
    if (this.#target === 0) {
      client.resetAndDestroy()
      return
    }
    const upstream = connect(this.#target, '127.0.0.1')
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#open.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        this.#open.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  }
}
