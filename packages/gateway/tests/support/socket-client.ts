// A client of the Responses API over WebSocket, one turn after the other, for tests.

import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Json } from './open-responses/stream-flaws.ts'

const TERMINAL = /^response\.(?:completed|incomplete|failed)$/
const TURN_TIMEOUT_MS = 20_000

/** A frame that says an error, or the last event of a response. (An `error` event within a response has no status.) */
function endsTurn(event: Json): boolean {
  return TERMINAL.test(String(event['type'])) || (event['type'] === 'error' && event['status'] !== undefined)
}

export class SocketClient implements AsyncDisposable {
  readonly #socket: WebSocket
  readonly #events: Json[] = []
  #look = (): void => undefined
  #closed: string | undefined

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.#closed ??= 'a binary frame came'
      this.#events.push(JSON.parse(data.toString('utf8')) as Json)
      this.#look()
    })
    socket.on('close', (code, reason) => {
      this.#closed ??= `closed with ${code} ${reason.toString()}`
      this.#look()
    })
    socket.on('error', (error) => {
      this.#closed ??= error.message
      this.#look()
    })
  }

  /** @param url with `/v1`, of HTTP. Rejects when the upgrade is refused; the message has the status */
  static async open(url: string, key: string): Promise<SocketClient> {
    const address = `${url.replace(/^http/, 'ws')}/responses`
    const socket = new WebSocket(address, { headers: { authorization: `Bearer ${key}` }, perMessageDeflate: false })
    // Listens before the socket opens: the first frame may come with the answer to the upgrade.
    const client = new SocketClient(socket)
    await once(socket, 'open')
    return client
  }

  send(frame: Json): void {
    this.sendText(JSON.stringify(frame))
  }

  sendText(frame: string): void {
    this.#socket.send(frame)
  }

  /** The next so many events that end a turn, in the order in which they come. */
  async ends(count: number): Promise<readonly Json[]> {
    const from = this.#events.length
    const ends = (): readonly Json[] => this.#events.slice(from).filter((event) => endsTurn(event))
    return await this.#until(
      () => (ends().length >= count ? ends() : undefined),
      () => `only ${ends().length} of ${count} turns ended`,
    )
  }

  /** Sends `response.create` and waits for the end of that response. Rejects when the socket closes before it. */
  async turn(body: Json): Promise<readonly Json[]> {
    const from = this.#events.length
    this.send({ type: 'response.create', ...body })
    return await this.#until(
      () => {
        const end = this.#events.findIndex((event, index) => index >= from && endsTurn(event))
        return end === -1 ? undefined : this.#events.slice(from, end + 1)
      },
      () => `the turn did not end: ${JSON.stringify(this.#events.slice(from)).slice(0, 500)}`,
    )
  }

  async #until<T>(find: () => T | undefined, failure: () => string): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const timer = setTimeout(() => reject(new Error(failure())), TURN_TIMEOUT_MS)
    this.#look = () => {
      const found = find()
      if (found !== undefined) resolve(found)
      else if (this.#closed !== undefined) reject(new Error(`${this.#closed}; ${failure()}`))
    }
    this.#look()
    try {
      return await promise
    } finally {
      clearTimeout(timer)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed !== undefined) return
    const closed = once(this.#socket, 'close')
    this.#socket.close()
    await closed
  }
}
